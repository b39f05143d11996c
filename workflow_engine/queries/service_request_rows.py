"""Service requests as they are shown: to everybody, to their reporter, and to staff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.domain.service_requests import ANSWERED, CLOSED, in_language, public_text
from workflow_engine.storage.schema import (
    service_request,
    service_request_photo,
    service_request_reporter,
    service_request_step,
)

_s, _p, _t, _f = service_request.c, service_request_reporter.c, service_request_step.c, service_request_photo.c


class _Shown:
    """What every way of showing a request can be asked."""

    __slots__ = ()
    status: str
    status_note: str
    next_step: str

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.status not in CLOSED

    @property
    def may_be_rated(self) -> bool:
        """Whether it is answered, so that its reporter can say how it went."""
        return self.status in ANSWERED

    def note(self, language: str) -> str:
        """The last words of the city to everybody."""
        return in_language(self.status_note, language)

    def next_words(self, language: str) -> str:
        """What comes next, in words."""
        return in_language(orjson.dumps(_next(self.next_step).get("what", "")).decode(), language)

    @property
    def next_by(self) -> datetime | None:
        """By when."""
        by = _next(self.next_step).get("by")
        return None if by is None else datetime.fromisoformat(by)


@dataclass(frozen=True, slots=True)
class PublicServiceRequest(_Shown):
    """A request as everybody may read it; nothing that identifies its reporter."""

    request_id: str
    category: str
    source: str
    kind: str
    tier: str
    status: str
    status_note: str
    next_step: str
    title: str
    description: str
    address: str
    lat: float | None
    lon: float | None
    place_code: str | None
    unit_id: str | None
    received_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    merged_into: str | None
    rating: int | None
    photos_shown_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServiceRequestRow(_Shown):
    """A request as staff has it, with everything that is known of it."""

    request_id: str
    tracking_number: str
    case_id: str
    process_id: str
    category: str
    source: str
    kind: str
    tier: str
    status: str
    status_note: str
    next_step: str
    title: str
    description: str
    public_description: str
    attributes: Mapping[str, Any]
    address: str
    lat: float | None
    lon: float | None
    place_code: str | None
    unit_id: str | None
    received_at: datetime
    dispatched_at: datetime | None
    contact_due_at: datetime | None
    contacted_at: datetime | None
    due_at: datetime | None
    replied_at: datetime | None
    called_back_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    resolved: bool | None
    satisfied: bool | None
    rating: int | None
    rated_resolved: bool | None
    rating_comment: str | None
    rated_at: datetime | None
    reopened: int
    reworked: int
    returned: int
    extended: int
    supervision: str
    merged_into: str | None
    moderation: str
    photos_shown_at: datetime | None
    exercise: bool
    external_id: str | None
    reporter_name: str
    reporter_contact: str


@dataclass(frozen=True, slots=True)
class RequestStepRow:
    """Something that happened to a request; ``text`` stays between its reporter and the city."""

    at: datetime
    kind: str
    status: str | None
    marks: tuple[str, ...]
    status_note: str
    next_step: str
    by_reporter: bool
    text: str | None
    case_id: str
    of_other: bool = False
    """It happened to the request that this one went into."""

    def note(self, language: str) -> str:
        """Words to everybody."""
        return in_language(self.status_note, language)

    def next_words(self, language: str) -> str:
        """What was said to come next."""
        return in_language(orjson.dumps(_next(self.next_step).get("what", "")).decode(), language)

    @property
    def next_by(self) -> datetime | None:
        """By when."""
        by = _next(self.next_step).get("by")
        return None if by is None else datetime.fromisoformat(by)


@dataclass(frozen=True, slots=True)
class RequestPhotoRow:
    """A photo of a request: ``digest`` names the file as it came, ``public_digest`` the copy for everybody."""

    photo_id: str
    request_id: str
    digest: str
    public_digest: str
    media_type: str
    size: int
    by_reporter: bool
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ServiceRequestDetail:
    """A request with its whole story."""

    row: ServiceRequestRow
    steps: tuple[RequestStepRow, ...]
    photos: tuple[RequestPhotoRow, ...]
    merged: tuple[str, ...]
    """Requests that went into this one."""
    cases: tuple[str, ...]
    """Its cases, the first one first."""


@dataclass(frozen=True, slots=True)
class NearServiceRequest:
    """A request, and how far off it is."""

    request: PublicServiceRequest
    metres: float


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a worker writes to about a request."""

    tracking_number: str
    exercise: bool
    contact: str
    language: str


PUBLIC_COLUMNS = (
    _s.request_id, _s.category, _s.source, _s.kind, _s.tier, _s.status, _s.status_note, _s.next_step, _s.title,
    _s.public_description, _s.address, _s.lat, _s.lon, _s.place_code, _s.unit_id, _s.received_at, _s.due_at,
    _s.closed_at, _s.changed_at, _s.merged_into, _s.rating, _s.photos_shown_at, _p.name, _p.contact,
)  # fmt: skip
STAFF_COLUMNS = (
    *(_s[name] for name in ServiceRequestRow.__slots__ if name not in ("reporter_name", "reporter_contact")),
    _p.name, _p.contact,
)  # fmt: skip
WITH_REPORTER = service_request.outerjoin(service_request_reporter, _p.request_id == _s.request_id)
SELECT_PUBLIC = select(*PUBLIC_COLUMNS).select_from(WITH_REPORTER)
SELECT_STAFF = select(*STAFF_COLUMNS).select_from(WITH_REPORTER)
SELECT_STEPS = select(
    _t.at, _t.kind, _t.status, _t.marks, _t.note, _t.next_step, _t.by_reporter, _t.text, _t.case_id
)  # fmt: skip
SELECT_PHOTOS = select(*(_f[name] for name in RequestPhotoRow.__slots__))


def public_row(row: Any) -> PublicServiceRequest:
    """From ``SELECT_PUBLIC``: whatever the reporter is called or reached by is covered, wherever it stands."""
    *values, name, contact = row
    found = PublicServiceRequest(*values)
    covered = {
        field: public_text(getattr(found, field), name or "", contact or "")
        for field in ("title", "description", "address", "status_note", "next_step")
    }
    return PublicServiceRequest(*(covered.get(slot, getattr(found, slot)) for slot in PublicServiceRequest.__slots__))


def staff_row(row: Any) -> ServiceRequestRow:
    """From ``SELECT_STAFF``."""
    values = dict(zip(ServiceRequestRow.__slots__, row, strict=True))
    values["attributes"] = orjson.loads(values["attributes"])
    values["reporter_name"] = values["reporter_name"] or ""
    values["reporter_contact"] = values["reporter_contact"] or ""
    return ServiceRequestRow(**values)


def step_row(row: Any, *, of_other: bool = False) -> RequestStepRow:
    """From ``SELECT_STEPS``."""
    at, kind, status, marks, note, next_step, by_reporter, text, case_id = row
    return RequestStepRow(
        at, kind, status, tuple(marks.split()), note, next_step, bool(by_reporter), text, case_id, of_other
    )


def _next(kept: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(kept) if kept else {}
    return found
