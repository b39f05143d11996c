"""Flow nodes, sequence flows and scopes."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from typing import Any

from workflow_engine.bpmn.dialects import camunda, zeebe
from workflow_engine.bpmn.dialects.camunda_jobs import read_job
from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.model import Flow, Mapping, Node, Scope
from workflow_engine.bpmn.reading_activities import ActivityReader
from workflow_engine.bpmn.reading_data import DataReader
from workflow_engine.bpmn.reading_events import EventReader
from workflow_engine.bpmn.reading_loops import LoopReader
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, child, child_text, children, is_bpmn, is_true, local_name

EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
TASKS = (
    "task", "userTask", "manualTask", "scriptTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask",
)  # fmt: skip
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
ACTIVITIES = (*TASKS, "subProcess", "transaction", "callActivity")
FLOW_NODES = (*EVENTS, *ACTIVITIES, *GATEWAYS)
UNSUPPORTED_NODES = (
    "complexGateway", "adHocSubProcess", "event", "choreographyTask", "callChoreography", "subChoreography",
)  # fmt: skip
SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")
MAX_SCOPE_DEPTH = 40


class NodeReader:
    """Reads scopes with everything in them."""

    def __init__(
        self, document: Document, words: Words, events: EventReader, data: DataReader, lanes: Lookup[str, str]
    ) -> None:
        self._document = document
        self._words = words
        self._events = events
        self._data = data
        self._lanes = lanes
        self._activities = ActivityReader(document, words, events)
        self._loops = LoopReader(document, words)

    def scope(self, element: Element, depth: int = 1) -> Scope:
        """A process or sub-process. Deeper than ``MAX_SCOPE_DEPTH`` the inside is refused and left out."""
        scope_id = element.get("id") or ""
        if depth > MAX_SCOPE_DEPTH:
            self._document.findings.error(
                "too_deep", element, f"Sub-processes are nested more than {MAX_SCOPE_DEPTH} deep.",
                "Move inner sub-processes into processes of their own and call them.",
            )  # fmt: skip
            return Scope(id=scope_id, name=_name(element))
        flows = tuple(self._flow(item) for item in self._document.flows_of(element))
        incoming: dict[str, list[str]] = {}
        outgoing: dict[str, list[str]] = {}
        for flow in flows:
            incoming.setdefault(flow.target, []).append(flow.id)
            outgoing.setdefault(flow.source, []).append(flow.id)
        nodes = tuple(
            self._node(item, depth, tuple(incoming.get(node_id, ())), tuple(outgoing.get(node_id, ())))
            for item in children(element, *FLOW_NODES)
            for node_id in [item.get("id") or ""]
        )
        return Scope(
            id=scope_id, name=_name(element), nodes=nodes, flows=flows, data_objects=self._data.objects(element)
        )

    def _flow(self, element: Element) -> Flow:
        document = self._document
        item = child(element, "conditionExpression")
        condition = None
        if item is not None:
            text, language = camunda.conditional_text(document, item)
            condition = self._words.expression(element, text, "condition", language)
            if text is None:
                document.findings.warning(
                    "condition_empty", element, "The condition of the flow is empty; the flow counts as unconditional.",
                    "Write the condition, or remove it.",
                )  # fmt: skip
        return Flow(
            id=element.get("id") or "",
            source=document.get(element, "sourceRef") or "",
            target=document.get(element, "targetRef") or "",
            condition=condition,
            name=_name(element),
        )

    def _node(self, element: Element, depth: int, incoming: tuple[str, ...], outgoing: tuple[str, ...]) -> Node:
        document = self._document
        kind = "subProcess" if is_bpmn(element, "transaction") else local_name(element)
        fields: dict[str, Any] = {
            "id": element.get("id") or "",
            "kind": kind,
            "name": _name(element),
            "lane": self._lanes.get(element.get("id") or ""),
            "documentation": child_text(element, "documentation"),
            "incoming": incoming,
            "outgoing": outgoing,
            "default_flow": document.get(element, "default"),
            "properties": camunda.read_properties(document, element),
        }
        if kind in EVENTS:
            fields.update(self._event(element))
        else:
            fields.update(self._activities.read(element))
        if is_bpmn(element, *ACTIVITIES):
            fields["loop"] = self._loops.read(element)
        if kind == "subProcess":
            fields["body"] = self.scope(element, depth + 1)
            fields["triggered_by_event"] = is_true(document.get(element, "triggeredByEvent"))
        self._add_mappings(element, fields)
        return Node(**fields)

    def _event(self, element: Element) -> dict[str, Any]:
        document = self._document
        fields: dict[str, Any] = {
            "events": self._events.definitions(element),
            "parallel_multiple": is_true(document.get(element, "parallelMultiple")),
        }
        if is_bpmn(element, "boundaryEvent"):
            fields["attached_to"] = document.get(element, "attachedToRef")
            fields["interrupting"] = is_true(document.get(element, "cancelActivity"), default=True)
        elif is_bpmn(element, "startEvent"):
            fields["interrupting"] = is_true(document.get(element, "isInterrupting"), default=True)
            fields["start_form"] = zeebe.read_zeebe_start_form(document, element) or camunda.read_start_form(
                document, self._words, element
            )
        elif is_bpmn(element, "endEvent", "intermediateThrowEvent"):
            job = zeebe.read_zeebe_job(document, self._words, element)
            for definition in children(element, "messageEventDefinition"):
                job = job or read_job(document, self._words, definition)
            if job is not None:
                fields["job"] = job
        return fields

    def _add_mappings(self, element: Element, fields: dict[str, Any]) -> None:
        document, words = self._document, self._words
        sources = [camunda.read_input_output(document, words, element), self._data.mappings(element)]
        if not is_bpmn(element, "callActivity"):
            sources.append(zeebe.read_io_mapping(document, words, element))
        inputs: tuple[Mapping, ...] = tuple(mapping for found, _ in sources for mapping in found)
        outputs: tuple[Mapping, ...] = tuple(mapping for _, found in sources for mapping in found)
        fields["inputs"], fields["outputs"] = inputs, outputs


def _name(element: Element) -> str | None:
    name = element.get("name")
    return " ".join(name.split()) or None if name else None
