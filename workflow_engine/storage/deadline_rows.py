"""What events of deadlines do to ``deadline`` and ``reckoned_case``; each of them tells the whole row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from workflow_engine.domain import events as e
from workflow_engine.storage import ballot_rows, user_task_rows
from workflow_engine.storage.changes import Changes, Facts, Insert, Move
from workflow_engine.storage.schema import deadline, reckoned_case
from workflow_engine.storage.statement import Statement, param, upsert

NO_TIMER = -1
"""In place of a timer's position, for the due date of a user task."""
_KEY = ("case_id", "token_id", "position")
_REST = tuple(column.name for column in deadline.columns if column.name not in _KEY)
DEADLINES = Insert("deadline", Statement(lambda dialect: upsert(dialect, deadline, _KEY, _REST)))
_CASES = Insert("reckoned_case", Statement(lambda dialect: upsert(dialect, reckoned_case, ("case_id",), None)))
_OF_CALENDAR = Move(
    "case reckoned",
    Statement(update(reckoned_case).where(reckoned_case.c.case_id == param("case")).values(calendar=param("calendar"))),
    exactly=None,
)


def _put(
    changes: Changes,
    facts: Facts,
    event: e.DeadlineReckoned | e.DeadlineHeld | e.DeadlineMoved,
    due_at: str,
    held: e.DeadlineHeld | None = None,
) -> None:
    position = NO_TIMER if event.position is None else event.position
    row = {
        "case_id": facts.case_id, "token_id": event.token_id, "position": position,
        "due_at": datetime.fromisoformat(due_at), "unit": event.unit, "calendar": event.calendar,
        "provisional": event.provisional, "held_at": None if held is None else facts.at,
        "held_by": None if held is None else facts.actor_id, "by_case": held is not None and held.by_case,
        "cause": None if held is None else held.cause, "reason": None if held is None else held.reason,
    }  # fmt: skip
    changes.insert(DEADLINES, (event.token_id, position), row)


def _reckoned(changes: Changes, facts: Facts, event: e.DeadlineReckoned) -> None:
    _put(changes, facts, event, event.due_at)
    changes.insert(_CASES, facts.case_id, {"case_id": facts.case_id, "calendar": event.calendar})


def _held(changes: Changes, facts: Facts, event: e.DeadlineHeld) -> None:
    _put(changes, facts, event, event.due_at, event)


def _moved(changes: Changes, facts: Facts, event: e.DeadlineMoved) -> None:
    _put(changes, facts, event, event.after)
    if event.position is None:
        user_task_rows.due_moved(changes, facts, event.token_id, datetime.fromisoformat(event.after))
    elif event.position == 0:
        ballot_rows.due_moved(changes, facts, event.token_id, event.after)


def _all_reckoned(changes: Changes, facts: Facts, event: e.DeadlinesReckoned) -> None:
    changes.move(_OF_CALENDAR, {"case": facts.case_id, "calendar": event.calendar})


APPLIERS: dict[type[e.Event], Any] = {
    e.DeadlineReckoned: _reckoned,
    e.DeadlineHeld: _held,
    e.DeadlineMoved: _moved,
    e.DeadlinesReckoned: _all_reckoned,
}
