"""Form fields drawn into the model (``formData``), with their validation."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document, is_extension
from workflow_engine.bpmn.model import FormField
from workflow_engine.bpmn.reading_words import Words
from workflow_engine.bpmn.xml import Element, extensions, is_true, local_name

_KNOWN_CONSTRAINTS = ("required", "readonly", "min", "max", "maxlength")


def read_form_fields(document: Document, words: Words, task: Element) -> tuple[FormField, ...]:
    """The fields of ``formData`` (Camunda) or ``formProperty`` (Activiti, Flowable), in their order."""
    found: list[FormField] = []
    for item in extensions(task):
        if is_extension(item, "formData"):
            document.claim(item)
            found.extend(_field(document, words, task, field) for field in item if _is(field, "formField"))
        elif is_extension(item, "formProperty"):
            document.claim(item)
            found.append(_activiti_field(words, task, item))
    return tuple(field for field in found if field.id)


def _is(element: Element, name: str) -> bool:
    return isinstance(element.tag, str) and local_name(element) == name


def _field(document: Document, words: Words, task: Element, field: Element) -> FormField:
    constraints = _constraints(document, task, field)
    name = field.get("id") or ""
    return FormField(
        id=name,
        label=field.get("label"),
        type=field.get("type") or "string",
        default=words.template(task, field.get("defaultValue"), f"default of the field {name}"),
        required="required" in constraints,
        readonly="readonly" in constraints,
        values=tuple(
            (item.get("id") or "", item.get("name") or item.get("id") or "") for item in field if _is(item, "value")
        ),
        minimum=constraints.get("min"),
        maximum=constraints.get("max"),
        max_length=_number(constraints.get("maxlength")),
    )


def _constraints(document: Document, task: Element, field: Element) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for holder in field:
        if _is(holder, "properties") and len(holder):
            document.findings.note("unused", task, f"properties of the form field {field.get('id')}")
        if not _is(holder, "validation"):
            continue
        for item in holder:
            if not _is(item, "constraint"):
                continue
            name = item.get("name") or ""
            if name not in _KNOWN_CONSTRAINTS:
                document.findings.note("unused", task, f"constraint “{name}” of the form field {field.get('id')}")
            elif (item.get("config") or "").strip().lower() != "false":
                found[name] = item.get("config")
    return found


def _activiti_field(words: Words, task: Element, field: Element) -> FormField:
    name = field.get("id") or ""
    return FormField(
        id=name,
        label=field.get("name"),
        type=field.get("type") or "string",
        default=words.template(task, field.get("default") or field.get("expression"), f"default of the field {name}"),
        required=is_true(field.get("required")),
        readonly=not is_true(field.get("writable"), default=True),
        values=tuple((item.get("id") or "", item.get("name") or "") for item in field if _is(item, "value")),
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and text.strip().isdigit() else None
