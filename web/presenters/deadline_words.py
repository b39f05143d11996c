"""The deadline of a task in words beside its clock: provisional, standing, since when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from web.context import engine
from web.i18n import gettext as _
from web.presenters.people import actor_name
from web.presenters.sentences_deadlines import CAUSES
from workflow_engine import DeadlineRow


@dataclass(frozen=True, slots=True)
class ClockWords:
    """What is to be said of one deadline."""

    is_provisional: bool = False
    stands_since: datetime | None = None
    by_case: bool = False
    by: str = ""
    cause: str = ""
    reason: str = ""


def clock_of_task(user_task_id: str) -> ClockWords:
    """Of a task's due date; nothing to say when it was reckoned finally and its clock runs."""
    rows = engine().queries.deadlines.of_task(user_task_id)
    return next((_words(row) for row in rows if row.position is None), ClockWords())


def clocks_of_case(case_id: str) -> dict[tuple[int, int | None], ClockWords]:
    """Of every deadline of a case that there is anything to say of, by token and position."""
    rows = engine().queries.deadlines.of_case(case_id)
    return {(row.token_id, row.position): _words(row) for row in rows if row.provisional or row.held_at is not None}


def _words(row: DeadlineRow) -> ClockWords:
    cause = "" if row.cause is None else _(CAUSES[row.cause])
    by = "" if row.held_by is None else actor_name(row.held_by)
    return ClockWords(row.provisional, row.held_at, row.by_case, by, cause, row.reason or "")
