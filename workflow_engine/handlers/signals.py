"""Signals: noted for every case that waits at this moment, delivered one case at a time, each 0 or 1 times."""

from __future__ import annotations

from hashlib import sha256

import orjson

from workflow_engine.domain.commands import BroadcastSignal, DeliverSignal, Receipt, StartCase
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.internal_commands import FanOutSignal
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.stream_events import SignalBroadcast
from workflow_engine.handlers.advancing import advance, begin
from workflow_engine.handlers.cases import EXERCISE
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.messages import sent_in_exercise
from workflow_engine.storage import definitions as definition_store
from workflow_engine.storage import exercises
from workflow_engine.storage import messages as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.messages import Delivery


def broadcast_signal(work: Handling, command: BroadcastSignal) -> Receipt:
    """Send a signal to all; the same signal id again changes nothing."""
    require_permission(work.actor, "message.publish", f"broadcast signal {command.name!r}")
    if store.find_signal(work.unit, command.signal_id) is not None:
        return work.record_in_stream(stream_of(command.signal_id), [], {"duplicate": True})
    store.add_signal(
        work.unit,
        {
            "signal_id": command.signal_id, "name": command.name, "payload": orjson.dumps(command.payload).decode(),
            "origin_case_id": None, "sent_by": work.actor.actor_id, "sent_at": work.now,
        },
    )  # fmt: skip
    return _fan_out(work, command.signal_id, command.name, None, command.payload.get(EXERCISE) is True)


def fan_out_signal(work: Handling, command: FanOutSignal) -> Receipt:
    """The same for a signal that a case threw; the case itself has it already."""
    require_permission(work.actor, "message.publish", f"fan out signal {command.signal_id}")
    found = store.find_signal(work.unit, command.signal_id)
    if found is None:
        raise NotFoundError(f"Expected to fan out signal {command.signal_id}, but there is none.")
    name, payload, origin_case_id, _sender = found
    store.mark_sent(work.unit, "signal", command.signal_id)
    exercise = sent_in_exercise(work, origin_case_id, orjson.loads(payload))
    return _fan_out(work, command.signal_id, name, origin_case_id, exercise)


def deliver_signal(work: Handling, command: DeliverSignal) -> Receipt:
    """Give the signal to one case: to all its catchers of this moment, or to the start event it sets off."""
    what = f"deliver signal {command.name!r} to case {command.case_id}"
    require_permission(work.actor, "message.publish", what)
    case = find_case(work.unit, command.case_id)
    delivery = store.find_delivery(work.unit, command.signal_id, command.case_id)
    if delivery is None:
        raise NotFoundError(f"Expected to {what}, but it was not sent to it.")
    if delivery.state != "pending":
        raise InvalidStateError(f"Expected to {what}, but it was {delivery.state} already.", state=delivery.state)
    if delivery.definition_id is not None and case is None:
        return _start(work, command, delivery)
    if case is not None and case.state == "suspended":
        raise InvalidStateError(f"Expected to {what}, but the case is suspended; it is delivered when it is resumed.")
    if case is None or case.state != "active" or not store.waits_for_signal(work.unit, case.case_id, command.name):
        store.end_delivery(work.unit, command.signal_id, command.case_id, "skipped")
        return Receipt(command_id=command.command_id, case_id=command.case_id, result={"state": "skipped"})
    store.end_delivery(work.unit, command.signal_id, command.case_id, "delivered")
    return advance(work, case, command, {"state": "delivered"})


def stream_of(signal_id: str) -> str:
    """The chain in which a signal's sending is recorded."""
    return f"signal:{signal_id}"


def _fan_out(work: Handling, signal_id: str, name: str, origin_case_id: str | None, exercise: bool) -> Receipt:
    """To exercises only, or to real cases only; new ones are what it comes from."""
    rows: list[tuple[str, str | None, str | None, str | None, int]] = [
        (case_id, None, None, None, lane)
        for case_id, lane in store.waiting_cases(work.unit, name, exercise)
        if case_id != origin_case_id
    ]
    for definition_id, process_id, element_id in definition_store.find_triggered(work.unit, "signal", name):
        lane = definition_store.get_in_definition(work.unit, definition_id, process_id).lane
        rows.append((_new_case_id(signal_id, process_id, element_id), definition_id, process_id, element_id, lane))
    store.add_deliveries(work.unit, signal_id, rows)
    work.outgoing = True
    event = SignalBroadcast(signal_id=signal_id, name=name, cases=len(rows))
    return work.record_in_stream(stream_of(signal_id), [event], {"cases": len(rows)})


def _new_case_id(signal_id: str, process_id: str, element_id: str) -> str:
    """The same for every attempt, so that a signal starts a case once."""
    return sha256(f"{signal_id}\x1f{process_id}\x1f{element_id}".encode()).hexdigest()[:32]


def _start(work: Handling, command: DeliverSignal, delivery: Delivery) -> Receipt:
    bound = definition_store.get_in_definition(work.unit, delivery.definition_id or "", delivery.process_id or "")
    store.end_delivery(work.unit, command.signal_id, command.case_id, "delivered")
    _name, _payload, origin_case_id, _sender = store.find_signal(work.unit, command.signal_id) or (None,) * 4
    exercise = sent_in_exercise(work, origin_case_id, command.payload)
    start = StartCase(
        command_id=command.command_id,
        case_id=command.case_id,
        process_id=bound.process_id,
        version=bound.version,
        variables={**command.payload, EXERCISE: True} if exercise else command.payload,
        start_element_id=delivery.element_id,
    )
    receipt = begin(work, command.case_id, bound, start, business_key=None, title=None, exercise=exercise)
    if exercise and origin_case_id is not None:
        exercises.adopt(work.unit, command.case_id, origin_case_id, work.now)
    return receipt
