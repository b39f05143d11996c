"""The state of handling one command: its transaction, its envelope, and what is to happen once it is committed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.audit.notes import SigningKey
from workflow_engine.bpmn.asking import Asking
from workflow_engine.bpmn.run_context import STEP_BUDGET, RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.commands import Command, Envelope, Receipt, command_body
from workflow_engine.domain.events import Event
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers.hot import HotCopies
from workflow_engine.library import BoundSource, Library
from workflow_engine.outside import LiveOutside
from workflow_engine.storage import chains
from workflow_engine.storage.cases import Case, get_tokens
from workflow_engine.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Parts:
    """What all commands share; made once by ``bootstrap``."""

    library: Library
    hot: HotCopies
    step_budget: int = STEP_BUDGET
    log_key: SigningKey | None = None
    """Signs checkpoints of the log; None: the log grows unsigned here."""


@dataclass(slots=True)
class Handling:
    """Passed from the engine to one handler and back."""

    unit: UnitOfWork
    envelope: Envelope
    parts: Parts
    prepared: Any = None
    """What the command's ``prepare`` function made before the transaction."""
    instance: Instance | None = None
    """Put back among the hot copies after the commit."""
    events: list[Event] = field(default_factory=list)
    outgoing: bool = False
    """Something waits to be delivered once this is committed."""
    unchanged: bool = False
    """There was nothing to do: roll back instead of waiting for the disk."""

    @property
    def now(self) -> datetime:
        return self.envelope.at

    @property
    def actor(self) -> Actor:
        return self.envelope.actor

    def apart(self, command: Command) -> Handling:
        """For another entry of this transaction, in another chain: what it did is this command's as well."""
        salt = sha256(self.envelope.salt + command.command_id.encode()).digest()
        return replace(self, envelope=replace(self.envelope, command=command, salt=salt), instance=None)

    def part_id(self, *parts: str) -> str:
        """The command id of such an entry."""
        return sha256("\x1f".join((self.envelope.command.command_id, *parts)).encode()).hexdigest()[:32]

    def run_context(
        self, unit_id: str | None = None, case_id: str | None = None, *, exercise: bool = False
    ) -> RunContext:
        """Everything a run of this command may depend on; ``unit_id`` answers for the case, if one is there already."""
        source = BoundSource(self.unit, self.parts.library)
        return RunContext(
            now=self.envelope.at,
            seed=self.envelope.seed,
            source=source,
            step_budget=self.parts.step_budget,
            asking=Asking(LiveOutside(self.unit, self.envelope.at, unit_id, case_id, keeps=True, exercise=exercise)),
        )

    def take_instance(self, case: Case) -> Instance:
        """The case in memory: hot if the copy is of the row's version, else restored from its tokens."""
        found = self.parts.hot.take(case.case_id, case.version)
        if found is None:
            rows = [TokenRow(*row) for row in get_tokens(self.unit, case.case_id)]
            source = BoundSource(self.unit, self.parts.library)
            found = Instance.restore(case.case_id, source, orjson.loads(case.header), rows)
            found.version = case.version
        failpoint("after_load")
        return found

    def record_in_stream(
        self,
        stream_id: str,
        events: list[Event],
        result: Mapping[str, Any] | None = None,
        command: Command | None = None,
    ) -> Receipt:
        """Append this command and what happened to a chain that belongs to no case; its head is locked by this."""
        head = chains.lock_stream(self.unit, stream_id)
        failpoint("after_lock")
        public, private = command_body(command or self.envelope.command)
        extra = {"result": dict(result)} if result else {}
        body, values = chains.entry_body(self.envelope, _without_bytes(public), private, events, extra)
        entry = chains.append_to_stream(self.unit, head, self.envelope, body, values)
        failpoint("after_event")
        self.events.extend(events)
        return Receipt(
            command_id=self.envelope.command.command_id,
            case_id=None if result is None else result.get("case_id"),
            seq=entry.seq,
            entry_hash=entry.hash,
            result=dict(result or {}),
        )


def _without_bytes(public: dict[str, Any]) -> dict[str, Any]:
    """Files are recorded by the digest of the version they make, not by their content."""
    public.pop("files", None)
    return public
