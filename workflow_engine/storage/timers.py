"""Timer rows: claimed by clocks, and those of start events, which belong to no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from workflow_engine.domain.lanes import LANES
from workflow_engine.storage.definitions import BoundProcess, Trigger
from workflow_engine.storage.schema import timer
from workflow_engine.storage.schema.waiting import DUE
from workflow_engine.storage.statement import Row, Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_t = timer.c
_DUE_COLUMNS = (_t.timer_id, _t.due_at, _t.case_id, _t.token_id, _t.position, _t.element_id, _t.lane, _t.fence)
_ADD = Statement(
    lambda dialect: upsert(dialect, timer, ("timer_id", "due_at"), ("state", "firing", "armed_at", "fired_at"))
)
_FIND = Statement(
    select(_t.state, _t.fence, _t.fired_at).where(_t.timer_id == param("key"), _t.due_at == param("due", _t.due_at))
)
_FIND_START = Statement(
    select(_t.state, _t.definition_id, _t.process_id, _t.element_id, _t.position, _t.firing, _t.armed_at, _t.fence)
    .where(_t.timer_id == param("key"), _t.due_at == param("due", _t.due_at), _t.case_id.is_(None))
    .with_for_update()
)
_FIRE = Statement(
    update(timer)
    .where(_t.timer_id == param("key"), _t.due_at == param("due", _t.due_at), _t.state == "scheduled")
    .values(state="fired", fired_at=param("at", _t.fired_at))
)
_CLAIMABLE = Statement(
    select(*_DUE_COLUMNS)
    .where(
        DUE,
        _t.lane == param("lane"),
        _t.due_at <= param("now", _t.due_at),
        or_(_t.lease_until.is_(None), _t.lease_until < param("now", _t.due_at)),
    )
    .order_by(_t.due_at, _t.timer_id)
    .limit(param("most"))
    .with_for_update(skip_locked=True)
)
_CLAIM = Statement(
    update(timer)
    .where(_t.timer_id == param("key"), _t.due_at == param("due", _t.due_at))
    .values(claimed_by=param("by"), fence=param("fence"), lease_until=param("until", _t.lease_until))
)


@dataclass(frozen=True, slots=True)
class StartTimer:
    """The timer of a start event."""

    state: str
    definition_id: str
    process_id: str
    element_id: str
    position: int
    firing: int
    armed_at: datetime
    fence: int

    def trigger(self, source: tuple[str | None, str | None]) -> Trigger:
        """The start event, given (timer kind, expression)."""
        kind, expression = source
        return Trigger(
            self.definition_id, self.process_id, self.element_id, self.position, "timer", None, kind, expression
        )


def add_start_timer(
    unit: UnitOfWork, bound: BoundProcess, trigger: Trigger, due_at: datetime, *, firing: int, armed_at: datetime
) -> None:
    """Arm one firing of a start event (again, when it was disarmed at this very instant)."""
    row: dict[str, Any] = {
        "timer_id": f"start:{bound.definition_id}:{trigger.element_id}:{armed_at.timestamp():.0f}", "due_at": due_at,
        "case_id": None, "definition_id": bound.definition_id, "process_id": bound.process_id, "token_id": None,
        "position": trigger.position, "element_id": trigger.element_id, "interrupting": False, "state": "scheduled",
        "lane": bound.lane, "held": False, "firing": firing, "armed_at": armed_at, "fired_at": None, "fence": 0,
        "claimed_by": None, "lease_until": None,
    }  # fmt: skip
    unit.run(_ADD, row)


def find_start_timer(unit: UnitOfWork, timer_id: str, due_at: datetime) -> StartTimer | None:
    """The firing of a start event, locked."""
    row = unit.one(_FIND_START, {"key": timer_id, "due": due_at})
    return None if row is None else StartTimer(*row)


def fire_start_timer(unit: UnitOfWork, timer_id: str, due_at: datetime, at: datetime) -> None:
    """scheduled → fired."""
    unit.run(_FIRE, {"key": timer_id, "due": due_at, "at": at})


def find_timer(unit: UnitOfWork, timer_id: str, due_at: datetime) -> tuple[str, int, datetime | None] | None:
    """(state, fence, fired at) of one firing of a case's timer; its case's lock keeps it from changing."""
    row = unit.one(_FIND, {"key": timer_id, "due": due_at})
    return None if row is None else (row[0], row[1], row[2])


def claim_due(
    unit: UnitOfWork, worker_id: str, now: datetime, until: datetime, most: int, lanes: tuple[int, ...] = LANES
) -> list[Row]:
    """Take due timers for a while: (timer_id, due_at, case_id, token_id, position, element_id, lane, fence)."""
    due: list[Row] = []
    for lane in lanes:
        if len(due) < most:
            due.extend(unit.all(_CLAIMABLE, {"lane": lane, "now": now, "most": most - len(due)}))
    claimed = [(*row[:-1], row[-1] + 1) for row in due]
    unit.many(
        _CLAIM,
        ({"key": row[0], "due": row[1], "by": worker_id, "fence": row[-1], "until": until} for row in claimed),
    )
    return claimed
