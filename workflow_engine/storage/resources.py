"""Rows of resources as commands need them: looked at under lock, taken and given back so that nothing is held twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import literal, null, or_, select, true, update

from workflow_engine.domain.events_resources import ResourceBooked
from workflow_engine.domain.resources import Resource
from workflow_engine.storage.schema import (
    entry_payload,
    place_shape,
    resource,
    resource_booking,
    resource_booking_step,
    resource_change,
    resource_offer,
    resource_request,
    resource_request_line,
    resource_reservation,
    resource_settlement,
)
from workflow_engine.storage.schema import (
    unit as unit_table,
)
from workflow_engine.storage.statement import Statement, among, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_p = place_shape.c
_r, _q, _l, _o, _b, _s = (
    resource.c, resource_request.c, resource_request_line.c, resource_offer.c, resource_booking.c,
    resource_settlement.c,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stock:
    """A row of the register, with whose it is."""

    resource_id: str
    kind: str
    type: str
    name_zh: str
    name_en: str
    unit_id: str
    quantity: int
    booked: int
    drilled: int
    single: bool
    pooled: bool
    ready_minutes: int
    unit_cost: int
    contract: str
    lat: float | None
    lon: float | None
    place_code: str
    standing: str
    changes: int
    subject_class: str

    def free(self, *, exercise: bool, kept: int = 0) -> int:
        """How much nobody holds, and is not kept for others; an exercise and the real city take nothing from each
        other."""
        return self.quantity - (self.drilled if exercise else self.booked + kept)


@dataclass(frozen=True, slots=True)
class Request:
    """A request, locked."""

    request_id: str
    origin_case_id: str | None
    case_id: str | None
    unit_id: str | None
    priority: str
    exercise: bool
    weights: str
    coordinator: str
    state: str
    handed_over_at: datetime | None


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A line of a locked request."""

    line_no: int
    kind: str
    type: str
    quantity: int
    assigned: int
    lat: float | None
    lon: float | None
    place_code: str
    priority: str

    @property
    def missing(self) -> int:
        return self.quantity - self.assigned


