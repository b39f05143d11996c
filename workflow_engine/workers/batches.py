"""Works off batches in small slices, so that people's clicks get through between them.

Every item's command has an id of its own that never changes: whatever a crash leaves undecided is sent again, and what
was done before is answered, not done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from workflow_engine.domain.actors import WORKER, Actor
from workflow_engine.domain.batches import BatchItem, item_command
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.domain.errors import EngineError, UnavailableError
from workflow_engine.domain.events import BatchContinued, BatchCreated
from workflow_engine.domain.operation_commands import ClaimBatchItems, SettleBatchItems
from workflow_engine.engine import Committed, Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.workers.loop import Loop

log = logging.getLogger(__name__)

REST_SECONDS = 5.0
_LEASE_SECONDS = 60
_LONGEST_MESSAGE = 1_000


class BatchRunner:
    """``run_once`` does the next slice of the oldest batch that waits; returns how many items it settled."""

    def __init__(self, engine: Engine, *, worker_id: str, slice_size: int = 25) -> None:
        self._engine = engine
        self._worker_id = worker_id
        self._slice_size = slice_size

    def run_once(self) -> int:
        """Claim, do and settle one slice; a read and nothing else when no batch waits."""
        if not self._engine.queries.operation.is_batch_running():
            return 0
        claim = ClaimBatchItems(
            command_id=new_id(), worker_id=self._worker_id, lease_seconds=_LEASE_SECONDS, most=self._slice_size
        )
        claimed = self._engine.handle(claim, WORKER).result
        if not claimed:
            return 0
        items = [BatchItem(*item) for item in claimed["items"]]
        actor = Actor(claimed["created_by"], permissions=frozenset({"case.operate", "task.act_for"}))
        commands = [
            item_command(claimed["batch_id"], claimed["operation"], claimed["parameters"], claimed["reason"], item)
            for item in items
        ]
        outcomes = [
            {"position": item.position, **_outcome(answer)}
            for item, answer in zip(items, self._do(commands, actor), strict=True)
        ]
        failpoint("batch.after_slice")
        settle = SettleBatchItems(
            command_id=new_id(), batch_id=claimed["batch_id"], fence=claimed["fence"], outcomes=tuple(outcomes)
        )
        self._engine.handle(settle, WORKER)
        return len(items)

    def _do(self, commands: Sequence[Command], actor: Actor) -> list[Receipt | EngineError | None]:
        """All in one commit, or one by one where that cannot be; None: it failed for a reason nobody foresaw."""
        try:
            return list(self._engine.handle_many([(command, actor) for command in commands]))
        except UnavailableError:
            raise
        except Exception:
            log.exception("batches: %d items could not be done together; doing them one by one", len(commands))
            return [self._do_one(command, actor) for command in commands]

    def _do_one(self, command: Command, actor: Actor) -> Receipt | EngineError | None:
        try:
            return self._engine.handle(command, actor)
        except UnavailableError:
            raise
        except EngineError as refused:
            return refused
        except Exception:  # One broken case must not stop the batch of the others.
            log.exception("batches: %r failed", command)
            return None


def batch_loop(engine: Engine, worker_id: str, slice_size: int) -> Loop:
    """The runner in a thread of its own, woken when a batch begins or goes on."""
    loop = Loop("batches", BatchRunner(engine, worker_id=worker_id, slice_size=slice_size).run_once, REST_SECONDS)

    def heard(committed: Committed) -> None:
        if any(isinstance(event, BatchCreated | BatchContinued) for event in committed.events):
            loop.wake()

    engine.listen(heard)
    return loop


def _outcome(answer: Receipt | EngineError | None) -> Mapping[str, Any]:
    if isinstance(answer, Receipt):
        return {"state": "done"}
    if answer is None:
        return {"state": "failed", "code": "fault", "message": "It failed for a reason that only the log tells."}
    return {"state": "failed", "code": answer.code, "message": answer.message[:_LONGEST_MESSAGE]}
