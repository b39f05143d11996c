"""Messages: to exactly one catcher, else a new case, else they wait until their time to live is over.

What comes from an exercise, or says that it is one, reaches exercises only, and what is real only what is real; but a
case that is named is reached by whoever names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from workflow_engine.bpmn.correlation import carried_correlation
from workflow_engine.bpmn.model import EventDefinition
from workflow_engine.domain.commands import CorrelateMessage, PublishMessage, Receipt, StartCase
from workflow_engine.domain.errors import ExpressionError, InvalidStateError, NotFoundError
from workflow_engine.domain.internal_commands import ExpireMessages, RouteMessage
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.stream_events import MessageExpired, MessageWaiting
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.advancing import advance, begin
from workflow_engine.handlers.cases import EXERCISE
from workflow_engine.handlers.consultation_desk import take_letter
from workflow_engine.handlers.deploying import read_properties
from workflow_engine.handlers.destruction_desk import take_destruction
from workflow_engine.handlers.emergencies import take_call_again
from workflow_engine.handlers.findings import take_finding
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.indicator_desk import take_indicator_letter
from workflow_engine.handlers.publication_desk import take_publication
from workflow_engine.handlers.replanning_desk import take_replan
from workflow_engine.handlers.resource_desk import take_resource_letter
from workflow_engine.handlers.situation_reports import take_situation_report
from workflow_engine.handlers.supervision_desk import take_notice
from workflow_engine.handlers.warnings import take_lifting, take_warning
from workflow_engine.storage import definitions as definition_store
from workflow_engine.storage import exercises
from workflow_engine.storage import messages as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.correlations import fitting_digests
from workflow_engine.storage.messages import Catcher

EXPIRY_STREAM = "message:expiry"
DESKS = (
    take_letter,
    take_publication,
    take_notice,
    take_indicator_letter,
    take_warning,
    take_lifting,
    take_situation_report,
    take_destruction,
    take_finding,
    take_resource_letter,
    take_replan,
    take_call_again,
)
"""Who takes what cases send to no other case; each leaves alone what is not for it."""


def publish_message(work: Handling, command: PublishMessage) -> Receipt:
    """Take in a message from outside; the same message id again changes nothing."""
    require_permission(work.actor, "message.publish", f"publish message {command.name!r}")
    known = store.find_message(work.unit, command.message_id)
    if known is not None:
        result = {"duplicate": True, "state": known.state, "case_id": known.case_id}
        return work.record_in_stream(stream_of(command.message_id), [], result)
    if command.case_id is not None and find_case(work.unit, command.case_id, lock=False) is None:
        raise NotFoundError(f"Expected to publish a message to case {command.case_id}, but there is no such case.")
    digests = fitting_digests(_carried(work, command))
    exercise = command.payload.get(EXERCISE) is True
    caught = _bring(work, command, digests, exercise if command.case_id is None else None)
    expires_at = _add(work, command, digests, caught)
    if caught is not None:
        return caught[0]
    event = MessageWaiting(message_id=command.message_id, name=command.name, expires_at=instant_text(expires_at))
    return work.record_in_stream(stream_of(command.message_id), [event], {"state": "waiting", "case_id": None})


def bring_to_case(work: Handling, command: PublishMessage) -> Receipt | None:
    """For another handler: bring a message to one case; None when it waits there for its catcher."""
    digests = fitting_digests(_carried(work, command))
    caught = _bring(work, command, digests, None)
    _add(work, command, digests, caught)
    return None if caught is None else caught[0]


def _add(
    work: Handling, command: PublishMessage, digests: list[str], caught: tuple[Receipt, str, str] | None
) -> datetime:
    """The message's row, settled or waiting; returns when it expires."""
    expires_at = work.now + timedelta(seconds=command.time_to_live_seconds)
    _, case_id, element_id = caught or (None, None, None)
    store.add_message(
        work.unit,
        {
            "message_id": command.message_id, "name": command.name,
            "correlation": None if command.correlation is None else orjson.dumps(command.correlation).decode(),
            "payload": orjson.dumps(command.payload).decode(), "state": "correlated" if caught else "waiting",
            "published_at": work.now, "published_by": work.actor.actor_id, "origin_case_id": None,
            "target_case_id": command.case_id, "expires_at": expires_at, "case_id": case_id, "element_id": element_id,
            "settled_at": work.now if caught else None,
        },
        () if caught else digests,
    )  # fmt: skip
    failpoint("after_outbox")
    work.outgoing = work.outgoing or caught is None
    return expires_at


