"""Deliveries that were given up."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.internal_commands import RetryDelivery
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.stream_events import DeliveryRetried
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import outgoing as store

STREAM = "outbox:retries"


def retry_delivery(work: Handling, command: RetryDelivery) -> Receipt:
    """Let a dead delivery be tried again, from its first attempt on."""
    what = f"retry delivery {command.outbox_id}"
    require_permission(work.actor, "case.operate", what)
    state = store.find_state(work.unit, command.outbox_id)
    if state is None:
        raise NotFoundError(f"Expected to {what}, but there is no such delivery.")
    if state != "dead":
        raise InvalidStateError(f"Expected to {what}, but it is {state}, not dead.", state=state)
    store.retry(work.unit, command.outbox_id, work.now)
    work.outgoing = True
    return work.record_in_stream(STREAM, [DeliveryRetried(outbox_id=command.outbox_id)], {"state": "pending"})
