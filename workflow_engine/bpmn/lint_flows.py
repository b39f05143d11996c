"""Sequence flows: both ends exist, in one scope, on nodes that may have them; ids are unique."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.lint_scopes import ScopeView, has_condition, is_event_sub_process
from workflow_engine.bpmn.reading_nodes import ACTIVITIES, FLOW_NODES, UNSUPPORTED_NODES
from workflow_engine.bpmn.xml import Element, children, is_bpmn, local_name, text_of

_NODES_AND_FLOWS = (*FLOW_NODES, *UNSUPPORTED_NODES, "sequenceFlow", "process")


def check_flows(document: Document, scope: ScopeView) -> None:
    """Refuses flows that lead nowhere or cross borders; warns where nodes say otherwise."""
    for flow in scope.flows:
        source = _end(document, scope, flow, "sourceRef")
        target = _end(document, scope, flow, "targetRef")
        if source is not None:
            _check_source(document, flow, source)
        if target is not None:
            _check_target(document, flow, target)
    for node in scope.nodes:
        _check_listed(document, node, "incoming", "targetRef")
        _check_listed(document, node, "outgoing", "sourceRef")
        _check_default(document, scope, node)


def check_unique_ids(document: Document) -> None:
    """Refuses ids used twice where a reference could mean either; elsewhere it warns."""
    for element_id, (first, *others) in document.by_id.items():
        for element in others:
            text = f"The id “{element_id}” of this {local_name(element)} is already used by a {local_name(first)}."
            mend = "Give every element an id of its own."
            if any(_is_mistakable(element, other) for other in document.by_id[element_id] if other is not element):
                document.findings.error("duplicate_id", element, text, mend)
            else:
                document.findings.warning("duplicate_id", element, text, mend)


def _is_mistakable(one: Element, other: Element) -> bool:
    if is_bpmn(one, *_NODES_AND_FLOWS) and is_bpmn(other, *_NODES_AND_FLOWS):
        return True
    return one.tag == other.tag and is_bpmn(
        one, "message", "signal", "error", "escalation", "dataObject", "participant", "lane"
    )


def _end(document: Document, scope: ScopeView, flow: Element, attribute: str) -> Element | None:
    reference = document.get(flow, attribute)
    what = "start" if attribute == "sourceRef" else "end"
    if reference is None:
        document.findings.error(
            "flow_end_missing", flow, f"The sequence flow has no {attribute}.", f"Draw its {what} to an element."
        )
        return None
    node = document.find(reference)
    if node is None:
        document.findings.error(
            "dangling_reference", flow, f"{attribute} names “{reference}”, which does not exist in the file.",
            f"Connect the {what} of the flow, or remove it.",
        )  # fmt: skip
    elif not is_bpmn(node, *FLOW_NODES, *UNSUPPORTED_NODES):
        document.findings.error(
            "flow_end_kind", flow,
            f"{attribute} names the {local_name(node)} “{reference}”; only events, activities and "
            "gateways have sequence flows.", "Connect it to an event, an activity or a gateway.",
        )  # fmt: skip
    elif node.getparent() is not scope.element:
        document.findings.error(
            "flow_crosses_scope", flow, f"The sequence flow crosses the border of {_place(node)} at “{reference}”.",
            "Sequence flows stay inside one process or sub-process; use message flows or events between them.",
        )  # fmt: skip
    else:
        return node
    return None


def _place(node: Element) -> str:
    parent = node.getparent()
    return "a scope" if parent is None else f"{local_name(parent)} {parent.get('id')}"


def _check_source(document: Document, flow: Element, source: Element) -> None:
    if is_bpmn(source, "endEvent") or is_event_sub_process(source):
        document.findings.error(
            "flow_out_of_end", flow, f"A sequence flow leaves the {local_name(source)} “{source.get('id')}”.",
            "End events and event sub-processes have no outgoing flows.",
        )  # fmt: skip


def _check_target(document: Document, flow: Element, target: Element) -> None:
    if is_bpmn(target, "startEvent", "boundaryEvent") or is_event_sub_process(target):
        document.findings.error(
            "flow_into_start", flow, f"A sequence flow leads into the {local_name(target)} “{target.get('id')}”.",
            "Start events, boundary events and event sub-processes have no incoming flows.",
        )  # fmt: skip


def _check_listed(document: Document, node: Element, tag: str, attribute: str) -> None:
    """``incoming`` and ``outgoing`` repeat what the flows say. The flows decide: models in use do contradict."""
    for item in children(node, tag):
        reference = text_of(item)
        flow = document.find(reference)
        if flow is None:
            document.findings.warning(
                "dangling_reference", node, f"{tag} lists “{reference}”, which does not exist in the file.",
                "Save the model in the modelling tool again, or remove the entry.",
            )  # fmt: skip
        elif not is_bpmn(flow, "sequenceFlow") or document.find(flow.get(attribute)) is not node:
            document.findings.warning(
                "flow_contradiction", node, f"{tag} lists “{reference}”, but that flow has another {attribute}.",
                "Save the model in the modelling tool again, or correct the entry.",
            )  # fmt: skip


def _check_default(document: Document, scope: ScopeView, node: Element) -> None:
    flows = scope.out_of(node)
    if len(flows) == 1 and has_condition(flows[0]) and is_bpmn(node, *ACTIVITIES):
        document.findings.warning(
            "single_condition", flows[0],
            "This is the only flow out of the activity and has a condition: when it does not "
            "hold, the case stops with an incident.", "Remove the condition, or draw a default flow.",
        )  # fmt: skip
    default = document.get(node, "default")
    if default is None:
        return
    flow = document.find(default, "sequenceFlow")
    if flow is None or document.find(flow.get("sourceRef")) is not node:
        document.findings.error(
            "default_flow", node, f"The default flow “{default}” does not leave this element.",
            "Mark one of its own outgoing flows as the default.",
        )  # fmt: skip
    elif is_bpmn(node, "parallelGateway", "eventBasedGateway", "startEvent", "intermediateCatchEvent"):
        document.findings.error(
            "default_flow", node, f"A {local_name(node)} has no default flow.", "Remove the default marker."
        )
    elif has_condition(flow):
        document.findings.error(
            "default_with_condition",
            flow,
            "The default flow has a condition.",
            "Remove the condition or the default marker.",
        )
    elif is_bpmn(node, *ACTIVITIES) and len(scope.out_of(node)) == 1:
        document.findings.warning(
            "single_default",
            node,
            "The only outgoing flow is marked as default.",
            "The marker has no effect; remove it.",
        )
