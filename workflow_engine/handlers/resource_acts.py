"""What all acts on a request share: its chain, its state, who is told, and booking so that nothing is held twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson

from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_resources import (
    BookingMoved,
    OfferEnded,
    RequestMoved,
    ResourceBooked,
    ResourceStood,
    StockCounted,
)
from workflow_engine.domain.lifecycle import ENDED_CASE, may_move
from workflow_engine.domain.resources import (
    ANSWERED,
    BOOKING,
    LIVE,
    LONGEST_TEXT,
    OVER,
    REGISTER_STREAM,
    request_stream,
    state_of,
)
from workflow_engine.handlers.consultation_desk import write
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import messages
from workflow_engine.storage import resource_rows as rows
from workflow_engine.storage import resources as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.correlations import NOTHING_DEMANDED
from workflow_engine.storage.resource_matching import Candidate
from workflow_engine.storage.resource_reservations import kept_now, lock_resource
from workflow_engine.storage.resources import Booking, Request, RequestLine, Stock

OFFERS_IN, RETURNED, CANCELLED = "resource.offers_in", "resource.returned", "resource.cancelled"
_WAITS_FOR = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be booked, and why."""

    stock: Stock
    line: RequestLine
    quantity: int
    source: str
    cost: int
    why: Mapping[str, Any]
    offer_id: str | None = None
    note: str = ""
    by: str | None = None


def wish_of(
    found: Candidate, line: RequestLine, quantity: int, *, note: str = "", by: str | None = None
) -> Wish:  # fmt: skip
    """To book a candidate."""
    offer_id = None if found.offer is None else found.offer.offer_id
    return Wish(found.stock, line, quantity, found.source, found.cost, found.fit.told(), offer_id, note, by)


