"""Many new cases in one command: the same entries and rows as one by one, but one statement for each table.

Each case has a command of its own in its chain, so that it is verified and run again like any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from workflow_engine.audit.chain import GENESIS, ChainHead
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain import events as e
from workflow_engine.domain.commands import CaseCommand, Envelope, command_body
from workflow_engine.domain.event import Event
from workflow_engine.handlers.acts import ACTS
from workflow_engine.handlers.advancing import after_step
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import appliers, chains
from workflow_engine.storage.cases import Case, add_cases, save_tokens_of
from workflow_engine.storage.changes import Changes, Facts, flush_new
from workflow_engine.storage.definitions import BoundProcess

_OUTGOING = (e.MessageThrown, e.SignalThrown, e.SubscriptionOpened)


@dataclass(slots=True)
class NewCases:
    """Collects cases that begin in one command; ``write`` stores them."""

    work: Handling
    _cases: list[Case] = field(default_factory=list)
    _entries: list[tuple[ChainHead, Envelope, dict[str, Any], Mapping[str, Any]]] = field(default_factory=list)
    _changes: list[Changes] = field(default_factory=list)
    _tokens: list[tuple[str, list[Any]]] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)

    def begin(self, command: CaseCommand, bound: BoundProcess, unit_id: str | None, **columns: Any) -> None:
        """Run a new case to its first waits; nothing is written yet. Raises what the runtime rejects."""
        work = self.work
        definition = work.parts.library.get(work.unit, bound.definition_id)
        instance = Instance.create(command.case_id, definition, bound.process_id)
        context = work.run_context(unit_id, exercise=bool(columns.get("exercise")))
        step = ACTS[type(command)](instance, context, command, work.actor.actor_id)
        salt = sha256(work.envelope.salt + command.command_id.encode()).digest()
        envelope = Envelope(command, work.actor, work.now, work.envelope.seed, salt)
        public, private = command_body(command)
        body, values = chains.entry_body(envelope, public, private, step.events, {})
        case = Case(
            case_id=command.case_id, process_id=bound.process_id, definition_id=bound.definition_id,
            process_version=bound.version, state="active", version=0, chain_head=GENESIS, header=b"{}",
            lane=bound.lane, started_at=work.now, started_by=work.actor.actor_id, unit_id=unit_id, **columns,
        )  # fmt: skip
        facts = Facts(
            case.case_id, 1, work.now, work.actor.actor_id, case.definition_id, case.lane, case.started_at,
            case.started_by, case.process_id,
        )  # fmt: skip
        changes = Changes()
        appliers.apply(changes, facts, step.events)
        self._cases.append(after_step(work, case, instance, step))
        self._entries.append((ChainHead(case.case_id), envelope, body, values))
        self._changes.append(changes)
        self._tokens.append((case.case_id, step.changed))
        self._events.extend(step.events)

    def write(self) -> None:
        """Store all of them."""
        unit = self.work.unit
        entries = chains.append_each(unit, self._entries)
        add_cases(
            unit,
            [case.then(version=entry.seq, chain_head=entry.hash)
             for case, entry in zip(self._cases, entries, strict=True)],
        )  # fmt: skip
        save_tokens_of(unit, self._tokens)
        flush_new(unit, self._changes)
        self.work.events.extend(self._events)
        self.work.outgoing = self.work.outgoing or any(isinstance(event, _OUTGOING) for event in self._events)
