"""BPMN XML as an element tree that cannot hurt: no DTD, no entities, no network, bounded in size and depth.

``parse_xml`` refuses everything that is not plain, well-formed XML of the BPMN 2.0 namespace and says what it found
instead. The small readers below are the only way other modules look at elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from workflow_engine.domain.errors import Problem

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DIAGRAM_NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/BPMN/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DC",
    }
)
OLD_NAMESPACES = frozenset(
    {
        "",
        "http://schema.omg.org/spec/BPMN/2.0",
        "http://www.omg.org/spec/BPMN/2.0",
        "http://www.omg.org/spec/BPMN/20100501",
        "http://www.omg.org/bpmn20",
        "http://www.omg.org/spec/BPMN/20100524/MODEL/",
    }
)
"""Drafts and slips that tools have written for the one BPMN 2.0 namespace."""

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 200
MAX_ELEMENTS = 60_000

_MAGIC = {
    b"\x1f\x8b": "a gzip archive",
    b"PK\x03\x04": "a zip archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

Element = etree._Element


class XmlRefusedError(Exception):
    """The bytes are no acceptable BPMN XML; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ParsedXml:
    """A tree in the BPMN namespace; ``rewritten_namespace`` names the namespace the file used instead, if any."""

    root: Element
    rewritten_namespace: str | None = None


def parse_xml(data: bytes, *, max_bytes: int = MAX_BYTES) -> ParsedXml:
    """The element tree of a BPMN file.

    Raises:
        XmlRefusedError: too large, compressed, not well-formed, with a DTD, too deep, or not BPMN.
    """
    _check_bytes(data, max_bytes)
    if _prolog_has_doctype(data):
        raise _doctype()
    root = _parse(data)
    _check_shape(root)
    name = etree.QName(root)
    namespace = name.namespace or ""
    if name.localname != "definitions" or (namespace != BPMN and namespace not in OLD_NAMESPACES):
        raise _refused(
            "not_bpmn",
            f"The root element is <{name.localname}> of the namespace {namespace or '(none)'}; "
            "expected <definitions> of BPMN 2.0.",
            "Upload the BPMN 2.0 XML file itself, as the modelling tool saves it.",
        )
    if namespace == BPMN:
        return ParsedXml(root)
    _rename(root, namespace)
    return ParsedXml(root, namespace or "(none)")


def _refused(code: str, message: str, mend: str = "", line: int | None = None) -> XmlRefusedError:
    return XmlRefusedError(Problem(code=code, severity="error", message=message, mend=mend, line=line))


def _check_bytes(data: bytes, max_bytes: int) -> None:
    if not data.strip():
        raise _refused("empty_file", "The file is empty.", "Save the model again and upload it.")
    if len(data) > max_bytes:
        raise _refused(
            "too_large",
            f"The file has {len(data):,} bytes; at most {max_bytes:,} are accepted.",
            "Split the model into several files with call activities.",
        )
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise _refused("not_xml", f"The file is {kind}, not XML.", "Unpack it and upload the .bpmn file inside.")
    if b"\x00" in data and not data.startswith(_UTF16_MARKS) and b"\x00<" not in data[:8] and b"<\x00" not in data[:8]:
        raise _refused("not_xml", "The file holds NUL bytes, which XML does not allow.", "Save it as UTF-8 text.")


_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*+(<!DOCTYPE)?", re.DOTALL | re.IGNORECASE)


def _prolog_has_doctype(data: bytes) -> bool:
    """Looked for before parsing, so that no declaration is ever read."""
    head = data
    if data.startswith(_UTF16_MARKS) or b"\x00" in data[:8]:
        encoding = "utf-16" if data.startswith(_UTF16_MARKS) else ("utf-16-be" if data[:1] == b"\x00" else "utf-16-le")
        head = data.decode(encoding, "replace").encode("utf-8", "replace")
    found = _PROLOG.match(head)
    return found is not None and found[1] is not None


