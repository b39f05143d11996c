"""What people do with a request: assign, move on what is assigned, cancel, settle; and owners: offer or decline."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_resources import (
    OfferEnded,
    OfferMade,
    SettlementApproved,
    SettlementProposed,
)
from workflow_engine.domain.permissions import may, require_writer
from workflow_engine.domain.resource_commands import (
    ApproveSettlement,
    AssignResource,
    CancelResourceRequest,
    DeclineOffer,
    MakeOffer,
    MoveBooking,
    ProposeSettlement,
)
from workflow_engine.domain.resource_reach import SEE, is_owner, may_coordinate
from workflow_engine.domain.resources import LIVE, MOST_QUANTITY, OVER, SETTLEMENT_OF, SOUGHT, whole
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.resource_acts import (
    CANCELLED,
    OFFERS_IN,
    book,
    close,
    move,
    record,
    require_line,
    require_request,
    tell_worker,
    wish_of,
    words,
)
from workflow_engine.storage import resources as store
from workflow_engine.storage.resource_matching import Matching
from workflow_engine.storage.resource_reservations import kept_now
from workflow_engine.storage.resources import Booking, Offer, Request


def assign_resource(work: Handling, command: AssignResource) -> Receipt:
    """A coordinator's own choice; the score of what was chosen is kept as it was then."""
    what = "assign a resource"
    request = _coordinated(work, command.request_id, what)
    if request.state not in LIVE:
        raise InvalidStateError(f"Expected to {what}, but the request is {request.state}.", state=request.state)
    line = require_line(work, request, command.line_no, what)
    stock = store.find_stock(work.unit, command.resource_id)
    if stock is None:
        raise NotFoundError(f"Expected to {what}, but there is no resource {command.resource_id[:64]!r}.")
    quantity = _quantity(command.quantity)
    offer = None if command.offer_id is None else _offer(work, request, command.offer_id, what)
    found = Matching(work.unit, request, work.now).judge(line, stock, offer)
    if found is None:
        raise InvalidStateError(
            f"Expected {stock.resource_id} to be free, of the type that is asked for and to be had, but it is not.",
            resource_id=stock.resource_id,
        )
    if found.source == "order":
        raise NotPermittedError(
            f"Expected to {what} of one's own unit, of the shared reserve or that was offered; anything else is "
            "ordered by the level above.", resource_id=stock.resource_id,
        )  # fmt: skip
    if quantity > found.quantity or quantity > line.missing:
        raise InvalidVariablesError(
            f"Expected to {what}, at most what is free and missing.",
            {"quantity": f"at most {min(found.quantity, line.missing)}"},
        )
    note = words(command.note, "note", needed=False)
    booked = book(work, request, wish_of(found, line, quantity, note=note))
    events: list[Event] = [booked, *accepted(request, found.offer)]
    return record(work, request, events, {"booking_id": booked.booking_id})


def accepted(request: Request, offer: Offer | None) -> list[Event]:
    """The end of an offer that was taken."""
    if offer is None:
        return []
    return [OfferEnded(request_id=request.request_id, offer_id=offer.offer_id, state="accepted", reason="")]


def move_booking(work: Handling, command: MoveBooking) -> Receipt:
    """By its owner, or by who coordinates; each step stays with who made it and when."""
    what = "move a booking"
    require_writer(work.actor, what)
    request = require_request(work, command.request_id, what)
    booking = _booking(work, request, command.booking_id, what)
    stock = store.find_stock(work.unit, booking.resource_id)
    is_own = stock is not None and is_owner(work.actor, stock.unit_id)
    if not is_own and not may_coordinate(work.actor, request.coordinator, request.unit_id):
        raise _unseen(work, request, what)
    if command.state == "released" and is_own and not may_coordinate(
        work.actor, request.coordinator, request.unit_id
    ):  # fmt: skip
        raise NotPermittedError(f"Expected to {what}, but who assigned it releases it.")
    note = words(command.note, "note", needed=command.state == "released")
    try:
        used = whole(command.used, 0, booking.quantity)
    except ValueError as error:
        raise InvalidVariablesError("Expected to know how much was used up.", {"used": str(error)}) from None
    if used and (command.state != "stood_down" or stock is None or stock.single):
        raise InvalidVariablesError("Expected nothing to be used up.", {"used": "only of stock that stands down"})
    return record(work, request, move(work, request, booking, command.state, note, used))


