"""Reserving resources for a time to come, and giving them free again."""

from __future__ import annotations

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.permissions import may, require_writer
from workflow_engine.domain.resource_reach import KEEP, is_owner
from workflow_engine.domain.resource_reservations import (
    PURPOSES,
    ReleaseReservation,
    ReservationReleased,
    ReserveResource,
    ResourceReserved,
    read_period,
)
from workflow_engine.domain.resources import MOST_QUANTITY, REGISTER_STREAM, whole
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.resource_acts import words
from workflow_engine.storage import chains
from workflow_engine.storage import resource_reservations as kept
from workflow_engine.storage import resource_rows as rows
from workflow_engine.storage import resources as store


def reserve_resource(work: Handling, command: ReserveResource) -> Receipt:
    """Whoever comes second for the same time is told that it is taken."""
    what = "reserve a resource"
    stock = _kept(work, command.resource_id, what)
    period = read_period(command, work.now)
    problems = dict(period) if isinstance(period, dict) else {}
    unit_id = command.unit_id or stock.unit_id
    if not store.open_units(work.unit, orjson.dumps([unit_id]).decode()):
        problems["unit_id"] = "no such unit"
    if command.purpose not in PURPOSES:
        problems["purpose"] = f"one of {', '.join(PURPOSES)}"
    try:
        quantity = whole(command.quantity, 1, 1 if stock.single else MOST_QUANTITY)
    except ValueError as error:
        problems["quantity"] = str(error)
    if problems or isinstance(period, dict):
        raise InvalidVariablesError("Expected a reservation that can be so.", problems)
    title, (starts_at, ends_at) = words(command.title, "title"), period
    if stock.standing == "withdrawn":
        raise InvalidStateError(f"Expected to {what}, but it is withdrawn.", state=stock.standing)
    left = stock.quantity - kept.busiest(work.unit, stock.resource_id, starts_at, ends_at)
    if starts_at <= work.now:
        left -= stock.booked
    if quantity > left:
        raise InvalidStateError(
            f"Expected {quantity} of {stock.resource_id} to be free in that time, but {max(left, 0)} are.",
            resource_id=stock.resource_id, left=max(left, 0),
        )  # fmt: skip
    event = ResourceReserved(
        reservation_id=work.part_id("reservation", stock.resource_id), resource_id=stock.resource_id,
        quantity=quantity, single=stock.single, starts_at=instant_text(starts_at),
        ends_at=instant_text(ends_at), purpose=command.purpose, unit_id=unit_id, title=title,
    )  # fmt: skip
    rows.apply(work.unit, [event], rows.At(work.now, work.actor.actor_id))
    return work.record_in_stream(REGISTER_STREAM, [event], {"reservation_id": event.reservation_id})


def release_reservation(work: Handling, command: ReleaseReservation) -> Receipt:
    """By who keeps the resource, with a reason; also where something more urgent goes before."""
    what = "release a reservation"
    found = kept.find_reservation(work.unit, command.reservation_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no {command.reservation_id[:64]!r}.")
    _kept(work, found.resource_id, what)
    found = kept.find_reservation(work.unit, command.reservation_id)
    if found is None or found.state != "reserved" or found.ends_at <= work.now:
        raise InvalidStateError(f"Expected to {what}, but it is over.", state="released")
    event = ReservationReleased(reservation_id=found.reservation_id, reason=words(command.reason, "reason"))
    rows.apply(work.unit, [event], rows.At(work.now, work.actor.actor_id))
    return work.record_in_stream(REGISTER_STREAM, [event], {"reservation_id": found.reservation_id})


def _kept(work: Handling, resource_id: str, what: str) -> store.Stock:
    """The resource, locked against others who book or reserve. Raises NotFoundError or NotPermittedError."""
    require_writer(work.actor, what)
    chains.lock_stream(work.unit, REGISTER_STREAM)
    kept.lock_resource(work.unit, resource_id)
    stock = store.find_stock(work.unit, resource_id)
    if stock is None:
        raise NotFoundError(f"Expected to {what}, but there is no resource {resource_id[:64]!r}.")
    if not may(work.actor, KEEP) and not is_owner(work.actor, stock.unit_id):
        raise NotPermittedError(f"Expected to {what}, but it belongs to another unit.", verb=KEEP)
    return stock
