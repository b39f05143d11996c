"""A scope of the drawing, indexed for the rules: its nodes, its flows, and who is attached to whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.reading import find_executable_processes
from workflow_engine.bpmn.reading_events import kinds_of
from workflow_engine.bpmn.reading_nodes import FLOW_NODES, SCOPES, UNSUPPORTED_NODES
from workflow_engine.bpmn.xml import Element, child, children, is_bpmn, is_true, local_name, text_of


@dataclass(slots=True)
class ScopeView:
    """A process or sub-process. Flows are keyed by the id of their source or target node."""

    element: Element
    nodes: list[Element]
    flows: list[Element]
    outgoing: dict[str, list[Element]] = field(default_factory=dict)
    incoming: dict[str, list[Element]] = field(default_factory=dict)
    boundaries: dict[str, list[Element]] = field(default_factory=dict)
    kinds: dict[str, list[str]] = field(default_factory=dict)
    """Event definition kinds by node id."""

    def out_of(self, node: Element) -> list[Element]:
        return self.outgoing.get(node.get("id") or "", [])

    def into(self, node: Element) -> list[Element]:
        return self.incoming.get(node.get("id") or "", [])

    def kinds_of(self, node: Element) -> list[str]:
        return self.kinds.get(node.get("id") or "", [])

    def of(self, *names: str) -> list[Element]:
        """Its nodes of these BPMN names."""
        return [node for node in self.nodes if is_bpmn(node, *names)]

    @property
    def is_process(self) -> bool:
        return is_bpmn(self.element, "process")


def view_scopes(document: Document) -> list[ScopeView]:
    """Every scope of the executable processes, outer ones first."""
    found: list[ScopeView] = []
    todo = list(find_executable_processes(document))
    while todo:
        element = todo.pop(0)
        view = _view(document, element)
        found.append(view)
        todo.extend(node for node in view.nodes if is_bpmn(node, *SCOPES))
    return found


def _view(document: Document, element: Element) -> ScopeView:
    view = ScopeView(element, children(element, *FLOW_NODES, *UNSUPPORTED_NODES), document.flows_of(element))
    for flow in view.flows:
        view.outgoing.setdefault(flow.get("sourceRef") or "", []).append(flow)
        view.incoming.setdefault(flow.get("targetRef") or "", []).append(flow)
    for node in view.nodes:
        node_id = node.get("id") or ""
        if is_bpmn(node, "boundaryEvent"):
            view.boundaries.setdefault(node.get("attachedToRef") or "", []).append(node)
        if local_name(node).endswith("Event"):
            view.kinds[node_id] = kinds_of(document, node)
    return view


def is_event_sub_process(node: Element) -> bool:
    """Whether it is a sub-process that an event sets off."""
    return is_bpmn(node, "subProcess") and is_true(node.get("triggeredByEvent"))


def is_aside(node: Element) -> bool:
    """Event sub-processes and compensation handlers stand beside the flow."""
    return is_event_sub_process(node) or is_true(node.get("isForCompensation"))


def has_condition(flow: Element) -> bool:
    """Whether a sequence flow has a condition expression that says something."""
    return text_of(child(flow, "conditionExpression")) is not None