def make_offer(work: Handling, command: MakeOffer) -> Receipt:
    """Of something of one's own, of the type that is asked for, until the window closes."""
    what = "offer a resource"
    request, offer = _asked(work, command.request_id, command.offer_id, what)
    line = require_line(work, request, offer.line_no, what)
    stock = store.find_stock(work.unit, command.resource_id)
    if stock is None or stock.unit_id != offer.unit_id or stock.type != line.type or stock.standing != "in_service":
        raise InvalidVariablesError(
            "Expected a resource of the unit, of the type that is asked for, in service.",
            {"resource_id": "Choose one of your own that is asked for."},
        )
    problems = {}
    kept = 0 if request.exercise else kept_now(work.unit, work.now, request.unit_id).get(stock.resource_id, 0)
    quantity, most = _quantity(command.quantity), stock.free(exercise=request.exercise, kept=kept)
    if quantity > most:
        problems["quantity"] = f"at most {most}"
    numbers = {"ready_minutes": (command.ready_minutes, 100_000), "cost": (command.cost, 1_000_000_000)}
    for name, (value, largest) in numbers.items():
        try:
            if value is not None:
                whole(value, 0, largest)
        except ValueError as error:
            problems[name] = str(error)
    if problems:
        raise InvalidVariablesError("Expected an offer that can be so.", problems)
    event = OfferMade(
        request_id=request.request_id, offer_id=offer.offer_id, resource_id=stock.resource_id, quantity=quantity,
        ready_minutes=stock.ready_minutes if command.ready_minutes is None else command.ready_minutes,
        cost=stock.unit_cost if command.cost is None else command.cost, note=words(command.note, "note", needed=False),
    )  # fmt: skip
    return _answer(work, request, offer, event)


def decline_offer(work: Handling, command: DeclineOffer) -> Receipt:
    """Nothing can be given, for a reason."""
    request, offer = _asked(work, command.request_id, command.offer_id, "decline to offer")
    reason = words(command.reason, "reason")
    event = OfferEnded(request_id=request.request_id, offer_id=offer.offer_id, state="declined", reason=reason)
    return _answer(work, request, offer, event)


def cancel_request(work: Handling, command: CancelResourceRequest) -> Receipt:
    """By who coordinates, or by the unit that asked."""
    what = "cancel a request for resources"
    require_writer(work.actor, what)
    request = require_request(work, command.request_id, what)
    is_own = request.unit_id is not None and is_owner(work.actor, request.unit_id)
    if not is_own and not may_coordinate(work.actor, request.coordinator, request.unit_id):
        raise _unseen(work, request, what)
    if request.state not in LIVE:
        raise InvalidStateError(f"Expected to {what}, but it is {request.state}.", state=request.state)
    events = close(work, request, "cancelled", words(command.reason, "reason"))
    tell_worker(work, request, CANCELLED, {"request_id": request.request_id})
    return record(work, request, events)


def propose_settlement(work: Handling, command: ProposeSettlement) -> Receipt:
    """What is owed for a booking that is over; again, while nobody has agreed."""
    what = "say what is owed"
    request = _coordinated(work, command.request_id, what)
    booking = _booking(work, request, command.booking_id, what)
    if booking.state not in OVER:
        raise InvalidStateError(f"Expected to {what}, but the booking is {booking.state}.", state=booking.state)
    known = store.settlements_of(work.unit, request.request_id).get(booking.booking_id)
    if known is not None and known[0] == "approved":
        raise InvalidStateError(f"Expected to {what}, but that is approved.", state="approved")
    try:
        amount = whole(command.amount, 0, MOST_QUANTITY)
    except ValueError as error:
        raise InvalidVariablesError("Expected an amount.", {"amount": str(error)}) from None
    event = SettlementProposed(
        request_id=request.request_id, booking_id=booking.booking_id,
        settlement=SETTLEMENT_OF.get(booking.source, "price"), amount=amount, basis=words(command.basis, "basis"),
    )  # fmt: skip
    return record(work, request, [event])


