"""Feeds of alerts: Atom whose entries carry CAP elements (an index, as weather services publish it) or whole alerts.

One bad entry does not cost the others: each is judged for itself and reported with its number.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from workflow_engine.interchange.cap import (
    CapAlert,
    CapError,
    CapProblem,
    parse_alert,
    read_alert_element,
    read_cap_xml,
)
from workflow_engine.interchange.cap_grammar import VERSIONS
from workflow_engine.interchange.cap_problems import local_name, namespace
from workflow_engine.interchange.feed_entry import ATOM, read_index_entry, text_of

CAP_TYPE = "application/cap+xml"
MAX_FEED_BYTES = 8_000_000
MAX_FEED_ENTRIES = 5_000


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One usable entry: its place in the feed, and the alert that it holds or stands for."""

    number: int
    """From 1, in the order of the feed."""
    entry_id: str
    alert: CapAlert
    """With ``summary`` when it was made from index elements."""
    link: str | None = None
    """Where the sender keeps the whole message; never fetched here."""


@dataclass(frozen=True, slots=True)
class FeedRefusal:
    """One entry that cannot be used, and why."""

    number: int
    entry_id: str
    problems: tuple[CapProblem, ...]

    def __str__(self) -> str:
        reasons = "; ".join(str(problem) for problem in self.problems)
        return f"entry {self.number} ({self.entry_id or 'without id'}): {reasons}"


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed holds: entries to use, and entries that were refused."""

    entries: tuple[FeedEntry, ...]
    refusals: tuple[FeedRefusal, ...] = ()
    title: str | None = None


def parse_alerts(data: bytes) -> Feed:
    """Return the alerts in ``data``, be it one CAP message (a feed of one entry) or an Atom feed.

    Raises:
        CapError: neither can be read; single bad entries of a feed are in ``refusals`` instead.
    """
    root = read_cap_xml(data, MAX_FEED_BYTES)
    if root.tag == f"{ATOM}feed":
        return _read_feed(root)
    alert = parse_alert(data)
    return Feed((FeedEntry(1, alert.identifier, alert),))


def parse_feed(data: bytes) -> Feed:
    """Return the alerts in an Atom feed with CAP 1.1 or 1.2 elements.

    Raises:
        CapError: too large, hostile, not XML, or not an Atom feed.
    """
    root = read_cap_xml(data, MAX_FEED_BYTES)
    if root.tag != f"{ATOM}feed":
        message = f"Expected an Atom feed, but found “{local_name(root)}” of “{namespace(root)}”."
        raise CapError(message, [CapProblem("structure", "/" + local_name(root), root.sourceline, message)])
    return _read_feed(root)


def _read_feed(root: etree._Element) -> Feed:
    entries: list[FeedEntry] = []
    refusals: list[FeedRefusal] = []
    sender = _find_author(root) or text_of(root, f"{ATOM}id")
    for number, element in enumerate(root.iterchildren(f"{ATOM}entry"), 1):
        if number > MAX_FEED_ENTRIES:
            message = f"Expected at most {MAX_FEED_ENTRIES:,} entries in a feed."
            raise CapError(message, [CapProblem("file", "/feed", element.sourceline, message)])
        entry_id = text_of(element, f"{ATOM}id") or ""
        try:
            alert = _read_entry(element, _find_author(element) or sender, f"/feed/entry[{number}]")
        except CapError as error:
            refusals.append(FeedRefusal(number, entry_id, error.problems))
        else:
            entries.append(FeedEntry(number, entry_id, alert, _find_link(element)))
    return Feed(tuple(entries), tuple(refusals), text_of(root, f"{ATOM}title"))


def _read_entry(element: etree._Element, sender: str | None, path: str) -> CapAlert:
    content = element.find(f"{ATOM}content")
    for inner in () if content is None else content:
        if local_name(inner) == "alert" and namespace(inner) in VERSIONS:
            return read_alert_element(inner, f"{path}/content/alert")
    return read_index_entry(element, sender, path)


def _find_author(element: etree._Element) -> str | None:
    """Return the mail address of the author, or the name; weather services write the address as the name."""
    author = element.find(f"{ATOM}author")
    return None if author is None else text_of(author, f"{ATOM}email") or text_of(author, f"{ATOM}name")


def _find_link(element: etree._Element) -> str | None:
    """Where the message itself is, as far as the links tell; else the first of them."""
    links = [link for link in element.iterchildren(f"{ATOM}link") if link.get("href")]
    best = next((link for link in links if link.get("type") == CAP_TYPE), links[0] if links else None)
    return None if best is None else best.get("href")
