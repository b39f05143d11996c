"""Write GeoReport v2 documents: XML without a namespace, or the JSON that the Spark convention makes of it; UTF-8."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import orjson
from lxml import etree

from workflow_engine.interchange.georeport_model import (
    ITEMS,
    GeoAttribute,
    GeoDiscovery,
    GeoError,
    GeoReceipt,
    GeoRequest,
    GeoServiceType,
)

XML, JSON = "xml", "json"
FORMATS = (XML, JSON)
CONTENT_TYPES = {XML: "text/xml; charset=utf-8", JSON: "application/json; charset=utf-8"}
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
# XML 1.0 has no way to write these; a person who typed one meant nothing by it.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_discovery(discovery: GeoDiscovery, form: str) -> bytes:
    """The service discovery document."""
    return _document("discovery", discovery.plain(), form)


def write_services(services: Iterable[GeoServiceType], form: str) -> bytes:
    """The service list."""
    return _document("services", [service.plain() for service in services], form)


def write_definition(service_code: str, attributes: Sequence[GeoAttribute], form: str) -> bytes:
    """The definition of one service."""
    shown = [attribute.plain() for attribute in sorted(attributes, key=lambda one: one.order)]
    return _document("service_definition", {"service_code": service_code, "attributes": shown}, form)


def write_requests(requests: Iterable[GeoRequest], form: str, *, extensions: bool = False) -> bytes:
    """Service requests, be it many or one."""
    return _document("service_requests", [one.plain(extensions=extensions) for one in requests], form)


def write_receipt(receipt: GeoReceipt, form: str) -> bytes:
    """The answer to a posted request."""
    return _document("service_requests", [receipt.plain()], form)


def write_token(token: str, service_request_id: str, form: str) -> bytes:
    """The answer to a token."""
    return _document("service_requests", [{"service_request_id": service_request_id, "token": token}], form)


def write_errors(errors: Iterable[GeoError], form: str) -> bytes:
    """Why a request was not fulfilled."""
    return _document("errors", [error.plain() for error in errors], form)


def request_fragment(request: GeoRequest, form: str) -> bytes:
    """One request as it stands inside a list: what exports write piece by piece."""
    if form == JSON:
        return orjson.dumps(request.plain())
    element = etree.Element("request")
    _fill(element, request.plain())
    return etree.tostring(element, encoding="UTF-8", xml_declaration=False)


def list_around(form: str) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and after the requests of a list that is written piece by piece."""
    if form == JSON:
        return b"[", b",\n", b"]\n"
    return HEAD + b"<service_requests>\n", b"\n", b"\n</service_requests>\n"


def _document(root: str, content: Any, form: str) -> bytes:
    if form == JSON:
        return orjson.dumps(content)
    element = etree.Element(root)
    _fill(element, content)
    return HEAD + etree.tostring(element, encoding="UTF-8", xml_declaration=False)


def _fill(element: etree._Element, content: Any) -> None:
    if isinstance(content, dict):
        for name, value in content.items():
            _fill(etree.SubElement(element, name), value)
    elif isinstance(content, list):
        for item in content:
            _fill(etree.SubElement(element, ITEMS[str(element.tag)]), item)
    elif content is not None:
        element.text = _text(content)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"  # no exponent, no digit lost
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", str(value))
