"""Reservations as commands need them: what is kept for whom now, and at the busiest moment of a time to come."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, or_, select

from workflow_engine.storage.schema import resource, resource_reservation
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_v = resource_reservation.c


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reservation, as it stands."""

    reservation_id: str
    resource_id: str
    quantity: int
    starts_at: datetime
    ends_at: datetime
    unit_id: str
    state: str


_FIND = Statement(
    select(*(_v[one.name] for one in fields(Reservation))).where(_v.reservation_id == param("reservation"))
)
_OVERLAPPING = Statement(
    select(*(_v[one.name] for one in fields(Reservation))).where(
        _v.resource_id == param("resource"), _v.state == "reserved",
        _v.starts_at < param("until", _v.ends_at), _v.ends_at > param("from", _v.starts_at),
    )
)  # fmt: skip
_KEPT_NOW = Statement(
    select(_v.resource_id, func.sum(_v.quantity))
    .where(
        _v.state == "reserved", _v.starts_at <= param("now", _v.starts_at), _v.ends_at > param("now", _v.ends_at),
        or_(param("unit", _v.unit_id).is_(None), _v.unit_id != param("unit", _v.unit_id)),
    )
    .group_by(_v.resource_id)
)  # fmt: skip
_RUNNING = Statement(
    select(_v.resource_id, _v.unit_id, _v.quantity).where(
        _v.state == "reserved", _v.starts_at <= param("now", _v.starts_at), _v.ends_at > param("now", _v.ends_at)
    )
)
_LOCK = Statement(
    select(resource.c.resource_id).where(resource.c.resource_id == param("resource")).with_for_update()
)


def find_reservation(unit: UnitOfWork, reservation_id: str) -> Reservation | None:
    """None when there is none."""
    row = unit.one(_FIND, {"reservation": reservation_id})
    return None if row is None else Reservation(*row)


def lock_resource(unit: UnitOfWork, resource_id: str) -> None:
    """Whoever books or reserves it too waits, and then sees what was done."""
    unit.one(_LOCK, {"resource": resource_id})


def busiest(unit: UnitOfWork, resource_id: str, starts_at: datetime, ends_at: datetime) -> int:
    """How much of it is reserved at the busiest moment of a time."""
    rows = unit.all(_OVERLAPPING, {"resource": resource_id, "from": starts_at, "until": ends_at})
    found = [Reservation(*row) for row in rows]
    moments = {starts_at, *(one.starts_at for one in found if one.starts_at > starts_at)}
    return max(
        sum(one.quantity for one in found if one.starts_at <= moment < one.ends_at) for moment in moments
    )


def kept_now(unit: UnitOfWork, now: datetime, unit_id: str | None) -> dict[str, int]:
    """How much of each resource is kept now, for others than this unit."""
    return {row[0]: int(row[1]) for row in unit.all(_KEPT_NOW, {"now": now, "unit": unit_id})}


def running_reservations(unit: UnitOfWork, now: datetime) -> list[tuple[str, str, int]]:
    """(resource, for which unit, how much) of everything that is kept now."""
    return [(row[0], row[1], int(row[2])) for row in unit.all(_RUNNING, {"now": now})]