@dataclass(frozen=True, slots=True)
class Offer:
    """An owner who was asked, and what it offers."""

    offer_id: str
    line_no: int
    unit_id: str
    round: str
    state: str
    until: datetime
    resource_id: str | None
    quantity: int
    ready_minutes: int | None
    cost: int | None


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking of a locked request."""

    booking_id: str
    line_no: int
    resource_id: str
    quantity: int
    source: str
    cost: int
    state: str
    steps: int
    used: int


_STOCK_COLUMNS = tuple(
    unit_table.c.subject_class if one.name == "subject_class" else _r[one.name] for one in fields(Stock)
)
_STOCK = select(*_STOCK_COLUMNS).join(unit_table, unit_table.c.unit_id == _r.unit_id)
_FIND_STOCK = Statement(_STOCK.where(_r.resource_id == param("resource")))
_SOME_STOCK = Statement(lambda dialect: _STOCK.where(among(dialect, _r.resource_id, "resources")))
_CONTENTS = Statement(
    lambda dialect: (
        select(*(_r[one.name] for one in fields(Resource))).where(among(dialect, _r.resource_id, "resources"))
    )
)
_FITTING = Statement(
    _STOCK.where(_r.type == param("type"), _r.standing == "in_service", _r.quantity > 0).order_by(_r.resource_id)
)
_FITTING_LOCKED = Statement(
    _STOCK.where(_r.type == param("type"), _r.standing == "in_service", _r.quantity > 0)
    .order_by(_r.resource_id)
    .with_for_update(of=resource)
)
_FITTING_MANY = Statement(
    lambda dialect: _STOCK.where(
        among(dialect, _r.type, "types"), _r.standing == "in_service", _r.quantity > 0
    ).order_by(_r.resource_id)
)
_LINES_OF_MANY = Statement(
    lambda dialect: (
        select(_l.request_id, *(_l[one.name] for one in fields(RequestLine)))
        .where(among(dialect, _l.request_id, "requests"))
        .order_by(_l.request_id, _l.line_no)
    )
)
_OFFERS_OF_MANY = Statement(
    lambda dialect: (
        select(_o.request_id, *(_o[one.name] for one in fields(Offer)))
        .where(among(dialect, _o.request_id, "requests"))
        .order_by(_o.request_id, _o.line_no, _o.offer_id)
    )
)
_REQUEST = Statement(
    select(*(_q[one.name] for one in fields(Request))).where(_q.request_id == param("request")).with_for_update()
)
_LINES = Statement(
    select(*(_l[one.name] for one in fields(RequestLine))).where(_l.request_id == param("request")).order_by(_l.line_no)
)
_OFFERS = Statement(
    select(*(_o[one.name] for one in fields(Offer)))
    .where(_o.request_id == param("request"))
    .order_by(_o.line_no, _o.offer_id)
)
_BOOKINGS = Statement(
    select(*(_b[one.name] for one in fields(Booking)))
    .where(_b.request_id == param("request"))
    .order_by(_b.line_no, _b.booked_at, _b.booking_id)
)
_SETTLED = Statement(
    select(_s.booking_id, _s.state, _s.proposed_by)
    .join(resource_booking, _b.booking_id == _s.booking_id)
    .where(_b.request_id == param("request"))
)
_TAKE = {
    exercise: Statement(
        update(resource)
        .where(
            _r.resource_id == param("resource"), _r.standing == "in_service",
            _r.quantity - held - param("kept") >= param("quantity"),
        )
        .values({held.name: held + param("quantity")})
    )
    for exercise, held in ((False, _r.booked), (True, _r.drilled))
}  # fmt: skip
_GIVE_BACK = {
    exercise: Statement(
        update(resource)
        .where(_r.resource_id == param("resource"), held >= param("quantity"))
        .values({held.name: held - param("quantity")})
    )
    for exercise, held in ((False, _r.booked), (True, _r.drilled))
}
_FILL = Statement(
    update(resource_request_line)
    .where(
        _l.request_id == param("request"), _l.line_no == param("line"), _l.assigned + param("quantity") <= _l.quantity
    )
    .values(assigned=_l.assigned + param("quantity"))
)
_EMPTY = Statement(
    update(resource_request_line)
    .where(_l.request_id == param("request"), _l.line_no == param("line"), _l.assigned >= param("quantity"))
    .values(assigned=_l.assigned - param("quantity"))
)
_MIDDLES = Statement(
    lambda dialect: select(_p.place_code, _p.west, _p.south, _p.east, _p.north).where(
        among(dialect, _p.place_code, "codes")
    )
)
_UNITS = Statement(
    lambda dialect: select(unit_table.c.unit_id).where(
        among(dialect, unit_table.c.unit_id, "units"), ~unit_table.c.disabled
    )
)
_REQUESTS_OF = select(_q.request_id).where(or_(_q.case_id == param("case"), _q.origin_case_id == param("case")))
_FORGET = (
    Statement(
        update(resource_request).where(_q.request_id.in_(_REQUESTS_OF)).values(title=null(), reason=null())
    ),
    Statement(update(resource_request_line).where(_l.request_id.in_(_REQUESTS_OF)).values(note=null())),
    Statement(update(resource_offer).where(_o.request_id.in_(_REQUESTS_OF)).values(note=null(), reason=null())),
    Statement(update(resource_booking).where(_b.request_id.in_(_REQUESTS_OF)).values(note=null())),
    Statement(
        update(resource_booking_step)
        .where(
            resource_booking_step.c.booking_id.in_(select(_b.booking_id).where(_b.request_id.in_(_REQUESTS_OF)))
        )
        .values(note=null())
    ),
    Statement(
        update(resource_settlement)
        .where(_s.booking_id.in_(select(_b.booking_id).where(_b.request_id.in_(_REQUESTS_OF))))
        .values(basis=null())
    ),
)
ERASE_VALUES = (
    entry_payload.c.stream_id.in_(
        select(literal("resource_request:") + _q.request_id).where(
            or_(_q.case_id == param("case"), _q.origin_case_id == param("case"))
        )
    )
)
"""The values of the chains of a case's requests."""


def find_stock(unit: UnitOfWork, resource_id: str) -> Stock | None:
    """A row of the register; None when there is none."""
    row = unit.one(_FIND_STOCK, {"resource": resource_id})
    return None if row is None else Stock(*row)


def some_stock(unit: UnitOfWork, resource_ids: str) -> dict[str, Stock]:
    """Rows of the register by id; the ids come as a JSON array."""
    return {row[0]: Stock(*row) for row in unit.all(_SOME_STOCK, {"resources": resource_ids})}


def contents(unit: UnitOfWork, resource_ids: str) -> dict[str, dict[str, Any]]:
    """What the register says of resources, in the words of ``Resource``; the ids come as a JSON array."""
    names = [one.name for one in fields(Resource)]
    return {row[0]: dict(zip(names, row, strict=True)) for row in unit.all(_CONTENTS, {"resources": resource_ids})}


def fitting(unit: UnitOfWork, wanted: str, *, lock: bool = False) -> list[Stock]:
    """What there is of a type, in service, taken or not; locked in one order, so that nobody waits crosswise."""
    return [Stock(*row) for row in unit.all(_FITTING_LOCKED if lock else _FITTING, {"type": wanted})]


