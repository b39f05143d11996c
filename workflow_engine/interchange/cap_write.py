"""Write an alert as CAP 1.2 XML; what is written is judged by the same rules as what is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

from workflow_engine.interchange.cap_grammar import CAP_1_2
from workflow_engine.interchange.cap_meaning import check_meaning
from workflow_engine.interchange.cap_model import (
    CapAlert,
    CapArea,
    CapError,
    CapInfo,
    CapProblem,
    CapReference,
    CapResource,
    NamedValue,
    Point,
)
from workflow_engine.interchange.cap_problems import ProblemList
from workflow_engine.interchange.cap_structure import check_structure

# Element names in the order of the standard; a value is a text, a time, a number, an element, a list of these, or None.
_Content = Mapping[str, Any]


def write_alert(alert: CapAlert) -> bytes:
    """Return ``alert`` as a CAP 1.2 document in UTF-8, unsigned, whatever version it was read from.

    Times lose fractions of a second; UTC is written as ``-00:00`` (OASIS CAP 1.2, 3.3.2).

    Raises:
        CapError: the result would not be a valid message; says why.
    """
    try:
        root = _element("alert", _alert_content(alert))
    except ValueError as error:
        problem = CapProblem("meaning", "", None, f"Expected texts that XML can hold and aware times: {error}")
        raise CapError(problem.message, [problem]) from error
    problems = ProblemList(root, "/alert")
    check_structure(root, problems)
    check_meaning(root, problems)
    if problems.count:
        found = problems.found()
        raise CapError(
            f"Expected an alert that CAP 1.2 allows, but it has {problems.count} problems: {found[0]}", found
        )
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _alert_content(alert: CapAlert) -> _Content:
    return {
        "identifier": alert.identifier,
        "sender": alert.sender,
        "sent": alert.sent,
        "status": alert.status,
        "msgType": alert.msg_type,
        "source": alert.source,
        "scope": alert.scope,
        "restriction": alert.restriction,
        "addresses": _quoted(alert.addresses),
        "code": alert.codes,
        "note": alert.note,
        "references": " ".join(map(_reference, alert.references)) or None,
        "incidents": _quoted(alert.incidents),
        "info": [_element("info", _info_content(info)) for info in alert.infos],
    }


def _info_content(info: CapInfo) -> _Content:
    return {
        "language": info.language,
        "category": info.category,
        "event": info.event,
        "responseType": info.response_types,
        "urgency": info.urgency,
        "severity": info.severity,
        "certainty": info.certainty,
        "audience": info.audience,
        "eventCode": _pairs("eventCode", info.event_codes),
        "effective": info.effective,
        "onset": info.onset,
        "expires": info.expires,
        "senderName": info.sender_name,
        "headline": info.headline,
        "description": info.description,
        "instruction": info.instruction,
        "web": info.web,
        "contact": info.contact,
        "parameter": _pairs("parameter", info.parameters),
        "resource": [_element("resource", _resource_content(resource)) for resource in info.resources],
        "area": [_element("area", _area_content(area)) for area in info.areas],
    }


def _resource_content(resource: CapResource) -> _Content:
    return {
        "resourceDesc": resource.desc,
        "mimeType": resource.mime_type,
        "size": resource.size,
        "uri": resource.uri,
        "derefUri": resource.deref_uri,
        "digest": resource.digest,
    }


def _area_content(area: CapArea) -> _Content:
    return {
        "areaDesc": area.desc,
        "polygon": [" ".join(map(_point, polygon)) for polygon in area.polygons],
        "circle": [f"{_point(circle.center)} {_number(circle.radius)}" for circle in area.circles],
        "geocode": _pairs("geocode", area.geocodes),
        "altitude": area.altitude,
        "ceiling": area.ceiling,
    }


def _pairs(name: str, pairs: Iterable[NamedValue]) -> list[etree._Element]:
    return [_element(name, {"valueName": pair.name, "value": pair.value}) for pair in pairs]


def _element(name: str, content: _Content) -> etree._Element:
    element = etree.Element(f"{{{CAP_1_2}}}{name}", nsmap={None: CAP_1_2})
    for child_name, value in content.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            if isinstance(item, etree._Element):
                element.append(item)
            elif item is not None:
                etree.SubElement(element, f"{{{CAP_1_2}}}{child_name}").text = _text(item)
    return element


def _text(value: str | int | float | datetime) -> str:
    if isinstance(value, datetime):
        return _time(value)
    return value if isinstance(value, str) else _number(value)


def _time(at: datetime) -> str:
    offset = at.utcoffset()
    if offset is None:
        raise ValueError(f"{at.isoformat()} has no offset.")
    if offset % timedelta(minutes=1):
        # Local mean time, of long ago; CAP knows offsets in whole minutes only.
        at, offset = at.astimezone(UTC), timedelta()
    text = at.replace(tzinfo=None).isoformat(timespec="seconds")
    minutes = offset // timedelta(minutes=1)
    return f"{text}{'+' if minutes > 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _number(value: float) -> str:
    # Decimal from the shortest repr: no exponent, which xs:decimal does not have, and no digit lost.
    return f"{Decimal(repr(value)):f}"


def _point(point: Point) -> str:
    return f"{_number(point[0])},{_number(point[1])}"


def _reference(reference: CapReference) -> str:
    return f"{reference.sender},{reference.identifier},{_time(reference.sent)}"


def _quoted(items: tuple[str, ...]) -> str | None:
    for item in items:
        if not item or '"' in item:
            raise ValueError(f"the list item {item!r} is empty or holds a quotation mark.")
    return " ".join(f'"{item}"' if any(map(str.isspace, item)) else item for item in items) or None
