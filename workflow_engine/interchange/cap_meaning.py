"""Judge what the schema cannot say about a CAP message: names, references, addressees, shapes (OASIS CAP 1.2, 3.2)."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from workflow_engine.interchange.cap_problems import ProblemList, namespace
from workflow_engine.interchange.cap_values import check_name, parse_circle, parse_polygon, parse_references

NEED_REFERENCES = ("Update", "Cancel", "Ack", "Error")
"""Message types that speak of an earlier message, so that they must name it."""


def check_meaning(root: etree._Element, problems: ProblemList) -> None:
    """Add to ``problems`` whatever in the message under ``root`` means nothing, although the schema allows it."""
    cap = f"{{{namespace(root)}}}"
    for name in ("identifier", "sender"):
        _check_each(root, cap + name, check_name, problems)
    _check_references(root, cap, problems)
    _check_scope(root, cap, problems)
    for info in root.iterchildren(cap + "info"):
        for event in info.iterchildren(cap + "event"):
            if not _text(event):
                problems.add("meaning", event, "Expected a text that says what the event is, but it is empty.")
        for area in info.iterchildren(cap + "area"):
            _check_each(area, cap + "polygon", parse_polygon, problems)
            _check_each(area, cap + "circle", parse_circle, problems)
            if _says(area, cap + "ceiling") and not _says(area, cap + "altitude"):
                problems.add("meaning", area, "Expected an altitude together with the ceiling.")


def _check_references(root: etree._Element, cap: str, problems: ProblemList) -> None:
    _check_each(root, cap + "references", parse_references, problems)
    msg_type = _first(root, cap + "msgType")
    if msg_type in NEED_REFERENCES and not _says(root, cap + "references"):
        place = root.find(cap + "references")
        message = f"Expected references to the earlier message, because msgType is {msg_type}."
        problems.add("meaning", root if place is None else place, message)


def _check_scope(root: etree._Element, cap: str, problems: ProblemList) -> None:
    scope = _first(root, cap + "scope")
    for needed_by, name, what in (("Private", "addresses", "addressees"), ("Restricted", "restriction", "the rule")):
        if scope == needed_by and not _says(root, cap + name):
            problems.add("meaning", root, f"Expected {name} with {what}, because scope is {scope}.")


def _check_each(parent: etree._Element, tag: str, check: Callable[[str], object], problems: ProblemList) -> None:
    for element in parent.iterchildren(tag):
        # An empty shape or list says nothing; only a name must say something.
        if not _text(element) and check is not check_name:
            continue
        try:
            check(element.text or "")
        except ValueError as error:
            problems.add("meaning", element, str(error))


def _says(parent: etree._Element, tag: str) -> bool:
    return bool(_first(parent, tag))


def _first(parent: etree._Element, tag: str) -> str:
    element = parent.find(tag)
    return "" if element is None else _text(element)


def _text(element: etree._Element) -> str:
    return (element.text or "").strip()
