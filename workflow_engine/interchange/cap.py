"""The Common Alerting Protocol (OASIS CAP 1.2, ITU-T X.1303): read 1.2 and 1.1, write 1.2.

Every reason to refuse a message is reported at once, with the element's path and line.
"""

from __future__ import annotations

from lxml import etree

from workflow_engine.interchange.cap_build import build_alert
from workflow_engine.interchange.cap_grammar import CAP_1_2, VERSIONS
from workflow_engine.interchange.cap_meaning import check_meaning
from workflow_engine.interchange.cap_model import (
    CapAlert,
    CapArea,
    CapError,
    CapInfo,
    CapProblem,
    CapReference,
    CapResource,
    Circle,
    NamedValue,
    alert_key,
)
from workflow_engine.interchange.cap_problems import ProblemList, local_name, namespace
from workflow_engine.interchange.cap_structure import check_structure
from workflow_engine.interchange.cap_write import write_alert
from workflow_engine.interchange.xml_reading import XmlRefusedError, read_xml

__all__ = [
    "MAX_ALERT_BYTES",
    "CapAlert",
    "CapArea",
    "CapError",
    "CapInfo",
    "CapProblem",
    "CapReference",
    "CapResource",
    "Circle",
    "NamedValue",
    "alert_key",
    "find_problems",
    "parse_alert",
    "read_alert_element",
    "write_alert",
]

MAX_ALERT_BYTES = 2_000_000


def parse_alert(data: bytes) -> CapAlert:
    """Return the alert in a CAP 1.2 or 1.1 document.

    Raises:
        CapError: too large, hostile, not XML, not by the schema, or not by the standard; ``problems`` holds every
            reason.
    """
    return read_alert_element(read_cap_xml(data, MAX_ALERT_BYTES))


def find_problems(data: bytes) -> tuple[CapProblem, ...]:
    """Return every reason why ``parse_alert`` would refuse ``data``; empty when it would not."""
    try:
        parse_alert(data)
    except CapError as error:
        return error.problems
    return ()


def read_alert_element(root: etree._Element, path: str = "/alert") -> CapAlert:
    """Return the alert under an element of a document that was read safely; ``path`` is where it stands there.

    Raises CapError as ``parse_alert`` does.
    """
    if local_name(root) != "alert" or namespace(root) not in VERSIONS:
        message = f"Expected a CAP alert (namespace {CAP_1_2}), but found “{local_name(root)}” of “{namespace(root)}”."
        raise CapError(message, [CapProblem("structure", "/" + local_name(root), root.sourceline, message)])
    problems = ProblemList(root, path)
    check_structure(root, problems)
    check_meaning(root, problems)
    if problems.count:
        found = problems.found()
        more = f" and {problems.count - 1} more" if problems.count > 1 else ""
        raise CapError(f"The alert is refused: {found[0]}{more}", found)
    return build_alert(root)


def read_cap_xml(data: bytes, max_bytes: int) -> etree._Element:
    """Return the root element of ``data``. Raises CapError when it may not or cannot be opened."""
    try:
        return read_xml(data, max_bytes)
    except XmlRefusedError as error:
        raise CapError(f"The file is refused: {error}", [CapProblem("file", "", error.line, str(error))]) from error
