"""On whose behalf somebody acts on a task: their own, as the deputy of an absent person, or as an administrator."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from workflow_engine.domain.actors import Actor, StandIn
from workflow_engine.domain.commands import StandingCommand
from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.domain.permissions import may
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage.cases import Case
from workflow_engine.storage.user_tasks import UserTask

C = TypeVar("C", bound=StandingCommand)
DEPUTY, ADMINISTRATOR = "deputy", "administrator"


def settled(work: Handling, case: Case, task: UserTask, command: C, what: str) -> C | None:
    """The command with on whose behalf it is, as it is recorded; None when the task is none of the actor's.

    Who can act in their own right does; a deputy need not say for whom. An administrator says for whom and why.

    Raises:
        InvalidVariablesError: an administrator gives no reason.
    """
    actor = work.actor
    if actor.is_system:
        return replace(command, capacity=None)
    named = command.on_behalf_of
    if named in (None, actor.actor_id) and _is_own(task, actor):
        return replace(command, on_behalf_of=None, capacity=None)
    for one in actor.absent(case.process_id):
        if named in (None, one.person_id) and _is_theirs(task, one, actor):
            return replace(command, on_behalf_of=one.person_id, capacity=DEPUTY)
    if named is None or not may_act_for(work, case) or named not in _holders(task):
        return None
    require_reason(command, what)
    return replace(command, capacity=ADMINISTRATOR)


def may_act_for(work: Handling, case: Case) -> bool:
    """Whether the actor may act on tasks of others in this case."""
    return may(work.actor, "task.act_for", case.unit_id, case.process_id)


def require_reason(command: StandingCommand, what: str) -> None:
    """Raise InvalidVariablesError unless a reason is given."""
    if not (command.reason or "").strip():
        raise InvalidVariablesError(
            f"Expected to {what} for a reason, but none is given.", {"reason": "a reason is needed"}
        )


def _is_own(task: UserTask, actor: Actor) -> bool:
    """Whether the task is the actor's, or offered to them; one held only as somebody's deputy is not."""
    if task.assignee == actor.actor_id:
        return _is_offered(task, actor) or not any(_is_theirs(task, one, actor) for one in actor.stands_in_for)
    return task.assignee is None and _is_offered(task, actor)


def _is_offered(task: UserTask, actor: Actor) -> bool:
    if not task.candidate_users and not task.candidate_groups:
        return True
    return actor.actor_id in task.candidate_users or not actor.groups.isdisjoint(task.candidate_groups)


def _is_theirs(task: UserTask, one: StandIn, actor: Actor) -> bool:
    """Whether the absent person has the task or could take it."""
    if task.assignee == one.person_id:
        return True
    if task.assignee not in (None, actor.actor_id):
        return False
    return one.person_id in task.candidate_users or not one.groups.isdisjoint(task.candidate_groups)


def _holders(task: UserTask) -> list[str]:
    """For whom an administrator can act: who has the task, else those it is offered to."""
    return [task.assignee] if task.assignee is not None else [*task.candidate_users, *task.candidate_groups]
