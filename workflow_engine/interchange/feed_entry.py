"""One index entry of an alert feed: CAP elements among those of Atom, read as a summary of the alert."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from lxml import etree

from workflow_engine.interchange.cap_grammar import (
    CATEGORY,
    CERTAINTY,
    MSG_TYPE,
    SCOPE,
    SEVERITY,
    STATUS,
    URGENCY,
    VERSIONS,
)
from workflow_engine.interchange.cap_meaning import NEED_REFERENCES
from workflow_engine.interchange.cap_model import CapAlert, CapArea, CapError, CapInfo, NamedValue
from workflow_engine.interchange.cap_problems import ProblemList, local_name, namespace
from workflow_engine.interchange.cap_values import parse_circle, parse_polygon, parse_references, parse_time

ATOM = "{http://www.w3.org/2005/Atom}"
_NOT_IN_NAMES = re.compile(r"[\s,<&]+")
_Value = TypeVar("_Value")


def text_of(element: etree._Element, tag: str) -> str | None:
    """Return the text of the first child ``tag``; None when absent or empty."""
    child = element.find(tag)
    return None if child is None or child.text is None else child.text.strip() or None


def read_index_entry(element: etree._Element, sender: str | None, path: str) -> CapAlert:
    """Return what an Atom entry with CAP elements, at ``path``, says about its alert; ``summary`` is set.

    Identifier and sender fall back on the entry's id and author, ``sent`` on when it was published, ``scope`` on
    Public, since the feed is. Raises CapError with every problem of the entry.
    """
    reader = _EntryReader(element, path)
    alert = reader.read(sender)
    if alert is None or reader.problems.count:
        found = reader.problems.found()
        raise CapError(f"The entry is refused: {found[0]}", found)
    return alert


class _EntryReader:
    """Reads one entry and collects what is wrong with it."""

    def __init__(self, element: etree._Element, path: str) -> None:
        self.element = element
        self.problems = ProblemList(element, path)
        self.version = "1.2"
        self._cap: dict[str, list[etree._Element]] = {}
        for child in element:
            if namespace(child) in VERSIONS:
                self.version = VERSIONS[namespace(child)]
                self._cap.setdefault(local_name(child), []).append(child)

    def read(self, sender: str | None) -> CapAlert | None:
        if not self._cap:
            self.problems.add("structure", self.element, "Expected CAP elements in the entry, but there are none.")
            return None
        identifier = self._find("identifier") or text_of(self.element, f"{ATOM}id")
        sender = self._find("sender") or sender
        sent = self._sent()
        # MeteoAlarm and its members spell the message type their own way.
        msg_type = self._one_of("msgType" if "msgType" in self._cap else "message_type", MSG_TYPE)
        alert_status = self._one_of("status", STATUS)
        info = self._info()
        references = self._parsed("references", parse_references)
        if not identifier or not sender:
            self.problems.add("meaning", self.element, "Expected an id and an author, but one is missing.")
        # An index may leave references out altogether; what it must not do is to give an empty list.
        if msg_type in NEED_REFERENCES and "references" in self._cap and not references:
            self.problems.add("meaning", self.element, f"Expected references, because the message is {msg_type}.")
        if sent is None or self.problems.count:
            return None
        return CapAlert(
            identifier=_as_name(identifier or ""),
            sender=_as_name(sender or ""),
            sent=sent,
            status=alert_status,
            msg_type=msg_type,
            scope=self._one_of("scope", SCOPE) if "scope" in self._cap else "Public",
            note=self._find("note"),
            references=references[0] if references else (),
            infos=(info,),
            version=self.version,
            summary=True,
        )

    def _info(self) -> CapInfo:
        event = self._find("event")
        if not event:
            self.problems.add("meaning", self.element, "Expected the element event with a text.")
        return CapInfo(
            category=tuple(self._texts("category", CATEGORY)),
            event=event or "",
            urgency=self._one_of("urgency", URGENCY),
            severity=self._one_of("severity", SEVERITY),
            certainty=self._one_of("certainty", CERTAINTY),
            language=self._find("language") or "en-US",
            effective=self._time("effective"),
            onset=self._time("onset"),
            expires=self._time("expires"),
            headline=self._find("headline") or text_of(self.element, f"{ATOM}title"),
            description=self._find("description") or text_of(self.element, f"{ATOM}summary"),
            parameters=self._pairs("parameter"),
            areas=self._areas(),
        )

    def _areas(self) -> tuple[CapArea, ...]:
        polygons = self._parsed("polygon", parse_polygon)
        circles = self._parsed("circle", parse_circle)
        geocodes = self._pairs("geocode")
        desc = self._find("areaDesc")
        if desc is None and not (polygons or circles or geocodes):
            return ()
        return (CapArea(desc or "", tuple(polygons), tuple(circles), geocodes),)

    def _sent(self) -> datetime | None:
        if "sent" in self._cap:
            return self._time("sent")
        for name in ("published", "updated"):
            child = self.element.find(ATOM + name)
            if child is not None and child.text:
                return next(iter(self._parse(child, _any_time)), None)
        self.problems.add("meaning", self.element, "Expected the time when the entry was published.")
        return None

    def _find(self, name: str) -> str | None:
        return next((text for child in self._cap.get(name, []) if (text := (child.text or "").strip())), None)

    def _one_of(self, name: str, values: tuple[str, ...]) -> str:
        return next(iter(self._texts(name, values, required=True)), "")

    def _texts(self, name: str, values: tuple[str, ...], *, required: bool = False) -> list[str]:
        if required and name not in self._cap:
            self.problems.add("structure", self.element, f"Expected the element {name}, but it is missing.")
        texts = []
        for child in self._cap.get(name, []):
            text = (child.text or "").strip()
            if text not in values:
                self.problems.add("structure", child, f"Expected one of {', '.join(values)}, but found “{text[:60]}”.")
            texts.append(text)
        return texts

    def _time(self, name: str) -> datetime | None:
        return next(iter(self._parsed(name, _any_time)), None)

    def _parsed(self, name: str, parse: Callable[[str], _Value]) -> list[_Value]:
        return [value for child in self._cap.get(name, []) for value in self._parse(child, parse)]

    def _parse(self, child: etree._Element, parse: Callable[[str], _Value]) -> list[_Value]:
        text = (child.text or "").strip()
        try:
            return [parse(text)] if text else []
        except ValueError as error:
            self.problems.add("meaning", child, str(error))
            return []

    def _pairs(self, name: str) -> tuple[NamedValue, ...]:
        """Several pairs may stand in one element, and in Atom's namespace, as the US weather service writes them."""
        pairs: list[NamedValue] = []
        for parent in self._cap.get(name, []):
            names = [(child.text or "").strip() for child in parent if local_name(child) == "valueName"]
            values = [(child.text or "").strip() for child in parent if local_name(child) == "value"]
            if len(names) != len(values):
                self.problems.add("structure", parent, "Expected as many elements value as valueName.")
                continue
            pairs.extend(NamedValue(*pair) for pair in zip(names, values, strict=True))
        return tuple(pairs)


def _any_time(text: str) -> datetime:
    return parse_time(text, strict=False)


def _as_name(text: str) -> str:
    """Return ``text`` as a CAP identifier or sender; authors of feeds have names with spaces."""
    return _NOT_IN_NAMES.sub("_", text)
