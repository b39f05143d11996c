"""Cases as event logs for process mining: one activity instance per token at an element, with who did it and when.

Pure: the record goes in as plain data; ``xes``, ``ocel`` and ``log_table`` write it down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Recorded = tuple[int, datetime, str, Sequence[Mapping[str, Any]]]
"""(number, instant, actor, events) of one entry."""

LIFECYCLE = {
    "element.activated": "start", "element.completed": "complete", "element.cancelled": "ate_abort",
    "user_task.created": "schedule", "user_task.claimed": "assign", "user_task.assigned": "reassign",
    "user_task.released": "withdraw", "user_task.completed": "complete", "user_task.cancelled": "ate_abort",
    "timer.fired": "complete", "message.caught": "complete", "message.thrown": "complete",
    "signal.caught": "complete", "signal.thrown": "complete", "incident.opened": "suspend",
    "incident.resolved": "resume", "ballot.round_opened": "schedule", "ballot.withdrawn": "ate_abort",
    "ballot.decided": "complete", "ballot.voted": "unknown",
}  # fmt: skip
"""Our events to the standard lifecycle of XES; others are not part of the log."""


@dataclass(frozen=True, slots=True)
class LogEvent:
    """Something that happened to an element of a case."""

    event_id: str
    activity: str
    at: datetime
    lifecycle: str
    actor: str
    kind: str
    token_id: int | None
    groups: tuple[str, ...] = ()
    """Units and roles to which work was offered."""
    outcome: str = ""
    """Of a vote that was decided; of a single vote its choice, where everybody may know it."""


EXERCISE = "EXERCISE 演练"
"""What a file says of a case that is one."""


@dataclass(frozen=True, slots=True)
class CaseLog:
    """One case."""

    case_id: str
    process_id: str
    title: str
    state: str
    events: tuple[LogEvent, ...]
    entries: int
    exercise: bool = False


@dataclass(frozen=True, slots=True)
class LogVote:
    """A vote, which is no entry of the record but stands beside it."""

    activity: str
    token_id: int
    at: datetime
    actor: str
    choice: str


def case_log(
    case_id: str, process_id: str, title: str, state: str, record: Sequence[Recorded], votes: Sequence[LogVote] = ()
) -> CaseLog:
    """The log of a case out of its record, with the votes where they came in."""
    cast = [
        LogEvent(
            f"{case_id}.vote.{number}", vote.activity, vote.at, LIFECYCLE["ballot.voted"], vote.actor, "ballot.voted",
            vote.token_id, outcome=vote.choice,
        )
        for number, vote in enumerate(votes)
    ]  # fmt: skip
    events = tuple(_events(case_id, record))
    if cast:
        events = tuple(sorted([*cast, *events], key=lambda event: event.at))
    return CaseLog(case_id, process_id, title, state, events, len(record))


def _events(case_id: str, record: Iterable[Recorded]) -> Iterable[LogEvent]:
    elements: dict[int, str] = {}
    for seq, at, actor, events in record:
        people = {event.get("token_id") for event in events if str(event["event"]).startswith("user_task.")}
        decided = {event.get("token_id") for event in events if event["event"] == "ballot.decided"}
        for number, event in enumerate(events):
            kind, token = str(event["event"]), event.get("token_id")
            if event.get("element_id") and token is not None:
                elements[token] = str(event["element_id"])
            lifecycle = LIFECYCLE.get(kind)
            # What a person completed is told once, by the task and not by its element as well.
            if lifecycle is None or (kind in ("element.completed", "element.cancelled") and token in people):
                continue
            if kind == "user_task.completed" and token in decided:  # the decision is what completed it
                continue
            activity = str(event.get("element_id") or elements.get(token or 0) or kind)
            groups = tuple(map(str, event.get("candidate_groups") or ()))
            outcome = str(event.get("outcome") or "") if kind == "ballot.decided" else ""
            yield LogEvent(f"{case_id}.{seq}.{number}", activity, at, lifecycle, actor, kind, token, groups, outcome)
