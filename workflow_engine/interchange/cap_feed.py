"""The city's own warnings as an Atom feed (RFC 4287) whose entries hold whole CAP messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from workflow_engine.interchange.feed import CAP_TYPE
from workflow_engine.interchange.xml_reading import read_xml

_ATOM = "http://www.w3.org/2005/Atom"
_LARGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One message of a feed."""

    title: str
    sent_at: datetime
    page: str
    message: str
    """Address of the CAP message."""
    document: str
    """The message itself."""


def warning_feed(title: str, address: str, language: str, items: Iterable[FeedItem], now: datetime) -> bytes:
    """The feed as it is served at ``address``; the newest first, as given."""
    found = list(items)
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(root, "id", address)
    _add(root, "title", title)
    _add(root, "updated", _instant(max((item.sent_at for item in found), default=now)))
    _add(_add(root, "author"), "name", title)
    _add(root, "link", rel="self", href=address, type="application/atom+xml")
    for item in found:
        entry = _add(root, "entry")
        _add(entry, "id", item.message)
        _add(entry, "title", item.title)
        _add(entry, "updated", _instant(item.sent_at))
        _add(entry, "link", rel="alternate", href=item.page, type="text/html")
        _add(entry, "link", rel="related", href=item.message, type=CAP_TYPE)
        _add(entry, "content", type=CAP_TYPE).append(read_xml(item.document.encode(), _LARGEST))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    element.text = text
    return element


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