def route_message(work: Handling, command: RouteMessage) -> Receipt:
    """Bring a waiting message to its catcher; where there is none it goes on waiting."""
    require_permission(work.actor, "message.publish", f"route message {command.message_id}")
    message = store.find_message(work.unit, command.message_id)
    if message is None:
        raise NotFoundError(f"Expected to route message {command.message_id}, but there is none.")
    sent = store.mark_sent(work.unit, "message", command.message_id)
    if message.state != "waiting":
        return Receipt(command_id=command.command_id, case_id=message.case_id, result={"state": message.state})
    taken = next((done for desk in DESKS if (done := desk(work, message)) is not None), None)
    if taken is not None:
        store.settle_message(work.unit, message.message_id, str(message.origin_case_id), "", work.now)
        return taken
    publish = PublishMessage(
        command_id=command.command_id,
        name=message.name,
        message_id=message.message_id,
        payload=orjson.loads(message.payload),
        correlation=None if message.correlation is None else orjson.loads(message.correlation),
        case_id=message.target_case_id,
        new_case_id=command.new_case_id,
    )
    exercise = sent_in_exercise(work, message.origin_case_id, publish.payload)
    named_by_outsider = message.target_case_id is not None and message.origin_case_id is None
    caught = _bring(
        work, publish, fitting_digests(_carried(work, publish)), None if named_by_outsider else exercise,
        message.origin_case_id,
    )  # fmt: skip
    if caught is None:
        work.unchanged = not sent
        return Receipt(command_id=command.command_id, result={"state": "waiting"})
    receipt, case_id, element_id = caught
    if not store.settle_message(work.unit, message.message_id, case_id, element_id, work.now):
        raise InvalidStateError(f"Expected message {message.message_id} to wait, but it was correlated already.")
    return receipt


def correlate_message(work: Handling, command: CorrelateMessage) -> Receipt:
    """Bring a message to one named catcher."""
    what = f"correlate message {command.name!r} with case {command.case_id}"
    require_permission(work.actor, "message.publish", what)
    catcher = Catcher(command.case_id, command.token_id, command.position, "")
    receipt = _catch(work, catcher, command)
    if receipt is None:
        raise InvalidStateError(f"Expected to {what}, but it does not wait for it.")
    message = store.find_message(work.unit, command.message_id)
    if message is not None and not store.settle_message(work.unit, command.message_id, command.case_id, "", work.now):
        raise InvalidStateError(
            f"Expected to {what}, but the message was {message.state} already.", state=message.state
        )
    return receipt


def expire_messages(work: Handling, command: ExpireMessages) -> Receipt:
    """Give up messages whose time to live is over; they stay visible as undelivered."""
    require_permission(work.actor, "message.publish", "expire messages")
    expired = store.expire_messages(work.unit, work.now, command.most)
    if not expired:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result={"expired": 0})
    events = [MessageExpired(message_id=message_id, name=name) for message_id, name in expired]
    return work.record_in_stream(EXPIRY_STREAM, list(events), {"expired": len(events)})


def stream_of(message_id: str) -> str:
    """The chain in which a message that no case caught at once is recorded."""
    return f"message:{message_id}"


def sent_in_exercise(work: Handling, origin_case_id: str | None, payload: Mapping[str, Any]) -> bool:
    """Whether what is sent belongs to an exercise: the case that sends it does, or it says so itself."""
    origin = None if origin_case_id is None else find_case(work.unit, origin_case_id, lock=False)
    return payload.get(EXERCISE) is True or (origin is not None and origin.exercise)


def _bring(
    work: Handling, command: PublishMessage, digests: list[str], exercise: bool | None,
    origin_case_id: str | None = None,
) -> tuple[Receipt, str, str] | None:
    """To the longest waiting catcher that it fits, else to a start event; (receipt, case, element) or None."""
    for digest in digests:
        for catcher in store.find_catchers(work.unit, command.name, digest, command.case_id, exercise):
            correlate = CorrelateMessage(
                command_id=command.command_id,
                case_id=catcher.case_id,
                message_id=command.message_id,
                name=command.name,
                payload=command.payload,
                correlation=command.correlation,
                token_id=catcher.token_id,
                position=catcher.position,
            )
            receipt = _catch(work, catcher, correlate)
            if receipt is not None:
                return receipt, catcher.case_id, catcher.element_id
    if command.case_id is not None or command.new_case_id is None:
        return None
    return _start(work, command, command.new_case_id, bool(exercise), origin_case_id)


def _catch(work: Handling, catcher: Catcher, command: CorrelateMessage) -> Receipt | None:
    """Lock the case and deliver, if it still waits now that it is locked."""
    case = find_case(work.unit, catcher.case_id)
    failpoint("after_lock")
    if case is None or case.state != "active" or not store.still_waits(work.unit, catcher):
        return None
    return advance(work, case, command, {"state": "correlated", "case_id": case.case_id})


def _start(
    work: Handling, command: PublishMessage, case_id: str, exercise: bool, origin_case_id: str | None
) -> tuple[Receipt, str, str] | None:
    for definition_id, process_id, element_id in definition_store.find_triggered(work.unit, "message", command.name):
        bound = definition_store.find_in_definition(work.unit, definition_id, process_id)
        if bound is None:
            continue
        start = StartCase(
            command_id=command.command_id,
            case_id=case_id,
            process_id=process_id,
            version=bound.version,
            variables={**command.payload, EXERCISE: True} if exercise else command.payload,
            start_element_id=element_id,
        )
        receipt = begin(work, case_id, bound, start, business_key=None, title=None, exercise=exercise)
        if exercise and origin_case_id is not None:
            exercises.adopt(work.unit, case_id, origin_case_id, work.now)
        return receipt, case_id, element_id
    return None


def _carried(work: Handling, command: PublishMessage) -> Iterator[Mapping[str, Any]]:
    if command.correlation is not None:
        yield command.correlation
        return
    for text in definition_store.get_message_keys(work.unit, command.name):
        reading = EventDefinition(kind="message", name=command.name, correlation=read_properties(text))
        try:
            yield carried_correlation(reading, command.payload, work.run_context())
        except ExpressionError:  # This version's way of reading does not fit this payload.
            continue
