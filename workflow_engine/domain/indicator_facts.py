"""What the record tells of things that can be counted: entry by entry, from the public parts alone.

Facts are texts, numbers, true or false, and instants as whole seconds since 1970 (``…_at``). Nothing here depends on
the order in which chains are read: a thing of which two chains tell takes each fact from what happened last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow_engine.domain.indicator_requests import REQUEST_EVENTS, follow_request

Body = Mapping[str, Any]
_GROUPS = ("unit", "head", "duty")
_OWNED = ("process", "unit", "exercise")
"""What a thing has from the case it belongs to."""
_DECISION = "decision.published"


@dataclass(slots=True)
class Thing:
    """Something that is counted."""

    thing_id: str
    kind: str
    parent: str = ""
    """The thing it belongs to, which may become known later."""
    facts: dict[str, Any] = field(default_factory=dict)
    changed: bool = True
    done: bool = False
    """Nothing more will be told of it: what it counts for stands."""


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One entry of the record, as far as it is asked for here."""

    stream_id: str
    at: datetime
    body: Body
    exercise: bool = False
    """The case is an exercise, where its record does not say so itself."""


class Book:
    """The things at hand; whoever keeps them puts in all that ``touched`` names before an entry is read."""

    def __init__(self, watched: frozenset[str] = frozenset()) -> None:
        self.watched = watched
        self.things: dict[str, Thing] = {}
        self.orphaned: set[str] = set()
        """Things that have become known, and for which others may have waited."""

    def follow(self, entry: RecordEntry) -> None:
        """Read one entry."""
        at = _seconds(entry.at)
        for event in entry.body["events"]:
            kind = event["event"]
            if (read := _READ.get(kind)) is not None:
                read(self, entry, at, event)
            elif kind in REQUEST_EVENTS:
                self._request(entry, event)

    def begin(self, thing_id: str, kind: str, parent: str, facts: dict[str, Any]) -> Thing:
        """A new thing, with what it has from the one it belongs to."""
        thing = self.things[thing_id] = Thing(thing_id, kind, parent, facts)
        if (above := self.things.get(parent)) is not None:
            inherit(thing, above)
        return thing

    def set(self, thing_id: str, **facts: Any) -> Thing | None:
        """Set facts of a thing that is known."""
        thing = self.things.get(thing_id)
        if thing is not None:
            thing.facts.update(facts)
            thing.changed = True
        return thing

    def _request(self, entry: RecordEntry, event: Body) -> None:
        request_id = str(event.get("request_id") or "")
        if not request_id:
            return
        thing = self.things.get(f"request/{request_id}")
        if thing is None:
            thing = self.begin(f"request/{request_id}", "request", "", {})
        follow_request(thing.facts, int(entry.at.timestamp() * 1_000_000), event)
        thing.changed = True


def inherit(thing: Thing, above: Thing) -> None:
    """Take what belongs to the case from the thing above."""
    thing.facts.update({name: above.facts[name] for name in _OWNED if name in above.facts and name not in thing.facts})
    thing.changed = True


def touched(stream_id: str, body: Body) -> Iterator[str]:
    """The things that an entry may change, and those above them."""
    is_case = ":" not in stream_id
    if is_case:
        yield f"case/{stream_id}"
    for event in body["events"]:
        kind = event["event"]
        if kind in REQUEST_EVENTS:
            yield f"request/{event.get('request_id')}"
        elif is_case:
            if (token := event.get("token_id")) is not None and kind.startswith(("user_task.", "deadline.", "ballot.")):
                yield f"task/{stream_id}.{token}"
                yield f"ballot/{stream_id}.{token}"
        elif kind.startswith(("consultation.", "opinion.")):
            yield f"consultation/{event['consultation_id']}"
            if "origin_case_id" in event:
                yield f"case/{event['origin_case_id']}"
            numbers = event.get("numbers") or ([event["number"]] if kind == "opinion.submitted" else [])
            yield from (f"opinion/{event['consultation_id']}.{number}" for number in numbers)
        elif kind == _DECISION:
            yield f"case/{event['origin_case_id']}"


