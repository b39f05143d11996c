"""An emergency told again: the board of any past minute, made by the same function as the live board.

The case is run again from its record, entry by entry; after each one stand the facts that the live board would have had
then. A moment is the facts of the last entry before it, looked at with the clock of that moment, and nothing later.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from workflow_engine.audit.chain import Entry
from workflow_engine.domain import events as e
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.emergency_facts import (
    CaseFacts,
    EmergencyFacts,
    ExerciseFacts,
    IssuedFacts,
    TaskFacts,
    TimerFacts,
    WarningFacts,
)
from workflow_engine.domain.emergency_marks import KINDS, Mark, Reign, decisions_of, marks_of, reigns_of
from workflow_engine.domain.emergency_view import EmergencyView, view_of
from workflow_engine.domain.errors import EngineError, NotFoundError
from workflow_engine.domain.events import event_from
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.handlers.handling import Parts
from workflow_engine.queries.chains import count_values, read_chain, read_redacted
from workflow_engine.queries.door import Queries
from workflow_engine.queries.emergency_rows import scope_of
from workflow_engine.queries.resource_past import PastLine, past_lines
from workflow_engine.replaying import CannotReplayError, Rerun, SlotValues
from workflow_engine.storage import appliers, user_task_rows, waiting_rows
from workflow_engine.storage.changes import Changes, Facts
from workflow_engine.storage.unit_of_work import UnitOfWork

_MOST_FILMS = 8
_GIVEN = ("variables", "payload", "outputs")


@dataclass(frozen=True, slots=True)
class Frame:
    """What was known after one entry."""

    seq: int
    at: datetime
    facts: EmergencyFacts
    is_quiet: bool
    """The entry changed nothing that a board shows, such as a comment."""


@dataclass(frozen=True, slots=True)
class Film:
    """An emergency from its first entry to its last."""

    case: CaseFacts
    """As it is now."""
    frames: Sequence[Frame]
    outside: EmergencyFacts
    """What stands beside the case as it is now: warnings, alerts, reports that were issued, the exercise."""
    resources: Sequence[PastLine]
    why_not: str | None
    """Why it could not be run again from some entry on: ``erased``, ``build`` or ``different``; what people gave is
    all there is from there."""
    marks: Sequence[Mark]
    reigns: Sequence[Reign]
    """Who led when."""
    head: str
    """The hash of its last entry."""
    is_redacted: bool = False
    """Personal data was destroyed: everything is there but people."""

    @property
    def begin(self) -> datetime:
        return self.frames[0].at

    @property
    def end(self) -> datetime:
        return self.frames[-1].at

    def frame_at(self, at: datetime) -> Frame:
        """The last entry at or before a moment; the first one for what is earlier."""
        return self.frames[max(0, bisect_right(self.frames, at, key=lambda frame: frame.at) - 1)]

    def view_at(self, at: datetime) -> EmergencyView:
        """The board of this moment: what was known, by the clock of then."""
        return view_of(self.facts_at(at))

    def facts_at(self, at: datetime) -> EmergencyFacts:
        """What was known at a moment."""
        at = max(at, self.begin)
        beside = self.outside
        told = tuple(_as_of(one, at) for one in beside.warnings if one.sent_at <= at)
        issued = tuple(_issued_as_of(one, at) for one in beside.issued if one.issued_at <= at)
        alerts = tuple(one for one in beside.alerts if one.at <= at)
        asked = tuple(one.as_of(at) for one in self.resources if one.asked_at <= at)
        return replace(
            self.frame_at(at).facts, now=at, warnings=told, resources=asked, issued=issued, alerts=alerts,
            exercise=_exercise_as_of(beside.exercise, self.end, at),
        )  # fmt: skip

    def stops(self) -> list[datetime]:
        """Every instant at which the board changed: entries, clocks that ran out, warnings; in their order."""
        found = {frame.at for frame in self.frames} | {mark.at for mark in self.marks}
        beside = self.outside
        found |= {at for one in beside.warnings for at in (one.sent_at, one.ended_at) if at is not None}
        found |= {at for one in beside.issued for at in (one.sent_at, one.received_at) if at is not None}
        found |= {one.at for one in beside.alerts}
        return sorted(at for at in found if self.begin <= at <= self.end)


class EmergencyRetelling:
    """Makes films, and keeps the last few; each belongs to one number of entries and of values that are there."""

    def __init__(self, queries: Queries, parts: Parts) -> None:
        self._queries = queries
        self._parts = parts
        self._lock = threading.Lock()
        self._films: OrderedDict[tuple[str, int, int, str], Film] = OrderedDict()

    def film(self, case_id: str, actor: Actor) -> Film:
        """The whole emergency. Raises NotFoundError where it is none, or out of the actor's reach."""
        now = self._queries.emergencies.facts(case_id, actor)
        with self._queries.snapshot() as snapshot:
            version = now.case.version
            told = ",".join(f"{one.warning_id}={one.state}" for one in now.warnings)
            found = past_lines(snapshot, case_id)
            told += f"|{sum(len(one.given) for one in found)}/{len(found)}"
            told += f"|{len(now.alerts)}|{[(one.sent_at, one.received_at) for one in now.issued]}|{now.exercise}"
            key = (case_id, version, count_values(snapshot, case_id, version), told)
            with self._lock:
                kept = self._films.get(key)
            if kept is not None:
                return kept
            chain = read_chain(snapshot, case_id, 0, version)
            if not chain.entries:
                raise NotFoundError("Expected the record of an emergency, but there is none.", case_id=case_id)
            values = {seq: content for seq, (_, content) in chain.contents.items()}
            redacted = read_redacted(snapshot, case_id)
            values |= redacted
            walk = _Walk(now.case, Rerun(self._parts), min(redacted, default=version + 1))
            frames = [walk.step(snapshot.unit, entry, values.get(entry.seq, {})) for entry in chain.entries]
        head = chain.entries[-1].hash
        film = Film(now.case, frames, now, found, walk.why_not, (), (), head, is_redacted=bool(redacted))
        view_at = lru_cache(maxsize=None)(film.view_at)  # of this film only, while its marks are found
        lively = [frame.at for frame in frames if not frame.is_quiet]
        marks = [*marks_of(view_at, lively), *decisions_of(frames[-1].facts.tasks)]
        marks += [Mark(one.sent_at, "warning", _headline(one.titles)) for one in now.warnings]
        marks.sort(key=lambda mark: (mark.at, KINDS.index(mark.kind), mark.words))
        film = replace(film, marks=marks, reigns=reigns_of([(at, view_at(at)) for at in lively]))
        with self._lock:
            self._films[key] = film
            while len(self._films) > _MOST_FILMS:
                self._films.popitem(last=False)
        return film


