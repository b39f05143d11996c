"""Gateways: conditions where they belong, default flows, and what an event-based gateway may lead to."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_scopes import ScopeView, has_condition
from workflow_engine.bpmn.xml import Element, is_bpmn, local_name

_AFTER_EVENT_GATEWAY = {"message", "signal", "timer", "conditional"}


def check_gateways(document: Document, scope: ScopeView) -> None:
    """Refuses gateways that could not decide, or would decide otherwise than drawn."""
    for node in scope.of("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway"):
        _check_direction(document, scope, node)
        flows = scope.out_of(node)
        if not scope.into(node) and not flows:
            continue
        if is_bpmn(node, "exclusiveGateway", "inclusiveGateway"):
            _check_deciding(document, node, flows)
        elif any(has_condition(flow) for flow in flows):
            document.findings.error(
                "condition_ignored", node,
                f"A {local_name(node)} does not look at conditions, but one of its flows has one.",
                "Remove the condition, or use an exclusive or inclusive gateway.",
            )  # fmt: skip
        if is_bpmn(node, "eventBasedGateway"):
            _check_event_gateway(document, scope, node, flows)


def _check_direction(document: Document, scope: ScopeView, node: Element) -> None:
    direction = document.get(node, "gatewayDirection")
    into, out = len(scope.into(node)), len(scope.out_of(node))
    wrong = (
        (direction == "Converging" and out > 1)
        or (direction == "Diverging" and into > 1)
        or (direction == "Mixed" and not (into > 1 and out > 1))
    )
    if wrong:
        document.findings.error(
            "gateway_direction", node,
            f"The gateway says {direction}, but has {into} incoming and {out} outgoing flows.",
            "Correct gatewayDirection, or the flows.",
        )  # fmt: skip
    elif into <= 1 and out <= 1:
        document.findings.warning(
            "gateway_without_choice",
            node,
            "The gateway neither splits nor joins.",
            "Remove it, or draw the missing flows.",
        )


def _check_deciding(document: Document, node: Element, flows: list[Element]) -> None:
    default = node.get("default")
    bare = [flow for flow in flows if not has_condition(flow) and flow.get("id") != default]
    if len(flows) == 1 or not bare:
        if len(flows) > 1 and default is None:
            document.findings.warning(
                "no_default_flow", node, "No default flow: the case stops with an incident when no condition holds.",
                "Mark one outgoing flow as the default.",
            )  # fmt: skip
        return
    if is_bpmn(node, "inclusiveGateway") or (bare == flows[-1:] and default is None):
        document.findings.warning(
            "condition_missing", bare[0], f"The flow out of “{node.get('name') or node.get('id')}” has no condition: "
            + ("it is always taken." if is_bpmn(node, "inclusiveGateway") else "it is taken when no other holds."),
            "Give it a condition, or mark it as the default flow.",
        )  # fmt: skip
        return
    for flow in bare:
        document.findings.error(
            "condition_missing", flow,
            f"The flow out of “{node.get('name') or node.get('id')}” has no condition and is "
            "not the default.", "Give it a condition, or mark it as the default flow.",
        )  # fmt: skip


def _check_event_gateway(document: Document, scope: ScopeView, node: Element, flows: list[Element]) -> None:
    kind = document.get(node, "eventGatewayType")
    if kind == "Parallel":
        document.findings.error(
            "parallel_event_gateway", node, "A parallel event-based gateway is not executed.", "Use the exclusive kind."
        )
    if len(flows) < 2:
        document.findings.warning(
            "event_gateway_flows", node, "An event-based gateway should have at least two outgoing flows.",
            "Draw the other events, or use the event alone.",
        )  # fmt: skip
    targets = [target for flow in flows if (target := document.find(flow.get("targetRef"))) is not None]
    for target in targets:
        _check_after_event_gateway(document, scope, target)
    receives = [target for target in targets if is_bpmn(target, "receiveTask")]
    if receives and any("message" in scope.kinds_of(target) for target in targets):
        document.findings.error(
            "event_gateway_mix", node,
            "The gateway leads to message events and to receive tasks; only one kind is allowed.",
            "Use message events for all of them.",
        )  # fmt: skip


def _check_after_event_gateway(document: Document, scope: ScopeView, target: Element) -> None:
    kinds = set(scope.kinds_of(target))
    fits = is_bpmn(target, "receiveTask") or (
        is_bpmn(target, "intermediateCatchEvent") and bool(kinds) and kinds <= _AFTER_EVENT_GATEWAY
    )
    if not fits:
        document.findings.error(
            "event_gateway_target", target, f"A {local_name(target)} cannot follow an event-based gateway.",
            "Only message, signal, timer and conditional catch events and receive tasks can.",
        )  # fmt: skip
        return
    if len(scope.into(target)) > 1:
        document.findings.error(
            "event_gateway_target", target,
            "An event behind an event-based gateway must not have other incoming flows.",
            "Join the other flows before the gateway.",
        )  # fmt: skip
    if scope.boundaries.get(target.get("id") or ""):
        document.findings.error(
            "event_gateway_target", target,
            "A receive task behind an event-based gateway must not have boundary events.",
            "Put the boundary's event behind the gateway as well.",
        )  # fmt: skip
