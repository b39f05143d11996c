"""Taking, giving and doing user tasks."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.commands import (
    AssignUserTask,
    ClaimUserTask,
    CompleteUserTask,
    Receipt,
    ReleaseUserTask,
    StandingCommand,
    UserTaskCommand,
)
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError
from workflow_engine.handlers.acts import ACTS, complete_in_time
from workflow_engine.handlers.advancing import advance, require_running_case
from workflow_engine.handlers.fitness import fit_first
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.standing import ADMINISTRATOR, DEPUTY, may_act_for, require_reason, settled
from workflow_engine.storage.cases import Case
from workflow_engine.storage.user_tasks import UserTask, find_user_task
from workflow_engine.storage.visibility import may_see_case
from workflow_engine.storage.work import drop_draft

C = TypeVar("C", bound=StandingCommand)
_DONE = {"completed": "completed", "cancelled": "withdrawn"}


def complete_user_task(work: Handling, command: CompleteUserTask) -> Receipt:
    """The actor has done the task; what they said goes into the case."""
    what = f"complete user task {command.user_task_id}"
    case, task = require_open_task(work, command, what)
    own = settled(work, case, task, command, what)
    if own is None:
        refuse(work, case, what, f"it is claimed by {task.assignee}" if task.assignee else "it is not offered to you")
    if task.has_drafts:
        drop_draft(work.unit, task.user_task_id)
    in_time = case.next_due_at is None or case.next_due_at > work.now
    settled_command = own or command
    act = complete_in_time if in_time else ACTS[CompleteUserTask]
    people = (work.actor.actor_id, settled_command.on_behalf_of)
    return advance(work, case, settled_command, act=fit_first(work, act, people))


def claim_user_task(work: Handling, command: ClaimUserTask) -> Receipt:
    """The actor takes a task that is offered to them."""
    what = f"claim user task {command.user_task_id}"
    case, task = require_open_task(work, command, what)
    if task.assignee == work.actor.actor_id:
        raise InvalidStateError(f"Expected to {what}, but it is yours already.", assignee=task.assignee)
    own = settled(work, case, task, command, what)
    if own is None or (task.assignee is not None and own.capacity is None):
        if not is_offered(task, work.actor):
            refuse(work, case, what, "it is not offered to you")
        raise InvalidStateError(f"Expected to {what}, but {task.assignee} has it.", assignee=task.assignee)
    people = (work.actor.actor_id, own.on_behalf_of)
    return advance(work, case, own, act=fit_first(work, ACTS[ClaimUserTask], people))


def release_user_task(work: Handling, command: ReleaseUserTask) -> Receipt:
    """Who has the task gives it back to all it was offered to, and says why."""
    what = f"release user task {command.user_task_id}"
    case, task = require_open_task(work, command, what)
    if task.assignee is None:
        if not is_offered(task, work.actor):
            refuse(work, case, what, "it is not yours")
        raise InvalidStateError(f"Expected to {what}, but nobody has it.")
    settled_one = _for_the_holder(work, case, task, command, what, f"it is claimed by {task.assignee}")
    require_reason(command, what)
    return advance(work, case, settled_one)


def assign_user_task(work: Handling, command: AssignUserTask) -> Receipt:
    """Give the task to a person: by whoever has it, or by who operates cases."""
    what = f"assign user task {command.user_task_id}"
    case, task = require_open_task(work, command, what)
    why = "only who has it, or an administrator, may give it to somebody"
    own = _for_the_holder(work, case, task, command, what, why)
    return advance(work, case, own, act=fit_first(work, ACTS[AssignUserTask], (command.assignee,)))


def _for_the_holder(work: Handling, case: Case, task: UserTask, command: C, what: str, why: str) -> C:
    """The command as recorded: of who has the task, of their deputy, or of an administrator, who says why.

    An administrator may give a task that nobody has to somebody else without more words.
    """
    if task.assignee == work.actor.actor_id or work.actor.is_system:
        return replace(command, on_behalf_of=None, capacity=None)
    if any(one.person_id == task.assignee for one in work.actor.absent(case.process_id)):
        return replace(command, on_behalf_of=task.assignee, capacity=DEPUTY)
    if not may_act_for(work, case):
        refuse(work, case, what, why)
    if task.assignee is None and getattr(command, "assignee", None) != work.actor.actor_id:
        return replace(command, on_behalf_of=None, capacity=None)
    require_reason(command, what)
    return replace(command, on_behalf_of=task.assignee or work.actor.actor_id, capacity=ADMINISTRATOR)


def require_open_task(work: Handling, command: UserTaskCommand, what: str) -> tuple[Case, UserTask]:
    """The locked case and the task, both open. Raises NotFoundError or InvalidStateError."""
    case_id = command.case_id
    if not case_id:
        raise NotFoundError(f"Expected to {what}, but there is no such task.")
    case = require_running_case(work, case_id, what)
    task = find_user_task(work.unit, command.user_task_id)
    if task is None:
        raise NotFoundError(f"Expected to {what}, but there is no such task.", user_task_id=command.user_task_id)
    if task.state in _DONE:
        if not may_see_case(work.unit, work.actor, case):
            raise NotFoundError(f"Expected to {what}, but there is no such task.", user_task_id=command.user_task_id)
        by = f" by {task.completed_by}" if task.completed_by else ""
        raise InvalidStateError(
            f"Expected to {what}, but it was {_DONE[task.state]}{by} already.",
            state=task.state,
            completed_by=task.completed_by,
        )
    return case, task


def is_offered(task: UserTask, actor: Actor) -> bool:
    """Whether the actor has the task or may take it."""
    if actor.is_system or task.assignee == actor.actor_id:
        return True
    if not task.candidate_users and not task.candidate_groups:
        return True
    return actor.actor_id in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def refuse(work: Handling, case: Case, what: str, why: str) -> None:
    """Who may see the case learns why; for anyone else there is no such task."""
    if may_see_case(work.unit, work.actor, case):
        raise NotPermittedError(f"Expected to {what}, but {why}.")
    raise NotFoundError(f"Expected to {what}, but there is no such task.")