def require_request(work: Handling, request_id: str, what: str) -> Request:
    """The request, locked. Raises NotFoundError."""
    found = store.find_request(work.unit, request_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no request {request_id[:64]!r}.")
    return found


def require_line(work: Handling, request: Request, line_no: int, what: str) -> RequestLine:
    """A line of it. Raises NotFoundError."""
    for line in store.lines_of(work.unit, request.request_id):
        if line.line_no == line_no:
            return line
    raise NotFoundError(f"Expected to {what}, but the request has no line {line_no}.")


def book(work: Handling, request: Request, wish: Wish) -> ResourceBooked:
    """Hold it for the line.

    Raises:
        InvalidStateError: it is not free any more, or the line does not need so much.
    """
    stock, line = wish.stock, wish.line
    lock_resource(work.unit, stock.resource_id)
    kept = 0 if request.exercise else kept_now(work.unit, work.now, request.unit_id).get(stock.resource_id, 0)
    if not store.take(work.unit, stock.resource_id, wish.quantity, exercise=request.exercise, kept=kept):
        raise InvalidStateError(
            f"Expected {wish.quantity} of {stock.resource_id} to be free, but somebody else has it, it is kept for "
            "others now, or it is out of service.", resource_id=stock.resource_id,
        )  # fmt: skip
    event = ResourceBooked(
        request_id=request.request_id,
        booking_id=work.part_id("booking", str(line.line_no), stock.resource_id, wish.offer_id or ""),
        line_no=line.line_no, resource_id=stock.resource_id, quantity=wish.quantity, source=wish.source,
        single=stock.single, exercise=request.exercise, cost=wish.cost, offer_id=wish.offer_id, why=dict(wish.why),
        note=wish.note, by=wish.by,
    )  # fmt: skip
    if not store.fill(work.unit, event):
        raise InvalidStateError(
            f"Expected line {line.line_no} to need {wish.quantity} more, but it does not.", line_no=line.line_no
        )
    return event


def move(work: Handling, request: Request, booking: Booking, state: str, note: str = "", used: int = 0) -> list[Event]:
    """The next step of a booking; what it held is free again at its end, but for what was used up."""
    if not may_move(BOOKING, booking.state, state):
        raise InvalidStateError(
            f"Expected a booking to become {state}, but it is {booking.state}.", state=booking.state
        )
    if state in OVER:
        if not store.give_back(work.unit, booking.resource_id, booking.quantity, exercise=request.exercise):
            raise InvalidStateError("Expected the booking to hold what it booked, but the register says otherwise.")
        _end_of_stock(work, request, booking, used)
    if state == "released":
        store.empty(work.unit, request.request_id, booking.line_no, booking.quantity)
    return [
        BookingMoved(
            request_id=request.request_id, booking_id=booking.booking_id, step_no=booking.steps + 1, state=state,
            used=used if state in OVER else booking.used, note=note,
        )
    ]  # fmt: skip


def _end_of_stock(work: Handling, request: Request, booking: Booking, used: int) -> None:
    """What is used up leaves the register; what was commandeered goes back to its owner."""
    if request.exercise:
        return
    takes_out = booking.source == "commandeered"
    if not used and not takes_out:
        return
    stock = store.find_stock(work.unit, booking.resource_id)
    if stock is None or stock.quantity < used:
        raise InvalidStateError("Expected to use up what there is, but the register has less.")
    events: list[Event] = []
    resource_id, number = booking.resource_id, stock.changes
    if used:
        number += 1
        events.append(StockCounted(resource_id=resource_id, quantity=stock.quantity - used, change_no=number))
    if takes_out:
        gone = ResourceStood(resource_id=resource_id, standing="withdrawn", reason="", change_no=number + 1)
        events.append(gone)
    record_in_register(work, events, booking.booking_id)


def record_in_register(work: Handling, events: list[Event], part: str) -> None:
    """A further entry of this command, in the register's chain."""
    rows.apply(work.unit, events, rows.At(work.now, work.actor.actor_id))
    command = Command(command_id=work.part_id("register", part))
    work.apart(command).record_in_stream(REGISTER_STREAM, events, {})
    work.events.extend(events)


def record(
    work: Handling, request: Request, events: Sequence[Event], result: Mapping[str, Any] | None = None, reason: str = ""
) -> Receipt:
    """Write the rows, see what the request's state is now, tell who waits for it, and append to its chain."""
    told = rows.At(work.now, work.actor.actor_id)
    rows.apply(work.unit, events, told)
    all_events = list(events)
    if request.state in LIVE and not any(isinstance(event, RequestMoved) for event in events):
        lines = store.lines_of(work.unit, request.request_id)
        state = state_of([(line.quantity, line.assigned) for line in lines])
        if state != request.state:
            moved = RequestMoved(request_id=request.request_id, state=state, reason=reason)
            rows.apply(work.unit, [moved], told)
            all_events.append(moved)
    states = [event.state for event in all_events if isinstance(event, RequestMoved)]
    if states:
        tell_origin(work, replace(request, state=states[-1]))
    if any(isinstance(event, BookingMoved) for event in events):
        tell_if_returned(work, replace(request, state=states[-1] if states else request.state))
    answer = {"request_id": request.request_id, "state": states[-1] if states else request.state, **(result or {})}
    return work.record_in_stream(request_stream(request.request_id), all_events, answer)


def close(work: Handling, request: Request, state: str, reason: str) -> list[Event]:
    """End a request: owners need not answer any more, and what has not moved yet is given back."""
    events: list[Event] = [
        OfferEnded(request_id=request.request_id, offer_id=offer.offer_id, state="closed", reason="")
        for offer in store.offers_of(work.unit, request.request_id)
        if offer.state in ("asked", "offered")
    ]
    if state == "cancelled":
        for booking in store.bookings_of(work.unit, request.request_id):
            if booking.state in ("assigned", "standby"):
                events += move(work, request, booking, "released")
    return [*events, RequestMoved(request_id=request.request_id, state=state, reason=reason)]


def tell_origin(work: Handling, request: Request) -> None:
    """The case that needs the resources learns how its request stands, while it runs."""
    if request.origin_case_id is None or request.origin_case_id == request.case_id:
        return
    case = find_case(work.unit, request.origin_case_id, lock=False)
    if case is None or case.state in ENDED_CASE:
        return
    lines = [
        {"line_no": line.line_no, "kind": line.kind, "type": line.type, "requested": line.quantity,
         "assigned": line.assigned, "missing": line.missing}
        for line in store.lines_of(work.unit, request.request_id)
    ]  # fmt: skip
    told = {"request_id": request.request_id, "state": request.state, "lines": lines}
    write(work, case.case_id, ANSWERED, f"{ANSWERED}:{work.part_id('origin', request.request_id)}", told)


def tell_if_returned(work: Handling, request: Request) -> None:
    """The case that works on it learns that nothing is out any more, once it waits for that."""
    if request.handed_over_at is None or request.state not in LIVE or request.case_id is None:
        return
    if all(booking.state in OVER for booking in store.bookings_of(work.unit, request.request_id)):
        tell_worker(work, request, RETURNED, {"request_id": request.request_id})


def tell_worker(
    work: Handling, request: Request, name: str, told: Mapping[str, Any], key: str | None = None
) -> None:
    """A message to the case of resource allocation that works on the request: to that one of its calls that works on
    this request, or that waits for this key."""
    if request.case_id is not None:
        message_id = f"{name}:{work.part_id(name, request.request_id)}"
        write(work, request.case_id, name, message_id, told, key or request.request_id)


def begin_allocation(work: Handling, name: str, message_id: str, payload: Mapping[str, Any], origin: str) -> None:
    """A message that starts a case, wherever a process for it is released."""
    row = {
        "message_id": message_id, "name": name, "correlation": None, "payload": orjson.dumps(payload).decode(),
        "state": "waiting", "published_at": work.now, "published_by": work.actor.actor_id, "origin_case_id": None,
        "target_case_id": None, "expires_at": work.now + _WAITS_FOR, "case_id": None, "element_id": None,
        "settled_at": None,
    }  # fmt: skip
    messages.add_message(work.unit, row, [NOTHING_DEMANDED])
    messages.add_to_outbox(work.unit, message_id, origin, work.now)
    work.outgoing = True


def words(text: str, field: str, *, needed: bool = True) -> str:
    """What somebody wrote. Raises InvalidVariablesError."""
    text = text.strip()
    if (needed and not text) or len(text) > LONGEST_TEXT:
        raise InvalidVariablesError(
            "Expected words.", {field: f"Expected 1 to {LONGEST_TEXT} characters."}
        )
    return text
