"""What owners, coordinators and enterprises do with resources; asking for them is a case's matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class PutResources(Command):
    """Bring rows of the register in, all of them or none; a row that is there already is replaced."""

    NAME = "resource.put"
    PRIVATE = ("rows",)
    rows: Sequence[Mapping[str, Any]]
    seen: Mapping[str, int] | None = None
    """How often each row had been changed when it was looked at, by id, -1 for not there; other ones do not care."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandResource(Command):
    """Take a resource out of service, bring it back, or withdraw it for good."""

    NAME = "resource.stand"
    PRIVATE = ("reason",)
    resource_id: str
    standing: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRequestCommand(Command):
    """A command to one request; its row is locked first."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignResource(ResourceRequestCommand):
    """Book a resource, or a part of it, for a line. Whoever comes second finds it taken."""

    NAME = "resource.assign"
    PRIVATE = ("note",)
    line_no: int
    resource_id: str
    quantity: int
    offer_id: str | None = None
    """The offer that is accepted by it."""
    note: str = ""
    """Why this one, where it is not the best by score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBooking(ResourceRequestCommand):
    """The next step of a booking: standby, mobilised, in action, demobilising, stood down; or released."""

    NAME = "resource.move"
    PRIVATE = ("note",)
    booking_id: str
    state: str
    used: int = 0
    """Of stock, how much does not come back; only with ``stood_down``."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeOffer(ResourceRequestCommand):
    """The owner says what it can give; again: something else than before."""

    NAME = "resource.offer"
    PRIVATE = ("note",)
    offer_id: str
    resource_id: str
    quantity: int
    ready_minutes: int | None = None
    """None: as the register says."""
    cost: int | None = None
    """Of one; None: as the register says."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineOffer(ResourceRequestCommand):
    """The owner can give nothing, and says why."""

    NAME = "resource.decline"
    PRIVATE = ("reason",)
    offer_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelResourceRequest(ResourceRequestCommand):
    """Nothing more is needed; what has not moved is given back."""

    NAME = "resource.cancel"
    PRIVATE = ("reason",)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSettlement(ResourceRequestCommand):
    """Say what is owed for a booking that is over."""

    NAME = "resource.settle"
    PRIVATE = ("basis",)
    booking_id: str
    amount: int
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveSettlement(ResourceRequestCommand):
    """Agree to what somebody else proposed."""

    NAME = "resource.approve_settlement"
    booking_id: str
