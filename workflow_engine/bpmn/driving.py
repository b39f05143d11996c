"""The loop that runs a case from one wait state to the next."""

from __future__ import annotations

from typing import Any

from workflow_engine.bpmn.deadlines import keep_answers
from workflow_engine.bpmn.evaluation import condition_of
from workflow_engine.bpmn.faults import open_incident
from workflow_engine.bpmn.scoping import require_open_work
from workflow_engine.bpmn.token import READY, Token
from workflow_engine.bpmn.tree import CaseTree
from workflow_engine.bpmn.views import view_from
from workflow_engine.domain.errors import ProcessFaultError, StepBudgetError, StuckError


def drive(top: CaseTree) -> None:
    """Run every ready token, then what can only be decided when nothing else moves, until the case waits or ends.

    A fault stops the token it happened at, as an incident; a model that runs on without waiting stops at the step
    budget; a case in which nothing can happen any more gets an incident of its own.
    """
    budget = top.context.step_budget
    if top.header.pop("behind", False):
        _catch_up(top)
    while True:
        budget = _run_ready(top, budget)
        if budget < 0 or top.completed or not _settle(top):
            break
    if budget >= 0 and not top.completed:
        _look_for_work(top)
    if top.context.asking.used:
        keep_answers(top)


def _run_ready(top: CaseTree, budget: int) -> int:
    ready = top.ready
    while ready:
        token = ready.popleft()
        if token.state != READY or top.index.get(token.id) is not token:
            continue
        budget -= 1
        if budget < 0:
            ready.clear()
            top.header["behind"] = True
            limit = top.context.step_budget
            fault = StepBudgetError(
                f"Expected the model to wait for something within {limit} steps, but it runs on at "
                f"{token.element_id!r}. Retry to let it run {limit} steps more."
            )
            open_incident(top, token, fault)
            return budget
        try:
            token.run()
        except ProcessFaultError as fault:
            open_incident(top, token if top.index.get(token.id) is token else None, fault)
    return budget


def _catch_up(top: CaseTree) -> None:
    """Queue again what was left behind when a step budget ran out."""
    for _, token in sorted(top.index.items()):
        if token.has_state(READY) and token not in top.ready:
            top.ready.append(token)


def _settle(top: CaseTree) -> bool:
    """Inclusive joins and conditions, which need to see that nothing else moves; whether anything came of it."""
    for _, token in sorted(top.joins.items()):
        if token.task_spec.join_if_complete(token):
            return True
    seen: dict[int, dict[str, Any]] = {}
    if any(_look_at_condition(top, token, seen) for _, token in sorted(top.conditions.items())):
        return True
    return "moved" in top.header and _unblock(top)


def _unblock(top: CaseTree) -> bool:
    """Where tokens were moved by hand, joins that wait for each other go on: nothing else in their scope can happen."""
    for _, token in sorted(top.joins.items()):
        tree = token.workflow
        if tree.root.internal_data.get("moved") and not any(map(_may_go_on, tree.live_tokens())):
            token.task_spec.join_what_came(token)
            return True
    return False


def _may_go_on(token: Token) -> bool:
    if token.task_spec.kind in ("boundaryEvent", "eventListener"):
        return False
    in_scope = token.id in token.workflow.top_workflow.scopes
    return in_scope or "incident" in token.internal_data or token.has_state(READY) or token.task_spec.can_happen(token)


def _look_at_condition(top: CaseTree, token: Token, seen: dict[int, dict[str, Any]]) -> bool:
    """A conditional event occurs when its condition becomes true (BPMN 2.0.2, 10.5.5)."""
    if top.conditions.get(token.id) is not token or top.ready:
        return False
    node = token.task_spec.node
    for position, definition in enumerate(node.events):
        if definition.kind != "conditional":
            continue
        try:
            holds = condition_of(definition.expression or "false", view_from(token, seen), top.context)
        except ProcessFaultError as fault:
            top.conditions.pop(token.id)
            open_incident(top, token, fault)
            return True
        held = token.internal_data.get("held", [])
        if holds and position not in held:
            token.note(held=sorted([*held, position]))
            token.task_spec.condition_holds(token, position)
            return True
        if not holds and position in held:
            token.note(held=[one for one in held if one != position])
    return False


def _look_for_work(top: CaseTree) -> None:
    try:
        require_open_work(top)
    except StuckError as fault:
        if "stuck" not in top.header and not any("incident" in token.internal_data for token in top.index.values()):
            open_incident(top, None, fault)
            top.header["stuck"] = top.header["incidents"]
