"""What declaring and lifting a conflict of interest does to a case in memory; see ``acts``."""

from __future__ import annotations

from workflow_engine.bpmn import barring, signing
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.domain.commands import Command
from workflow_engine.domain.conflict_commands import DeclareCaseConflict, LiftCaseConflict
from workflow_engine.domain.events import UserTaskFellTo, UserTaskReleased, UserTaskTransferred
from workflow_engine.handlers.steps import Act, Step, step_of, token_of
from workflow_engine.handlers.work_acts import end_delegation


def declare(instance: Instance, context: RunContext, command: DeclareCaseConflict, _actor_id: str) -> Step:
    """The person is out; each of their tasks goes where the handler settled."""

    def do(tree: CaseTree) -> None:
        barring.declare(tree, command.person_id, command.reason)
        for task_id in command.withdrawn:
            signing.remove(tree, token_of(task_id), command.reason)
        for task_id in command.returned:
            end_delegation(tree, token_of(task_id), "taken_back", command.reason)
        for task_id in command.released:
            token = _undelegated(tree, task_id, command.reason)
            tree.recorder.add(UserTaskReleased(token_id=token.id, element_id=token.element_id))
        for task_id, group in command.fallen:
            token = _undelegated(tree, task_id, command.reason)
            number, element_id = token.id, token.element_id
            tree.recorder.add(UserTaskTransferred(token_id=number, element_id=element_id, group=group))
            tree.recorder.add(
                UserTaskFellTo(
                    token_id=number, element_id=element_id, group=group, because="barred",
                    instead_of=[command.person_id],
                )
            )  # fmt: skip

    return step_of(instance.act(context, do))


def lift(instance: Instance, context: RunContext, command: LiftCaseConflict, _actor_id: str) -> Step:
    """The person may take part again; what went to others stays with them."""
    return step_of(instance.act(context, lambda tree: barring.lift(tree, command.person_id, command.reason)))


def _undelegated(tree: CaseTree, task_id: str, reason: str) -> Token:
    token = signing.require_user_task(tree, token_of(task_id))
    if "delegated" in token.internal_data:
        end_delegation(tree, token.id, "taken_back", reason)
    return token


CONFLICT_ACTS: dict[type[Command], Act] = {DeclareCaseConflict: declare, LiftCaseConflict: lift}
