"""Read XML from strangers: no document type, no entities, no network, bounded size, encodings of a list."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from workflow_engine.domain.errors import RejectedError

# In all of these the characters of XML markup are ASCII bytes and never part of another character, so that the start of
# the file can be judged before any parser sees it. UTF-7 and EBCDIC would hide a document type.
_ENCODINGS = frozenset(
    (
        *("utf-8", "us-ascii", "ascii", "gb2312", "gbk", "gb18030", "big5", "euc-kr", "euc-jp", "koi8-r", "koi8-u"),
        *(f"iso-8859-{part}" for part in range(1, 17)),
        *(f"windows-125{part}" for part in range(9)),
    )
)
_DECLARATION = re.compile(
    rb"""<\?xml\s+version\s*=\s*(["'])1\.\d+\1"""
    rb"""(?:\s+encoding\s*=\s*(["'])([A-Za-z][A-Za-z0-9._-]*)\2)?"""
    rb"""(?:\s+standalone\s*=\s*(["'])(?:yes|no)\4)?\s*\?>"""
)
_MISC = re.compile(rb"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)


class XmlRefusedError(RejectedError):
    """The bytes are not XML, or XML that must not be opened; ``line`` where it is known."""

    code = "xml_refused"

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message, line=line)
        self.line = line


def read_xml(data: bytes, max_bytes: int) -> etree._Element:
    """Return the root element of ``data``, in the encoding it declares, without comments and processing instructions.

    Nothing outside ``data`` is ever opened: no DTD, no entity, no XInclude, no schema location, no style sheet.

    Raises:
        XmlRefusedError: more than ``max_bytes``, a document type declaration, an encoding that is not read, or not
            well-formed.
    """
    if len(data) > max_bytes:
        raise XmlRefusedError(f"Expected at most {max_bytes:,} bytes, but got {len(data):,}.")
    markup, encoding = _require_encoding(data)
    _refuse_document_type(markup)
    parser = etree.XMLParser(
        encoding=encoding,  # what was judged above is what is parsed, whatever the parser would guess
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(markup, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefusedError(f"Expected well-formed XML: {error.msg}.", error.lineno) from error
    except (LookupError, ValueError) as error:
        raise XmlRefusedError(f"Expected well-formed XML: {error}.") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise XmlRefusedError("Expected no document type declaration (DOCTYPE).")
    return root


def _require_encoding(data: bytes) -> tuple[bytes, str]:
    """Return ``data`` without byte order mark, its markup in ASCII bytes, and the encoding it is then in."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise XmlRefusedError("Expected UTF-8 or another of the usual encodings, but this is UTF-32.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode(), "utf-8"
        except UnicodeError as error:
            raise XmlRefusedError("Expected UTF-16, as the byte order mark says.") from error
    if data.startswith(codecs.BOM_UTF8):
        return data.removeprefix(codecs.BOM_UTF8), "utf-8"
    if b"\0" in data or not data.lstrip().startswith(b"<"):
        raise XmlRefusedError("Expected XML in UTF-8, or in UTF-16 with a byte order mark.")
    name = _declared_encoding(data)
    if name not in _ENCODINGS:
        raise XmlRefusedError(f"Expected one of the usual encodings, but “{name}” is declared; save it as UTF-8.", 1)
    return data, name


def _declared_encoding(data: bytes) -> str:
    if not re.match(rb"<\?xml\s", data):
        return "utf-8"
    declaration = _DECLARATION.match(data)
    if declaration is None:
        raise XmlRefusedError("Expected an XML declaration such as <?xml version='1.0' encoding='UTF-8'?>.", 1)
    return (declaration[3] or b"utf-8").decode().lower()


def _refuse_document_type(data: bytes) -> None:
    """Walk over what XML allows before the root element (XML 1.0, 2.8) and refuse a document type there."""
    position = 0
    while match := _MISC.match(data, position):
        position = match.end()
    if data.startswith(b"<!", position):
        line = data.count(b"\n", 0, position) + 1
        raise XmlRefusedError("Expected no document type declaration (DOCTYPE): it can reach for other files.", line)
