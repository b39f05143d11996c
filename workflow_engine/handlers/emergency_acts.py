"""What calling the next in line does to a case in memory; see ``acts``."""

from __future__ import annotations

from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain.commands import Command
from workflow_engine.domain.emergency_commands import CallAgain, CallNext
from workflow_engine.domain.emergency_duties import CALLED_AGAIN
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.events import UserTaskUrged
from workflow_engine.handlers.steps import Act, Step, element_of, step_of, token_of


def _call_next(instance: Instance, context: RunContext, command: CallNext, _actor_id: str) -> Step:
    """What its timer would have done in time: the call stays open, and the next in line is called beside it."""
    host = instance.tree.index.get(token_of(command.user_task_id))
    for listener in () if host is None else host.children:
        is_timer = listener.task_spec.kind == "boundaryEvent" and not listener.task_spec.node.interrupting
        is_timer = is_timer and listener.element_id not in CALLED_AGAIN
        for position, due_at in (listener.internal_data.get("due") or {}).items() if is_timer else ():
            return step_of(instance.fire_timer(context, listener.id, int(position), due_at))
    raise InvalidStateError(f"Expected somebody else to call after {command.user_task_id}, but nobody is left.")


def _call_again(instance: Instance, _context: RunContext, command: CallAgain, _actor_id: str) -> Step:
    """Whoever was called is told once more; the call itself stays as it is."""
    return Step(
        [
            UserTaskUrged(
                token_id=call["token_id"],
                element_id=element_of(instance, call["token_id"]),
                subjects=list(call["subjects"]),
            )
            for call in command.calls
        ]
    )


EMERGENCY_ACTS: dict[type[Command], Act] = {CallNext: _call_next, CallAgain: _call_again}