def _case_started(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    result = entry.body.get("result") or {}
    facts = {"process": event["process_id"], "started_at": at, "unit": result.get("unit_id") or "", "passed": []}
    if entry.exercise or result.get("exercise"):
        facts["exercise"] = True
    book.begin(f"case/{entry.stream_id}", "case", "", facts)
    book.orphaned.add(f"case/{entry.stream_id}")


def _case_ended(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    outcome = event.get("outcome", "completed") if event["event"] == "case.completed" else "cancelled"
    book.set(f"case/{entry.stream_id}", ended_at=at, outcome=outcome)


def _element_completed(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    element = event["element_id"]
    case = book.things.get(f"case/{entry.stream_id}")
    if element in book.watched and case is not None and element not in case.facts["passed"]:
        case.facts["passed"] = sorted([*case.facts["passed"], element])
        case.facts[f"{element}_at"] = at
        case.changed = True


def _task_created(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    facts: dict[str, Any] = {"element": event["element_id"], "created_at": at}
    for group in event.get("candidate_groups") or ():
        kind, _, name = str(group).partition(":")
        if kind in _GROUPS and name:
            facts["unit"] = name
            break
    if (due := _instant(event.get("due_at"))) is not None:
        facts["due_at"] = due
    book.begin(f"task/{entry.stream_id}.{event['token_id']}", "task", f"case/{entry.stream_id}", facts)


def _task_ended(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    ended = "completed_at" if event["event"] == "user_task.completed" else "withdrawn_at"
    thing = book.set(f"task/{entry.stream_id}.{event['token_id']}", **{ended: at})
    if thing is not None:
        thing.done = True


def _task_returned(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    book.set(f"task/{entry.stream_id}.{event['token_id']}", returned=True)


def _deadline_moved(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    if event.get("position") is None:
        book.set(f"task/{entry.stream_id}.{event['token_id']}", due_at=_instant(event["after"]))


def _ballot_opened(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    facts = {"element": event["element_id"], "opened_at": at, "rounds": 1, "voters": len(event.get("roll") or ())}
    book.begin(f"ballot/{entry.stream_id}.{event['token_id']}", "ballot", f"case/{entry.stream_id}", facts)


def _ballot_again(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    book.set(f"ballot/{entry.stream_id}.{event['token_id']}", rounds=event["round_no"])


def _ballot_decided(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    book.set(
        f"ballot/{entry.stream_id}.{event['token_id']}", decided_at=at, outcome=event["outcome"],
        voters=event["voters"], voted=event["voted"],
    )  # fmt: skip


def _consultation_opened(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    closes_at = _instant(event["closes_at"]) or at
    facts = {"opened_at": at, "closes_at": closes_at, "days": (closes_at - at) // 86_400, "round": event["round"]}
    book.begin(f"consultation/{event['consultation_id']}", "consultation", f"case/{event['origin_case_id']}", facts)


def _consultation_extended(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    thing = book.things.get(f"consultation/{event['consultation_id']}")
    if thing is not None:
        closes_at = _instant(event["closes_at"]) or at
        book.set(
            thing.thing_id, closes_at=closes_at, days=(closes_at - thing.facts["opened_at"]) // 86_400, extended=True
        )


def _consultation_moved(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    names = {"closed": "closed_at", "answered": "answered_at", "withdrawn": "withdrawn_at"}
    facts: dict[str, Any] = {names[event["event"].partition(".")[2]]: at}
    facts |= {name: event[name] for name in ("received", "adopted", "partly", "not_adopted") if name in event}
    book.set(f"consultation/{event['consultation_id']}", **facts)


def _opinion_submitted(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    facts = {name: event[name] for name in ("channel", "subject_class", "stance")}
    facts["submitted_at"] = at
    consultation = f"consultation/{event['consultation_id']}"
    book.begin(f"opinion/{event['consultation_id']}.{event['number']}", "opinion", consultation, facts)


def _opinions(facts: Callable[[int, Body], dict[str, Any]]) -> Callable[[Book, RecordEntry, int, Body], None]:
    def read(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
        for number in event["numbers"]:
            book.set(f"opinion/{event['consultation_id']}.{number}", **facts(at, event))

    return read


def _decision_published(book: Book, entry: RecordEntry, at: int, event: Body) -> None:
    facts = {"published_at": at, "outcome": event["outcome"]}
    thing_id = f"decision/{event['public_id']}"
    book.begin(thing_id, "decision", f"case/{event['origin_case_id']}", facts)


_READ: dict[str, Callable[[Book, RecordEntry, int, Body], None]] = {
    "case.started": _case_started,
    "case.completed": _case_ended,
    "case.cancelled": _case_ended,
    "element.completed": _element_completed,
    "user_task.created": _task_created,
    "user_task.completed": _task_ended,
    "user_task.cancelled": _task_ended,
    "user_task.returned": _task_returned,
    "deadline.moved": _deadline_moved,
    "ballot.opened": _ballot_opened,
    "ballot.round_opened": _ballot_again,
    "ballot.decided": _ballot_decided,
    "consultation.opened": _consultation_opened,
    "consultation.extended": _consultation_extended,
    "consultation.closed": _consultation_moved,
    "consultation.answered": _consultation_moved,
    "consultation.withdrawn": _consultation_moved,
    "opinion.submitted": _opinion_submitted,
    "opinion.moderated": _opinions(lambda at, event: {"accepted": event["accepted"]}),
    "opinion.answered": _opinions(lambda at, event: {"answered_at": at, "disposition": event["disposition"]}),
    _DECISION: _decision_published,
}
FOLLOWED = frozenset(_READ) | REQUEST_EVENTS
"""Kinds of events that are read at all."""


def is_followed(events: Iterable[Body]) -> bool:
    """Whether anything in an entry is read here."""
    return any(event["event"] in FOLLOWED for event in events)


def _seconds(at: datetime) -> int:
    return int(at.timestamp() // 1)


def _instant(text: Any) -> int | None:
    return _seconds(datetime.fromisoformat(text)) if isinstance(text, str) and text else None
