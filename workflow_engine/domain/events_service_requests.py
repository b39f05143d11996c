"""What happens to service requests; all of it stands in the chain of the case that the request has at the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent(Event):
    """About one request."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestSubmitted(RequestEvent):
    """It came in; ``request`` is what was said, the rest what is counted."""

    KIND = "service_request.submitted"
    PRIVATE = ("request",)
    tracking_number: str
    category: str
    kind: str
    source: str
    tier: str
    process_id: str
    place_code: str | None = None
    unit_id: str | None = None
    exercise: bool = False
    moderation: str
    external_id: str | None = None
    received_at: str
    request: Mapping[str, Any] = field(default_factory=dict)
    """title, description, public_description, address, lat, lon, attributes and photos, those that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestImported(RequestEvent):
    """It was taken over from elsewhere, with all that is known of it; ``request`` is the rest of the row."""

    KIND = "service_request.imported"
    PRIVATE = ("request",)
    source: str
    external_id: str
    category: str
    tier: str
    status: str
    place_code: str | None = None
    unit_id: str | None = None
    exercise: bool = False
    received_at: str
    closed_at: str | None = None
    due_at: str | None = None
    request: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestTold(RequestEvent):
    """Its case says how it stands; only what is said is set."""

    KIND = "service_request.told"
    PRIVATE = ("note", "next")
    token_id: int
    element_id: str
    status: str | None = None
    closed: bool | None = None
    """True: it was open and is closed now; False: it was closed and is open now."""
    marks: list[str] | None = None
    unit_id: str | None = None
    tier: str | None = None
    due_at: str | None = None
    contact_due_at: str | None = None
    resolved: bool | None = None
    satisfied: bool | None = None
    supervision: str | None = None
    note: str | None = None
    """Words for the public, as ``service_requests.words`` keeps them."""
    next: Mapping[str, Any] | None = None
    """``{what, by}``: what the reporter can expect next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestAdded(RequestEvent):
    """More was said or shown."""

    KIND = "service_request.added"
    PRIVATE = ("text", "photos")
    by_reporter: bool
    text: str | None = None
    photos: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestCorrected(RequestEvent):
    """Something of what was reported is otherwise."""

    KIND = "service_request.corrected"
    PRIVATE = ("said",)
    by_reporter: bool
    fields: list[str]
    category: str | None = None
    kind: str | None = None
    place_code: str | None = None
    moderation: str | None = None
    said: Mapping[str, Any] | None = None
    """title, description, public_description, address, lat, lon: those that changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestWithdrawn(RequestEvent):
    """Its reporter needs it no more."""

    KIND = "service_request.withdrawn"
    PRIVATE = ("reason",)
    by_reporter: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestReopened(RequestEvent):
    """It is not settled. ``follows`` names the case before, where this begins a new one."""

    KIND = "service_request.reopened"
    PRIVATE = ("reason", "carried")
    by_reporter: bool
    follows: str | None = None
    reason: str | None = None
    carried: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestHandedOn(RequestEvent):
    """Another case goes on with it; this one has nothing to say about it any more."""

    KIND = "service_request.handed_on"
    to_case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestRated(RequestEvent):
    """How it went, as its reporter says."""

    KIND = "service_request.rated"
    PRIVATE = ("comment",)
    by_reporter: bool
    rating: int
    resolved: bool | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestCommented(RequestEvent):
    """Reporter and staff talk."""

    KIND = "service_request.commented"
    PRIVATE = ("text",)
    by_reporter: bool
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterContactSet(RequestEvent):
    """The reporter is reached otherwise; how stands in no record."""

    KIND = "service_request.contact_set"
    by_reporter: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestModerated(RequestEvent):
    """Whether, and in which words, everybody may read it."""

    KIND = "service_request.moderated"
    PRIVATE = ("public_description", "reason")
    shown: bool
    photos_shown: bool = False
    public_description: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestMerged(RequestEvent):
    """It reports the same thing as another."""

    KIND = "service_request.merged"
    PRIVATE = ("reason",)
    into: str
    closed: bool
    """It was open until now."""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestsGathered(RequestEvent):
    """Others report the same thing."""

    KIND = "service_request.gathered"
    merged: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestSplit(RequestEvent):
    """It is something else after all; ``follows`` as for reopening."""

    KIND = "service_request.split"
    PRIVATE = ("reason", "carried")
    follows: str | None = None
    reason: str | None = None
    carried: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRequestsImported(Event):
    """Many were taken over at once; each has a record of its own. In a chain of no case."""

    KIND = "service_requests.imported"
    source: str
    imported: int
    known: int


SERVICE_REQUEST_EVENTS: tuple[type[Event], ...] = (
    ServiceRequestSubmitted, ServiceRequestImported, ServiceRequestTold, ServiceRequestAdded, ServiceRequestCorrected,
    ServiceRequestWithdrawn, ServiceRequestReopened, ServiceRequestHandedOn, ServiceRequestRated,
    ServiceRequestCommented, ReporterContactSet, ServiceRequestModerated, ServiceRequestMerged,
    ServiceRequestsGathered, ServiceRequestSplit, ServiceRequestsImported,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in SERVICE_REQUEST_EVENTS})
