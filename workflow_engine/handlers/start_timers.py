"""Timer start events: a due row per released version, and the case that each firing starts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workflow_engine.bpmn.evaluation import due_instant, text_of
from workflow_engine.domain.commands import Receipt, StartCase
from workflow_engine.domain.errors import ExpressionError, InvalidStateError, NotFoundError, StaleVersionError
from workflow_engine.domain.internal_commands import FireStartTimer
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.timing import parse_cycle
from workflow_engine.handlers.advancing import begin
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import definitions as store
from workflow_engine.storage import timers
from workflow_engine.storage.definitions import BoundProcess, Trigger


def schedule_start_timers(work: Handling, bound: BoundProcess, triggers: Iterable[Trigger]) -> None:
    """Arm the timers of a version that has become the newest released one."""
    for trigger in triggers:
        if trigger.kind == "timer":
            due_at = _due(work, trigger, firing=1, armed_at=work.now)
            if due_at is not None:
                timers.add_start_timer(work.unit, bound, trigger, due_at, firing=1, armed_at=work.now)


def fire_start_timer(work: Handling, command: FireStartTimer) -> Receipt:
    """Start a case because its definition's instant has come; once per (timer, due instant)."""
    what = f"fire start timer {command.timer_id} due {command.due_at}"
    require_permission(work.actor, "case.operate", what)
    due_at = datetime.fromisoformat(command.due_at)
    row = timers.find_start_timer(work.unit, command.timer_id, due_at)
    if row is None:
        raise NotFoundError(f"Expected to {what}, but there is no such timer.")
    if row.state != "scheduled":
        raise InvalidStateError(f"Expected to {what}, but it is {row.state} already.", state=row.state)
    if due_at > work.now:
        raise InvalidStateError(f"Expected to {what}, but it is not due yet.")
    if command.fence not in (None, row.fence):
        raise StaleVersionError(f"Expected to {what}, but another clock has claimed it since.", fence=row.fence)
    bound = store.get_in_definition(work.unit, row.definition_id, row.process_id)
    timers.fire_start_timer(work.unit, command.timer_id, due_at, work.now)
    trigger = row.trigger(store.get_start_trigger(work.unit, row.definition_id, row.process_id, row.element_id))
    following = _due(work, trigger, firing=row.firing + 1, armed_at=row.armed_at)
    if following is not None:
        timers.add_start_timer(work.unit, bound, trigger, following, firing=row.firing + 1, armed_at=row.armed_at)
    start = StartCase(
        command_id=command.command_id,
        case_id=command.case_id,
        process_id=row.process_id,
        version=bound.version,
        start_element_id=row.element_id,
    )
    return begin(work, command.case_id, bound, start, business_key=None, title=None, exercise=False)


def _due(work: Handling, trigger: Trigger, firing: int, armed_at: datetime) -> datetime | None:
    """When this firing falls due; None when there is none. Firings missed while nothing looked are coalesced."""
    context = work.run_context()
    text = text_of(trigger.expression or "", {}, context)
    if text is None:
        raise ExpressionError(
            f"Expected the timer of start event {trigger.element_id!r} to give a text, but it is null."
        )
    if trigger.timer == "cycle":
        cycle = parse_cycle(text)
        if firing == 1:
            return cycle.due(1, armed_at)
        following = cycle.next_after(work.now, armed_at)
        return None if following is None else following[1]
    return due_instant(text, armed_at) if firing == 1 else None
