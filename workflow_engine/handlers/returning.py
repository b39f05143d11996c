"""Back to an earlier step: a task returned by who has the next one, or taken back by who completed it.

The plan is made here, from the record of the case (``bpmn.lineage``), and written into the command before that is
recorded; carrying it out is ``bpmn.moving``'s.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from workflow_engine.bpmn.definition import DefinitionSource
from workflow_engine.bpmn.lineage import Lineage
from workflow_engine.bpmn.moving import branch_of, branches, find_scope
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token import Token
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError
from workflow_engine.domain.permissions import may, require_writer
from workflow_engine.domain.work_commands import ReturnUserTask, TakeBackUserTask
from workflow_engine.handlers.advancing import require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import (
    InHand,
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

_LEFT_THE_CASE = {
    "message.thrown": "a message has gone out",
    "signal.thrown": "a signal has gone out",
    "job.created": "work was given to a service",
}


@dataclass(frozen=True, slots=True)
class Way:
    """Where a case can go back to."""

    scope_id: int | None
    path: tuple[str, ...]
    reference: int
    """The token of that scope which the step was, or was in."""


def ways_back(lineage: Lineage, instance: Instance, token_id: int) -> dict[int, Way]:
    """The steps to which the task at this token can be returned, by the token of the task that was done there.

    Steps in a scope that runs, on the way to this task; a joint task counts with any of its instances.
    """
    found: dict[int, Way] = {}
    for step, (scope_id, path, reference) in lineage.steps_before(token_id).items():
        if scope_id is None or scope_id in instance.tree.scopes:
            way = Way(scope_id, path, reference)
            found[step] = way
            for inner in lineage.passed.values():
                if inner.body_of == step:
                    found[inner.token_id] = way
    return found


def lineage_of(instance: Instance, source: DefinitionSource, events: list[dict[str, object]]) -> Lineage:
    """The case's steps in their order."""
    return Lineage.read(instance.definition.spec(instance.process_id), source, events)


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
    withdrawn = branches_to_withdraw(found.instance, lineage, way, found.token, come_back=command.come_back)
    if command.come_back:
        _require_straight_way(found, way, what)
    doer = completer_of(work.unit, command.to_task)
    joint = lineage.passed[token_of(command.to_task)].body_of is not None
    settled = replace(
        command,
        scope_id=way.scope_id,
        path=way.path,
        withdrawn=withdrawn,
        in_place_of=way.reference,
        assignee=doer if doer is not None and not joint and is_person(work.unit, doer) else None,
        holder=found.task.assignee,
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
    step = lineage.passed.get(token_id)
    token = instance.tree.index.get(token_id)
    if step is None or not step.completed or (token is not None and token.is_live):
        raise InvalidStateError(f"Expected to {what}, but signers are still asked, or it was an opinion.")
    settled = plan_taking_back(instance, lineage, command, what)
    _require_untouched(work, instance, lineage, settled, what)
    operates = may(work.actor, "case.operate", case.unit_id, case.process_id)
    require_allowed(lineage.node_of(token_id), "take_back", what, operates=operates)
    return act_in(work, case, instance, settled)


# ------------------------------------------------------------------------------------------------ planning
def _lineage(work: Handling, instance: Instance) -> Lineage:
    events = recorded_events(work.unit, instance.case_id)
    return lineage_of(instance, BoundSource(work.unit, work.parts.library), events)


def branches_to_withdraw(
    instance: Instance, lineage: Lineage, way: Way, token: Token, *, come_back: bool
) -> tuple[int, ...]:
    """The branches that go: the task's own, and every other that would not be there without the step."""
    scope = find_scope(instance.tree, way.scope_id)
    own = _in_scope(instance, token, way.scope_id)
    gone = {own.token_id}
    if not come_back:
        after = lineage.after(way.reference)
        gone |= {branch.token_id for branch in branches(scope) if branch.token_id in after}
    return tuple(sorted(gone))


def _in_scope(instance: Instance, token: Token, scope_id: int | None) -> Token:
    """The branch of this scope in which the token is."""
    at = branch_of(token)
    while at.workflow.parent_task_id != scope_id:
        at = branch_of(instance.tree.index[at.workflow.parent_task_id])
    return at


def _require_straight_way(found: InHand, way: Way, what: str) -> None:
    here = found.token.workflow.parent_task_id == way.scope_id and len(way.path) == 1
    if not here or found.token.task_spec.container is not None:
        raise InvalidStateError(
            f"Expected to {what} and have it come straight back, but that goes only to a single task of the same level."
        )


def plan_taking_back(
    instance: Instance, lineage: Lineage, command: TakeBackUserTask, what: str
) -> TakeBackUserTask:
    """Where the task is opened again, and what is withdrawn for it."""
    token_id = token_of(command.user_task_id)
    step = lineage.passed[token_id]
    if step.body_of is not None:
        frame = instance.tree.index.get(step.body_of)
        if frame is None or not hasattr(frame.task_spec, "reopen"):
            raise InvalidStateError(f"Expected to {what}, but what was decided together is decided.")
        return replace(
            command, frame=step.body_of, number=lineage.number_of(token_id), in_place_of=token_id,
            scope_id=step.scope_id, path=(step.element_id,), withdrawn=(),
        )  # fmt: skip
    path: tuple[str, ...] = (step.element_id,)
    reference, scope_id = token_id, step.scope_id
    while scope_id is not None and scope_id not in instance.tree.scopes:
        host = lineage.passed[scope_id]
        if host.body_of is not None or host.kind not in ("subProcess", "callActivity"):
            raise InvalidStateError(f"Expected to {what}, but it was part of something repeated that is over.")
        reference, scope_id, path = scope_id, host.scope_id, (host.element_id, *path)
    after = lineage.after(reference)
    gone = tuple(b.token_id for b in branches(find_scope(instance.tree, scope_id)) if b.token_id in after)
    if not gone:
        raise InvalidStateError(f"Expected to {what}, but nothing that followed from it is open any more.")
    return replace(command, frame=None, scope_id=scope_id, path=path, withdrawn=gone, in_place_of=reference)


def _require_untouched(
    work: Handling, instance: Instance, lineage: Lineage, plan: TakeBackUserTask, what: str
) -> None:
    """Raise InvalidStateError when somebody has acted on what followed, or something has left the case."""
    if plan.frame is None:
        after = lineage.after(plan.in_place_of) | lineage.after(token_of(plan.user_task_id))
    else:
        frame = instance.tree.index[plan.frame]
        later = {step.token_id for step in lineage.passed.values() if step.body_of == plan.frame}
        in_turn = frame.task_spec.loop.kind == "sequential"
        after = {number for number in later if number > plan.in_place_of} if in_turn else set()
    for number in sorted(after):
        step = lineage.passed[number]
        if step.kind == "userTask" and step.completed:
            raise InvalidStateError(f"Expected to {what}, but {step.element_id!r} was completed after it.")
        if step.kind == "userTask" and is_begun(work.unit, f"{instance.case_id}.{number}"):
            raise InvalidStateError(f"Expected to {what}, but somebody is at work on {step.element_id!r} already.")
    for event in recorded_events(work.unit, instance.case_id):
        why = _LEFT_THE_CASE.get(str(event["event"]))
        if why is not None and event.get("token_id") in after:
            raise InvalidStateError(f"Expected to {what}, but {why}.")

