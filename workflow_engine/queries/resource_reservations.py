"""Reservations as pages show them: what is kept for whom, and what of it cannot be kept because it is still out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select

from workflow_engine.queries.reservation_rows import ReservationRow
from workflow_engine.queries.resource_rows import ResourceRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import resource_reservation, unit

_v, _u = resource_reservation.c, unit.c
MOST_SHOWN = 60
SOON = timedelta(days=7)
_COLUMNS = (
    _v.reservation_id, _v.quantity, _v.starts_at, _v.ends_at, _v.purpose, _v.unit_id, _v.title, _v.state, _v.reason,
    _v.reserved_at, _v.reserved_by, _v.released_at, _v.released_by,
    _u.name_zh.label("unit_name_zh"), _u.name_en.label("unit_name_en"),
)  # fmt: skip


def reservations(snapshot: Snapshot, resource_id: str) -> Sequence[ReservationRow]:
    """Of one resource, those farthest ahead first."""
    wanted = (
        select(*_COLUMNS)
        .outerjoin(unit, _u.unit_id == _v.unit_id)
        .where(_v.resource_id == resource_id)
        .order_by(_v.starts_at.desc(), _v.reservation_id)
        .limit(MOST_SHOWN)
    )
    return tuple(ReservationRow(**row._mapping) for row in snapshot.connection.execute(wanted))


def with_reservations(snapshot: Snapshot, rows: Sequence[ResourceRow], now: datetime) -> list[ResourceRow]:
    """The same rows with what is kept of each now, and when the next time begins; in two statements."""
    if not rows:
        return []
    held = (_v.state == "reserved", _v.resource_id.in_([one.resource_id for one in rows]))
    running = select(_v.resource_id, func.sum(_v.quantity)).where(*held, _v.starts_at <= now, _v.ends_at > now)
    kept = {row[0]: int(row[1]) for row in snapshot.connection.execute(running.group_by(_v.resource_id))}
    coming = select(_v.resource_id, func.min(_v.starts_at)).where(*held, _v.starts_at > now, _v.starts_at < now + SOON)
    soon = {row[0]: row[1] for row in snapshot.connection.execute(coming.group_by(_v.resource_id))}
    return [
        replace(one, reserved=kept.get(one.resource_id, 0), next_reserved_at=soon.get(one.resource_id)) for one in rows
    ]
