"""What re-planning does to a case in memory; see ``acts``."""

from __future__ import annotations

from workflow_engine.bpmn.replanning import end_plan, is_plannable, plan_task
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.domain.commands import Command
from workflow_engine.domain.replanning_commands import ReplanCase, RevertReplan
from workflow_engine.handlers.steps import Act, Step, step_of


def replan_case(instance: Instance, context: RunContext, command: ReplanCase, _actor_id: str) -> Step:
    """Each task comes to what the emergency's level wants of it; what it wants nothing of any more is given back."""

    def do(tree: CaseTree) -> None:
        common = {"replan_id": command.replan_id, "level": command.level, "reason": command.reason or None}
        for told in command.tasks:
            task = tree.index.get(told["token_id"])
            if task is None or not is_plannable(task):
                continue
            if told["treatment"] is None:
                end_plan(tree, task, command.emergency_id, told, command.replan_id)
            else:
                plan_task(tree, task, command.emergency_id, told, common)

    return step_of(instance.act(context, do))


def revert_replan(instance: Instance, context: RunContext, command: RevertReplan, _actor_id: str) -> Step:
    """Each task gets back what can be given back."""

    def do(tree: CaseTree) -> None:
        for told in command.tasks:
            task = tree.index.get(told["token_id"])
            if task is not None and is_plannable(task):
                end_plan(tree, task, command.emergency_id, told, command.replan_id)

    return step_of(instance.act(context, do))


REPLANNING_ACTS: dict[type[Command], Act] = {ReplanCase: replan_case, RevertReplan: revert_replan}
