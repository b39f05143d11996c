"""Constructs that are left for later, or that the runtime would do differently: refused with the reason."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_scopes import ScopeView, is_event_sub_process
from workflow_engine.bpmn.xml import Element, child, children, is_bpmn, is_true, local_name

_NODES = {
    "complexGateway": (
        "complex_gateway",
        "Complex gateways are not executed.",
        "Use exclusive, inclusive or parallel gateways.",
    ),
    "adHocSubProcess": (
        "ad_hoc",
        "Ad-hoc sub-processes are not executed.",
        "Use a multi-instance task or parallel branches.",
    ),
    "event": (
        "abstract_event",
        "An <event> of no kind cannot run.",
        "Use a start, intermediate, boundary or end event.",
    ),
}
_CHOREOGRAPHY = (
    "choreography_activity", "Choreography activities do not belong into a process.", "Use tasks and message events.",
)  # fmt: skip


def _check_event_sub_process(document: Document, scope: ScopeView, node: Element) -> None:
    """An event sub-process begins by its one start event, and by nothing else (BPMN 2.0.2, 10.3.5)."""
    starts = children(node, "startEvent")
    if len(starts) != 1:
        document.findings.error(
            "event_sub_process_start", node, f"The event sub-process has {len(starts)} start events; it must have one.",
            "Give it exactly one start event that says what sets it off.",
        )  # fmt: skip
    if children(node, "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"):
        document.findings.error(
            "event_sub_process_loop", node, "An event sub-process cannot be repeated by a loop marker.",
            "Make its start event non-interrupting: then it may occur any number of times.",
        )  # fmt: skip
    if scope.boundaries.get(node.get("id") or ""):
        document.findings.error(
            "event_sub_process_boundary", node, "An event sub-process has no boundary events here.",
            "Put its work into a sub-process of its own and attach the event there.",
        )  # fmt: skip


def check_constructs(document: Document, scope: ScopeView) -> None:
    """Refuses what is not supported, element by element."""
    for node in scope.nodes:
        name = local_name(node)
        if name in _NODES or "horeography" in name:
            code, message, mend = _NODES.get(name, _CHOREOGRAPHY)
            document.findings.error(code, node, message, mend)
        if is_event_sub_process(node):
            _check_event_sub_process(document, scope, node)
        if is_true(document.get(node, "isForCompensation")):
            _refuse_compensation(document, node)
        _check_quantities(document, node)
        if is_bpmn(node, "receiveTask", "eventBasedGateway") and is_true(document.get(node, "instantiate")):
            document.findings.error(
                "instantiating", node, f"A {name} that starts the process (instantiate) is not executed.",
                "Put message start events before it.",
            )  # fmt: skip
        if is_bpmn(node, "subProcess", "transaction") and child(node, "ioSpecification") is not None:
            document.findings.error(
                "sub_process_io",
                node,
                "A sub-process must not have an ioSpecification (BPMN 2.0.2, 10.4.2).",
                "Remove it.",
            )
    _check_transaction(document, scope)


def _check_quantities(document: Document, node: Element) -> None:
    for name in ("startQuantity", "completionQuantity"):
        value = document.get(node, name)
        if value not in (None, "1"):
            document.findings.error(
                "quantity",
                node,
                f"{name} is “{value}”; only 1 is executed.",
                "Remove the attribute, or use multi-instance.",
            )


def _check_transaction(document: Document, scope: ScopeView) -> None:
    """A transaction without compensation runs as a sub-process; the cancel event needs a place to go."""
    if not is_bpmn(scope.element, "transaction"):
        return
    document.get(scope.element, "method")
    cancels = [node for node in scope.of("endEvent") if "cancel" in scope.kinds_of(node)]
    parent = scope.element.getparent()
    handlers = [] if parent is None else [
        node for node in children(parent, "boundaryEvent")
        if node.get("attachedToRef") == scope.element.get("id") and child(node, "cancelEventDefinition") is not None
    ]  # fmt: skip
    if cancels and not handlers:
        document.findings.error(
            "cancel_without_handler", cancels[0], "The transaction is cancelled, but has no cancel boundary event.",
            "Attach a cancel boundary event to the transaction.",
        )  # fmt: skip


def _refuse_compensation(document: Document, node: Element) -> None:
    document.findings.error(
        "compensation", node, "Compensation is not executed.", "Model the undoing as ordinary tasks on an error path."
    )


def refuse_compensation_event(document: Document, node: Element) -> None:
    """For events with a compensation definition."""
    _refuse_compensation(document, node)
