"""A BPMN file as a model: every executable process with its scopes, flows, events and expressions.

Iterative where a file could be long and bounded where it could be deep, so that no model can exhaust the reader.
Problems go to the document's findings; what is returned is only good when there are no errors among them.
"""

from __future__ import annotations

from workflow_engine.bpmn.dialects import camunda, zeebe
from workflow_engine.bpmn.intake_document import LIANDONG, Document
from workflow_engine.bpmn.model import Lane, Model, Process
from workflow_engine.bpmn.reading_correlation import Correlations
from workflow_engine.bpmn.reading_data import DataReader
from workflow_engine.bpmn.reading_events import EventReader
from workflow_engine.bpmn.reading_nodes import NodeReader
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, child_text, children, is_bpmn, text_of


def read_document(document: Document) -> Model:
    """The model of a document."""
    words = Words(document)
    events = EventReader(document, words, Correlations(document, words))
    data = DataReader(document, words)
    pools = _pools(document)
    processes = [
        _process(document, NodeReader(document, words, events, data, _lane_of_node(document, element)), element, pools)
        for element in find_executable_processes(document)
    ]
    return Model(processes=tuple(processes))


def find_executable_processes(document: Document) -> list[Element]:
    """The processes that may run: all that do not say ``isExecutable="false"``."""
    found: list[Element] = []
    others: list[Element] = []
    for element in children(document.root, "process"):
        flag = document.get(element, "isExecutable")
        (found if flag is None or flag.lower() in ("true", "1") else others).append(element)
    for element in others:
        if found:
            document.findings.note("unused", element, f"process {element.get('id')} is not executable and is left out")
        else:
            document.findings.error(
                "not_executable", element, f"The process {element.get('id')} is marked as not executable.",
                "Tick “executable” in the modelling tool (isExecutable=\"true\").",
            )  # fmt: skip
    if not found and not others:
        document.findings.error(
            "no_process", document.root, "The file holds no process.", "Draw a process, not only a collaboration."
        )
    return found


def _process(document: Document, nodes: NodeReader, element: Element, pools: dict[str, str]) -> Process:
    process_id = element.get("id") or ""
    retention = document.get(element, "retentionDays", LIANDONG)
    return Process(
        id=process_id,
        scope=nodes.scope(element),
        name=document.get(element, "name"),
        version_tag=document.vendor(element, "versionTag") or zeebe.read_version_tag(document, element),
        lanes=_lanes(document, element),
        pool=pools.get(process_id),
        documentation=child_text(element, "documentation"),
        retention_days=int(retention)
        if retention and retention.isdigit()
        else camunda.read_retention_days(document, element),
        properties=camunda.read_properties(document, element),
        starters=camunda.read_starters(document, element),
    )


def _pools(document: Document) -> dict[str, str]:
    """Pool name by process id; a pool without a process is listed."""
    found: dict[str, str] = {}
    for element in document.elements:
        if not is_bpmn(element, "participant"):
            continue
        reference = document.get(element, "processRef")
        name = document.get(element, "name")
        if reference is None:
            document.findings.note("unused", element, f"pool “{name or element.get('id')}” has no process of its own")
            continue
        process = document.find(reference, "process")
        if process is None:
            document.findings.error(
                "dangling_reference", element, f"processRef names “{reference}”, which does not exist in the file.",
                "Let the pool name an existing process.",
            )  # fmt: skip
        elif name:
            found[process.get("id") or ""] = name
    return found


def _lanes(document: Document, process: Element) -> tuple[Lane, ...]:
    return tuple(
        Lane(id=element.get("id") or "", name=document.get(element, "name"))
        for holder in children(process, "laneSet")
        for element in holder.iter()
        if is_bpmn(element, "lane")
    )


def _lane_of_node(document: Document, process: Element) -> dict[str, str]:
    """The innermost lane of each node, by node id; inner lanes come later in the document and win."""
    found: dict[str, str] = {}
    for holder in (item for item in process.iter() if is_bpmn(item, "lane")):
        for reference in children(holder, "flowNodeRef"):
            node = document.find(text_of(reference))
            if node is None:
                document.findings.warning(
                    "dangling_reference", holder, f"The lane lists “{text_of(reference)}”, which does not exist.",
                    "Remove the flowNodeRef; the modelling tool does so when it saves.",
                )  # fmt: skip
            else:
                found[node.get("id") or ""] = holder.get("id") or ""
    return found