class _Walk:
    """A case on its way through its record."""

    def __init__(self, case: CaseFacts, rerun: Rerun, redacted_from: int) -> None:
        self._case = replace(case, state="active", ended_at=None)
        self._rerun = rerun
        self._redacted_from = redacted_from
        self._changes = Changes()
        self._known: Mapping[str, Any] = {}
        self._before: EmergencyFacts | None = None
        self._definition_id = self._process_id = self._started_by = ""
        self.why_not: str | None = None

    def step(self, unit: UnitOfWork, entry: Entry, own: SlotValues) -> Frame:
        """Go on by one entry."""
        body = entry.body
        at = datetime.fromisoformat(body["at"])
        events = [event_from(event, own.get(str(number))) for number, event in enumerate(body["events"])]
        if self.why_not is None:
            self._run(unit, entry, own)
        if self.why_not is not None:
            self._known = {**self._known, **_given(own)}
        for event in events:
            self._note(event, body["actor"], at)
        facts = Facts(
            entry.case_id, entry.seq, at, body["actor"], self._definition_id, 0, self._case.started_at,
            self._started_by, self._process_id,
        )  # fmt: skip
        appliers.apply(self._changes, facts, events)
        self._case = replace(self._case, version=entry.seq)
        found = EmergencyFacts(self._case, self._known, self._tasks(), at, self._timers())
        before, self._before = self._before, found
        is_quiet = before is not None and replace(found, case=before.case, now=before.now) == before
        is_quiet = is_quiet and before is not None and before.case.state == found.case.state
        return Frame(entry.seq, at, found, is_quiet)

    def _run(self, unit: UnitOfWork, entry: Entry, own: SlotValues) -> None:
        redacted = entry.seq >= self._redacted_from
        other = "erased" if redacted else "different"
        try:
            self.why_not = None if self._rerun.step(unit, entry, own, redacted=redacted) is None else other
        except CannotReplayError as error:
            self.why_not = "erased" if "erased" in error.message else "build"
        except (EngineError, KeyError):  # the record is not what was recorded
            self.why_not = other
        if self.why_not is None:
            self._known = self._rerun.variables()

    def _note(self, event: e.Event, actor_id: str, at: datetime) -> None:
        if isinstance(event, e.CaseStarted):
            self._process_id, self._started_by = event.process_id, actor_id
        if isinstance(event, e.CaseStarted | e.CaseMigrated):
            self._definition_id = event.definition_id
        state = _STATES.get(event.KIND)
        if state is not None:
            self._case = replace(self._case, state=state, ended_at=at if state in ENDED_CASE else None)
        if isinstance(event, e.CaseCompleted):
            self._known = dict(event.variables or {})

    def _tasks(self) -> tuple[TaskFacts, ...]:
        rows = self._changes.pending_of(user_task_rows.TASKS)
        return tuple(self._task(row) for row in sorted(rows, key=lambda row: int(row["token_id"])))

    def _task(self, row: Mapping[str, Any]) -> TaskFacts:
        instance = self._rerun.instance if self.why_not is None else None
        is_here = row["state"] in ("ready", "claimed") and instance and row["token_id"] in instance.tree.index
        return TaskFacts(
            user_task_id=row["user_task_id"], element_id=row["element_id"], name=row["name"], state=row["state"],
            groups=(*orjson.loads(row["candidate_groups"]), *orjson.loads(row["candidate_users"])),
            created_at=row["created_at"], due_at=row["due_at"], assignee=row["assignee"],
            claimed_at=row["claimed_at"], completed_at=row["completed_at"], completed_by=row["completed_by"],
            scope=scope_of(instance, row["token_id"]) if instance and is_here else {},
        )  # fmt: skip

    def _timers(self) -> tuple[TimerFacts, ...]:
        rows = [row for row in self._changes.pending_of(waiting_rows.TIMERS) if row["state"] == "scheduled"]
        rows.sort(key=lambda row: (row["due_at"], row["timer_id"]))
        return tuple(TimerFacts(row["element_id"], row["due_at"]) for row in rows)


