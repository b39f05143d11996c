"""Read service requests from GeoReport v2 documents, XML or JSON; tells of each one that does not fit why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from lxml import etree

from workflow_engine.domain.errors import RejectedError
from workflow_engine.interchange.georeport_model import ITEMS, STATUSES, GeoRequest, degrees, read_w3c
from workflow_engine.interchange.xml_reading import read_xml

LARGEST_BYTES = 256_000_000
_TEXTS = (
    "service_request_id", "status", "service_code", "service_name", "status_notes", "description",
    "agency_responsible", "service_notice", "address", "address_id", "zipcode", "media_url",
)  # fmt: skip
_INSTANTS = ("requested_datetime", "updated_datetime", "expected_datetime")
_REQUIRED = ("service_request_id", "status", "service_code", "requested_datetime")


class NoGeoReportError(RejectedError):
    """The file holds no list of service requests."""

    code = "georeport_refused"


@dataclass(frozen=True, slots=True)
class UnreadableRequest:
    """One request that does not fit, with everything that is wrong; ``number`` counts from 1."""

    number: int
    service_request_id: str
    problems: tuple[str, ...]


def read_requests(data: bytes) -> Iterator[GeoRequest | UnreadableRequest]:
    """The requests of one document, in its order.

    Raises:
        NoGeoReportError: it is none.
        XmlRefusedError: XML that must not be opened, or is none.
    """
    for number, plain in enumerate(_listed(data), start=1):
        yield read_request(plain, number)


def read_request(plain: Mapping[str, Any], number: int) -> GeoRequest | UnreadableRequest:
    """One request from its fields."""
    problems: list[str] = []
    values: dict[str, Any] = {name: _text(plain.get(name)) for name in _TEXTS}
    values.update({name: _instant(name, plain.get(name), problems) for name in _INSTANTS})
    values["lat"] = degrees("lat", _text(plain.get("lat")).strip(), 90, problems)
    values["long"] = degrees("long", _text(plain.get("long")).strip(), 180, problems)
    if (values["lat"] is None) != (values["long"] is None) and not any(one.startswith("l") for one in problems):
        problems.append("lat and long go together; only one of them is given")
    problems += [f"{name} is missing" for name in _REQUIRED if not values[name] and not _text(plain.get(name))]
    if values["status"] and values["status"] not in STATUSES:
        problems.append(f"status is {values['status'][:40]!r}, not open or closed")
    if problems:
        return UnreadableRequest(number, values["service_request_id"], tuple(problems))
    return GeoRequest(**values)


def _listed(data: bytes) -> list[Mapping[str, Any]]:
    if data.lstrip()[:1] == b"<":
        root = read_xml(data, LARGEST_BYTES)
        if etree.QName(root).localname != "service_requests":
            raise NoGeoReportError(f"Expected <service_requests>, but got <{etree.QName(root).localname}>.")
        found = _spark(root)
    else:
        try:
            found = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise NoGeoReportError(f"Expected GeoReport v2 as XML or JSON, but: {error}.") from error
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise NoGeoReportError("Expected an array of service requests.")
    return found


def _spark(element: etree._Element) -> Any:
    """What the JSON of this element is by the Spark convention; simple values stay texts."""
    name = etree.QName(element).localname
    if name in ITEMS:
        return [_spark(child) for child in element]
    if len(element):
        return {etree.QName(child).localname: _spark(child) for child in element}
    return element.text


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _instant(name: str, value: Any, problems: list[str]) -> datetime | None:
    text = _text(value).strip()
    found = read_w3c(text) if text else None
    if text and found is None:
        problems.append(f"{name} is {text[:40]!r}, not an instant such as 2010-01-01T00:00:00Z")
    return found
