"""The selects behind questions about resources, and who may see what of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, exists, or_, select

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import held
from workflow_engine.domain.resource_reach import SEE, own_units
from workflow_engine.domain.resource_types import TYPES, name_of
from workflow_engine.queries.resource_rows import (
    BookingRow,
    BookingStepRow,
    CaseLine,
    OfferRow,
    RequestLineRow,
    ResourceRequestRow,
    ResourceRow,
    SettlementRow,
)
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    process_instance,
    resource,
    resource_booking,
    resource_booking_step,
    resource_offer,
    resource_request,
    resource_request_line,
    resource_settlement,
    unit,
)
from workflow_engine.storage.visibility import visible_to

_r, _q, _l, _o, _b, _p, _s, _u = (
    resource.c, resource_request.c, resource_request_line.c, resource_offer.c, resource_booking.c,
    resource_booking_step.c, resource_settlement.c, unit.c,
)  # fmt: skip
_NAMES = (_u.name_zh.label("unit_name_zh"), _u.name_en.label("unit_name_en"))
_MOVING = ("mobilised", "in_action", "demobilising")
RESOURCES = select(
    *(
        _r[one.name]
        for one in fields(ResourceRow)
        if not one.name.startswith("unit_name") and one.name not in ("reserved", "next_reserved_at")
    ),
    *_NAMES,
).join(unit, _u.unit_id == _r.unit_id)
REQUESTS = select(
    *(
        _q[one.name]
        for one in fields(ResourceRequestRow)
        if one.name != "lines" and not one.name.startswith("unit_name")
    ),
    *_NAMES,
).outerjoin(unit, _u.unit_id == _q.unit_id)
_LINES = select(*(_l[one.name] for one in fields(RequestLineRow)))
_OFFER_ELSEWHERE: dict[str, Any] = {
    "unit_name_zh": _u.name_zh, "unit_name_en": _u.name_en, "kind": _l.kind, "type": _l.type,
    "asked_quantity": _l.quantity, "missing": _l.quantity - _l.assigned, "needed_by": _l.needed_by,
    "priority": _l.priority, "place": _l.place, "line_note": _l.note, "exercise": _q.exercise,
    "request_state": _q.state,
}  # fmt: skip
_OFFERS = (
    select(
        *(
            _OFFER_ELSEWHERE[one.name].label(one.name) if one.name in _OFFER_ELSEWHERE else _o[one.name]
            for one in fields(OfferRow)
        )
    )
    .join(resource_request_line, (_l.request_id == _o.request_id) & (_l.line_no == _o.line_no))
    .join(resource_request, _q.request_id == _o.request_id)
    .join(unit, _u.unit_id == _o.unit_id)
)
_BOOKING_ELSEWHERE: dict[str, Any] = {
    "resource_name_zh": _r.name_zh, "resource_name_en": _r.name_en, "type": _r.type, "single": _r.single,
    "unit_id": _r.unit_id, "unit_name_zh": _u.name_zh, "unit_name_en": _u.name_en,
}  # fmt: skip
_BOOKING_LATER = ("steps", "settlement", "may_move", "request_title")
_BOOKINGS = (
    select(
        *(
            _BOOKING_ELSEWHERE[one.name].label(one.name) if one.name in _BOOKING_ELSEWHERE else _b[one.name]
            for one in fields(BookingRow)
            if one.name not in _BOOKING_LATER
        )
    )
    .join(resource, _r.resource_id == _b.resource_id)
    .join(unit, _u.unit_id == _r.unit_id)
)


def resources_within(actor: Actor, *, mine: bool) -> list[ColumnElement[bool]]:
    """Resources that the actor may see: of their own units, and as far as their right reaches."""
    own = own_units(actor)
    if mine:
        return [_r.unit_id.in_(sorted(own))]
    units = _supervised(actor)
    return [] if units is None else [_r.unit_id.in_(sorted(own | units))]


def requests_within(actor: Actor) -> list[ColumnElement[bool]]:
    """Requests that the actor may see: as far as their right reaches, of their own units, coordinated by them, those
    that their units were asked or booked for, and those of cases that they may see."""
    units = _supervised(actor)
    if units is None:
        return []
    own = sorted(own_units(actor))
    groups = sorted(actor.groups.union(*(one.groups for one in actor.absent(None))))
    booked = (
        exists()
        .where(_b.request_id == _q.request_id, _b.resource_id == _r.resource_id, _r.unit_id.in_(own))
        .correlate(resource_request)
    )
    asked = exists().where(_o.request_id == _q.request_id, _o.unit_id.in_(own)).correlate(resource_request)
    case = process_instance.c
    conditions = [_q.unit_id.in_(sorted(units.union(own))), _q.coordinator.in_(groups), asked, booked]
    if (visible := visible_to(actor)) is not None:
        seen = select(case.case_id).where(case.case_id.in_((_q.origin_case_id, _q.case_id)), visible)
        conditions.append(seen.correlate(resource_request).exists())
    return [or_(*conditions)]


def with_lines(snapshot: Snapshot, wanted: Select[Any]) -> list[ResourceRequestRow]:
    """Requests with their lines, in two statements however many there are."""
    rows = snapshot.connection.execute(wanted).all()
    lines: dict[str, list[RequestLineRow]] = {}
    if rows:
        ids = [row.request_id for row in rows]
        found = _LINES.where(_l.request_id.in_(ids)).order_by(_l.request_id, _l.line_no)
        for line in snapshot.connection.execute(found):
            lines.setdefault(line.request_id, []).append(RequestLineRow(**line._mapping))
    return [ResourceRequestRow(**row._mapping, lines=tuple(lines.get(row.request_id, ()))) for row in rows]


def offers(
    snapshot: Snapshot, *conditions: ColumnElement[bool], newest_first: bool = False, most: int | None = None
) -> list[OfferRow]:
    """Who was asked; by line, or the newest first."""
    wanted = _OFFERS.where(*conditions).limit(most)
    order = (_o.asked_at.desc(), _o.offer_id.desc()) if newest_first else (_o.line_no, _o.asked_at, _o.unit_id)
    return [OfferRow(**row._mapping) for row in snapshot.connection.execute(wanted.order_by(*order))]


def bookings(
    snapshot: Snapshot, *conditions: ColumnElement[bool], newest_first: bool = False, most: int | None = None
) -> list[BookingRow]:
    """Bookings with their steps and what is owed, in three statements however many there are."""
    order = (_b.booked_at.desc(), _b.booking_id.desc()) if newest_first else (_b.line_no, _b.booked_at, _b.booking_id)
    rows = snapshot.connection.execute(_BOOKINGS.where(*conditions).order_by(*order).limit(most)).all()
    ids = [row.booking_id for row in rows]
    steps: dict[str, list[BookingStepRow]] = {}
    settled: dict[str, SettlementRow] = {}
    if ids:
        columns = (_p.booking_id, *(_p[one.name] for one in fields(BookingStepRow)))
        found = select(*columns).where(_p.booking_id.in_(ids)).order_by(_p.booking_id, _p.step_no)
        for booking_id, *values in snapshot.connection.execute(found):
            steps.setdefault(booking_id, []).append(BookingStepRow(*values))
        columns = (_s.booking_id, *(_s[one.name] for one in fields(SettlementRow)))
        for booking_id, *values in snapshot.connection.execute(select(*columns).where(_s.booking_id.in_(ids))):
            settled[booking_id] = SettlementRow(*values)
    return [
        BookingRow(
            **{**row._mapping, "why": orjson.loads(row.why)}, steps=tuple(steps.get(row.booking_id, ())),
            settlement=settled.get(row.booking_id),
        )
        for row in rows
    ]  # fmt: skip


def lines_of_cases(snapshot: Snapshot, case_ids: Sequence[str]) -> dict[str, list[CaseLine]]:
    """What these cases asked for, by case; in two statements however many cases there are.

    A case that works on a request of its own, not for another case, asked for it itself.
    """
    if not case_ids:
        return {}
    asker = or_(_q.origin_case_id.in_(case_ids), (_q.origin_case_id.is_(None)) & _q.case_id.in_(case_ids))
    joined = select(
        *(_l[one.name] for one in fields(RequestLineRow)),
        _q.origin_case_id, _q.case_id, _q.state.label("request_state"),
        _q.requested_at, _q.first_at, _q.filled_at,
    ).join(resource_request, _q.request_id == _l.request_id)  # fmt: skip
    rows = snapshot.connection.execute(
        joined.where(asker).order_by(_q.requested_at, _q.request_id, _l.line_no)
    ).all()
    out: dict[tuple[str, int], int] = {}
    if rows:
        moving = select(_b.request_id, _b.line_no, _b.quantity).where(
            _b.request_id.in_(sorted({row.request_id for row in rows})), _b.state.in_(_MOVING)
        )
        for request_id, line_no, quantity in snapshot.connection.execute(moving):
            out[request_id, line_no] = out.get((request_id, line_no), 0) + quantity
    found: dict[str, list[CaseLine]] = {}
    for row in rows:
        line = RequestLineRow(*(getattr(row, one.name) for one in fields(RequestLineRow)))
        known = TYPES.get(line.type)
        told = CaseLine(
            line, row.request_state, row.requested_at, row.first_at, row.filled_at, name_of(line.type, chinese=True),
            name_of(line.type, chinese=False), "" if known is None else known.measure,
            out.get((line.request_id, line.line_no), 0),
        )  # fmt: skip
        found.setdefault(row.origin_case_id or row.case_id, []).append(told)
    return found


def _supervised(actor: Actor) -> set[str] | None:
    """Every unit whose resources the actor sees by right; None: every one there is."""
    found: set[str] = set()
    for one in held(actor, SEE):
        if one.units is None:
            return None
        found |= one.units
    return found
