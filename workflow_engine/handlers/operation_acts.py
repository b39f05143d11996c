"""What moving tokens by hand and migration do to a case in memory; re-execution calls these as well."""

from __future__ import annotations

from workflow_engine.bpmn.migrating import migrate, require_other_version
from workflow_engine.bpmn.modifying import modify
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain.commands import CaseCommand
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.operation_commands import MigrateCase, ModifyCase
from workflow_engine.handlers.steps import Step, step_of

_STUCK = "stuck"


def act_modify(instance: Instance, context: RunContext, command: ModifyCase, _actor_id: str) -> Step:
    """The plan, and whatever runs on by itself after it."""
    before = instance.tree.header.get(_STUCK)
    step = step_of(
        instance.act(
            context,
            lambda tree: modify(tree, command.instructions, command.variables, command.scope_id, command.reason),
        )
    )
    _refuse_stuck(instance, command, before)
    return step


def act_migrate(instance: Instance, context: RunContext, command: MigrateCase, _actor_id: str) -> Step:
    """The tokens on the new version, and whatever that makes possible."""
    definition = context.source.by_id(command.definition_id)
    require_other_version(instance, definition)
    before = instance.tree.header.get(_STUCK)
    step = step_of(
        instance.act(
            context,
            lambda tree: migrate(
                instance,
                tree,
                definition,
                command.mapping,
                version=command.version or definition.version,
                reason=command.reason,
            ),
        )
    )
    _refuse_stuck(instance, command, before)
    return step


def _refuse_stuck(instance: Instance, command: CaseCommand, before: int | None) -> None:
    now = instance.tree.header.get(_STUCK)
    if now is not None and before is None:
        places = ", ".join(sorted({token.element_id for token in instance.open_tokens()}))
        raise InvalidStateError(
            f"Expected case {command.case_id} to be able to go on, but nothing could happen in it any more: its tokens "
            f"would wait at {places}."
        )
