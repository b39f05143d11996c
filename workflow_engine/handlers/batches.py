"""Batches: made from a preview, worked off in slices by workers, paused, continued, stopped; kept for ever."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from hashlib import sha256

import orjson

from workflow_engine.domain.batches import BatchItem, require_sound
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, RejectedError, StaleVersionError
from workflow_engine.domain.events_operations import (
    BatchContinued,
    BatchCreated,
    BatchFinished,
    BatchPaused,
    BatchStopped,
)
from workflow_engine.domain.operation_commands import (
    BatchCommand,
    ClaimBatchItems,
    ContinueBatch,
    CreateBatch,
    PauseBatch,
    SettleBatchItems,
    StopBatch,
)
from workflow_engine.domain.permissions import require_permission, require_somewhere
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import batches as store

STREAM = "area:batches"
MOST_CLAIMED = 200
LONGEST_LEASE_SECONDS = 600


def create_batch(work: Handling, command: CreateBatch) -> Receipt:
    """Settle whom it is done to and let workers begin; the record holds how many, and a digest of who."""
    what = f"{command.operation} many at once"
    require_somewhere(work.actor, "case.operate", what)
    if command.operation == "assign":
        require_somewhere(work.actor, "task.act_for", what)
    require_sound(command.operation, command.selection, command.parameters)
    if not command.reason.strip():
        raise RejectedError(f"Expected a reason to {what}.", field="reason")
    if store.find(work.unit, command.batch_id) is not None:
        raise InvalidStateError(f"Expected a new batch id, but {command.batch_id} exists already.")
    items = store.resolve(work.unit, command.operation, command.selection, work.actor)
    if command.expected_count is not None and len(items) != command.expected_count:
        raise StaleVersionError(
            f"Expected to {what} the {command.expected_count} of the preview, but there are {len(items)} by now.",
            count=len(items),
        )
    if not items:
        raise InvalidStateError(f"Expected to {what}, but nothing is selected.")
    row = {
        "batch_id": command.batch_id, "operation": command.operation, "state": "running", "reason": command.reason,
        "selection": _json(command.selection), "parameters": _json(command.parameters), "created_at": work.now,
        "created_by": work.actor.actor_id, "total": len(items), "finished_at": None,
    }  # fmt: skip
    store.add(work.unit, row, items)
    event = BatchCreated(
        batch_id=command.batch_id, operation=command.operation, count=len(items), digest=digest_of(items)
    )
    return work.record_in_stream(STREAM, [event], {"batch_id": command.batch_id, "count": len(items)})


def pause_batch(work: Handling, command: PauseBatch) -> Receipt:
    """What a worker has begun it ends; nothing more begins."""
    _require_moved(work, command, "paused", "pause")
    return work.record_in_stream(STREAM, [BatchPaused(batch_id=command.batch_id)])


def continue_batch(work: Handling, command: ContinueBatch) -> Receipt:
    """Workers take it up again where it stands."""
    _require_moved(work, command, "running", "continue")
    return work.record_in_stream(STREAM, [BatchContinued(batch_id=command.batch_id)])


def stop_batch(work: Handling, command: StopBatch) -> Receipt:
    """For good: what is pending is skipped, what is done stays done."""
    _require_moved(work, command, "stopped", "stop")
    left = store.skip_rest(work.unit, command.batch_id, work.now)
    return work.record_in_stream(STREAM, [BatchStopped(batch_id=command.batch_id, left=left)])


def claim_batch_items(work: Handling, command: ClaimBatchItems) -> Receipt:
    """The next items of the oldest batch that nobody works on; ``result`` is empty when there is none."""
    require_permission(work.actor, "case.operate", "claim items of a batch")
    if not 1 <= command.most <= MOST_CLAIMED or not 1 <= command.lease_seconds <= LONGEST_LEASE_SECONDS:
        raise RejectedError(f"Expected 1 to {MOST_CLAIMED} items and 1 to {LONGEST_LEASE_SECONDS} seconds.")
    until = work.now + timedelta(seconds=command.lease_seconds)
    head = store.claim(work.unit, command.worker_id, work.now, until)
    work.unchanged = head is None
    if head is None:
        return Receipt(command_id=command.command_id)
    items = store.next_items(work.unit, head.batch_id, command.most)
    failpoint("batch.after_claim")
    result = {
        "batch_id": head.batch_id, "operation": head.operation, "reason": head.reason, "fence": head.fence,
        "created_by": head.created_by, "parameters": orjson.loads(head.parameters),
        "items": [(item.position, item.case_id, item.subject) for item in items],
    }  # fmt: skip
    return Receipt(command_id=command.command_id, result=result)


def settle_batch_items(work: Handling, command: SettleBatchItems) -> Receipt:
    """Count what was done. The batch ends with its last item; only that is worth an entry in the record."""
    what = f"settle items of batch {command.batch_id}"
    require_permission(work.actor, "case.operate", what)
    head = _require_batch(work, command, what)
    if head.fence != command.fence:
        raise StaleVersionError(f"Expected to {what}, but another worker has claimed it since.", fence=head.fence)
    store.settle(work.unit, command.batch_id, command.outcomes, work.now)
    failpoint("batch.after_settle")
    states = Counter(str(outcome["state"]) for outcome in command.outcomes)
    done, failed = head.done + states["done"], head.failed + states["failed"]
    store.count(work.unit, command.batch_id, done, failed)
    finished = done + failed == head.total and store.move(work.unit, command.batch_id, "finished", work.now)
    result = {"state": "finished" if finished else head.state, "done": done, "failed": failed}
    if not finished:
        return Receipt(command_id=command.command_id, result=result)
    event = BatchFinished(batch_id=command.batch_id, done=done, failed=failed)
    return work.record_in_stream(STREAM, [event], result)


def digest_of(items: list[BatchItem]) -> str:
    """Hex SHA-256 over everyone the batch is done to."""
    return sha256("\n".join(f"{item.case_id} {item.subject or ''}" for item in items).encode()).hexdigest()


def _require_batch(work: Handling, command: BatchCommand, what: str) -> store.BatchHead:
    head = store.find(work.unit, command.batch_id)
    if head is None:
        raise NotFoundError(f"Expected to {what}, but there is no such batch.", batch_id=command.batch_id)
    return head


def _require_moved(work: Handling, command: BatchCommand, state: str, verb: str) -> None:
    what = f"{verb} batch {command.batch_id}"
    require_somewhere(work.actor, "case.operate", what)
    head = _require_batch(work, command, what)
    if head.created_by != work.actor.actor_id:
        require_permission(work.actor, "case.operate", what)
    finished_at = work.now if state == "stopped" else None
    if not store.move(work.unit, command.batch_id, state, finished_at):
        raise InvalidStateError(f"Expected to {what}, but it is {head.state}.", state=head.state)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
