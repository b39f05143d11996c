"""What stopping and starting clocks, and another calendar, do to a case in memory; see ``acts``."""

from __future__ import annotations

from workflow_engine.bpmn.deadlines import go_on, hold, of_task, reckon_again
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.signing import require_user_task
from workflow_engine.bpmn.token import Token
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.domain.commands import Command
from workflow_engine.domain.deadline_commands import ReckonDeadlines, StartClock, StopClock
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.events import ClockStarted, ClockStopped
from workflow_engine.handlers.steps import Act, Step, step_of, token_of


def stop_clock(instance: Instance, context: RunContext, command: StopClock, _actor_id: str) -> Step:
    """Deadlines stand still: of a task and the timers attached to it, or of all tasks and timers in working time."""

    def do(tree: CaseTree) -> None:
        whole = command.user_task_id is None
        task = None if command.user_task_id is None else require_user_task(tree, token_of(command.user_task_id))
        tree.recorder.add(
            ClockStopped(
                token_id=None if task is None else task.id, element_id=None if task is None else task.element_id,
                cause=command.cause, reason=command.reason,
            )
        )  # fmt: skip
        tokens = of_task(task) if task is not None else _live(tree)
        held = sum(
            hold(tree, token, command.cause, command.reason, by_case=whole, timers=not whole or _is_of_task(token))
            for token in tokens
        )
        if not held:
            raise InvalidStateError("Expected a deadline whose clock runs, but there is none to stop.")

    return step_of(instance.act(context, do))


def start_clock(instance: Instance, context: RunContext, command: StartClock, _actor_id: str) -> Step:
    """What was stopped goes on, moved by the time it stood."""

    def do(tree: CaseTree) -> None:
        task = None if command.user_task_id is None else require_user_task(tree, token_of(command.user_task_id))
        tokens = of_task(task) if task is not None else _live(tree)
        since = [one for token in tokens for one in go_on(tree, token, by_case=None if task is not None else True)]
        if not since:
            raise InvalidStateError("Expected a clock that stands, but it runs.")
        tree.recorder.add(
            ClockStarted(
                token_id=None if task is None else task.id, element_id=None if task is None else task.element_id,
                stopped_at=min(since), reason=command.reason or None,
            )
        )  # fmt: skip

    return step_of(instance.act(context, do))


def reckon_deadlines(instance: Instance, context: RunContext, command: ReckonDeadlines, _actor_id: str) -> Step:
    """Deadlines in working time are those of the calendar that holds now."""
    return step_of(instance.act(context, lambda tree: reckon_again(tree, command.calendar)))


def _live(tree: CaseTree) -> list[Token]:
    return [token for _, token in sorted(tree.index.items()) if token.is_live]


def _is_of_task(token: Token) -> bool:
    """Whether a token is an open user task or an event attached to one."""
    if token.task_spec.kind == "boundaryEvent":
        token = token.parent
    return bool(token.task_spec.kind == "userTask")


DEADLINE_ACTS: dict[type[Command], Act] = {
    StopClock: stop_clock,
    StartClock: start_clock,
    ReckonDeadlines: reckon_deadlines,
}
