"""What every verb of staff asks first: is the task in the actor's hands, and does the model allow it."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.bpmn.model import Node
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.signing import find_host
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.verbs import allowed_verbs
from workflow_engine.domain.commands import Command, Receipt, UserTaskCommand
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError, RejectedError
from workflow_engine.domain.permissions import may, require_writer
from workflow_engine.handlers.acts import ACTS
from workflow_engine.handlers.advancing import record
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.steps import token_of
from workflow_engine.handlers.user_tasks import refuse, require_open_task
from workflow_engine.storage.cases import Case
from workflow_engine.storage.user_tasks import UserTask
from workflow_engine.storage.visibility import may_see_case
from workflow_engine.storage.work import is_group, is_person


@dataclass(slots=True)
class InHand:
    """A task somebody may act on: its locked case, its row, and the case in memory."""

    case: Case
    task: UserTask
    instance: Instance
    token: Token
    """Of an opinion: of the task that it is on."""

    @property
    def is_opinion(self) -> bool:
        """Whether it is a signer's own task."""
        return self.token.token_id != token_of(self.task.user_task_id)


def require_in_hand(work: Handling, command: UserTaskCommand, what: str, verb: str | None = None) -> InHand:
    """The open task, held by the actor, on which the model allows the verb; who operates the case may act on it too.

    Raises:
        NotFoundError: there is no such task for the actor.
        NotPermittedError: it is not in their hands, or the model does not allow the verb here.
        InvalidStateError: it is done.
    """
    require_writer(work.actor, what)
    case, task = require_open_task(work, command, what)
    operates = may(work.actor, "case.operate", case.unit_id, case.process_id)
    if not operates and task.assignee != work.actor.actor_id:
        why = f"{task.assignee} has it" if task.assignee else "nobody has it yet: claim it before"
        refuse(work, case, what, why)
    found = in_memory(work, case, task, what)
    if verb is not None:
        require_allowed(found.token.task_spec.node, verb, what, operates=operates)
    return found


def in_memory(work: Handling, case: Case, task: UserTask, what: str) -> InHand:
    """The case in memory, and the token of the task. Raises NotFoundError."""
    instance = work.take_instance(case)
    token_id = token_of(task.user_task_id)
    token = instance.tree.index.get(token_id) or find_host(instance.tree, token_id)
    if token is None:
        raise NotFoundError(f"Expected to {what}, but there is no such task.", user_task_id=task.user_task_id)
    return InHand(case, task, instance, token)


def require_allowed(node: Node, verb: str, what: str, *, operates: bool) -> None:
    """Raise NotPermittedError where the model does not allow the verb; who operates cases needs no model's leave."""
    if not operates and verb not in allowed_verbs(node):
        raise NotPermittedError(f"Expected to {what}, but the model does not allow {verb!r} at {node.id!r}.")


def require_task_itself(found: InHand, what: str) -> None:
    """Raise InvalidStateError for a signer's task, and for one that a delegate prepares."""
    if found.is_opinion:
        raise InvalidStateError(f"Expected to {what}, but it only asks for an opinion: give it, or hand it over.")
    require_not_delegated(found, what)


def require_not_delegated(found: InHand, what: str) -> None:
    """Raise InvalidStateError while a delegate prepares the task."""
    delegated = found.token.internal_data.get("delegated")
    if delegated is not None and not found.is_opinion:
        raise InvalidStateError(f"Expected to {what}, but {delegated[1]} prepares it for {delegated[0]}.")


def require_reason(reason: str, what: str) -> None:
    """Raise RejectedError without one: every verb stands on the record with its reason."""
    if not reason.strip():
        raise RejectedError(f"Expected to {what} for a reason, but none is given.", field="reason")


def require_person(work: Handling, person_id: str, what: str) -> None:
    """Raise RejectedError when nobody of this id can act."""
    if not is_person(work.unit, person_id):
        raise RejectedError(f"Expected to {what}, but there is no person {person_id[:80]!r}.", field="to")


def require_subject(work: Handling, subject: str, what: str) -> bool:
    """Whether the subject is a unit or role rather than a person. Raises RejectedError when it is neither."""
    if is_person(work.unit, subject):
        return False
    if is_group(work.unit, subject):
        return True
    raise RejectedError(f"Expected to {what}, but there is no person, unit or role {subject[:80]!r}.", field="to")


def require_part(work: Handling, case: Case, what: str) -> None:
    """Raise unless the actor has a part in the case: may see it, and is not one who only reads."""
    require_writer(work.actor, what)
    if not may_see_case(work.unit, work.actor, case):
        raise NotFoundError(f"Expected to {what}, but there is no such case.", case_id=case.case_id)


def act_on(work: Handling, found: InHand, command: Command) -> Receipt:
    """Do the settled command to the case in memory, and record it."""
    return act_in(work, found.case, found.instance, command)


def act_in(work: Handling, case: Case, instance: Instance, command: Command) -> Receipt:
    """The same for a command that is to no task of its own."""
    context = work.run_context(case.unit_id, case.case_id, exercise=case.exercise)
    step = ACTS[type(command)](instance, context, command, work.actor.actor_id)
    return record(work, case, instance, step, command)
