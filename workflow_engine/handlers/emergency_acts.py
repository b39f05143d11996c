"""What calling the next in line does to a case in memory; see ``acts``."""

from __future__ import annotations

from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain.commands import Command
from workflow_engine.domain.emergency_commands import CallNext
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.handlers.steps import Act, Step, step_of, token_of


def _call_next(instance: Instance, context: RunContext, command: CallNext, _actor_id: str) -> Step:
    """What its timer would have done in time: the call stays open, and the next in line is called beside it."""
    host = instance.tree.index.get(token_of(command.user_task_id))
    for listener in () if host is None else host.children:
        is_timer = listener.task_spec.kind == "boundaryEvent" and not listener.task_spec.node.interrupting
        for position, due_at in (listener.internal_data.get("due") or {}).items() if is_timer else ():
            return step_of(instance.fire_timer(context, listener.id, int(position), due_at))
    raise InvalidStateError(f"Expected somebody else to call after {command.user_task_id}, but nobody is left.")


EMERGENCY_ACTS: dict[type[Command], Act] = {CallNext: _call_next}