def approve_settlement(work: Handling, command: ApproveSettlement) -> Receipt:
    """By somebody else than who said so."""
    what = "approve a settlement"
    request = _coordinated(work, command.request_id, what)
    booking = _booking(work, request, command.booking_id, what)
    known = store.settlements_of(work.unit, request.request_id).get(booking.booking_id)
    if known is None or known[0] != "proposed":
        raise InvalidStateError(f"Expected to {what}, but none waits for it.")
    if known[1] == work.actor.actor_id:
        raise NotPermittedError(f"Expected to {what}, but you proposed it yourself.")
    return record(work, request, [SettlementApproved(request_id=request.request_id, booking_id=booking.booking_id)])


def _coordinated(work: Handling, request_id: str, what: str) -> Request:
    require_writer(work.actor, what)
    request = require_request(work, request_id, what)
    if not may_coordinate(work.actor, request.coordinator, request.unit_id):
        raise _unseen(work, request, what)
    return request


def _unseen(work: Handling, request: Request, what: str) -> NotPermittedError | NotFoundError:
    """What to raise: whoever may see the request learns that they may not do this, to others it is not there."""
    is_own = request.unit_id is not None and is_owner(work.actor, request.unit_id)
    if is_own or may(work.actor, SEE, request.unit_id):
        return NotPermittedError(f"Expected to {what}, but others coordinate this request.", verb="resource.coordinate")
    return NotFoundError(f"Expected to {what}, but there is no request {request.request_id[:64]!r}.")


def _booking(work: Handling, request: Request, booking_id: str, what: str) -> Booking:
    for one in store.bookings_of(work.unit, request.request_id):
        if one.booking_id == booking_id:
            return one
    raise NotFoundError(f"Expected to {what}, but the request has no booking {booking_id[:64]!r}.")


def _offer(work: Handling, request: Request, offer_id: str, what: str) -> Offer:
    for one in store.offers_of(work.unit, request.request_id):
        if one.offer_id == offer_id:
            return one
    raise NotFoundError(f"Expected to {what}, but the request has no offer {offer_id[:64]!r}.")


def _asked(work: Handling, request_id: str, offer_id: str, what: str) -> tuple[Request, Offer]:
    """An open question to a unit of the actor's. Raises NotFoundError or InvalidStateError."""
    require_writer(work.actor, what)
    request = require_request(work, request_id, what)
    offer = _offer(work, request, offer_id, what)
    if not is_owner(work.actor, offer.unit_id):
        raise NotFoundError(f"Expected to {what}, but your unit was not asked.")
    if offer.state not in ("asked", "offered", "declined") or request.state not in SOUGHT:
        raise InvalidStateError(f"Expected to {what}, but it is {offer.state}.", state=offer.state)
    if offer.until <= work.now:
        raise InvalidStateError(f"Expected to {what}, but the time for offers is over.", state="closed")
    return request, offer


def _answer(work: Handling, request: Request, offer: Offer, event: Event) -> Receipt:
    """Once the last unit has answered, nobody waits for the window to close."""
    receipt = record(work, request, [event], {"offer_id": offer.offer_id})
    left = [one for one in store.offers_of(work.unit, request.request_id) if one.state == "asked"]
    if offer.state == "asked" and not left:
        tell_worker(work, request, OFFERS_IN, {"request_id": request.request_id, "round": offer.round})
    return receipt


def _quantity(given: int) -> int:
    try:
        return whole(given, 1, MOST_QUANTITY)
    except ValueError as error:
        raise InvalidVariablesError("Expected how many.", {"quantity": str(error)}) from None
