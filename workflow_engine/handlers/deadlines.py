"""Clocks that stand while others have to act first, and deadlines reckoned again when the calendar is another one."""

from __future__ import annotations

from dataclasses import replace

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.deadline_commands import CAUSES, ReckonDeadlines, StartClock, StopClock
from workflow_engine.domain.errors import InvalidVariablesError, RejectedError
from workflow_engine.domain.permissions import may, require_permission, require_writer
from workflow_engine.handlers.advancing import advance, require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import in_memory, require_allowed
from workflow_engine.handlers.reaching import require_operator
from workflow_engine.handlers.user_tasks import refuse
from workflow_engine.storage import reckoned, setting_versions
from workflow_engine.storage.cases import Case
from workflow_engine.storage.user_tasks import find_user_task


def stop_clock(work: Handling, command: StopClock) -> Receipt:
    """By who has the task, or operates the case; a reason is needed."""
    what = f"stop the clock of {command.user_task_id or command.case_id}"
    case = _require_allowed(work, command, what)
    problems = {}
    if command.cause not in CAUSES:
        problems["cause"] = f"one of {', '.join(CAUSES)}"
    if not command.reason.strip():
        problems["reason"] = "a reason is needed"
    if problems:
        raise InvalidVariablesError(f"Expected to {what} for a reason.", problems)
    return advance(work, case, command)


def start_clock(work: Handling, command: StartClock) -> Receipt:
    """By the same."""
    what = f"start the clock of {command.user_task_id or command.case_id}"
    return advance(work, _require_allowed(work, command, what), command)


def reckon_deadlines(work: Handling, command: ReckonDeadlines) -> Receipt:
    """Once for each version of the calendar; nothing where the case has been brought to it already."""
    what = f"reckon the deadlines of case {command.case_id} again"
    require_permission(work.actor, "case.operate", what)
    case = require_running_case(work, command.case_id, what)
    newest = setting_versions.newest(work.unit, setting_versions.CALENDAR).version
    known = reckoned.find(work.unit, case.case_id)
    if known is None or known >= newest:
        work.unchanged = True
        return Receipt(command_id=command.command_id, case_id=case.case_id, result={"calendar": known})
    return advance(work, case, replace(command, calendar=newest), {"calendar": newest})


def _require_allowed(work: Handling, command: StopClock | StartClock, what: str) -> Case:
    require_writer(work.actor, what)
    if command.user_task_id is None:
        require_operator(work, command.case_id, what)
        return require_running_case(work, command.case_id, what)
    if command.user_task_id.rpartition(".")[0] != command.case_id:
        raise RejectedError(f"Expected to {what} in its own case.", field="user_task_id")
    case = require_running_case(work, command.case_id, what)
    task = find_user_task(work.unit, command.user_task_id)
    operates = may(work.actor, "case.operate", case.unit_id, case.process_id)
    if not operates and (task is None or task.assignee != work.actor.actor_id):
        refuse(work, case, what, "only who has the task, or an administrator, may do that")
    if not operates and task is not None:
        require_allowed(in_memory(work, case, task, what).token.task_spec.node, "stop_clock", what, operates=False)
    return case
