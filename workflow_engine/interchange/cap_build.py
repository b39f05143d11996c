"""Build the values of a CAP message from elements that were found to be right."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from workflow_engine.interchange.cap_grammar import VERSIONS, XML_SIGNATURE
from workflow_engine.interchange.cap_model import CapAlert, CapArea, CapInfo, CapResource, NamedValue
from workflow_engine.interchange.cap_problems import local_name, namespace
from workflow_engine.interchange.cap_values import (
    parse_circle,
    parse_decimal,
    parse_integer,
    parse_list,
    parse_polygon,
    parse_references,
    parse_time,
)


class _Children:
    """The children of an element by name, without namespace; empty ones count as absent."""

    def __init__(self, element: etree._Element) -> None:
        self._by_name: dict[str, list[etree._Element]] = {}
        own = namespace(element)
        for child in element:
            if namespace(child) == own:
                self._by_name.setdefault(local_name(child), []).append(child)

    def elements(self, name: str) -> list[etree._Element]:
        return self._by_name.get(name, [])

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(text for element in self.elements(name) if (text := (element.text or "").strip()))

    def find(self, name: str) -> str | None:
        return next(iter(self.texts(name)), None)

    def text(self, name: str) -> str:
        return self.find(name) or ""

    def time(self, name: str) -> datetime | None:
        text = self.find(name)
        return None if text is None else parse_time(text, strict=False)

    def decimal(self, name: str) -> float | None:
        text = self.find(name)
        return None if text is None else parse_decimal(text)

    def pairs(self, name: str) -> tuple[NamedValue, ...]:
        return tuple(
            NamedValue(pair.text("valueName"), pair.text("value")) for pair in map(_Children, self.elements(name))
        )


def build_alert(root: etree._Element) -> CapAlert:
    """Return the alert under ``root``, which has passed ``check_structure`` and ``check_meaning``."""
    of = _Children(root)
    return CapAlert(
        identifier=of.text("identifier"),
        sender=of.text("sender"),
        sent=parse_time(of.text("sent"), strict=False),
        status=of.text("status"),
        msg_type=of.text("msgType"),
        scope=of.text("scope"),
        source=of.find("source"),
        restriction=of.find("restriction"),
        addresses=parse_list(of.text("addresses")),
        codes=of.texts("code"),
        note=of.find("note"),
        references=parse_references(of.text("references")),
        incidents=parse_list(of.text("incidents")),
        infos=tuple(_build_info(_Children(info)) for info in of.elements("info")),
        version=VERSIONS[namespace(root)],
        signed=any(namespace(child) == XML_SIGNATURE for child in root),
    )


def _build_info(of: _Children) -> CapInfo:
    return CapInfo(
        category=of.texts("category"),
        event=of.text("event"),
        urgency=of.text("urgency"),
        severity=of.text("severity"),
        certainty=of.text("certainty"),
        language=of.text("language") or "en-US",
        response_types=of.texts("responseType"),
        audience=of.find("audience"),
        event_codes=of.pairs("eventCode"),
        effective=of.time("effective"),
        onset=of.time("onset"),
        expires=of.time("expires"),
        sender_name=of.find("senderName"),
        headline=of.find("headline"),
        description=of.find("description"),
        instruction=of.find("instruction"),
        web=of.find("web"),
        contact=of.find("contact"),
        parameters=of.pairs("parameter"),
        resources=tuple(_build_resource(_Children(resource)) for resource in of.elements("resource")),
        areas=tuple(_build_area(_Children(area)) for area in of.elements("area")),
    )


def _build_resource(of: _Children) -> CapResource:
    size = of.find("size")
    return CapResource(
        desc=of.text("resourceDesc"),
        mime_type=of.find("mimeType"),
        size=None if size is None else parse_integer(size),
        uri=of.find("uri"),
        deref_uri=of.find("derefUri"),
        digest=of.find("digest"),
    )


def _build_area(of: _Children) -> CapArea:
    return CapArea(
        desc=of.text("areaDesc"),
        polygons=tuple(parse_polygon(text) for text in of.texts("polygon")),
        circles=tuple(parse_circle(text) for text in of.texts("circle")),
        geocodes=of.pairs("geocode"),
        altitude=of.decimal("altitude"),
        ceiling=of.decimal("ceiling"),
    )
