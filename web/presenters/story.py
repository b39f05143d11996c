"""A case's history as a story: one moment per command, a headline, what followed from it, and the technical record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal

from markupsafe import Markup

from web.i18n import gettext as _
from web.presenters.names import Names
from web.presenters.people import actor_name
from web.presenters.sentences import ASKED, HAPPENED
from web.presenters.superseding import superseded_tasks
from web.presenters.telling import Teller, say, strong
from web.presenters.times import exact, local_date
from web.presenters.values import Fact, facts
from workflow_engine import HistoryRow

Tone = Literal["person", "clock", "system", "stop", "end"]
_QUIET = frozenset({"message.caught", "timer.fired"})
"""Events that only repeat the headline of their own command."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One audit entry, told."""

    seq: int
    at: datetime
    tone: Tone
    headline: Markup
    followed: list[Markup] = field(default_factory=list)
    entered: list[Fact] = field(default_factory=list)
    element_ids: list[str] = field(default_factory=list)
    command: str = ""
    superseded: Markup | None = None
    """Why what was entered no longer stands."""


def tell(history: Sequence[HistoryRow], names: Names) -> list[Moment]:
    """The story, oldest first."""
    superseded = superseded_tasks(history)
    return [_moment(row, names, superseded) for row in history]


def record_of(row: HistoryRow) -> str:
    """One audit entry as text, for those who want to see exactly."""
    entry = {"command": row.command, "events": list(row.events), "hash": row.hash, "prev": row.prev}
    return json.dumps(entry, ensure_ascii=False, indent=1, default=str)


def by_day(moments: Iterable[Moment]) -> list[tuple[date, list[Moment]]]:
    """The moments under the day on which they happened, in their order."""
    return [(day, list(group)) for day, group in groupby(moments, key=lambda moment: local_date(moment.at))]


def _moment(row: HistoryRow, names: Names, superseded: Mapping[int, HistoryRow]) -> Moment:
    command = _with_element(row.command, row.events)
    teller = Teller(names, actor_name(row.actor_id, row.actor_name))
    name = str(command.get("command", ""))
    asked = ASKED.get(name)
    headline = asked(command, teller) if asked else None
    followed = _followed(row.events, name, teller)
    return Moment(
        seq=row.seq,
        at=row.at,
        tone=_tone(row),
        headline=headline or strong(name),
        followed=followed,
        entered=facts(command.get("variables") or {}, names)
        if name in ("user_task.complete", "case.change_variables")
        else [],
        element_ids=list(dict.fromkeys(str(e["element_id"]) for e in row.events if e.get("element_id"))),
        command=name,
        superseded=_superseded(row, superseded),
    )


def _superseded(row: HistoryRow, superseded: Mapping[int, HistoryRow]) -> Markup | None:
    for event in row.events:
        later = superseded.get(event["token_id"]) if event.get("event") == "user_task.completed" else None
        if later is not None:
            who, when = strong(actor_name(later.actor_id, later.actor_name)), exact(later.at)
            if later.command.get("command") == "user_task.take_back":
                return say(_("No longer stands: %(who)s took it back (%(when)s)"), who=who, when=when)
            return say(_("No longer stands: %(who)s returned the case to before it (%(when)s)"), who=who, when=when)
    return None


def _followed(events: Sequence[Mapping[str, Any]], command: str, teller: Teller) -> list[Markup]:
    """One line per kind of consequence: equal lines are counted, tasks offered to many are told once."""
    counts: dict[Markup, int] = {}
    for event in _joined(events):
        line = _sentence(event, command, teller)
        if line:
            counts[line] = counts.get(line, 0) + 1
    return [
        say(_("%(line)s (%(count)d times)"), line=line, count=count) if count > 1 else line
        for line, count in counts.items()
    ]


def _joined(events: Sequence[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The events, with tasks of one kind that are due at one time and offered to several groups made into one."""
    told: dict[tuple[Any, Any], dict[str, Any]] = {}
    for event in events:
        if event.get("event") != "user_task.created" or event.get("assignee"):
            continue
        task = told.setdefault((event["element_id"], event.get("due_at")), {**event, "candidate_groups": []})
        task["candidate_groups"] += [
            g for g in event.get("candidate_groups") or () if g not in task["candidate_groups"]
        ]
    for event in events:
        if event.get("event") != "user_task.created" or event.get("assignee"):
            yield event
        elif (joined := told.pop((event["element_id"], event.get("due_at")), None)) is not None:
            yield joined


def _sentence(event: Mapping[str, Any], command: str, teller: Teller) -> Markup | None:
    kind = str(event.get("event"))
    if kind in _QUIET and command in ("timer.fire", "message.correlate"):
        return None
    teller_of = HAPPENED.get(kind)
    return teller_of(event, teller) if teller_of else None


def _with_element(command: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The command with the element it was about, which stands in the first event that has the same token."""
    told = dict(command)
    if told.get("element_id"):
        return told
    token = told.get("token_id")
    if token is None and "user_task_id" in told:
        token = int(str(told["user_task_id"]).rpartition(".")[2] or 0)
    for event in events:
        if event.get("element_id") and (token is None or event.get("token_id") == token):
            told["element_id"] = event["element_id"]
            break
    for event in events:
        if event.get("event") == "user_task.completed" and "variables" not in told:
            told["variables"] = event.get("variables")
    return told


def _tone(row: HistoryRow) -> Tone:
    kinds = {event.get("event") for event in row.events}
    if "incident.opened" in kinds:
        return "stop"
    if kinds & {"case.completed", "case.cancelled"}:
        return "end"
    if row.actor_id == "system:clock":
        return "clock"
    return "system" if str(row.actor_id).startswith(("system:", "case:")) else "person"
