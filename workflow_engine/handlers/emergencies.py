"""Calls of units in an emergency: the next in line is called when the time is over, or when the duty room says so."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.emergency_commands import CallNext
from workflow_engine.domain.emergency_duties import RUNGS
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.permissions import require_writer
from workflow_engine.handlers.advancing import advance, require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.reaching import require_operator
from workflow_engine.storage.user_tasks import find_user_task
from workflow_engine.storage.visibility import may_see_case

CALL = "emergency.call"


def call_next(work: Handling, command: CallNext) -> Receipt:
    """By who coordinates emergencies and sees this one; a reason is needed."""
    what = f"call the next in line after {command.user_task_id}"
    require_writer(work.actor, what)
    require_operator(work, command.case_id, what, CALL)
    case = require_running_case(work, command.case_id, what)
    task = find_user_task(work.unit, command.user_task_id)
    is_here = task is not None and task.case_id == case.case_id and task.element_id in RUNGS
    if task is None or not is_here or not may_see_case(work.unit, work.actor, case):
        raise NotFoundError(f"Expected to {what}, but there is no such call.", user_task_id=command.user_task_id[:80])
    if task.state not in ("ready", "claimed"):
        raise InvalidStateError(f"Expected to {what}, but that was answered: it is {task.state}.", state=task.state)
    if not command.reason.strip():
        raise InvalidVariablesError(f"Expected to {what} for a reason.", {"reason": "a reason is needed"})
    return advance(work, case, command)
