"""Resources reserved for a time to come: a planned event, a standby shift, their own upkeep."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow_engine.domain.commands import Command
from workflow_engine.domain.events import EVENT_KINDS, Event
from workflow_engine.domain.lifecycle import Table
from workflow_engine.domain.timing import parse_instant

PURPOSES = ("event", "standby", "upkeep")
RESERVATION: Table = {"reserved": frozenset({"released"}), "released": frozenset()}
LONGEST, FARTHEST = timedelta(days=366), timedelta(days=2 * 366)
_JUST_NOW = timedelta(minutes=5)
"""What a person typed may begin a moment ago by the time it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReserveResource(Command):
    """Keep a resource, or a part of it, for a unit from one instant to another."""

    NAME = "resource.reserve"
    PRIVATE = ("title",)
    resource_id: str
    starts_at: str
    """Instants as text, with their zone."""
    ends_at: str
    quantity: int = 1
    purpose: str = "event"
    unit_id: str | None = None
    """For whom; None: the owner keeps it for itself."""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReservation(Command):
    """It is not needed then after all, or something more urgent goes before."""

    NAME = "resource.release_reservation"
    PRIVATE = ("reason",)
    reservation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceReserved(Event):
    """Nobody else gets it in that time."""

    KIND = "resource.reserved"
    PRIVATE = ("title",)
    reservation_id: str
    resource_id: str
    quantity: int
    single: bool
    starts_at: str
    ends_at: str
    purpose: str
    unit_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationReleased(Event):
    """Anybody may have it then."""

    KIND = "resource.reservation_released"
    PRIVATE = ("reason",)
    reservation_id: str
    reason: str


EVENT_KINDS.update({kind.KIND: kind for kind in (ResourceReserved, ReservationReleased)})


def read_period(command: ReserveResource, now: datetime) -> tuple[datetime, datetime] | dict[str, str]:
    """From when to when; what is wrong by field where it can be no period."""
    problems: dict[str, str] = {}
    found = {}
    for name in ("starts_at", "ends_at"):
        try:
            found[name] = parse_instant(getattr(command, name))
        except ValueError:
            problems[name] = "no instant"
    if problems:
        return problems
    starts_at, ends_at = found["starts_at"], found["ends_at"]
    if starts_at < now - _JUST_NOW:
        problems["starts_at"] = "not in the past"
    elif starts_at > now + FARTHEST:
        problems["starts_at"] = "within two years"
    if ends_at <= starts_at:
        problems["ends_at"] = "after it begins"
    elif ends_at - starts_at > LONGEST:
        problems["ends_at"] = "within a year of its beginning"
    return problems or (starts_at, ends_at)