_STATES = {
    "case.suspended": "suspended", "case.resumed": "active", "case.completed": "completed",
    "case.terminated": "terminated", "case.cancelled": "cancelled",
}  # fmt: skip


def _given(own: SlotValues) -> dict[str, Any]:
    """The values that came in with an entry."""
    return {name: value for values in _given_values(own) for name, value in values.items()}


def _given_values(own: SlotValues) -> Iterator[Mapping[str, Any]]:
    for slot in sorted((slot for slot in own if slot.isdigit()), key=int):
        for key in _GIVEN:
            values = own[slot].get(key) if isinstance(own[slot], Mapping) else None
            if isinstance(values, Mapping):
                yield values


def _issued_as_of(report: IssuedFacts, at: datetime) -> IssuedFacts:
    """The report as it stood then: what was sent or arrived later was not."""
    sent, received = (one if one is not None and one <= at else None for one in (report.sent_at, report.received_at))
    return replace(report, sent_at=sent, received_at=received)


def _exercise_as_of(exercise: ExerciseFacts | None, end: datetime, at: datetime) -> ExerciseFacts | None:
    """Before its end it was running, whatever it is now."""
    return replace(exercise, state="running") if exercise is not None and at < end else exercise


def _headline(titles: Mapping[str, str]) -> str:
    """In all its languages, Chinese first, as authors write words for both."""
    return " / ".join(titles[tag] for tag in sorted(titles, key=lambda tag: not tag.startswith("zh")))


def _as_of(warning: WarningFacts, at: datetime) -> WarningFacts:
    """The warning as it stood then: what ended later was in force."""
    if warning.ended_at is None or warning.ended_at <= at:
        return warning
    return replace(warning, state="in_force", ended_at=None)
