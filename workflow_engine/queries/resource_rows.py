"""What the read side gives about resources: frozen rows of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from workflow_engine.domain.resources import OVER
from workflow_engine.queries.reservation_rows import ReservationRow
from workflow_engine.queries.resource_history import ResourceChange
from workflow_engine.storage.resource_matching import Candidate


@dataclass(frozen=True, slots=True)
class ResourceWish:
    """Which resources are wanted; empty: any."""

    kind: str = ""
    type: str = ""
    unit_id: str = ""
    """This unit and all below it."""
    standing: str = ""
    """A standing, or ``free`` (in service and not all taken) or ``out`` (some of it is taken)."""
    text: str = ""
    """Part of a name or place."""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One row of the register."""

    resource_id: str
    kind: str
    type: str
    name_zh: str
    name_en: str
    unit_id: str
    quantity: int
    booked: int
    drilled: int
    measure: str
    single: bool
    pooled: bool
    ready_minutes: int
    unit_cost: int
    contract: str
    lat: float | None
    lon: float | None
    place_code: str
    place: str
    contact: str | None
    standing: str
    stood_reason: str | None
    changes: int
    changed_at: datetime
    changed_by: str
    unit_name_zh: str
    unit_name_en: str
    reserved: int = 0
    """How much of it is kept for somebody now."""
    next_reserved_at: datetime | None = None
    """When it is next kept for somebody, within a week."""

    @property
    def free(self) -> int:
        """How much nobody holds, and is kept for nobody."""
        return max(self.quantity - self.booked - self.reserved, 0) if self.standing == "in_service" else 0


@dataclass(frozen=True, slots=True)
class BookingStepRow:
    """One step of a booking's chain."""

    step_no: int
    state: str
    at: datetime
    by: str
    note: str | None


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """What is owed for a booking."""

    settlement: str
    amount: int
    basis: str | None
    state: str
    proposed_at: datetime
    proposed_by: str
    approved_at: datetime | None
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking with what it holds."""

    booking_id: str
    request_id: str
    line_no: int
    resource_id: str
    quantity: int
    source: str
    exercise: bool
    cost: int
    offer_id: str | None
    why: Mapping[str, Any]
    note: str | None
    state: str
    used: int
    booked_at: datetime
    booked_by: str
    state_at: datetime
    ended_at: datetime | None
    resource_name_zh: str
    resource_name_en: str
    type: str
    single: bool
    unit_id: str
    unit_name_zh: str
    unit_name_en: str
    steps: tuple[BookingStepRow, ...] = ()
    settlement: SettlementRow | None = None
    may_move: bool = False
    request_title: str = ""
    """Where the actor may see the request."""

    @property
    def is_over(self) -> bool:
        """Whether it holds nothing any more."""
        return self.state in OVER


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An owner who was asked, and what it answered."""

    offer_id: str
    request_id: str
    line_no: int
    unit_id: str
    round: str
    state: str
    asked_at: datetime
    until: datetime
    resource_id: str | None
    quantity: int
    ready_minutes: int | None
    cost: int | None
    note: str | None
    answered_at: datetime | None
    answered_by: str | None
    reason: str | None
    unit_name_zh: str
    unit_name_en: str
    kind: str
    type: str
    asked_quantity: int
    missing: int
    needed_by: datetime | None
    priority: str
    place: str
    line_note: str | None
    exercise: bool
    request_state: str

    def is_open(self, now: datetime) -> bool:
        """Whether an answer is still taken."""
        return (
            self.state in ("asked", "offered", "declined")
            and self.request_state in ("open", "partial")
            and now < self.until
        )


@dataclass(frozen=True, slots=True)
class RequestLineRow:
    """One thing that is asked for."""

    request_id: str
    line_no: int
    kind: str
    type: str
    quantity: int
    assigned: int
    needed_by: datetime | None
    priority: str
    place: str
    place_code: str
    lat: float | None
    lon: float | None
    note: str | None

    @property
    def missing(self) -> int:
        """What nobody has given yet."""
        return self.quantity - self.assigned

    @property
    def state(self) -> str:
        """``none``, ``partial`` or ``complete``."""
        return "complete" if not self.missing else "partial" if self.assigned else "none"


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A line that a case asked for, with how its request stands; for boards and reports."""

    line: RequestLineRow
    request_state: str
    requested_at: datetime
    first_at: datetime | None
    filled_at: datetime | None
    name_zh: str
    name_en: str
    measure: str
    out: int
    """How much of it is mobilised or in action now."""

    @property
    def requested(self) -> int:
        return self.line.quantity

    @property
    def assigned(self) -> int:
        return self.line.assigned

    @property
    def missing(self) -> int:
        """Nothing is missing any more of what was called off."""
        return 0 if self.request_state in ("cancelled", "returned") else self.line.missing

    @property
    def state(self) -> str:
        """That of the line, or why its request ended without it."""
        return self.request_state if self.request_state in ("cancelled", "unfilled") else self.line.state


@dataclass(frozen=True, slots=True)
class ResourceRequestWish:
    """Which requests are wanted; empty: any."""

    state: str = ""
    """A state, or ``live`` (something may still happen) or ``sought`` (something is missing)."""
    unit_id: str = ""
    case_id: str = ""
    """The case that asked for it or works on it."""
    exercises: bool | None = None


@dataclass(frozen=True, slots=True)
class ResourceRequestRow:
    """A request without its lines."""

    request_id: str
    origin_case_id: str | None
    case_id: str | None
    unit_id: str | None
    priority: str
    exercise: bool
    title: str | None
    weights: str
    coordinator: str
    state: str
    reason: str | None
    requested_at: datetime
    requested_by: str
    first_at: datetime | None
    filled_at: datetime | None
    handed_over_at: datetime | None
    closed_at: datetime | None
    unit_name_zh: str | None
    unit_name_en: str | None
    lines: tuple[RequestLineRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceRequestDetail:
    """Everything about a request, line by line."""

    row: ResourceRequestRow
    bookings: tuple[BookingRow, ...]
    offers: tuple[OfferRow, ...]
    candidates: Mapping[int, tuple[Candidate, ...]]
    """What would fit each line that lacks something, the best first; only for those who assign."""
    may_coordinate: bool
    may_cancel: bool
    may_open_origin: bool
    may_open_case: bool
    entries: int
    """How many entries its chain has, and the fingerprint of the last one."""
    chain_head: str


@dataclass(frozen=True, slots=True)
class ResourceDetail:
    """One resource with its calendar: what it was booked for, the newest first."""

    row: ResourceRow
    bookings: tuple[BookingRow, ...]
    reservations: Sequence[ReservationRow]
    changes: Sequence[ResourceChange]
    """What changed in the register, the newest first."""
    may_keep: bool
    """Change the row and whether it is in service."""


@dataclass(frozen=True, slots=True)
class ResourceFigures:
    """How requests of a time were filled; exercises count for nothing."""

    requests: int
    lines: int
    asked: int
    """Lines that asked for something and were not called off."""
    filled: int
    """Lines that got everything."""
    part: float | None
    """Mean share of a line that was assigned."""
    first_median: timedelta | None
    filled_median: timedelta | None
    free: int
    """Resources in service of which something is free, and all in service."""
    in_service: int
