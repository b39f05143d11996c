"""Work that Camunda 7's models hand to code: external topics, connectors, and Java classes as topics."""

from __future__ import annotations

from workflow_engine.bpmn.dialects.camunda_values import read_parameter
from workflow_engine.bpmn.intake_document import Document, is_extension
from workflow_engine.bpmn.model import Job, Mapping
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, extensions, local_name, text_of

_CODE_ATTRIBUTES = ("class", "delegateExpression", "expression")


def read_job(document: Document, words: Words, task: Element) -> Job | None:
    """The work of a service, send or business rule task, or of a throw event's definition; None when it names none."""
    topic = words.literal(task, document.vendor(task, "topic"), "topic")
    kind = document.vendor(task, "type")
    result = document.vendor(task, "resultVariable") or document.vendor(task, "resultVariableName")
    if topic is None:
        topic = _code_topic(document, task)
    connector, headers = _connector(document, words, task)
    topic = topic or connector
    if topic is None and kind and kind != "external":
        topic = kind
        document.findings.note(
            "rewritten", task, f"the built-in task type “{kind}” becomes the topic of a job", after=kind
        )
    if topic is None:
        return None
    return Job(topic=topic, headers=(*_fields(document, words, task), *headers), result_variable=result)


def _connector(document: Document, words: Words, task: Element) -> tuple[str | None, tuple[Mapping, ...]]:
    """``connector``: its id is the topic, its input parameters are the headers."""
    for holder in extensions(task):
        if not is_extension(holder, "connector"):
            continue
        document.claim(holder)
        parts = {local_name(item): item for item in holder if isinstance(item.tag, str)}
        headers: list[Mapping] = []
        for item in parts.get("inputOutput", ()):
            name = item.get("name")
            if local_name(item) == "inputParameter" and name:
                feel = read_parameter(document, words, task, item)
                headers += [] if feel is None else [Mapping(source=feel, target=name)]
            else:
                document.findings.note("unused", task, f"output parameter {name} of the connector")
        return text_of(parts.get("connectorId")), tuple(headers)
    return None, ()


def read_throw_job_topic(document: Document, definition: Element) -> str | None:
    """The topic of a message throw event that only an outside worker carries out."""
    topic = document.vendor(definition, "topic")
    document.vendor(definition, "type")
    return topic or _code_topic(document, definition)


def _code_topic(document: Document, element: Element) -> str | None:
    """Java code cannot run here: its name becomes a topic that an outside worker may serve."""
    for name in _CODE_ATTRIBUTES:
        value = document.vendor(element, name)
        if value is not None:
            document.findings.note(
                "rewritten", element, f"{name} is not run here; an outside worker may fetch it as a topic",
                before=value, after=value,
            )  # fmt: skip
            return value
    return None


def _fields(document: Document, words: Words, task: Element) -> tuple[Mapping, ...]:
    """Activiti's injected ``field`` elements, as parameters of the job."""
    found = []
    for item in extensions(task):
        if not is_extension(item, "field"):
            continue
        document.claim(item)
        raw = item.get("stringValue") or item.get("expression") or text_of(item)
        feel = words.template(task, raw, f"field {item.get('name')}")
        if feel is not None and item.get("name"):
            found.append(Mapping(source=feel, target=item.get("name") or ""))
    return tuple(found)
