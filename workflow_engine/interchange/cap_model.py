"""What a CAP alert says, as values: frozen dataclasses with a JSON form, and the errors of reading one.

Names are those of the Common Alerting Protocol 1.2 in our spelling; texts are as written, without white space around
them; an element that is absent or empty is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Literal

from workflow_engine.domain.errors import RejectedError

Point = tuple[float, float]
"""Latitude and longitude in degrees, WGS 84."""


@dataclass(frozen=True, slots=True)
class CapProblem:
    """One reason why a message is refused: where and what."""

    kind: Literal["file", "structure", "meaning"]
    """``file``: cannot be opened; ``structure``: not by the schema; ``meaning``: by the schema, not by the standard."""
    path: str
    """Such as ``/alert/info[2]/area/polygon``; empty when it is about the whole file."""
    line: int | None
    message: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{place}: {self.message}" if place else self.message

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"kind": self.kind, "path": self.path, "line": self.line, "message": self.message}


class CapError(RejectedError):
    """A message or feed is refused; ``problems`` names every reason."""

    code = "cap_refused"

    def __init__(self, message: str, problems: Sequence[CapProblem] = ()) -> None:
        super().__init__(message, problems=[problem.to_dict() for problem in problems])
        self.problems = tuple(problems)


class _Record:
    """Gives every part of an alert the same JSON form."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form: lists for tuples, ISO 8601 texts with offset for times, None where nothing is said."""
        return {field.name: _to_json(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class NamedValue(_Record):
    """A pair of an event code, parameter or geocode; the name says of which list."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class CapReference(_Record):
    """An earlier message that this one speaks of."""

    sender: str
    identifier: str
    sent: datetime

    @property
    def key(self) -> str:
        """The earlier message's ``alert_key``."""
        return _key(self.sender, self.identifier, self.sent)


@dataclass(frozen=True, slots=True)
class Circle(_Record):
    """Centre and radius in kilometres."""

    center: Point
    radius: float


@dataclass(frozen=True, slots=True)
class CapArea(_Record):
    """Where it applies: the union of all its shapes and codes."""

    desc: str
    polygons: tuple[tuple[Point, ...], ...] = ()
    """Each closed: the last point repeats the first."""
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[NamedValue, ...] = ()
    altitude: float | None = None
    """Feet above mean sea level; the lower limit when there is a ``ceiling``."""
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class CapResource(_Record):
    """A file that goes with the alert. Never fetched here; ``deref_uri`` is the content itself in base64."""

    desc: str
    mime_type: str | None = None
    """Always present in CAP 1.2."""
    size: int | None = None
    """Bytes, approximately."""
    uri: str | None = None
    deref_uri: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class CapInfo(_Record):
    """What is happening, for one language or audience."""

    category: tuple[str, ...]
    event: str
    urgency: str
    severity: str
    certainty: str
    language: str = "en-US"
    response_types: tuple[str, ...] = ()
    audience: str | None = None
    event_codes: tuple[NamedValue, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    """As written by the sender: link it only when it is http or https."""
    contact: str | None = None
    parameters: tuple[NamedValue, ...] = ()
    resources: tuple[CapResource, ...] = ()
    areas: tuple[CapArea, ...] = ()


@dataclass(frozen=True, slots=True)
class CapAlert(_Record):
    """One message of the Common Alerting Protocol (OASIS CAP 1.2, 3.2.1)."""

    identifier: str
    sender: str
    sent: datetime
    """Aware; in the offset in which it was written."""
    status: str
    msg_type: str
    scope: str = "Public"
    source: str | None = None
    restriction: str | None = None
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str | None = None
    references: tuple[CapReference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[CapInfo, ...] = ()
    version: str = "1.2"
    """Of the standard by which it was written: 1.2, or 1.1 (read only)."""
    signed: bool = False
    """An XML signature is present. Nothing is said about whether it is genuine."""
    summary: bool = False
    """Made from the index entry of a feed, which holds less than the message itself."""


def alert_key(alert: CapAlert) -> str:
    """Return what tells messages apart, ``sender,identifier,sent`` (OASIS CAP 1.2, 3.2.1), with ``sent`` in UTC.

    Two spellings of one instant give the same key, so that a reference finds the message it means.
    """
    return _key(alert.sender, alert.identifier, alert.sent)


def _key(sender: str, identifier: str, sent: datetime) -> str:
    return f"{sender},{identifier},{sent.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def _to_json(value: Any) -> Any:
    if isinstance(value, _Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return value