def fitting_many(unit: UnitOfWork, wanted: str) -> list[Stock]:
    """What there is of some types (a JSON array), in service."""
    return [Stock(*row) for row in unit.all(_FITTING_MANY, {"types": wanted})]


def lines_of_many(unit: UnitOfWork, request_ids: str) -> dict[str, list[RequestLine]]:
    """The lines of some requests (a JSON array), by request."""
    found: dict[str, list[RequestLine]] = {}
    for request_id, *values in unit.all(_LINES_OF_MANY, {"requests": request_ids}):
        found.setdefault(request_id, []).append(RequestLine(*values))
    return found


def offers_of_many(unit: UnitOfWork, request_ids: str) -> dict[str, list[Offer]]:
    """Who was asked for some requests (a JSON array), by request."""
    found: dict[str, list[Offer]] = {}
    for request_id, *values in unit.all(_OFFERS_OF_MANY, {"requests": request_ids}):
        found.setdefault(request_id, []).append(Offer(*values))
    return found


def find_request(unit: UnitOfWork, request_id: str) -> Request | None:
    """The request, locked; None when there is none."""
    row = unit.one(_REQUEST, {"request": request_id})
    return None if row is None else Request(*row)


def lines_of(unit: UnitOfWork, request_id: str) -> list[RequestLine]:
    """The lines of a locked request."""
    return [RequestLine(*row) for row in unit.all(_LINES, {"request": request_id})]


def offers_of(unit: UnitOfWork, request_id: str) -> list[Offer]:
    """Who was asked, line by line."""
    return [Offer(*row) for row in unit.all(_OFFERS, {"request": request_id})]


def bookings_of(unit: UnitOfWork, request_id: str) -> list[Booking]:
    """What was booked, line by line."""
    return [Booking(*row) for row in unit.all(_BOOKINGS, {"request": request_id})]


def settlements_of(unit: UnitOfWork, request_id: str) -> dict[str, tuple[str, str]]:
    """(state, who proposed it) of what is owed, by booking."""
    return {row[0]: (row[1], row[2]) for row in unit.all(_SETTLED, {"request": request_id})}


def open_units(unit: UnitOfWork, unit_ids: str) -> set[str]:
    """Which of these (a JSON array) there are, still."""
    return {str(row[0]) for row in unit.all(_UNITS, {"units": unit_ids})}


def middles(unit: UnitOfWork, place_codes: str) -> dict[str, tuple[float, float]]:
    """(latitude, longitude) of the middle of places, by code; the codes come as a JSON array."""
    found = unit.all(_MIDDLES, {"codes": place_codes})
    return {code: ((south + north) / 2, (west + east) / 2) for code, west, south, east, north in found}


def take(unit: UnitOfWork, resource_id: str, quantity: int, *, exercise: bool, kept: int = 0) -> bool:
    """Hold a part of a resource; False when so much is not free now, whoever was faster; ``kept``: for others."""
    return unit.run(_TAKE[exercise], {"resource": resource_id, "quantity": quantity, "kept": kept}) == 1


def give_back(unit: UnitOfWork, resource_id: str, quantity: int, *, exercise: bool) -> bool:
    """Hold it no longer; False when that much was not held."""
    return unit.run(_GIVE_BACK[exercise], {"resource": resource_id, "quantity": quantity}) == 1


def fill(unit: UnitOfWork, booked: ResourceBooked) -> bool:
    """Count it to its line; False when the line would hold more than it asked for."""
    values = {"request": booked.request_id, "line": booked.line_no, "quantity": booked.quantity}
    return unit.run(_FILL, values) == 1


def empty(unit: UnitOfWork, request_id: str, line_no: int, quantity: int) -> bool:
    """Count it to its line no longer."""
    return unit.run(_EMPTY, {"request": request_id, "line": line_no, "quantity": quantity}) == 1


def forget_requests(unit: UnitOfWork, case_id: str) -> None:
    """What requests of a case say goes with the case; amounts, units and instants stay."""
    for statement in _FORGET:
        unit.run(statement, {"case": case_id})


def stored(unit: UnitOfWork, table: Any) -> Iterable[dict[str, Any]]:
    """Every row of one of the tables, to be compared with the record."""
    names = [column.name for column in table.columns]
    for row in unit.all(_ALL[table.name], {}):
        yield dict(zip(names, row, strict=True))


_ALL = {
    table.name: Statement(select(*table.columns).where(true()))
    for table in (
        resource, resource_change, resource_request, resource_request_line, resource_offer, resource_booking,
        resource_booking_step, resource_settlement, resource_reservation,
    )
}  # fmt: skip
