"""Rewrites that keep a model's meaning and spare the runtime a special case. Each one is told to the uploader."""

from __future__ import annotations

import msgspec

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.model import Flow, Node, Process, Scope


def insert_missing_starts(document: Document, process: Process) -> Process:
    """Gives every scope without a start event one that leads to all nodes without an incoming flow.

    That is what the standard asks for (BPMN 2.0.2, 13.2 and 10.3.5): such nodes all begin when the scope does.
    """
    return msgspec.structs.replace(process, scope=_with_start(document, process.scope))


def _with_start(document: Document, scope: Scope) -> Scope:
    nodes = tuple(
        node if node.body is None else msgspec.structs.replace(node, body=_with_start(document, node.body))
        for node in scope.nodes
    )
    scope = msgspec.structs.replace(scope, nodes=nodes)
    if not nodes or any(node.kind == "startEvent" for node in nodes):
        return scope
    first = [node for node in nodes if _begins_by_itself(node)]
    if not first:
        return scope
    start_id = f"_start_{scope.id}"
    flows = [Flow(id=f"_flow_{scope.id}_{node.id}", source=start_id, target=node.id) for node in first]
    by_target = {flow.target: flow.id for flow in flows}
    linked = tuple(
        msgspec.structs.replace(node, incoming=(by_target[node.id],)) if node.id in by_target else node
        for node in nodes
    )
    start = Node(id=start_id, kind="startEvent", outgoing=tuple(flow.id for flow in flows))
    document.findings.note(
        "rewritten", document.find(scope.id), "no start event: one is added before every element without an incoming flow",
        after=", ".join(node.id for node in first),
    )  # fmt: skip
    return msgspec.structs.replace(scope, nodes=(start, *linked), flows=(*scope.flows, *flows))


def _begins_by_itself(node: Node) -> bool:
    """Boundary events and link targets are reached in another way; compensation handlers are refused by lint."""
    if node.incoming or node.kind == "boundaryEvent":
        return False
    return not (node.kind == "intermediateCatchEvent" and any(event.kind == "link" for event in node.events))
