"""Deadlines in working time and clocks that stand, as pages show them; and what another calendar has to be told to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.storage.deadline_rows import NO_TIMER
from workflow_engine.storage.schema import deadline, process_instance, reckoned_case, setting_version
from workflow_engine.storage.setting_versions import CALENDAR
from workflow_engine.storage.statement import Row, Statement, param

MOST_CASES = 200
_d, _r = deadline.c, reckoned_case.c
_COLUMNS = (
    _d.token_id, _d.position, _d.due_at, _d.unit, _d.calendar, _d.provisional, _d.held_at, _d.held_by, _d.by_case,
    _d.cause, _d.reason,
)  # fmt: skip
_OF_CASE = Statement(
    select(*_COLUMNS).where(_d.case_id == param("case")).order_by(_d.token_id, _d.position).limit(param("most"))
)
_OF_TOKEN = Statement(
    select(*_COLUMNS)
    .where(_d.case_id == param("case"), _d.token_id == param("token"))
    .order_by(_d.position)
    .limit(param("most"))
)
_NEWEST = select(func.max(setting_version.c.version)).where(setting_version.c.setting == CALENDAR).scalar_subquery()
OUTDATED = Statement(
    select(_r.calendar, _r.case_id)
    .where(
        _r.calendar < _NEWEST,
        tuple_(_r.calendar, _r.case_id) > tuple_(param("calendar", _r.calendar), param("after", _r.case_id)),
        exists().where(
            process_instance.c.case_id == _r.case_id,
            process_instance.c.state == "active",
            process_instance.c.lane == param("lane"),
        ),
    )
    .order_by(_r.calendar, _r.case_id)
    .limit(param("most"))
)


@dataclass(frozen=True, slots=True)
class DeadlineRow:
    """One deadline that was reckoned in working time, or whose clock stands or stood."""

    token_id: int
    position: int | None
    """Which timer; None: the due date of a user task."""
    due_at: datetime
    unit: str | None
    """``working days`` or ``working hours``; None: plain time."""
    calendar: int | None
    provisional: bool
    held_at: datetime | None
    """Its clock stands since then."""
    held_by: str | None
    by_case: bool
    cause: str | None
    reason: str | None


class DeadlineQueries:
    """Questions about deadlines; whether one may see the case is asked before."""

    def __init__(
        self,
        snapshot: Callable[[], AbstractContextManager[Snapshot]],
        look: Callable[[], AbstractContextManager[Look]],
    ) -> None:
        self._snapshot = snapshot
        self._look = look

    def of_case(self, case_id: str, most: int = 1_000) -> list[DeadlineRow]:
        """Those of a case, by token; also of what is over by now."""
        with self._look() as look:
            return [_row(row) for row in look.unit.all(_OF_CASE, {"case": case_id, "most": most})]

    def of_visible_case(self, case_id: str, actor: Actor) -> list[DeadlineRow]:
        """The same. Raises NotFoundError outside the actor's reach."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
        return self.of_case(case_id)

    def of_task(self, user_task_id: str) -> list[DeadlineRow]:
        """The due date of a task, when it was reckoned in working time or its clock stands or stood."""
        case_id, _, token = user_task_id.rpartition(".")
        if not (token.isascii() and token.isdigit() and len(token) < 16):
            return []
        with self._look() as look:
            rows = look.unit.all(_OF_TOKEN, {"case": case_id, "token": int(token), "most": 10})
        return [_row(row) for row in rows]

    def outdated(self, lane: int, after: tuple[int, str] = (-1, ""), most: int = MOST_CASES) -> list[tuple[int, str]]:
        """Running cases with deadlines of an older calendar than the one that holds: (version, case id), in order."""
        values = {"calendar": after[0], "after": after[1], "lane": lane, "most": most}
        with self._look() as look:
            return [(int(row[0]), str(row[1])) for row in look.unit.all(OUTDATED, values)]


def _row(row: Row) -> DeadlineRow:
    token_id, position, *rest = row
    return DeadlineRow(token_id, None if position == NO_TIMER else position, *rest)
