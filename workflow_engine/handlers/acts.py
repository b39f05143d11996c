"""What a command does to a case in memory, and nothing else: no rows, no permissions, no clock.

Handlers call these under the case's lock; re-execution calls the same functions with the recorded commands, and must
get the same events.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from workflow_engine.bpmn.balloting import require_no_ballot
from workflow_engine.bpmn.run_context import RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.standing_in import counted
from workflow_engine.bpmn.two_persons import started_by
from workflow_engine.domain import commands as c
from workflow_engine.domain import operation_commands as o
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.events import (
    CaseResumed,
    CaseSuspended,
    Event,
    UserTaskActedFor,
    UserTaskAssigned,
    UserTaskClaimed,
    UserTaskReleased,
)
from workflow_engine.handlers.ballot_acts import BALLOT_ACTS
from workflow_engine.handlers.conflict_acts import CONFLICT_ACTS
from workflow_engine.handlers.deadline_acts import DEADLINE_ACTS
from workflow_engine.handlers.destruction_acts import DESTRUCTION_ACTS
from workflow_engine.handlers.emergency_acts import EMERGENCY_ACTS
from workflow_engine.handlers.operation_acts import act_migrate, act_modify
from workflow_engine.handlers.replanning_acts import REPLANNING_ACTS
from workflow_engine.handlers.service_request_acts import SERVICE_REQUEST_ACTS
from workflow_engine.handlers.steps import Act, Step, element_of, require_in_hand, step_of, token_of
from workflow_engine.handlers.work_acts import WORK_ACTS


def start_case(instance: Instance, context: RunContext, command: c.StartCase, actor_id: str) -> Step:
    """The first step of a case."""
    return step_of(
        instance.start(
            context,
            {**command.variables, **started_by(instance.definition.process(instance.process_id).properties, actor_id)},
            business_key=command.business_key,
            start_element_id=command.start_element_id,
        )
    )


def complete_user_task(instance: Instance, context: RunContext, command: c.CompleteUserTask, actor_id: str) -> Step:
    """Timers that were overdue come first: a deadline passed is passed, also when no clock looked in time."""
    before = fire_overdue(instance, context)
    try:
        done = complete_in_time(instance, context, command, actor_id)
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
    told = acted_for(instance, command, actor_id, is_completion=True)
    variables = command.variables
    token = instance.tree.index.get(token_id)
    if token is not None and token.task_spec.node.properties:
        variables = counted(token.task_spec.node, token.data, variables, actor_id, command.on_behalf_of)
    done = step_of(instance.complete_user_task(context, token_id, variables, actor_id))
    return Step(told).then(done) if told else done


def acted_for(
    instance: Instance, command: c.StandingCommand, actor_id: str, *, is_completion: bool = False
) -> list[Event]:
    """What is told first when somebody acts on behalf of somebody else."""
    if command.capacity is None or command.on_behalf_of is None:
        return []
    token_id = token_of(command.user_task_id)
    return [
        UserTaskActedFor(
            token_id=token_id, element_id=element_of(instance, token_id), by=actor_id,
            on_behalf_of=command.on_behalf_of, capacity=command.capacity, is_completion=is_completion,
            reason=command.reason,
        )
    ]  # fmt: skip


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
            fired = step_of(instance.fire_timer(context, token_id, position, due_at))
        except InvalidStateError:  # An earlier one withdrew it.
            continue
        step = fired if step is None else step.then(fired)
    return step


def claim_user_task(instance: Instance, _context: RunContext, command: c.ClaimUserTask, actor_id: str) -> Step:
    """The actor takes the task."""
    token_id = token_of(command.user_task_id)
    token = instance.tree.index.get(token_id)
    if token is not None:
        require_no_ballot(token)
    told = acted_for(instance, command, actor_id)
    claimed = UserTaskClaimed(
        token_id=token_id, element_id=element_of(instance, token_id), assignee=actor_id,
        reason=_reason_unless_told(command),
    )  # fmt: skip
    return Step([*told, claimed])


def release_user_task(instance: Instance, _context: RunContext, command: c.ReleaseUserTask, actor_id: str) -> Step:
    """The task goes back on offer."""
    token_id = token_of(command.user_task_id)
    require_in_hand(instance, token_id)
    told = acted_for(instance, command, actor_id)
    released = UserTaskReleased(
        token_id=token_id, element_id=element_of(instance, token_id), reason=_reason_unless_told(command)
    )
    return Step([*told, released])


def _reason_unless_told(command: c.StandingCommand) -> str | None:
    """The reason, which ``acted_for`` has told already where somebody acts for somebody else."""
    return command.reason if command.capacity is None else None


def assign_user_task(instance: Instance, _context: RunContext, command: c.AssignUserTask, actor_id: str) -> Step:
    """The task is given to a person."""
    token_id = token_of(command.user_task_id)
    require_in_hand(instance, token_id)
    element_id = element_of(instance, token_id)
    told = acted_for(instance, command, actor_id)
    assigned = UserTaskAssigned(token_id=token_id, element_id=element_id, assignee=command.assignee)
    return Step([*told, assigned])


def fire_timer(instance: Instance, context: RunContext, command: c.FireTimer, _actor_id: str) -> Step:
    """One firing of one timer."""
    return step_of(instance.fire_timer(context, command.token_id, command.position, command.due_at))


def correlate_message(instance: Instance, context: RunContext, command: c.CorrelateMessage, _actor_id: str) -> Step:
    """A message reaches its catcher."""
    return step_of(
        instance.catch_message(
            context, command.token_id, command.position, command.name, command.payload, command.correlation,
            command.message_id,
        )
    )  # fmt: skip


def deliver_signal(instance: Instance, context: RunContext, command: c.DeliverSignal, _actor_id: str) -> Step:
    """A signal reaches every catcher of the case."""
    return step_of(instance.catch_signal(context, command.name, command.payload, command.signal_id))


def complete_job(instance: Instance, context: RunContext, command: c.CompleteJob, _actor_id: str) -> Step:
    """Work done outside comes back."""
    return step_of(instance.complete_job(context, command.token_id, command.variables))


def fail_job(instance: Instance, context: RunContext, command: c.FailJob, _actor_id: str) -> Step:
    """Work failed; ``retries_left`` is settled by the handler before it is recorded."""
    retries = command.retries_left or 0
    again = context.now + timedelta(seconds=command.retry_in_seconds)
    retry_at = instant_text(again) if retries > 0 else None
    return step_of(instance.fail_job(context, command.token_id, command.error, retries, retry_at))


def throw_job_error(instance: Instance, context: RunContext, command: c.ThrowJobError, _actor_id: str) -> Step:
    """Work ended in a BPMN error."""
    return step_of(
        instance.throw_job_error(context, command.token_id, command.code, command.message, command.variables)
    )


def change_variables(instance: Instance, context: RunContext, command: c.ChangeVariables, _actor_id: str) -> Step:
    """Variables are set from outside the flow."""
    return step_of(instance.change_variables(context, command.variables))


def retry_incident(instance: Instance, context: RunContext, command: c.RetryIncident, _actor_id: str) -> Step:
    """The faulted element runs again."""
    return step_of(instance.retry(context, command.incident_no, command.variables))


def cancel_case(instance: Instance, context: RunContext, command: c.CancelCase, _actor_id: str) -> Step:
    """The case ends here."""
    return step_of(instance.cancel(context, command.reason))


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
    o.ModifyCase: act_modify,
    o.MigrateCase: act_migrate,
    **DEADLINE_ACTS,
    **DESTRUCTION_ACTS,
    **WORK_ACTS,
    **CONFLICT_ACTS,
    **BALLOT_ACTS,
    **SERVICE_REQUEST_ACTS,
    **REPLANNING_ACTS,
    **EMERGENCY_ACTS,
}
"""Every command that moves a case; an entry in a case's chain records one of these."""


def instant_text(instant: datetime) -> str:
    """The instant as events write it."""
    return instant.isoformat().replace("+00:00", "Z")
