"""A definition made ready to run: SpiffWorkflow specs built from the model, once per process and version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from msgspec.structs import replace

from workflow_engine.bpmn.balloting import is_ballot
from workflow_engine.bpmn.elements.ballots import BallotTask
from workflow_engine.bpmn.elements.boundary import BoundaryEvent
from workflow_engine.bpmn.elements.catching import CatchElement
from workflow_engine.bpmn.elements.element import Element, Root
from workflow_engine.bpmn.elements.event_subprocess import EventListener, EventSubProcess
from workflow_engine.bpmn.elements.gateways import (
    EventBasedGateway,
    ExclusiveGateway,
    InclusiveGateway,
    ParallelGateway,
)
from workflow_engine.bpmn.elements.loops import MultiInstance, StandardLoop
from workflow_engine.bpmn.elements.scopes import CallActivity, SubProcess
from workflow_engine.bpmn.elements.tasks import (
    DecisionTask,
    JobTask,
    ManualTask,
    PassTask,
    ReceiveTask,
    ScriptTask,
    SendTask,
    UserTask,
)
from workflow_engine.bpmn.elements.throwing import EndEvent, StartEvent, ThrowEvent
from workflow_engine.bpmn.model import EventDefinition, Model, Node, Process, Scope
from workflow_engine.bpmn.tree import ScopeSpec

ELEMENTS: dict[str, type[Element]] = {
    "startEvent": StartEvent,
    "endEvent": EndEvent,
    "intermediateCatchEvent": CatchElement,
    "intermediateThrowEvent": ThrowEvent,
    "boundaryEvent": BoundaryEvent,
    "task": PassTask,
    "userTask": UserTask,
    "manualTask": ManualTask,
    "scriptTask": ScriptTask,
    "serviceTask": JobTask,
    "sendTask": SendTask,
    "receiveTask": ReceiveTask,
    "businessRuleTask": DecisionTask,
    "subProcess": SubProcess,
    "callActivity": CallActivity,
    "exclusiveGateway": ExclusiveGateway,
    "parallelGateway": ParallelGateway,
    "inclusiveGateway": InclusiveGateway,
    "eventBasedGateway": EventBasedGateway,
}


@dataclass(frozen=True, slots=True)
class StartTrigger:
    """A start event of a process and what sets it off."""

    process_id: str
    element_id: str
    position: int
    kind: str
    name: str | None = None
    name_expression: str | None = None
    timer: Literal["date", "duration", "cycle"] | None = None
    expression: str | None = None


class Definition:
    """One immutable version, compiled. Shared by all its cases and by all threads."""

    def __init__(self, definition_id: str, version: int, model: Model, decisions: Mapping[str, Any]) -> None:
        self.definition_id = definition_id
        self.version = version
        self.model = model
        self.decisions = decisions
        self._specs = {process.id: build_scope(process.scope, self) for process in model.processes}

    @classmethod
    def compile(
        cls, definition_id: str, version: int, model: Model, decisions: Mapping[str, Any] | None = None
    ) -> Definition:
        """Build the specs of every process in the model."""
        return cls(definition_id, version, model, decisions or {})

    def spec(self, process_id: str) -> ScopeSpec:
        """The graph of one process.

        Raises:
            KeyError: the model has no such process.
        """
        return self._specs[process_id]

    def process(self, process_id: str) -> Process:
        """The process as the model describes it."""
        return self.model.process(process_id)

    def start_triggers(self, process_id: str) -> list[StartTrigger]:
        """What sets off each start event of the process, in document order; one per event definition."""
        return [
            StartTrigger(
                process_id=process_id,
                element_id=node.id,
                position=position,
                kind=event.kind,
                name=event.name,
                name_expression=event.name_expression,
                timer=event.timer,
                expression=event.expression,
            )
            for node in self.model.process(process_id).scope.nodes
            if node.kind == "startEvent"
            for position, event in enumerate(node.events or (EventDefinition(kind="none"),))
        ]


class DefinitionSource(Protocol):
    """Finds compiled definitions for a running case."""

    def by_id(self, definition_id: str) -> Definition: ...

    def resolve(self, process_id: str, binding: str, version: str | None, caller: Definition) -> Definition:
        """The version that a call activity of ``caller`` calls now.

        Raises:
            NotFoundError: no released version has this process id.
        """
        ...

    def members(self, group_id: str) -> list[str]:
        """The people of a role now, in the order of their ids."""
        ...


def build_scope(scope: Scope, definition: Definition) -> ScopeSpec:
    """SpiffWorkflow's graph of one scope and of everything nested in it."""
    spec = ScopeSpec(scope.id, definition)
    spec.start = Root(spec, "#root", Node(id="#root", kind="task"))
    elements = {node.id: _build_element(node, spec, definition) for node in scope.nodes}
    flows = {flow.id: flow for flow in scope.flows}
    for node in scope.nodes:
        for flow_id in node.outgoing:
            elements[node.id].connect_flow(flows[flow_id], elements[flows[flow_id].target])
        if node.kind == "boundaryEvent" and node.attached_to:
            spec.boundaries.setdefault(node.attached_to, []).append(elements[node.id])
        for event in node.events:
            if event.kind == "link" and node.kind == "intermediateCatchEvent":
                spec.links[event.name or ""] = elements[node.id]
    spec.start_elements = [elements[node.id] for node in _starts(scope)]
    for node in scope.nodes:
        if node.triggered_by_event:
            spec.listeners.append(_listener(spec, elements[node.id]))
    return spec


