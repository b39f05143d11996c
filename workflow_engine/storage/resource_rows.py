"""What events of resources do to rows: said once, for the live rows and for those that are made again to be compared.

Sums over bookings (``booked``, ``drilled``, ``assigned``) are not among them: live, they are guarded updates that
refuse to go over what there is (``storage.resources``); made again, they are counted from the bookings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Table, and_, func, insert, update

from workflow_engine.domain import events_resources as e
from workflow_engine.domain import resource_reservations as v
from workflow_engine.domain.event import Event
from workflow_engine.domain.resources import LIVE, OVER
from workflow_engine.storage.schema import (
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
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

Values = dict[str, Any]
Key = tuple[Any, ...]
TABLES: tuple[Table, ...] = (
    resource, resource_change, resource_request, resource_request_line, resource_offer, resource_booking,
    resource_booking_step, resource_settlement, resource_reservation,
)  # fmt: skip
_NEW_RESOURCE: Values = {"booked": 0, "drilled": 0, "standing": "in_service", "stood_reason": ""}


@dataclass(frozen=True, slots=True)
class Write:
    """One row that is made or changed."""

    table: Table
    key: Key
    values: Values
    new: bool = False
    replaces: bool = False
    """A new row may be there already, and gets these values then."""
    first: frozenset[str] = field(default_factory=frozenset)
    """Columns that keep what they have once they have something."""


@dataclass(frozen=True, slots=True)
class At:
    """When and by whom."""

    at: datetime
    actor_id: str


def writes(event: Event, told: At) -> Iterator[Write]:
    """The rows that an event makes or changes."""
    made = _WRITERS.get(type(event))
    return iter(()) if made is None else iter(made(event, told))


def _put(event: e.ResourcePut, told: At) -> Iterator[Write]:
    values = {
        **event.row, "contact": event.contact, "changes": event.change_no, "changed_at": told.at,
        "changed_by": told.actor_id,
    }  # fmt: skip
    yield Write(resource, (event.resource_id,), values, new=True, replaces=True)
    yield from _change(event, told, "put", event.row, event.contact)


def _stood(event: e.ResourceStood, told: At) -> Iterator[Write]:
    yield _resource(event, told, standing=event.standing, stood_reason=event.reason)
    yield from _change(event, told, "stood", {"standing": event.standing}, event.reason)


def _counted(event: e.StockCounted, told: At) -> Iterator[Write]:
    yield _resource(event, told, quantity=event.quantity)
    yield from _change(event, told, "counted", {"quantity": event.quantity}, "")


def _resource(event: e.ResourceStood | e.StockCounted, told: At, **values: Any) -> Write:
    changed = {"changes": event.change_no, "changed_at": told.at, "changed_by": told.actor_id}
    return Write(resource, (event.resource_id,), {**values, **changed})


def _change(
    event: e.ResourcePut | e.ResourceStood | e.StockCounted, told: At, what: str, row: Mapping[str, Any], note: str
) -> Iterator[Write]:
    """What changed by whom; not known of changes that were not counted yet."""
    if event.change_no:
        values = {
            "resource_id": event.resource_id, "change_no": event.change_no, "what": what,
            "row": orjson.dumps(row).decode(), "note": note, "at": told.at, "by": told.actor_id,
        }  # fmt: skip
        yield Write(resource_change, (event.resource_id, event.change_no), values, new=True)


def _requested(event: e.ResourcesRequested, told: At) -> Iterator[Write]:
    row = {
        "request_id": event.request_id, "origin_case_id": event.origin_case_id, "case_id": None,
        "unit_id": event.unit_id, "priority": event.priority, "exercise": event.exercise, "title": event.title,
        "weights": "{}", "coordinator": "", "state": "open", "reason": "", "requested_at": told.at,
        "requested_by": event.by or told.actor_id, "first_at": None, "filled_at": None,
        "handed_over_at": None, "closed_at": None,
    }  # fmt: skip
    yield Write(resource_request, (event.request_id,), row, new=True)
    for number, line in enumerate(event.lines, 1):
        needed_by = line.get("needed_by")
        values = {
            **line, "request_id": event.request_id, "line_no": number, "assigned": 0,
            "needed_by": None if needed_by is None else datetime.fromisoformat(needed_by),
            "note": event.notes[number - 1] if event.notes else "",
        }  # fmt: skip
        yield Write(resource_request_line, (event.request_id, number), values, new=True)


def _taken(event: e.RequestTaken, _told: At) -> Iterator[Write]:
    weights = orjson.dumps(event.weights).decode()
    values = {"case_id": event.worked_by, "weights": weights, "coordinator": event.coordinator}
    yield Write(resource_request, (event.request_id,), values)


def _handed_over(event: e.RequestHandedOver, told: At) -> Iterator[Write]:
    yield Write(resource_request, (event.request_id,), {"handed_over_at": told.at})


def _request_moved(event: e.RequestMoved, told: At) -> Iterator[Write]:
    values: Values = {"state": event.state, "reason": event.reason}
    values["closed_at"] = None if event.state in LIVE else told.at
    first = set()
    if event.state in ("partial", "complete"):
        values["first_at"] = told.at
        first.add("first_at")
    if event.state == "complete":
        values["filled_at"] = told.at
        first.add("filled_at")
    yield Write(resource_request, (event.request_id,), values, first=frozenset(first))


def _asked(event: e.OffersAsked, told: At) -> Iterator[Write]:
    until = datetime.fromisoformat(event.until)
    for one in event.asked:
        row = {
            "offer_id": one["offer_id"], "request_id": event.request_id, "line_no": one["line_no"],
            "unit_id": one["unit_id"], "round": event.round, "state": "asked", "asked_at": told.at, "until": until,
            "resource_id": None, "quantity": 0, "ready_minutes": None, "cost": None, "note": "", "answered_at": None,
            "answered_by": None, "reason": "",
        }  # fmt: skip
        yield Write(resource_offer, (one["offer_id"],), row, new=True)


def _offered(event: e.OfferMade, told: At) -> Iterator[Write]:
    values = {
        "state": "offered", "resource_id": event.resource_id, "quantity": event.quantity,
        "ready_minutes": event.ready_minutes, "cost": event.cost, "note": event.note, "answered_at": told.at,
        "answered_by": told.actor_id, "reason": "",
    }  # fmt: skip
    yield Write(resource_offer, (event.offer_id,), values)


def _offer_ended(event: e.OfferEnded, told: At) -> Iterator[Write]:
    values: Values = {"state": event.state}
    if event.state == "declined":
        values |= {"reason": event.reason, "answered_at": told.at, "answered_by": told.actor_id}
    yield Write(resource_offer, (event.offer_id,), values)


def _booked(event: e.ResourceBooked | e.BookingMoved, told: At) -> Iterator[Write]:
    if isinstance(event, e.ResourceBooked):
        state, step_no, by = "assigned", 1, event.by or told.actor_id
        row = {
            "booking_id": event.booking_id, "request_id": event.request_id, "line_no": event.line_no,
            "resource_id": event.resource_id, "quantity": event.quantity, "source": event.source,
            "single": event.single, "exercise": event.exercise, "cost": event.cost, "offer_id": event.offer_id,
            "why": orjson.dumps(event.why).decode(), "note": event.note, "state": state, "steps": 1, "used": 0,
            "booked_at": told.at, "booked_by": by, "state_at": told.at, "ended_at": None,
        }  # fmt: skip
        yield Write(resource_booking, (event.booking_id,), row, new=True)
    else:
        state, step_no, by = event.state, event.step_no, told.actor_id
        changed: Values = {"state": state, "steps": step_no, "used": event.used, "state_at": told.at}
        changed["ended_at"] = told.at if state in OVER else None
        yield Write(resource_booking, (event.booking_id,), changed)
    step = {
        "booking_id": event.booking_id, "step_no": step_no, "state": state, "at": told.at, "by": by,
        "note": event.note,
    }  # fmt: skip
    yield Write(resource_booking_step, (event.booking_id, step_no), step, new=True)


def _proposed(event: e.SettlementProposed, told: At) -> Iterator[Write]:
    values = {
        "booking_id": event.booking_id, "settlement": event.settlement, "amount": event.amount, "basis": event.basis,
        "state": "proposed", "proposed_at": told.at, "proposed_by": event.by or told.actor_id, "approved_at": None,
        "approved_by": None,
    }  # fmt: skip
    yield Write(resource_settlement, (event.booking_id,), values, new=True, replaces=True)


def _approved(event: e.SettlementApproved, told: At) -> Iterator[Write]:
    values = {"state": "approved", "approved_at": told.at, "approved_by": event.by or told.actor_id}
    yield Write(resource_settlement, (event.booking_id,), values)


def _reserved(event: v.ResourceReserved, told: At) -> Iterator[Write]:
    row = {
        "reservation_id": event.reservation_id, "resource_id": event.resource_id, "quantity": event.quantity,
        "single": event.single, "starts_at": datetime.fromisoformat(event.starts_at),
        "ends_at": datetime.fromisoformat(event.ends_at), "purpose": event.purpose, "unit_id": event.unit_id,
        "title": event.title, "state": "reserved", "reason": "", "reserved_at": told.at, "reserved_by": told.actor_id,
        "released_at": None, "released_by": None,
    }  # fmt: skip
    yield Write(resource_reservation, (event.reservation_id,), row, new=True)


def _released(event: v.ReservationReleased, told: At) -> Iterator[Write]:
    values = {"state": "released", "reason": event.reason, "released_at": told.at, "released_by": told.actor_id}
    yield Write(resource_reservation, (event.reservation_id,), values)


_WRITERS: Mapping[type[Event], Callable[[Any, At], Iterator[Write]]] = {
    e.ResourcePut: _put,
    e.ResourceStood: _stood,
    e.StockCounted: _counted,
    e.ResourcesRequested: _requested,
    e.RequestTaken: _taken,
    e.RequestHandedOver: _handed_over,
    e.RequestMoved: _request_moved,
    e.OffersAsked: _asked,
    e.OfferMade: _offered,
    e.OfferEnded: _offer_ended,
    e.ResourceBooked: _booked,
    e.BookingMoved: _booked,
    e.SettlementProposed: _proposed,
    e.SettlementApproved: _approved,
    v.ResourceReserved: _reserved,
    v.ReservationReleased: _released,
}


def apply(unit: UnitOfWork, events: Iterable[Event], told: At) -> None:
    """Write the rows of these events, in their order."""
    for event in events:
        for one in writes(event, told):
            values = {**(_NEW_RESOURCE if one.new and one.table is resource else {}), **one.values}
            if one.new:
                unit.run(_insert(one.table, tuple(values), tuple(one.values) if one.replaces else None), values)
            else:
                keys = {f"key_{number}": part for number, part in enumerate(one.key)}
                unit.run(_update(one.table, tuple(values), one.first), {**values, **keys})


@lru_cache(maxsize=64)
def _insert(table: Table, names: tuple[str, ...], replaced: tuple[str, ...] | None) -> Statement:
    keys = tuple(column.name for column in table.primary_key)
    if replaced is None:
        return Statement(insert(table), names)
    others = tuple(name for name in replaced if name not in keys)
    return Statement(lambda dialect: upsert(dialect, table, keys, others), names)


@lru_cache(maxsize=64)
def _update(table: Table, names: tuple[str, ...], first: frozenset[str]) -> Statement:
    columns = table.c
    values = {
        name: func.coalesce(columns[name], param(name, columns[name])) if name in first else param(name, columns[name])
        for name in names
    }
    found = and_(*(column == param(f"key_{number}") for number, column in enumerate(table.primary_key)))
    return Statement(update(table).where(found).values(**values))


class Rebuilt:
    """The rows as the record gives them."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[Key, Values]] = {table.name: {} for table in TABLES}

    def take(self, events: Iterable[Event], told: At) -> None:
        """Add what these did; events of one chain in their order, chains in any."""
        for event in events:
            for one in writes(event, told):
                row = self.rows[one.table.name].setdefault(
                    one.key, dict(_NEW_RESOURCE) if one.table is resource else {}
                )
                row.update(
                    {name: value for name, value in one.values.items() if name not in one.first or not row.get(name)}
                )

    def counted(self) -> Mapping[str, dict[Key, Values]]:
        """With the sums over bookings."""
        for booking in self.rows["resource_booking"].values():
            line = self.rows["resource_request_line"].get((booking["request_id"], booking["line_no"]))
            if line is not None and booking["state"] != "released":
                line["assigned"] += booking["quantity"]
            held = self.rows["resource"].get((booking["resource_id"],))
            if held is not None and booking["state"] not in OVER:
                held["drilled" if booking["exercise"] else "booked"] += booking["quantity"]
        return self.rows
