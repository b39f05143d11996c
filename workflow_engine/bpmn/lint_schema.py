"""The file against the schema of BPMN 2.0: values that mean nothing are refused, other deviations are told.

Modelling tools deviate from the schema in order and in vendor attributes without harm, so that alone refuses nothing.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from workflow_engine.bpmn.intake_document import Document
from workflow_engine.bpmn.xml import Element, is_bpmn

MAX_DEVIATIONS = 20

_NAMESPACE = re.compile(r"\{[^{}]*\}")
_WRONG_VALUE = re.compile(r"xs:(boolean|integer|int)'|is not an element of the set")
_DRAWING = re.compile(r"Element '(BPMN(Diagram|Plane|Shape|Edge|Label|LabelStyle)|Bounds|waypoint|Font)'")
_TOLD_ELSEWHERE = re.compile(r"xs:ID'|xs:NCName|key-sequence|xs:QName|xs:anyURI|No match found for key")


def check_schema(document: Document) -> None:
    """Adds a problem per deviation from the schema, at most ``MAX_DEVIATIONS``."""
    schema = _schema()
    if schema.validate(document.root.getroottree()):
        return
    by_line = {element.sourceline: element for element in document.elements if is_bpmn(element)}
    told = 0
    for entry in schema.error_log:
        text = _NAMESPACE.sub("", entry.message).strip().rstrip(".")
        if _TOLD_ELSEWHERE.search(text) or _DRAWING.search(text):
            continue
        element: Element | None = by_line.get(entry.line)
        if _WRONG_VALUE.search(text) and "attribute" in text:
            document.findings.error("attribute_value", element, f"{text}.", "Correct the value.")
        elif told < MAX_DEVIATIONS:
            told += 1
            document.findings.warning(
                "schema", element, f"The file deviates from the BPMN schema: {text}.",
                "Save the model again in the modelling tool.",
            )  # fmt: skip


@cache
def _schema() -> etree.XMLSchema:
    """The schema that SpiffWorkflow brings along; the library itself is not imported."""
    found = find_spec("SpiffWorkflow")
    if found is None or not found.submodule_search_locations:
        raise FileNotFoundError("the schema BPMN20.xsd of SpiffWorkflow")
    folder = Path(next(iter(found.submodule_search_locations)))
    return etree.XMLSchema(etree.parse(folder / "bpmn" / "parser" / "schema" / "BPMN20.xsd"))
