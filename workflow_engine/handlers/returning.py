"""Back to an earlier step: a task returned by who has the next one, or taken back by who completed it.

The plan is made here, from the record of the case (``bpmn.lineage``), and written into the command before that is
recorded; carrying it out is ``bpmn.moving``'s.
"""

from __future__ import annotations

from dataclasses import replace

from workflow_engine.bpmn.going_back import (
    answers_since,
    branches_to_withdraw,
    followers,
    goes_straight_back,
    lineage_of,
    plan_taking_back,
    ways_back,
)
from workflow_engine.bpmn.lineage import Lineage
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError
from workflow_engine.domain.permissions import may, require_writer
from workflow_engine.domain.work_commands import ReturnUserTask, TakeBackUserTask
from workflow_engine.handlers.advancing import require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import (
    act_in,
    act_on,
    require_allowed,
    require_in_hand,
    require_reason,
    require_task_itself,
)
from workflow_engine.handlers.steps import token_of
from workflow_engine.library import BoundSource
from workflow_engine.storage.user_tasks import find_user_task
from workflow_engine.storage.visibility import may_see_case
from workflow_engine.storage.work import completer_of, is_begun, is_person, recorded_events

LEFT_THE_CASE = {
    "message.thrown": "a message has gone out",
    "signal.thrown": "a signal has gone out",
    "job.created": "work was given to a service",
}


def return_user_task(work: Handling, command: ReturnUserTask) -> Receipt:
    """Send the case back to a step that it has passed through on its way here."""
    what = f"return user task {command.user_task_id}"
    require_reason(command.reason, what)
    found = require_in_hand(work, command, what, "return")
    require_task_itself(found, what)
    lineage = _lineage(work, found.instance)
    token_id = token_of(command.user_task_id)
    if command.to_task.rpartition(".")[0] != command.case_id:
        raise NotFoundError(f"Expected to {what} to a step of its own case, but got {command.to_task[:80]!r}.")
    way = ways_back(lineage, found.instance, token_id).get(token_of(command.to_task))
    if way is None:
        raise InvalidStateError(
            f"Expected to {what} to a step that the case passed through on the way here, but {command.to_task} is none."
        )
    if command.come_back and not goes_straight_back(found.token, way):
        raise InvalidStateError(
            f"Expected to {what} and have it come straight back, but that goes only to a single task of the same level."
        )
    doer = completer_of(work.unit, command.to_task)
    joint = lineage.passed[token_of(command.to_task)].body_of is not None
    settled = replace(
        command,
        scope_id=way.scope_id,
        path=way.path,
        withdrawn=branches_to_withdraw(found.instance, lineage, way, found.token, come_back=command.come_back),
        in_place_of=way.reference,
        assignee=doer if doer is not None and not joint and is_person(work.unit, doer) else None,
        holder=found.task.assignee,
        superseded=answers_since(lineage, token_of(command.to_task), way, come_back=command.come_back),
    )
    return act_on(work, found, settled)


def take_back_user_task(work: Handling, command: TakeBackUserTask) -> Receipt:
    """Who completed the task wants it again, and nobody has acted on what followed."""
    what = f"take user task {command.user_task_id} back"
    require_reason(command.reason, what)
    require_writer(work.actor, what)
    case = require_running_case(work, command.case_id, what) if command.case_id else None
    task = None if case is None else find_user_task(work.unit, command.user_task_id)
    if case is None or task is None or not may_see_case(work.unit, work.actor, case):
        raise NotFoundError(f"Expected to {what}, but there is no such task.", user_task_id=command.user_task_id)
    if task.state != "completed":
        raise InvalidStateError(f"Expected to {what}, but it is not completed.", state=task.state)
    if task.completed_by != work.actor.actor_id:
        raise NotPermittedError(f"Expected to {what}, but {task.completed_by} completed it.")
    instance = work.take_instance(case)
    lineage = _lineage(work, instance)
    token_id = token_of(command.user_task_id)
    settled = plan_taking_back(instance, lineage, command, token_id, what)
    _require_untouched(work, instance, lineage, settled, what)
    operates = may(work.actor, "case.operate", case.unit_id, case.process_id)
    require_allowed(lineage.node_of(token_id), "take_back", what, operates=operates)
    return act_in(work, case, instance, settled)


def _lineage(work: Handling, instance: Instance) -> Lineage:
    events = recorded_events(work.unit, instance.case_id)
    return lineage_of(instance, BoundSource(work.unit, work.parts.library), events)


def _require_untouched(
    work: Handling, instance: Instance, lineage: Lineage, plan: TakeBackUserTask, what: str
) -> None:
    """Raise InvalidStateError when somebody has acted on what followed, or something has left the case."""
    after = followers(instance, lineage, plan, token_of(plan.user_task_id))
    for number in sorted(after):
        step = lineage.passed[number]
        if step.kind == "userTask" and step.completed:
            raise InvalidStateError(f"Expected to {what}, but {step.element_id!r} was completed after it.")
        if step.kind == "userTask" and is_begun(work.unit, f"{instance.case_id}.{number}"):
            raise InvalidStateError(f"Expected to {what}, but somebody is at work on {step.element_id!r} already.")
    for event in recorded_events(work.unit, instance.case_id):
        why = LEFT_THE_CASE.get(str(event["event"]))
        if why is not None and event.get("token_id") in after:
            raise InvalidStateError(f"Expected to {what}, but {why}.")
