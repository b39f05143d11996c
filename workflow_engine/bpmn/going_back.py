"""Plans for going back to an earlier step: where to, and what is withdrawn for it. Carried out by ``bpmn.moving``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflow_engine.bpmn.definition import DefinitionSource
from workflow_engine.bpmn.lineage import Lineage
from workflow_engine.bpmn.moving import branch_of, branches, find_scope
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token import Token
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.work_commands import TakeBackUserTask


@dataclass(frozen=True, slots=True)
class Way:
    """Where a case can go back to."""

    scope_id: int | None
    path: tuple[str, ...]
    reference: int
    """The token of that scope which the step was, or was in."""


def lineage_of(instance: Instance, source: DefinitionSource, events: Iterable[Mapping[str, Any]]) -> Lineage:
    """The case's steps in their order, from the public part of its recorded events."""
    return Lineage.read(instance.definition.spec(instance.process_id), source, events)


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


def branches_to_withdraw(
    instance: Instance, lineage: Lineage, way: Way, token: Token, *, come_back: bool
) -> tuple[int, ...]:
    """The branches that go: the task's own, and every other that would not be there without the step."""
    scope = find_scope(instance.tree, way.scope_id)
    gone = {_in_scope(instance, token, way.scope_id).token_id}
    if not come_back:
        after = lineage.after(way.reference)
        gone |= {branch.token_id for branch in branches(scope) if branch.token_id in after}
    return tuple(sorted(gone))


def answers_since(lineage: Lineage, token_id: int, way: Way, *, come_back: bool) -> tuple[int, ...]:
    """The user tasks done at the step to which the case goes back, and at all that followed from it.

    Where it comes straight back, what lies between stands.
    """
    at = lineage.frame_of(token_id)
    gone = {at} | {step.token_id for step in lineage.passed.values() if step.body_of == at}
    if not come_back:
        gone |= lineage.after(way.reference)
    while not come_back:
        gone |= lineage.after(at)
        around = lineage.passed[at].scope_id
        if around is None or around == way.scope_id:
            break
        at = lineage.frame_of(around)
    done = (lineage.passed[one] for one in gone if one in lineage.passed)
    return tuple(sorted(step.token_id for step in done if step.kind == "userTask" and step.completed))


def goes_straight_back(token: Token, way: Way) -> bool:
    """Whether whoever does the step again can send it straight back: from a single task of the same level only."""
    here = token.workflow.parent_task_id == way.scope_id and len(way.path) == 1
    return here and token.task_spec.container is None


def plan_taking_back(
    instance: Instance, lineage: Lineage, command: TakeBackUserTask, token_id: int, what: str
) -> TakeBackUserTask:
    """Where a completed task is opened again, and what is withdrawn for it.

    Raises:
        InvalidStateError: nothing that followed is open, or what was decided together is decided.
    """
    step = lineage.passed.get(token_id)
    token = instance.tree.index.get(token_id)
    if step is None or not step.completed or (token is not None and token.is_live):
        raise InvalidStateError(f"Expected to {what}, but signers are still asked, or it was an opinion.")
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


def followers(instance: Instance, lineage: Lineage, plan: TakeBackUserTask, token_id: int) -> set[int]:
    """Every token that came of the completed task: nobody may have acted on one of them."""
    if plan.frame is None:
        return lineage.after(plan.in_place_of) | lineage.after(token_id)
    if instance.tree.index[plan.frame].task_spec.loop.kind != "sequential":
        return set()
    later = {step.token_id for step in lineage.passed.values() if step.body_of == plan.frame}
    return {number for number in later if number > token_id}


def _in_scope(instance: Instance, token: Token, scope_id: int | None) -> Token:
    """The branch of this scope in which the token is."""
    at = branch_of(token)
    while at.workflow.parent_task_id != scope_id:
        at = branch_of(instance.tree.index[at.workflow.parent_task_id])
    return at
