"""The resource desk: any case asks by ``resource.request``; the case that works on a request drives it by ``LETTERS``.

What a case of resource allocation sends always concerns its own request; the desk answers each letter by a message
with how the request stands then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import NotFoundError, RejectedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_resources import (
    OffersAsked,
    RequestHandedOver,
    RequestTaken,
    ResourcesRequested,
    SettlementApproved,
    SettlementProposed,
)
from workflow_engine.domain.lifecycle import may_move
from workflow_engine.domain.resource_scores import read_weights
from workflow_engine.domain.resources import (
    OVER,
    PRIORITIES,
    REQUEST,
    REQUEST_MESSAGE,
    REQUESTED,
    ROUNDS,
    SETTLEMENT_OF,
    read_lines,
    request_stream,
)
from workflow_engine.domain.timing import parse_instant
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.resource_acts import (
    OFFERS_IN,
    begin_allocation,
    book,
    close,
    move,
    record,
    require_request,
    tell_if_returned,
    tell_worker,
    wish_of,
)
from workflow_engine.handlers.resource_requests import accepted
from workflow_engine.handlers.resource_taking import commandeered, shared_data
from workflow_engine.handlers.resource_telling import ask_owners, coordinator_of, how_it_stands
from workflow_engine.storage import resource_rows as rows
from workflow_engine.storage import resources as store
from workflow_engine.storage.cases import Case, find_case
from workflow_engine.storage.messages import Message
from workflow_engine.storage.resource_matching import STAGES, Matching
from workflow_engine.storage.resources import Request

Letter = Mapping[str, Any]


def take_resource_letter(work: Handling, message: Message) -> Receipt | None:
    """Do what a case asks of the desk; None when the message is not for it.

    Raises:
        RejectedError: it cannot be done; the message goes on waiting, and is shown as undelivered.
    """
    if message.origin_case_id is None or (message.name != REQUEST_MESSAGE and message.name not in LETTERS):
        return None
    case = find_case(work.unit, message.origin_case_id)
    if case is None:
        raise NotFoundError(f"Expected resources for case {message.origin_case_id}, but there is none.")
    letter = orjson.loads(message.payload)
    digest = sha256(message.message_id.encode()).hexdigest()
    if message.name == REQUEST_MESSAGE:
        return _request(work, case, digest, letter)
    if message.name == "resource.open":
        request, receipt = _open(work, case, digest, letter)
    else:
        request = require_request(work, _line(letter, "request_id"), "work on a request")
        if request.case_id != case.case_id:
            raise NotFoundError(f"Expected case {case.case_id} to work on {request.request_id}, but it does not.")
        receipt = record(work, request, LETTERS[message.name](work, request, letter), reason=_line(letter, "reason"))
    request = require_request(work, request.request_id, "work on a request")
    _reply(work, request, message.name, letter)
    return receipt


def _reply(work: Handling, request: Request, name: str, letter: Letter) -> None:
    if name == "resource.hand_over":
        tell_if_returned(work, request)
    elif name == "resource.invite":
        if not any(one.state == "asked" for one in store.offers_of(work.unit, request.request_id)):
            tell_worker(work, request, OFFERS_IN, {"request_id": request.request_id, "round": letter.get("round")})
    elif (reply := REPLIES.get(name)) is not None:
        tell_worker(work, request, reply, {"request": how_it_stands(work, request)}, _line(letter, "reply_key") or None)


def _request(work: Handling, case: Case, digest: str, letter: Letter) -> Receipt:
    """Another case needs something: the request is there at once, and a case that works on it begins."""
    event = _requested(case, digest[:16], letter, case.case_id)
    rows.apply(work.unit, [event], rows.At(work.now, work.actor.actor_id))
    payload = {
        "request_id": event.request_id, "priority": event.priority, "kind": event.lines[0]["kind"],
        "requester_unit": event.unit_id, "request_title": event.title, "origin_case_id": case.case_id,
        "exercise": case.exercise, "lines": _spoken(event),
    }  # fmt: skip
    begin_allocation(work, REQUESTED, f"{REQUESTED}:{digest}", payload, case.case_id)
    return work.record_in_stream(request_stream(event.request_id), [event], {"request_id": event.request_id})


def _open(work: Handling, case: Case, digest: str, letter: Letter) -> tuple[Request, Receipt]:
    """Take a request over, or make it where nobody else asked."""
    events: list[Event] = []
    if given := _line(letter, "request_id"):
        found = require_request(work, given, "take over a request")
        if found.case_id not in (None, case.case_id):
            raise RejectedError("Expected a request that no other case works on.")
        request_id, unit_id = found.request_id, found.unit_id
    else:
        asked = _requested(case, digest[:16], letter, None)
        events.append(asked)
        request_id, unit_id = asked.request_id, asked.unit_id
    weights = letter.get("weights")
    events.append(
        RequestTaken(
            request_id=request_id, worked_by=case.case_id,
            coordinator=coordinator_of(work, _line(letter, "function"), unit_id),
            weights=read_weights(weights if isinstance(weights, Mapping) else None),
        )
    )  # fmt: skip
    rows.apply(work.unit, events, rows.At(work.now, work.actor.actor_id))
    receipt = work.record_in_stream(request_stream(request_id), events, {"request_id": request_id})
    return require_request(work, request_id, "take over a request"), receipt


def _requested(case: Case, request_id: str, letter: Letter, origin: str | None) -> ResourcesRequested:
    priority = _line(letter, "priority")
    try:
        lines = read_lines(letter.get("lines"), priority)
        spoken = [
            {"kind": one.kind, "type": one.type, "quantity": one.quantity, "place": one.place,
             "place_code": one.place_code, "lat": one.lat, "lon": one.lon, "priority": one.priority,
             "needed_by": None if one.needed_by is None else instant_text(parse_instant(one.needed_by))}
            for one in lines
        ]  # fmt: skip
    except ValueError as error:
        raise RejectedError(f"Expected a request for resources, but {error}.") from error
    urgent = min((PRIORITIES.index(one.priority) for one in lines), default=len(PRIORITIES) - 1)
    title = _line(letter, "case_title") or _line(letter, "title") or case.title or ""
    return ResourcesRequested(
        request_id=request_id, origin_case_id=origin, unit_id=_unit(letter, "requester_unit") or case.unit_id,
        priority=priority if priority in PRIORITIES else PRIORITIES[urgent], exercise=case.exercise, lines=spoken,
        title=title[:400], notes=[one.note for one in lines], by=_line(letter, "by") or case.started_by,
    )  # fmt: skip


def _spoken(event: ResourcesRequested) -> list[dict[str, Any]]:
    return [{**line, "note": note} for line, note in zip(event.lines, event.notes, strict=True)]


def _assign(work: Handling, request: Request, letter: Letter) -> list[Event]:
    """The best by score for every line, the most urgent first; ``noted``: as the coordinator did on the page."""
    stage, how = _line(letter, "stage") or "stock", _line(letter, "how") or "by_score"
    if stage not in STAGES or how not in ("by_score", "noted"):
        raise RejectedError(f"Expected a stage ({', '.join(STAGES)}) and how to assign (by_score, noted).")
    if how == "noted":
        return []
    matching = Matching(work.unit, request, work.now)
    events: list[Event] = []
    lines = sorted(matching.lines, key=lambda one: (PRIORITIES.index(one.priority), one.type, one.line_no))
    for line in lines:
        missing = line.missing
        for one in matching.candidates(line, STAGES[stage], lock=True) if missing else ():
            if missing <= 0:
                break
            quantity = min(missing, one.quantity)
            events.append(book(work, request, wish_of(one, line, quantity, by=_line(letter, "by") or None)))
            events += accepted(request, one.offer)
            missing -= quantity
    return events


def _invite(work: Handling, request: Request, letter: Letter) -> list[Event]:
    """Ask owners until an instant; whoever was asked before and did not answer is asked no more."""
    round_name = _line(letter, "round") or "peers"
    try:
        until = parse_instant(_line(letter, "until"))
    except ValueError as error:
        raise RejectedError("Expected until when offers may come in.") from error
    if round_name not in ROUNDS or until <= work.now:
        raise RejectedError(f"Expected a round ({', '.join(ROUNDS)}) that is open for a time.")
    matching = Matching(work.unit, request, work.now)
    asked = [
        {"offer_id": work.part_id("offer", str(line.line_no), unit_id), "line_no": line.line_no, "unit_id": unit_id}
        for line in matching.lines
        if line.missing
        for unit_id in matching.owners(line, round_name)
    ]
    ask_owners(work, request, sorted({str(one["unit_id"]) for one in asked}))
    if not asked:
        return []
    return [OffersAsked(request_id=request.request_id, round=round_name, until=_instant(until), asked=asked)]


def _hand_over(_work: Handling, request: Request, _letter: Letter) -> list[Event]:
    return [RequestHandedOver(request_id=request.request_id)]


def _settle(work: Handling, request: Request, letter: Letter) -> list[Event]:
    """Settle what is owed and not yet settled, as it was booked: one person says so, another one agrees."""
    by, approved_by = _line(letter, "by"), _line(letter, "approved_by")
    if not by or not approved_by or by == approved_by:
        raise RejectedError("Expected who settles and who agrees, two persons.")
    known = store.settlements_of(work.unit, request.request_id)
    events: list[Event] = []
    for booking in store.bookings_of(work.unit, request.request_id):
        state, proposed_by = known.get(booking.booking_id, ("", by))
        owes = booking.cost > 0 or booking.source in SETTLEMENT_OF
        if booking.state != "stood_down" or state == "approved" or not (owes or state):
            continue
        if not state:
            events.append(
                SettlementProposed(
                    request_id=request.request_id, booking_id=booking.booking_id,
                    settlement=SETTLEMENT_OF.get(booking.source, "price"), amount=booking.cost * booking.quantity,
                    basis=_line(letter, "basis"), by=by,
                )
            )  # fmt: skip
        agrees = approved_by if proposed_by != approved_by else by
        events.append(
            SettlementApproved(request_id=request.request_id, booking_id=booking.booking_id, by=agrees)
        )
    return events


def _close(work: Handling, request: Request, letter: Letter) -> list[Event]:
    state = _line(letter, "state")
    if state not in ("unfilled", "cancelled", "returned"):
        raise RejectedError("Expected a request to end as unfilled, cancelled or returned.")
    if not may_move(REQUEST, request.state, state):
        return []
    data = {line.line_no for line in store.lines_of(work.unit, request.request_id) if line.kind == "data"}
    events: list[Event] = []
    for one in store.bookings_of(work.unit, request.request_id):
        if one.state in OVER or state != "returned":
            continue
        if one.line_no not in data:
            raise RejectedError("Expected everything to be back, but something is out.")
        events += move(work, request, one, "stood_down")  # data that is read does not have to come back
    return [*events, *close(work, request, state, _line(letter, "reason"))]


def _unit(letter: Letter, name: str) -> str:
    return _line(letter, name).removeprefix("unit:")


def _line(letter: Letter, name: str) -> str:
    value = letter.get(name)
    if isinstance(value, Mapping):
        value = " / ".join(str(value[tag]) for tag in ("zh_CN", "en") if value.get(tag))
    return value.strip() if isinstance(value, str) else ""


def _instant(at: datetime) -> str:
    return at.isoformat()


def _never(_work: Handling, _request: Request, _letter: Letter) -> list[Event]:
    raise AssertionError("unreachable")


LETTERS: Mapping[str, Callable[[Handling, Request, Letter], list[Event]]] = {
    "resource.open": _never,
    "resource.assign": _assign,
    "resource.invite": _invite,
    "resource.commandeer": commandeered,
    "resource.share": shared_data,
    "resource.hand_over": _hand_over,
    "resource.settle": _settle,
    "resource.close": _close,
}
"""What a case may write about the request that it works on."""
REPLIES: Mapping[str, str] = {
    "resource.open": "resource.opened",
    "resource.assign": "resource.assigned",
}
"""The message that comes back, with how the request stands."""