def _parse(data: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        text = str(exc.msg or exc)
        if "excessive depth" in text.lower() or "depth" in text.lower():
            raise _too_deep() from exc
        raise _refused(
            "not_well_formed",
            f"The file is not well-formed XML: {text}.",
            "Open it in the modelling tool and save it again.",
            exc.lineno,
        ) from exc
    except (ValueError, LookupError) as exc:
        raise _refused("not_well_formed", f"The file cannot be read as XML: {exc}.", "Save it as UTF-8.") from exc
    tree = root.getroottree()
    if tree.docinfo.internalDTD is not None or tree.docinfo.doctype:
        raise _doctype()
    return root


def _doctype() -> XmlRefusedError:
    return _refused(
        "doctype",
        "The file has a document type declaration (DOCTYPE), which is never accepted.",
        "Remove the DOCTYPE and all entities; BPMN needs none.",
    )


def _too_deep() -> XmlRefusedError:
    return _refused(
        "too_deep",
        f"The XML is nested more than {MAX_DEPTH} elements deep.",
        "Move inner sub-processes into processes of their own and call them.",
    )


def _check_shape(root: Element) -> None:
    """Depth and number of elements; counted without recursion."""
    count, depth = 0, 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if depth > MAX_DEPTH:
            raise _too_deep()
        if count > MAX_ELEMENTS:
            raise _refused("too_large", f"The file has more than {MAX_ELEMENTS:,} elements.", "Split the model.")
        if isinstance(element, etree._Entity):
            raise _doctype()
        if isinstance(element.tag, str) and element.tag.startswith("{http://www.w3.org/2001/XInclude}"):
            raise _refused(
                "xinclude", "The file includes another document (XInclude), which is never accepted.",
                "Put the whole model into one file.", line_of(element),
            )  # fmt: skip


def _rename(root: Element, namespace: str) -> None:
    prefix = f"{{{namespace}}}" if namespace else ""
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if namespace and tag.startswith(prefix):
            element.tag = f"{{{BPMN}}}{tag[len(prefix) :]}"
        elif not namespace and not tag.startswith("{"):
            element.tag = f"{{{BPMN}}}{tag}"


# ------------------------------------------------------------------------------------------------ looking at elements
def qname(local: str) -> str:
    """The full tag of a BPMN element."""
    return f"{{{BPMN}}}{local}"


def namespace_of(element: Element) -> str:
    """Its namespace; empty when it has none."""
    return etree.QName(element).namespace or ""


def local_name(element: Element) -> str:
    """Its tag without the namespace."""
    return etree.QName(element).localname


def is_bpmn(element: Element, *names: str) -> bool:
    """Whether it is a BPMN element (of one of these names)."""
    tag = element.tag
    if not isinstance(tag, str) or not tag.startswith(f"{{{BPMN}}}"):
        return False
    return not names or tag[len(BPMN) + 2 :] in names


def children(element: Element, *names: str) -> list[Element]:
    """BPMN children, in document order; all of them when no names are given."""
    return [child for child in element if is_bpmn(child, *names)]


def child(element: Element, name: str) -> Element | None:
    """The first BPMN child of that name."""
    return element.find(qname(name))


def text_of(element: Element | None) -> str | None:
    """Its whole text, stripped; None when there is no element or only white space."""
    if element is None:
        return None
    return "".join(element.itertext()).strip() or None


def child_text(element: Element, name: str) -> str | None:
    """The text of the first BPMN child of that name."""
    return text_of(child(element, name))


def line_of(element: Element) -> int | None:
    """The line it starts on, from 1."""
    line = element.sourceline
    return line if isinstance(line, int) else None


def extensions(element: Element) -> Iterator[Element]:
    """The children of its ``extensionElements``."""
    for holder in children(element, "extensionElements"):
        yield from (item for item in holder if isinstance(item.tag, str))


_TRUE = re.compile(r"\s*(true|1)\s*", re.IGNORECASE)


def is_true(value: str | None, default: bool = False) -> bool:
    """An XML Schema boolean; ``default`` when absent."""
    return default if value is None else bool(_TRUE.fullmatch(value))