def _build_element(node: Node, spec: ScopeSpec, definition: Definition) -> Element:
    if node.loop is None or is_ballot(node):
        return _plain(node, node.id, spec, definition)
    body = _plain(node, f"{node.id}#body", spec, definition)
    frame = StandardLoop if node.loop.kind == "standard" else MultiInstance
    return frame(spec, node.id, node, body)


def _listener(spec: ScopeSpec, handler: Element) -> EventListener:
    """The waiting start event of an event sub-process; once it has occurred, the inside begins behind it."""
    if not isinstance(handler, EventSubProcess):
        raise TypeError(f"{handler.element_id!r} is no event sub-process")
    start = next(element for element in handler.inside.task_specs.values() if element.node.kind == "startEvent")
    handler.inside.start_elements = [start]
    return EventListener(spec, f"{handler.element_id}#listener", start.node, handler)


def _plain(node: Node, name: str, spec: ScopeSpec, definition: Definition) -> Element:
    if node.kind == "receiveTask" and not node.events:
        node = replace(node, events=(EventDefinition(kind="message", name=node.id),))
    if node.kind == "userTask" and is_ballot(node):
        return BallotTask(spec, name, _with_voters(node))
    element = (EventSubProcess if node.triggered_by_event else ELEMENTS[node.kind])(spec, name, node)
    if isinstance(element, SubProcess):
        element.inside = build_scope(node.body or Scope(id=node.id), definition)
    return element


def _with_voters(node: Node) -> Node:
    """The node as one ballot: where it repeats for each of a collection, those are the voters."""
    if node.loop is None or any(key == "ballot.voters" for key, _ in node.properties):
        return replace(node, loop=None)
    return replace(node, loop=None, properties=(*node.properties, ("ballot.voters", f"={node.loop.collection}")))


def _starts(scope: Scope) -> list[Node]:
    """Where a scope begins: its start events without trigger, else its only start event, else what nothing leads to."""
    starts = [node for node in scope.nodes if node.kind == "startEvent"]
    plain = [node for node in starts if not node.events or node.events[0].kind == "none"]
    if starts:
        return plain
    return [
        node
        for node in scope.nodes
        if not node.incoming
        and node.kind != "boundaryEvent"
        and not node.triggered_by_event
        and not (node.kind == "intermediateCatchEvent" and any(event.kind == "link" for event in node.events))
    ]
