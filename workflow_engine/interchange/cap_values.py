"""The texts inside CAP elements: times, points, polygons, circles, references, quoted lists.

Every function raises ValueError with a sentence that says what was expected.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from workflow_engine.interchange.cap_model import CapReference, Circle, Point

_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<fraction>\.\d+)?"
    r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d))?",
    re.ASCII,
)
_XML_SPACE = " \t\r\n"
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HALF_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LIST_ITEM = re.compile(r'"([^"]*)"|(\S+)')
_YEARS = range(1900, 9000)
_MAX_OFFSET = timedelta(hours=14)
_MIN_POLYGON_POINTS = 4
# More digits say nothing that a size in bytes or feet could mean, and cost time to convert.
_MAX_DIGITS = 30


def parse_time(text: str, *, strict: bool = True) -> datetime:
    """Return an aware datetime from ``2002-05-24T16:49:00-07:00``; ``-00:00`` is UTC (OASIS CAP 1.2, 3.3.2).

    ``strict``: the form of CAP 1.2, without fraction and without “Z”; otherwise any xs:dateTime that has an offset.
    """
    text = text.strip(_XML_SPACE)
    match = _TIME.fullmatch(text)
    if match is None or (strict and (match["fraction"] or not match["sign"])):
        raise ValueError(f"Expected a time such as 2002-05-24T16:49:00-07:00, but found “{_short(text)}”.")
    if not (match["utc"] or match["sign"]):
        raise ValueError(f"Expected an offset from UTC, such as -00:00, after “{_short(text)}”.")
    return _build_time(match, text)


def _build_time(match: re.Match[str], text: str) -> datetime:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"])
    offset = _offset(match, text)
    # xs:dateTime knows 24:00:00, the end of the day.
    end_of_day = (hour, minute, second) == (24, 0, 0)
    try:
        day = (int(match["year"]), int(match["month"]), int(match["day"]))
        at = datetime(*day, 0 if end_of_day else hour, minute, second, tzinfo=offset)
    except ValueError as error:
        raise ValueError(f"Expected a time that exists, but found “{_short(text)}”.") from error
    if at.year not in _YEARS:
        raise ValueError(f"Expected a year from {_YEARS.start} to {_YEARS.stop - 1}, but found {at.year}.")
    return at + timedelta(days=1) if end_of_day else at


def _offset(match: re.Match[str], text: str) -> timezone:
    if match["utc"]:
        return UTC
    hours, minutes = int(match["hours"]), int(match["minutes"])
    total = timedelta(hours=hours, minutes=minutes)
    if minutes > 59 or total > _MAX_OFFSET:
        raise ValueError(f"Expected an offset of at most 14:00, but found “{_short(text)}”.")
    return timezone(-total if match["sign"] == "-" else total) if total else UTC


def parse_point(text: str) -> Point:
    """Return latitude and longitude in degrees from ``38.47,-120.14``."""
    parts = text.split(",")
    if len(parts) != 2:
        raise ValueError(f"Expected a pair “latitude,longitude”, but found “{_short(text)}”.")
    latitude, longitude = parse_decimal(parts[0]), parse_decimal(parts[1])
    if not -90 <= latitude <= 90:
        raise ValueError(f"Expected a latitude from -90 to 90, but found “{_short(parts[0])}”.")
    if not -180 <= longitude <= 180:
        raise ValueError(f"Expected a longitude from -180 to 180, but found “{_short(parts[1])}”.")
    return latitude, longitude


def parse_polygon(text: str) -> tuple[Point, ...]:
    """Return the points of a closed ring from pairs separated by white space."""
    points = tuple(parse_point(pair) for pair in text.split())
    if len(points) < _MIN_POLYGON_POINTS:
        raise ValueError(f"Expected a polygon of at least {_MIN_POLYGON_POINTS} pairs, but found {len(points)}.")
    if points[0] != points[-1]:
        raise ValueError("Expected a closed polygon: its last pair must repeat the first.")
    return points


def parse_circle(text: str) -> Circle:
    """Return centre and radius from ``32.9525,-115.5527 10``."""
    parts = text.split()
    if len(parts) != 2:
        raise ValueError(f"Expected a circle “latitude,longitude radius”, but found “{_short(text)}”.")
    center, radius = parse_point(parts[0]), parse_decimal(parts[1])
    if radius < 0:
        raise ValueError(f"Expected a radius of 0 kilometres or more, but found “{_short(parts[1])}”.")
    return Circle(center, radius)


def parse_decimal(text: str) -> float:
    """Return the number in an xs:decimal."""
    text = text.strip(_XML_SPACE)
    if not _NUMBER.fullmatch(text) or len(text) > _MAX_DIGITS:
        raise ValueError(f"Expected a decimal number, but found “{_short(text)}”.")
    return float(text)


def parse_integer(text: str) -> int:
    """Return the number in an xs:integer."""
    text = text.strip(_XML_SPACE)
    if not _NUMBER.fullmatch(text) or "." in text or len(text) > _MAX_DIGITS:
        raise ValueError(f"Expected a whole number, but found “{_short(text)}”.")
    return int(text)


def parse_language(text: str) -> str:
    """Return a language code of RFC 3066."""
    text = text.strip(_XML_SPACE)
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(f"Expected a language code such as zh-CN, but found “{_short(text)}”.")
    return text


def check_uri(text: str) -> str:
    """Return an xs:anyURI: nearly any text, but before a first colon stands a scheme (RFC 3986, 3 and 4.2)."""
    text = text.strip(_XML_SPACE)
    scheme, colon, _ = re.split(r"[/?#]", text, maxsplit=1)[0].partition(":")
    if (colon and not _SCHEME.fullmatch(scheme)) or _HALF_ESCAPE.search(text):
        raise ValueError(f"Expected a URI, but found “{_short(text)}”.")
    return text


def parse_references(text: str) -> tuple[CapReference, ...]:
    """Return the messages named in ``sender,identifier,sent`` triples separated by white space."""
    return tuple(_parse_reference(item) for item in text.split())


def _parse_reference(text: str) -> CapReference:
    parts = text.split(",")
    if len(parts) != 3 or not all(parts):
        raise ValueError(f"Expected references “sender,identifier,sent”, but found “{_short(text)}”.")
    return CapReference(parts[0], parts[1], parse_time(parts[2], strict=False))


def parse_list(text: str) -> tuple[str, ...]:
    """Return the items of a list separated by white space, in which items with white space are in double quotes."""
    return tuple(quoted or plain for quoted, plain in _LIST_ITEM.findall(text) if quoted or plain)


def check_name(text: str) -> str:
    """Return an identifier or sender; it has no white space, comma, “<” or “&” (OASIS CAP 1.2, 3.2.1)."""
    if not text.strip():
        raise ValueError("Expected a text, but it is empty.")
    if any(character in ",<&" or character.isspace() for character in text.strip()):
        raise ValueError(f"Expected no space, comma, “<” or “&”, but found “{_short(text)}”.")
    return text.strip()


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "…"
