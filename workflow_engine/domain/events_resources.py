"""What happened to resources and requests for them; what people wrote stands where it can be erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePut(Event):
    """A row of the register as it is from now on."""

    KIND = "resource.put"
    PRIVATE = ("contact",)
    resource_id: str
    row: dict[str, Any]
    contact: str
    change_no: int = 0
    """Of this resource, counted from 1; 0 where it was not counted yet, as in the two below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceStood(Event):
    """Out of service, in service again, or withdrawn."""

    KIND = "resource.stood"
    PRIVATE = ("reason",)
    resource_id: str
    standing: str
    reason: str
    change_no: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCounted(Event):
    """How much there is was counted anew: used up, or brought in."""

    KIND = "resource.counted"
    resource_id: str
    quantity: int
    change_no: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcesRequested(Event):
    """Somebody asked for resources; ``lines`` by number, their words apart."""

    KIND = "resource.requested"
    PRIVATE = ("title", "notes")
    request_id: str
    origin_case_id: str | None
    unit_id: str | None
    priority: str
    exercise: bool
    lines: list[dict[str, Any]]
    title: str
    notes: list[str]
    by: str | None = None
    """The person for whom the case asked, where it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTaken(Event):
    """A case of resource allocation works on it now, with these weights."""

    KIND = "resource.request_taken"
    request_id: str
    worked_by: str
    weights: dict[str, int]
    coordinator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHandedOver(Event):
    """The search is over; from now on its case waits for everything to come back."""

    KIND = "resource.request_handed_over"
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMoved(Event):
    """Its state, once something was assigned, given back or decided."""

    KIND = "resource.request_moved"
    PRIVATE = ("reason",)
    request_id: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersAsked(Event):
    """Owners are asked what they can give for a line, until an instant."""

    KIND = "resource.offers_asked"
    request_id: str
    round: str
    until: str
    asked: list[dict[str, Any]]
    """Each ``{offer_id, line_no, unit_id}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """An owner offers a resource, or something else than was offered before."""

    KIND = "resource.offered"
    PRIVATE = ("note",)
    request_id: str
    offer_id: str
    resource_id: str
    quantity: int
    ready_minutes: int
    cost: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEnded(Event):
    """Declined by the owner, accepted, or closed with the round."""

    KIND = "resource.offer_ended"
    PRIVATE = ("reason",)
    request_id: str
    offer_id: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceBooked(Event):
    """A resource, or a part of it, is for this line from now on; ``why`` holds what was known and its points."""

    KIND = "resource.booked"
    PRIVATE = ("note",)
    request_id: str
    booking_id: str
    line_no: int
    resource_id: str
    quantity: int
    source: str
    single: bool
    exercise: bool
    cost: int
    offer_id: str | None
    why: dict[str, Any]
    note: str
    by: str | None = None
    """The person who decided it in the case, where a case did it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMoved(Event):
    """The next step of its chain; ``used`` is what did not come back."""

    KIND = "resource.booking_moved"
    PRIVATE = ("note",)
    request_id: str
    booking_id: str
    step_no: int
    state: str
    used: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementProposed(Event):
    """What is owed for a booking: a price, or compensation for what was commandeered."""

    KIND = "resource.settlement_proposed"
    PRIVATE = ("basis",)
    request_id: str
    booking_id: str
    settlement: str
    amount: int
    basis: str
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementApproved(Event):
    """By somebody else than who proposed it."""

    KIND = "resource.settlement_approved"
    request_id: str
    booking_id: str
    by: str | None = None


RESOURCE_EVENTS = (
    ResourcePut, ResourceStood, StockCounted, ResourcesRequested, RequestTaken, RequestHandedOver, RequestMoved,
    OffersAsked, OfferMade, OfferEnded, ResourceBooked, BookingMoved, SettlementProposed, SettlementApproved,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in RESOURCE_EVENTS})
