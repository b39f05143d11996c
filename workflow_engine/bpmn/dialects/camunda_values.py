"""Values of Camunda's input and output parameters: text, list, map or script."""

from __future__ import annotations

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.reading_words import Words, quote
from workflow_engine.bpmn.xml import Element, local_name, text_of

_EXPRESSION_FORMATS = ("feel", "juel", "javascript", "groovy", "python")
"""Formats whose one-line expressions may be translated; anything longer is refused by the translation."""


def read_parameter(document: Document, words: Words, node: Element, parameter: Element) -> str | None:
    """FEEL for the value of an ``inputParameter`` or ``outputParameter``."""
    what = f"parameter {parameter.get('name')}"
    inner = [item for item in parameter if isinstance(item.tag, str)]
    if not inner:
        raw = text_of(parameter)
        return "null" if raw is None else words.template(node, raw, what)
    return _read_value(document, words, node, inner[0], what)


def _read_value(document: Document, words: Words, node: Element, value: Element, what: str) -> str | None:
    kind = local_name(value)
    if kind in ("value", "string"):
        return words.template(node, text_of(value), what) or quote("")
    if kind == "list":
        items = [_read_value(document, words, node, item, what) for item in value if isinstance(item.tag, str)]
        return None if None in items else "[" + ", ".join(item for item in items if item is not None) + "]"
    if kind == "map":
        return _read_map(document, words, node, value, what)
    if kind == "script":
        return _read_script(document, words, node, value, what)
    document.findings.error(
        "parameter_kind", node, f"The {what} is a <{kind}>, which is not known.", "Use text, list or map."
    )
    return None


def _read_map(document: Document, words: Words, node: Element, value: Element, what: str) -> str | None:
    entries: list[str] = []
    for item in value:
        if not isinstance(item.tag, str):
            continue
        inner = [part for part in item if isinstance(part.tag, str)]
        feel = (
            _read_value(document, words, node, inner[0], what)
            if inner
            else words.template(node, text_of(item), what) or quote("")
        )
        if feel is None:
            return None
        entries.append(f"{quote(item.get('key') or '')}: {feel}")
    return "{" + ", ".join(entries) + "}"


def _read_script(document: Document, words: Words, node: Element, value: Element, what: str) -> str | None:
    language = (value.get("scriptFormat") or "").lower()
    if value.get("resource") or language not in _EXPRESSION_FORMATS:
        document.findings.error(
            "parameter_script", node,
            f"The {what} is a script in “{language or 'another file'}”, which is not available.",
            "Write the value as an expression ${…} or in FEEL.",
        )  # fmt: skip
        return None
    return words.expression(node, text_of(value), what, language)
