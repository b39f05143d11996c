"""Pools, lanes, message flows, ids and everything else that stands outside the processes."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_flows import check_unique_ids
from workflow_engine.bpmn.xml import Element, children, is_bpmn, is_true, local_name

_SENDERS = ("intermediateThrowEvent", "endEvent")
_RECEIVERS = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


def check_pools(document: Document) -> None:
    """Refuses message flows that cannot be, ids used twice, and extensions that must be understood."""
    check_unique_ids(document)
    for element in document.elements:
        if is_bpmn(element, "messageFlow"):
            _check_message_flow(document, element)
    for element in children(document.root, "import"):
        document.findings.warning(
            "import_ignored", element, f"The imported file “{element.get('location')}” is not read.",
            "Upload called processes and decisions as files of their own.",
        )  # fmt: skip
    for element in children(document.root, "extension"):
        if is_true(element.get("mustUnderstand")):
            document.findings.error(
                "must_understand", element,
                f"The extension {element.get('definition')} must be understood, but is not known.",
                "Remove mustUnderstand, or the extension.",
            )  # fmt: skip


def _check_message_flow(document: Document, flow: Element) -> None:
    ends: list[Element] = []
    for attribute in ("sourceRef", "targetRef"):
        reference = document.get(flow, attribute)
        node = document.find(reference)
        if node is None:
            document.findings.error(
                "dangling_reference", flow,
                f"{attribute} of the message flow names “{reference}”, which does not exist.",
                "Connect the message flow, or remove it.",
            )  # fmt: skip
        else:
            ends.append(node)
    if len(ends) < 2:
        return
    source, target = ends
    if is_bpmn(source, "startEvent") or is_bpmn(target, "endEvent"):
        document.findings.error(
            "message_flow_end", flow, "A message flow cannot leave a start event or lead into an end event.",
            "Turn it round, or connect it to another element.",
        )  # fmt: skip
    for node in ends:
        if is_bpmn(node, "textAnnotation", "group", "association") or local_name(node).endswith("Gateway"):
            document.findings.error(
                "message_flow_end", flow, f"A message flow cannot be connected to a {local_name(node)}.",
                "Connect it to a pool, an activity or an event.",
            )  # fmt: skip
    for node, way, fits in ((source, "send", _SENDERS), (target, "receive", _RECEIVERS)):
        if local_name(node).endswith("Event") and not (
            is_bpmn(node, *fits) and any(is_bpmn(item, "messageEventDefinition", "eventDefinitionRef") for item in node)
        ):
            document.findings.warning(
                "message_flow_kind", flow, f"The {local_name(node)} “{node.get('id')}” does not {way} a message.",
                "Make it a message event, or connect the message flow to another element.",
            )  # fmt: skip
    pools = [_process_of(document, node) for node in ends]
    if pools[0] is not None and pools[0] is pools[1]:
        document.findings.error(
            "message_flow_in_pool", flow, "The message flow begins and ends in the same pool.",
            "Use a sequence flow inside a pool.",
        )  # fmt: skip


def _process_of(document: Document, node: Element) -> Element | None:
    if is_bpmn(node, "participant"):
        return document.find(node.get("processRef"), "process")
    at: Element | None = node
    while at is not None and not is_bpmn(at, "process"):
        at = at.getparent()
    return at
