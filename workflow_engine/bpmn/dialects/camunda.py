"""Camunda 7's attributes and extension elements, which Activiti, Flowable and Operaton share."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workflow_engine.bpmn.dialects.camunda_forms import read_form_fields
from workflow_engine.bpmn.dialects.camunda_values import read_parameter
from workflow_engine.bpmn.intake_document import Document, is_extension
from workflow_engine.bpmn.model import CalledElement, DecisionRef, Mapping, StartForm, UserTask
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, extensions, local_name, text_of

_BINDINGS = {"latest": "latest", "deployment": "deployment", "version": "version", "versionTag": "version_tag"}
_OWN_KEY = re.compile(r"[$#]\{\s*execution\.(?:processBusinessKey|businessKey|processInstance\.businessKey)\s*\}")
_SHAPES = {
    "singleEntry": "single_entry",
    "singleResult": "single_result",
    "collectEntries": "collect_entries",
    "resultList": "result_list",
}


@dataclass(frozen=True, slots=True)
class VendorLoop:
    """The parts of a multi-instance loop that a vendor writes in its own way."""

    collection: str | None = None
    item: str | None = None
    output_collection: str | None = None
    output_item: str | None = None


def read_user_task(document: Document, words: Words, task: Element) -> UserTask:
    """Who may do it, by when, and its form."""
    fields = read_form_fields(document, words, task)
    return UserTask(
        assignee=words.template(task, document.vendor(task, "assignee"), "assignee"),
        candidate_users=words.list_of(task, document.vendor(task, "candidateUsers"), "candidate users"),
        candidate_groups=words.list_of(task, document.vendor(task, "candidateGroups"), "candidate groups"),
        form_key=document.vendor(task, "formKey") or document.vendor(task, "formRef"),
        fields=fields,
        due=read_time(words, task, document.vendor(task, "dueDate"), "due date"),
        follow_up=read_time(words, task, document.vendor(task, "followUpDate"), "follow-up date"),
        priority=words.template(task, document.vendor(task, "priority"), "priority"),
    )


def read_start_form(document: Document, words: Words, start: Element) -> StartForm | None:
    """The form of a start event; None when it has none."""
    form = StartForm(
        form_key=document.vendor(start, "formKey") or document.vendor(start, "formRef"),
        fields=read_form_fields(document, words, start),
    )
    return None if form == StartForm() else form


def read_starters(document: Document, process: Element) -> tuple[str, ...]:
    """Whom the author lets start the process: people, then groups."""
    given = (document.vendor(process, f"candidateStarter{kind}") or "" for kind in ("Users", "Groups"))
    return tuple(word.strip() for text in given for word in text.split(",") if word.strip())


def read_time(words: Words, task: Element, raw: str | None, what: str) -> str | None:
    """A due date: an instant, a duration from creation, or an expression."""
    if raw is None:
        return None
    if raw.startswith("=") or "${" in raw or "#{" in raw:
        return words.expression(task, raw, what)
    return words.time_text(task, raw, "duration" if raw.lstrip("+-").startswith("P") else "date")


def read_decision(document: Document, words: Words, task: Element) -> DecisionRef | None:
    """The decision of a business rule task."""
    reference = words.literal(task, document.vendor(task, "decisionRef"), "decisionRef")
    if reference is None:
        return None
    for name in ("decisionRefBinding", "decisionRefVersion", "decisionRefVersionTag", "decisionRefTenantId"):
        value = document.vendor(task, name)
        if value not in (None, "latest", "deployment"):
            document.findings.note("unused", task, name, before=value)
    shape = document.vendor(task, "mapDecisionResult")
    if shape is None and document.vendor(task, "resultVariable") is not None:
        shape = "resultList"
    return DecisionRef(
        decision_id=reference,
        result_variable=document.vendor(task, "resultVariable"),
        shape=_SHAPES.get(shape or ""),  # type: ignore[arg-type]
    )


def read_called_element(document: Document, words: Words, activity: Element) -> CalledElement | None:
    """The callee with its in and out mappings; None when no callee is named."""
    called = document.get(activity, "calledElement")
    if called is None:
        return None
    process_id = words.template(activity, _without_prefix(activity, called), "called element")
    if process_id is None:
        return None
    inputs, all_in = _passed(document, words, activity, "in")
    outputs, all_out = _passed(document, words, activity, "out")
    listed = any(is_extension(item, "in") or is_extension(item, "out") for item in extensions(activity))
    inherits = document.vendor(activity, "inheritVariables")
    return CalledElement(
        process_id=process_id,
        binding=_BINDINGS.get(document.vendor(activity, "calledElementBinding") or "latest", "latest"),  # type: ignore[arg-type]
        version=document.vendor(activity, "calledElementVersion")
        or document.vendor(activity, "calledElementVersionTag"),
        inputs=inputs,
        outputs=outputs,
        all_in=all_in or (not listed and inherits != "false"),
        all_out=all_out or not listed,
    )


def _without_prefix(activity: Element, called: str) -> str:
    """``calledElement`` is a QName: a declared prefix is no part of the process id."""
    prefix, colon, rest = called.partition(":")
    return rest if colon and prefix in activity.nsmap and "{" not in called else called


def _passed(document: Document, words: Words, activity: Element, way: str) -> tuple[tuple[Mapping, ...], bool]:
    mappings: list[Mapping] = []
    everything = False
    for item in extensions(activity):
        if not is_extension(item, way):
            continue
        document.claim(item)
        if item.get("variables") == "all":
            everything = True
        elif item.get("businessKey"):
            _note_business_key(document, activity, item.get("businessKey") or "")
        else:
            feel = words.expression(activity, item.get("source") or item.get("sourceExpression"), f"{way} mapping")
            if feel is not None and item.get("target"):
                mappings.append(Mapping(source=feel, target=item.get("target") or ""))
        if item.get("local"):
            document.findings.note(
                "unused", activity, f"local of a call activity's {way} mapping", before=item.get("local")
            )
    return tuple(mappings), everything


def _note_business_key(document: Document, activity: Element, key: str) -> None:
    """A called process is part of its caller's case and has the case's key; a key of its own is not kept."""
    if _OWN_KEY.fullmatch(key) is None:
        document.findings.note("unused", activity, "businessKey of a called process other than the case's", before=key)


def read_signal_variables(document: Document, words: Words, definition: Element) -> tuple[Mapping, ...]:
    """What a thrown signal takes along; nothing listed, or ``variables="all"``, means everything."""
    mappings, everything = _passed(document, words, definition, "in")
    return () if everything else mappings


def read_input_output(
    document: Document, words: Words, node: Element
) -> tuple[tuple[Mapping, ...], tuple[Mapping, ...]]:
    """The mappings of ``inputOutput``."""
    inputs: list[Mapping] = []
    outputs: list[Mapping] = []
    for holder in extensions(node):
        if not is_extension(holder, "inputOutput"):
            continue
        document.claim(holder)
        for item in holder:
            name = local_name(item) if isinstance(item.tag, str) else ""
            if name not in ("inputParameter", "outputParameter") or not item.get("name"):
                continue
            feel = read_parameter(document, words, node, item)
            if feel is not None:
                (inputs if name == "inputParameter" else outputs).append(
                    Mapping(source=feel, target=item.get("name") or "")
                )
    return tuple(inputs), tuple(outputs)


def read_vendor_loop(document: Document, words: Words, element: Element) -> VendorLoop:
    """``collection`` and ``elementVariable`` of a multi-instance loop; Flowable also writes them as elements."""
    raw = document.vendor(element, "collection")
    for item in extensions(element):
        if raw is None and is_extension(item, "collection"):
            document.claim(item)
            raw = text_of(item)
    document.vendor(element, "elementIndexVariable")
    return VendorLoop(
        collection=words.expression(element, raw, "collection"),
        item=document.vendor(element, "elementVariable"),
    )


def read_properties(document: Document, node: Element) -> tuple[tuple[str, str], ...]:
    """Named extension properties."""
    found: list[tuple[str, str]] = []
    for holder in extensions(node):
        if not is_extension(holder, "properties") and not is_extension(holder, "properties", zeebe=True):
            continue
        document.claim(holder)
        found.extend((item.get("name") or "", item.get("value") or "") for item in holder if item.get("name"))
    return tuple(found)


def read_retention_days(document: Document, process: Element) -> int | None:
    """``historyTimeToLive``: a number of days, or an ISO 8601 duration of days."""
    raw = document.vendor(process, "historyTimeToLive")
    if raw is None:
        return None
    digits = raw[1:-1] if raw.startswith("P") and raw.endswith("D") else raw
    if digits.isdigit():
        return int(digits)
    document.findings.note("unused", process, "historyTimeToLive (expected days, such as 180 or P180D)", before=raw)
    return None


def read_script_reference(document: Document, task: Element) -> str | None:
    """A script kept outside the model, which is refused; None when there is none."""
    return document.vendor(task, "resource")


def conditional_text(document: Document, condition: Element) -> tuple[str | None, str | None]:
    """The text and language of a condition; Camunda may keep a script in another file."""
    language = document.get(condition, "language")
    if document.vendor(condition, "resource") is not None:
        document.findings.error(
            "script_resource",
            condition,
            "The condition is kept in another file.",
            "Write the condition into the model.",
        )
    return text_of(condition), language
