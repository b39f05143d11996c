"""What a command does to a case in memory, and nothing else: no rows, no permissions, no clock.

Handlers call these under the case's lock; re-execution calls the same functions with the recorded commands, and must
get the same events.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workflow_engine.bpmn.runtime import Advance, Instance, RunContext
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain import commands as c
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.events import (
    CaseResumed,
    CaseSuspended,
    Event,
    UserTaskAssigned,
    UserTaskClaimed,
    UserTaskReleased,
)


@dataclass(slots=True)
class Step:
    """What one command changes: an ``Advance`` of the runtime, or events that move rows only (``header`` None)."""

    events: list[Event]
    changed: list[TokenRow] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    header: dict[str, Any] | None = None
    state: str | None = None
    """None: the case stays in the state it is in."""

    def then(self, later: Step) -> Step:
        """Both, one after the other, as one."""
        changed = {row.slot: row for row in self.changed}
        removed = set(self.removed)
        for slot in later.removed:
            changed.pop(slot, None)
            removed.add(slot)
        for row in later.changed:
            changed[row.slot] = row
            removed.discard(row.slot)
        return Step(
            self.events + later.events,
            list(changed.values()),
            sorted(removed),
            later.header if later.header is not None else self.header,
            later.state or self.state,
        )


Act = Callable[[Instance, RunContext, Any, str], Step]
"""(instance, context, command, actor_id) → Step."""


def _step(advance: Advance) -> Step:
    state = None if advance.state == "active" else advance.state
    return Step(advance.events, advance.changed, advance.removed, advance.header, state)


def start_case(instance: Instance, context: RunContext, command: c.StartCase, _actor_id: str) -> Step:
    """The first step of a case."""
    return _step(
        instance.start(
            context,
            command.variables,
            business_key=command.business_key,
            start_element_id=command.start_element_id,
        )
    )


def complete_user_task(instance: Instance, context: RunContext, command: c.CompleteUserTask, actor_id: str) -> Step:
    """Timers that were overdue come first: a deadline passed is passed, also when no clock looked in time."""
    token_id = token_of(command.user_task_id)
    before = fire_overdue(instance, context)
    try:
        done = _step(instance.complete_user_task(context, token_id, command.variables, actor_id))
    except (NotFoundError, InvalidStateError) as refusal:
        if before is None:
            raise
        raise InvalidStateError(
            f"Expected to complete user task {command.user_task_id}, but its deadline has passed: an overdue timer "
            "withdraws it."
        ) from refusal
    return done if before is None else before.then(done)


def complete_in_time(instance: Instance, context: RunContext, command: c.CompleteUserTask, actor_id: str) -> Step:
    """The same where it is known that no timer of the case is overdue: nothing needs to be looked through."""
    token_id = token_of(command.user_task_id)
    return _step(instance.complete_user_task(context, token_id, command.variables, actor_id))


def next_due_at(instance: Instance) -> datetime | None:
    """No timer of the case falls due before this instant (which is rounded down to a second); None: none is set."""
    waits = (token.internal_data.get("due") for token in instance.tree.index.values())
    first = min((text[:19] for due in waits if due for text in due.values()), default=None)
    return None if first is None else datetime.fromisoformat(first + "+00:00")


def fire_overdue(instance: Instance, context: RunContext) -> Step | None:
    """Fire every timer that is overdue now, in the order of their due instants; None when none was."""
    step: Step | None = None
    for token_id, position, due_at in instance.due_timers(context.now):
        try:
            fired = _step(instance.fire_timer(context, token_id, position, due_at))
        except InvalidStateError:  # An earlier one withdrew it.
            continue
        step = fired if step is None else step.then(fired)
    return step


def claim_user_task(instance: Instance, _context: RunContext, command: c.ClaimUserTask, actor_id: str) -> Step:
    """The actor takes the task."""
    token_id = token_of(command.user_task_id)
    return Step([UserTaskClaimed(token_id=token_id, element_id=element_of(instance, token_id), assignee=actor_id)])


def release_user_task(instance: Instance, _context: RunContext, command: c.ReleaseUserTask, _actor_id: str) -> Step:
    """The task goes back on offer."""
    token_id = token_of(command.user_task_id)
    return Step([UserTaskReleased(token_id=token_id, element_id=element_of(instance, token_id))])


def assign_user_task(instance: Instance, _context: RunContext, command: c.AssignUserTask, _actor_id: str) -> Step:
    """The task is given to a person."""
    token_id = token_of(command.user_task_id)
    element_id = element_of(instance, token_id)
    return Step([UserTaskAssigned(token_id=token_id, element_id=element_id, assignee=command.assignee)])


def fire_timer(instance: Instance, context: RunContext, command: c.FireTimer, _actor_id: str) -> Step:
    """One firing of one timer."""
    return _step(instance.fire_timer(context, command.token_id, command.position, command.due_at))


def correlate_message(instance: Instance, context: RunContext, command: c.CorrelateMessage, _actor_id: str) -> Step:
    """A message reaches its catcher."""
    return _step(
        instance.catch_message(
            context, command.token_id, command.position, command.name, command.payload, command.correlation,
            command.message_id,
        )
    )  # fmt: skip


def deliver_signal(instance: Instance, context: RunContext, command: c.DeliverSignal, _actor_id: str) -> Step:
    """A signal reaches every catcher of the case."""
    return _step(instance.catch_signal(context, command.name, command.payload, command.signal_id))


def complete_job(instance: Instance, context: RunContext, command: c.CompleteJob, _actor_id: str) -> Step:
    """Work done outside comes back."""
    return _step(instance.complete_job(context, command.token_id, command.variables))


def fail_job(instance: Instance, context: RunContext, command: c.FailJob, _actor_id: str) -> Step:
    """Work failed; ``retries_left`` is settled by the handler before it is recorded."""
    retries = command.retries_left or 0
    again = context.now + timedelta(seconds=command.retry_in_seconds)
    retry_at = instant_text(again) if retries > 0 else None
    return _step(instance.fail_job(context, command.token_id, command.error, retries, retry_at))


def throw_job_error(instance: Instance, context: RunContext, command: c.ThrowJobError, _actor_id: str) -> Step:
    """Work ended in a BPMN error."""
    return _step(instance.throw_job_error(context, command.token_id, command.code, command.message, command.variables))


def change_variables(instance: Instance, context: RunContext, command: c.ChangeVariables, _actor_id: str) -> Step:
    """Variables are set from outside the flow."""
    return _step(instance.change_variables(context, command.variables))


def retry_incident(instance: Instance, context: RunContext, command: c.RetryIncident, _actor_id: str) -> Step:
    """The faulted element runs again."""
    return _step(instance.retry(context, command.incident_no, command.variables))


def cancel_case(instance: Instance, context: RunContext, command: c.CancelCase, _actor_id: str) -> Step:
    """The case ends here."""
    return _step(instance.cancel(context, command.reason))


def suspend_case(_instance: Instance, _context: RunContext, command: c.SuspendCase, _actor_id: str) -> Step:
    """The case stands still."""
    return Step([CaseSuspended(reason=command.reason)], state="suspended")


def resume_case(_instance: Instance, _context: RunContext, command: c.ResumeCase, _actor_id: str) -> Step:
    """The case goes on; what fell due meanwhile is due now."""
    return Step([CaseResumed(reason=command.reason)], state="active")


ACTS: dict[type[c.Command], Act] = {
    c.StartCase: start_case,
    c.CompleteUserTask: complete_user_task,
    c.ClaimUserTask: claim_user_task,
    c.ReleaseUserTask: release_user_task,
    c.AssignUserTask: assign_user_task,
    c.FireTimer: fire_timer,
    c.CorrelateMessage: correlate_message,
    c.DeliverSignal: deliver_signal,
    c.CompleteJob: complete_job,
    c.FailJob: fail_job,
    c.ThrowJobError: throw_job_error,
    c.ChangeVariables: change_variables,
    c.RetryIncident: retry_incident,
    c.CancelCase: cancel_case,
    c.SuspendCase: suspend_case,
    c.ResumeCase: resume_case,
}
"""Every command that moves a case; an entry in a case's chain records one of these."""


def token_of(task_id: str) -> int:
    """The token number in a user task's or job's id. Raises NotFoundError for anything else."""
    number = task_id.rpartition(".")[2]
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFoundError(f"Expected the id of a task (case, dot, number), but got {task_id[:80]!r}.")
    return int(number)


def element_of(instance: Instance, token_id: int) -> str:
    """The model's id of the node where this token is. Raises NotFoundError."""
    token = instance.tree.index.get(token_id)
    if token is None:
        raise NotFoundError(f"Expected a token {token_id} in case {instance.case_id}, but there is none.")
    return token.element_id


def instant_text(instant: datetime) -> str:
    """The instant as events write it."""
    return instant.isoformat().replace("+00:00", "Z")
