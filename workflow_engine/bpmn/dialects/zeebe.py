"""Camunda 8's (Zeebe's) extension elements. Texts that start with ``=`` are FEEL, all others stand for themselves."""

from __future__ import annotations

from workflow_engine.bpmn.dialects.camunda import VendorLoop, read_time
from workflow_engine.bpmn.intake_document import ZEEBE, Document, is_extension
from workflow_engine.bpmn.model import CalledElement, DecisionRef, Job, Mapping, Script, StartForm, UserTask
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, extensions, is_true, local_name, namespace_of

_BINDINGS = {"latest": "latest", "deployment": "deployment", "versionTag": "version_tag"}


def find_zeebe(document: Document, element: Element, name: str) -> Element | None:
    """The Zeebe extension element of that name; remembered as understood."""
    for item in extensions(element):
        if is_extension(item, name, zeebe=True):
            document.claim(item)
            return item
    return None


def is_zeebe(element: Element) -> bool:
    """Whether the element carries anything of Zeebe's."""
    return any(namespace_of(item) == ZEEBE for item in extensions(element))


def read_zeebe_user_task(document: Document, words: Words, task: Element) -> UserTask:
    """Assignment, schedule, priority and form."""
    find_zeebe(document, task, "userTask")
    assignment = find_zeebe(document, task, "assignmentDefinition")
    schedule = find_zeebe(document, task, "taskSchedule")
    priority = find_zeebe(document, task, "priorityDefinition")
    form = find_zeebe(document, task, "formDefinition")
    form_key = None if form is None else form.get("formKey") or form.get("formId") or form.get("externalReference")
    return UserTask(
        assignee=None if assignment is None else words.template(task, assignment.get("assignee"), "assignee"),
        candidate_users=_list(words, task, assignment, "candidateUsers", "candidate users"),
        candidate_groups=_list(words, task, assignment, "candidateGroups", "candidate groups"),
        form_key=form_key,
        due=None if schedule is None else read_time(words, task, schedule.get("dueDate"), "due date"),
        follow_up=None if schedule is None else read_time(words, task, schedule.get("followUpDate"), "follow-up date"),
        priority=None if priority is None else words.template(task, priority.get("priority"), "priority"),
    )


def read_zeebe_start_form(document: Document, start: Element) -> StartForm | None:
    """The form of a start event; None when it has none."""
    form = find_zeebe(document, start, "formDefinition")
    key = None if form is None else form.get("formKey") or form.get("formId") or form.get("externalReference")
    return None if key is None else StartForm(form_key=key)


def _list(words: Words, task: Element, assignment: Element | None, name: str, what: str) -> str | None:
    return None if assignment is None else words.list_of(task, assignment.get(name), what)


def read_zeebe_job(document: Document, words: Words, task: Element) -> Job | None:
    """``taskDefinition`` with its headers; None when there is none."""
    definition = find_zeebe(document, task, "taskDefinition")
    if definition is None:
        return None
    topic = words.literal(task, definition.get("type"), "job type")
    headers = find_zeebe(document, task, "taskHeaders")
    mappings = [] if headers is None else [
        Mapping(source=feel, target=item.get("key") or "")
        for item in headers
        if item.get("key")
        and (feel := words.template(task, item.get("value"), f"header {item.get('key')}")) is not None
    ]  # fmt: skip
    if topic is None:
        return None
    return Job(topic=topic, retries=_retries(document, task, definition.get("retries")), headers=tuple(mappings))


def _retries(document: Document, task: Element, raw: str | None) -> int:
    if raw is None:
        return 3
    text = raw.strip().lstrip("=").strip()
    if text.isdigit():
        return int(text)
    document.findings.note("unused", task, "retries given by an expression; 3 are used", before=raw)
    return 3


def read_zeebe_decision(document: Document, words: Words, task: Element) -> DecisionRef | None:
    """``calledDecision``."""
    called = find_zeebe(document, task, "calledDecision")
    if called is None:
        return None
    decision = words.literal(task, called.get("decisionId"), "decision id")
    return None if decision is None else DecisionRef(decision_id=decision, result_variable=called.get("resultVariable"))


def read_zeebe_called_element(document: Document, words: Words, activity: Element) -> CalledElement | None:
    """``calledElement``; Zeebe passes all variables in unless told otherwise, and all out unless mapped."""
    called = find_zeebe(document, activity, "calledElement")
    if called is None:
        return None
    process_id = words.template(activity, called.get("processId"), "called process")
    if process_id is None:
        return None
    inputs, outputs = read_io_mapping(document, words, activity)
    return CalledElement(
        process_id=process_id,
        binding=_BINDINGS.get(called.get("bindingType") or "latest", "latest"),  # type: ignore[arg-type]
        version=called.get("versionTag"),
        inputs=inputs,
        outputs=outputs,
        all_in=is_true(called.get("propagateAllParentVariables"), default=True),
        all_out=is_true(called.get("propagateAllChildVariables"), default=not outputs),
    )


def read_io_mapping(document: Document, words: Words, node: Element) -> tuple[tuple[Mapping, ...], tuple[Mapping, ...]]:
    """The inputs and outputs of ``ioMapping``."""
    holder = find_zeebe(document, node, "ioMapping")
    inputs: list[Mapping] = []
    outputs: list[Mapping] = []
    for item in [] if holder is None else list(holder):
        name, target = local_name(item), item.get("target")
        if name not in ("input", "output") or not target:
            continue
        feel = words.template(node, item.get("source"), f"{name} {target}")
        if feel is not None:
            (inputs if name == "input" else outputs).append(Mapping(source=feel, target=target))
    return tuple(inputs), tuple(outputs)


def read_zeebe_script(document: Document, words: Words, task: Element) -> Script | None:
    """``zeebe:script``: one FEEL expression whose value goes into a variable."""
    script = find_zeebe(document, task, "script")
    if script is None:
        return None
    feel = words.expression(task, script.get("expression"), "script expression")
    if feel is None:
        return None
    return Script(source=feel, format="feel", result_variable=script.get("resultVariable"), is_expression=True)


def read_zeebe_loop(document: Document, words: Words, element: Element) -> VendorLoop | None:
    """``loopCharacteristics`` of a multi-instance activity; None when there is none."""
    loop = find_zeebe(document, element, "loopCharacteristics")
    if loop is None:
        return None
    return VendorLoop(
        collection=words.expression(element, loop.get("inputCollection"), "input collection"),
        item=loop.get("inputElement"),
        output_collection=loop.get("outputCollection"),
        output_item=words.expression(element, loop.get("outputElement"), "output element"),
    )


def read_correlation_key(document: Document, words: Words, message: Element) -> str | None:
    """``subscription``: the value in the waiting case that a message must bring."""
    subscription = find_zeebe(document, message, "subscription")
    return (
        None
        if subscription is None
        else words.expression(message, subscription.get("correlationKey"), "correlation key")
    )


def read_version_tag(document: Document, process: Element) -> str | None:
    """``versionTag`` of a process."""
    tag = find_zeebe(document, process, "versionTag")
    return None if tag is None else tag.get("value")
