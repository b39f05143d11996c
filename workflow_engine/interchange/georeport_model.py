"""What Open311 GeoReport v2 speaks of: services, their attributes, service requests, errors, discovery.

Names are the standard's (wiki.open311.org/GeoReport_v2). ``plain`` gives the structure that its JSON shows and that its
XML shows by the Spark convention: a list in a list's element, a missing value as null or an empty element.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
OPEN, CLOSED = "open", "closed"
STATUSES = (OPEN, CLOSED)
REALTIME, BATCH = "realtime", "batch"
LISTS = ("singlevaluelist", "multivaluelist")
DATATYPES = ("string", "number", "datetime", "text", *LISTS)
LONGEST_DESCRIPTION = 4000
ITEMS = {
    "services": "service", "attributes": "attribute", "values": "value", "service_requests": "request",
    "errors": "error", "endpoints": "endpoint", "formats": "format", "notes": "note",
}  # fmt: skip
"""What one element of a list is called in XML."""

_W3C = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})")
_SPACED = re.compile(r" (\d{2}:\d{2})$")


@dataclass(frozen=True, slots=True)
class GeoServiceType:
    """One kind of service request that can be made."""

    service_code: str
    service_name: str
    description: str = ""
    metadata: bool = False
    type: str = REALTIME
    keywords: Sequence[str] = ()
    group: str = ""

    def plain(self) -> dict[str, Any]:
        return {
            "service_code": self.service_code, "service_name": self.service_name,
            "description": self.description or None, "metadata": self.metadata, "type": self.type,
            "keywords": ", ".join(self.keywords) or None, "group": self.group or None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class GeoValue:
    """One option of a list attribute."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class GeoAttribute:
    """One further field of a service's form; with ``variable`` false only a text to read."""

    code: str
    datatype: str = "string"
    description: str = ""
    required: bool = False
    variable: bool = True
    datatype_description: str = ""
    order: int = 1
    values: Sequence[GeoValue] = ()

    def plain(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "variable": self.variable, "code": self.code, "datatype": self.datatype, "required": self.required,
            "datatype_description": self.datatype_description or None, "order": self.order,
            "description": self.description or None,
        }  # fmt: skip
        if self.datatype in LISTS:
            shown["values"] = [{"key": one.key, "name": one.name} for one in self.values]
        return shown


@dataclass(frozen=True, slots=True)
class GeoNote:
    """One line of a request's history (extension ``notes``)."""

    at: datetime
    description: str
    type: str

    def plain(self) -> dict[str, Any]:
        return {"datetime": w3c(self.at), "description": self.description or None, "type": self.type}


@dataclass(frozen=True, slots=True)
class GeoRequest:
    """One service request as anybody may see it."""

    service_request_id: str
    status: str
    service_code: str
    service_name: str
    requested_datetime: datetime
    updated_datetime: datetime | None = None
    expected_datetime: datetime | None = None
    status_notes: str = ""
    description: str = ""
    agency_responsible: str = ""
    service_notice: str = ""
    address: str = ""
    address_id: str = ""
    zipcode: str = ""
    lat: float | None = None
    long: float | None = None
    media_url: str = ""
    extended: Mapping[str, str] = field(default_factory=dict)
    """What the standard has no field for; shown only to those who ask for extensions."""
    notes: Sequence[GeoNote] = ()

    def plain(self, *, extensions: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "service_request_id": self.service_request_id, "status": self.status,
            "status_notes": self.status_notes or None, "service_name": self.service_name,
            "service_code": self.service_code, "description": self.description or None,
            "agency_responsible": self.agency_responsible or None, "service_notice": self.service_notice or None,
            "requested_datetime": w3c(self.requested_datetime), "updated_datetime": _w3c_or_none(self.updated_datetime),
            "expected_datetime": _w3c_or_none(self.expected_datetime), "address": self.address or None,
            "address_id": self.address_id or None, "zipcode": self.zipcode or None, "lat": self.lat, "long": self.long,
            "media_url": self.media_url or None,
        }  # fmt: skip
        if extensions:
            shown["extended_attributes"] = {name: value or None for name, value in self.extended.items()}
            shown["notes"] = [note.plain() for note in self.notes]
        return shown


@dataclass(frozen=True, slots=True)
class GeoReceipt:
    """What a client gets for a request that it posted: the id, or a token as long as there is none to show."""

    service_request_id: str = ""
    token: str = ""
    service_notice: str = ""

    def plain(self) -> dict[str, Any]:
        named = {"service_request_id": self.service_request_id} if self.service_request_id else {"token": self.token}
        return {**named, "service_notice": self.service_notice or None, "account_id": None}


@dataclass(frozen=True, slots=True)
class GeoError:
    """One reason why a request was not fulfilled; ``code`` begins with the HTTP status."""

    code: int
    description: str

    def plain(self) -> dict[str, Any]:
        return {"code": self.code, "description": self.description}


@dataclass(frozen=True, slots=True)
class GeoEndpoint:
    """One address where requests are taken."""

    url: str
    changeset: str
    type: str = "production"
    formats: Sequence[str] = ("text/xml", "application/json")

    def plain(self) -> dict[str, Any]:
        return {
            "specification": SPECIFICATION, "url": self.url, "changeset": self.changeset, "type": self.type,
            "formats": list(self.formats),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class GeoDiscovery:
    """Where the city's endpoints are, and whom to ask."""

    changeset: str
    contact: str
    key_service: str
    endpoints: Sequence[GeoEndpoint]

    def plain(self) -> dict[str, Any]:
        return {
            "changeset": self.changeset, "contact": self.contact, "key_service": self.key_service,
            "endpoints": [endpoint.plain() for endpoint in self.endpoints],
        }  # fmt: skip


def w3c(instant: datetime) -> str:
    """An aware instant to the second, with its zone (W3C note on date and time formats)."""
    if instant.utcoffset() is None:
        raise ValueError(f"expected an instant with a zone, but got {instant.isoformat()}")
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")


def read_w3c(text: str) -> datetime | None:
    """The instant that a text of the same kind names, or None; a ``+`` that a form turned into a space counts."""
    mended = _SPACED.sub(r"+\1", text.strip())
    if _W3C.fullmatch(mended) is None:
        return None
    try:
        return datetime.fromisoformat(mended)
    except ValueError:
        return None


def _w3c_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else w3c(instant)


def degrees(name: str, text: str, most: int, problems: list[str]) -> float | None:
    """Degrees as they are written; None where there are none, or where they are none: then the problem is noted."""
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not -most <= found <= most:
        problems.append(f"{name} is {text[:40]!r}, not degrees from -{most} to {most}")
        return None
    return found
