"""Judge a CAP message by its grammar: the verdict is that of the OASIS schema, every problem is named."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from workflow_engine.interchange.cap_grammar import ALERT, CAP_1_2, XML_SIGNATURE, Rule
from workflow_engine.interchange.cap_problems import ProblemList, local_name, namespace
from workflow_engine.interchange.cap_values import check_uri, parse_decimal, parse_integer, parse_language, parse_time

_SCHEMA_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
# Hints where a schema lies: allowed everywhere, and never followed.
_ALLOWED_ATTRIBUTES = frozenset((_SCHEMA_INSTANCE + "schemaLocation", _SCHEMA_INSTANCE + "noNamespaceSchemaLocation"))


def _any_time(text: str) -> None:
    parse_time(text, strict=False)


_CHECKS: dict[str, Callable[[str], object]] = {
    "time": parse_time,
    "any_time": _any_time,
    "decimal": parse_decimal,
    "integer": parse_integer,
    "language": parse_language,
    "uri": check_uri,
}


def check_structure(root: etree._Element, problems: ProblemList) -> None:
    """Add to ``problems`` whatever in the message under ``root`` is not by the schema of its version."""
    cap = namespace(root)
    _check_elements(root, ALERT[cap], cap, problems)


def _check_elements(element: etree._Element, rule: Rule, cap: str, problems: ProblemList) -> None:
    _check_attributes(element, problems)
    _check_no_text(element, problems)
    names = [inner.name for inner in rule.rules]
    place = 0
    seen: dict[str, int] = {}
    signatures = 0
    for child in element:
        name = local_name(child)
        if namespace(child) == XML_SIGNATURE and rule.name == "alert" and cap == CAP_1_2:
            signatures += 1
            continue
        if namespace(child) != cap or name not in names:
            problems.add("structure", child, _unknown(child, rule, cap))
            continue
        index = names.index(name)
        if index < place or signatures:
            after = "the signature" if signatures else names[place]
            problems.add("structure", child, f"Expected {name} before {after}: the order of elements is fixed.")
        place = max(place, index)
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1 and not rule.rules[index].many:
            problems.add("structure", child, f"Expected {name} once at most.")
        _check_child(child, rule.rules[index], cap, problems)
    for inner in rule.rules:
        if inner.required and inner.name not in seen:
            problems.add("structure", element, f"Expected the element {inner.name}, but it is missing.")


def _check_child(element: etree._Element, rule: Rule, cap: str, problems: ProblemList) -> None:
    if rule.holds == "elements":
        _check_elements(element, rule, cap, problems)
        return
    _check_attributes(element, problems)
    for child in element:
        problems.add(
            "structure", child, f"Expected only text in {rule.name}, but found the element {local_name(child)}."
        )
    text = element.text or ""
    if rule.holds == "one_of":
        if text not in rule.values:
            message = f"Expected one of {', '.join(rule.values)}, but found “{text[:60]}”."
            problems.add("structure", element, message)
    elif rule.holds != "text":
        _check_value(element, rule, text, problems)


def _check_value(element: etree._Element, rule: Rule, text: str, problems: ProblemList) -> None:
    if rule.holds in ("language", "uri") and not text:
        return  # The schema fills in en-US for a language, and takes an empty URI for one.
    try:
        _CHECKS[rule.holds](text)
    except ValueError as error:
        problems.add("structure", element, str(error))


def _check_attributes(element: etree._Element, problems: ProblemList) -> None:
    for attribute in element.attrib:
        if attribute not in _ALLOWED_ATTRIBUTES:
            name = etree.QName(attribute).localname
            problems.add("structure", element, f"Expected no attribute, but found “{name}”.")


def _check_no_text(element: etree._Element, problems: ProblemList) -> None:
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip():
            message = f"Expected only elements in {local_name(element)}, but found the text “{text.strip()[:40]}”."
            problems.add("structure", element, message)


def _unknown(child: etree._Element, rule: Rule, cap: str) -> str:
    name = local_name(child)
    if namespace(child) == XML_SIGNATURE:
        return (
            "Expected no XML signature: the schema of CAP 1.1 has no place for one."
            if cap != CAP_1_2
            else (f"Expected an XML signature only at the end of the alert, not in {rule.name}.")
        )
    if namespace(child) != cap:
        return f"Expected only elements of the namespace {cap}, but found “{name}” of “{namespace(child)}”."
    return f"Expected no element “{name}” in {rule.name}: the standard does not know it there."
