"""A task in other hands: transferred for good, delegated and answered, urged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, NotPermittedError, RejectedError
from workflow_engine.domain.permissions import may
from workflow_engine.domain.work_commands import (
    AnswerDelegation,
    DelegateUserTask,
    TakeBackDelegation,
    TransferUserTask,
    UrgeUserTask,
)
from workflow_engine.handlers.fitness import require_fit, require_somebody_fit
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import (
    act_on,
    in_memory,
    require_allowed,
    require_in_hand,
    require_not_delegated,
    require_part,
    require_person,
    require_reason,
    require_subject,
    require_task_itself,
)
from workflow_engine.handlers.user_tasks import refuse, require_open_task
from workflow_engine.storage.organisation import people_holding
from workflow_engine.storage.work import last_urged_at, pending_delegation

URGE_PAUSE = timedelta(hours=1)
"""One person urges one task at most this often."""


def transfer_user_task(work: Handling, command: TransferUserTask) -> Receipt:
    """Hand the task over for good."""
    what = f"transfer user task {command.user_task_id}"
    require_reason(command.reason, what)
    found = require_in_hand(work, command, what, "transfer")
    require_not_delegated(found, what)
    is_group = require_subject(work, command.to, what)
    if command.to == found.task.assignee:
        raise InvalidStateError(f"Expected to {what} to another person, but {command.to} has it already.")
    if is_group:
        require_somebody_fit(work, found.token, people_holding(work.unit, [command.to]), what)
    else:
        require_fit(work, found.token, [command.to])
    return act_on(work, found, replace(command, is_group=is_group))


def delegate_user_task(work: Handling, command: DelegateUserTask) -> Receipt:
    """Have somebody prepare the task."""
    what = f"delegate user task {command.user_task_id}"
    require_reason(command.reason, what)
    found = require_in_hand(work, command, what, "delegate")
    require_task_itself(found, what)
    require_person(work, command.to, what)
    owner = found.task.assignee
    if owner is None:
        raise InvalidStateError(f"Expected to {what}, but nobody has it to whom it could come back.")
    if command.to == owner:
        raise InvalidStateError(f"Expected to {what} to another person, but {owner} has it already.")
    require_fit(work, found.token, [command.to])
    return act_on(work, found, replace(command, owner=owner))


def answer_delegation(work: Handling, command: AnswerDelegation) -> Receipt:
    """The delegate is done."""
    what = f"answer user task {command.user_task_id}"
    require_reason(command.answer, what)
    found = require_in_hand(work, command, what)
    pending = pending_delegation(work.unit, command.user_task_id)
    if pending is None or found.is_opinion:
        raise InvalidStateError(f"Expected to {what}, but it was not delegated.")
    if pending[1] != work.actor.actor_id:
        raise NotPermittedError(f"Expected to {what}, but {pending[1]} is asked.")
    require_fit(work, found.token, [work.actor.actor_id])
    return act_on(work, found, replace(command, owner=pending[0]))


def take_back_delegation(work: Handling, command: TakeBackDelegation) -> Receipt:
    """The owner, or who operates the case, takes it back."""
    what = f"take user task {command.user_task_id} back"
    require_reason(command.reason, what)
    case, task = require_open_task(work, command, what)
    pending = pending_delegation(work.unit, command.user_task_id)
    if pending is None:
        require_part(work, case, what)
        raise InvalidStateError(f"Expected to {what}, but it is with no delegate.")
    if pending[0] != work.actor.actor_id and not may(work.actor, "case.operate", case.unit_id, case.process_id):
        refuse(work, case, what, f"it is {pending[0]}'s")
    found = in_memory(work, case, task, what)
    return act_on(work, found, replace(command, owner=pending[0], delegate=pending[1]))


def urge_user_task(work: Handling, command: UrgeUserTask) -> Receipt:
    """Ask whoever has the task, or may take it, to hurry."""
    what = f"urge user task {command.user_task_id}"
    require_reason(command.reason, what)
    case, task = require_open_task(work, command, what)
    require_part(work, case, what)
    if task.assignee == work.actor.actor_id:
        raise InvalidStateError(f"Expected to {what}, but it is yours.")
    last = last_urged_at(work.unit, command.user_task_id, work.actor.actor_id)
    if last is not None and work.now - last < URGE_PAUSE:
        minutes = -(-(URGE_PAUSE - (work.now - last)) // timedelta(minutes=1))
        raise InvalidStateError(
            f"Expected to {what} at most once an hour, but you did lately: again in {minutes} minutes.",
            minutes=minutes,
        )
    found = in_memory(work, case, task, what)
    operates = may(work.actor, "case.operate", case.unit_id, case.process_id)
    require_allowed(found.token.task_spec.node, "urge", what, operates=operates)
    subjects = [task.assignee] if task.assignee else [*task.candidate_users, *task.candidate_groups]
    if not subjects:
        raise RejectedError(f"Expected to {what}, but it is on offer to everybody: there is nobody to ask.")
    return act_on(work, found, replace(command, subjects=tuple(subjects)))
