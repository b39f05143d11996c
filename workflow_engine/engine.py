"""The one road for every change: a command in, one transaction, one commit, a receipt out."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import orjson

from workflow_engine.admitting import Checked, admitted, checked_apart
from workflow_engine.attached_files import AttachedFiles
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock, new_salt, new_seed
from workflow_engine.domain.commands import CaseCommand, Command, Envelope, Receipt
from workflow_engine.domain.errors import DuplicateCommandError, EngineError, UnavailableError
from workflow_engine.domain.events import CaseResumed, Event, MessageThrown, SignalThrown, SubscriptionOpened
from workflow_engine.domain.lanes import EMERGENCY, present_lane
from workflow_engine.domain.work_commands import RemoveAttachment
from workflow_engine.dry_running import DryRun, MigrationRehearsal, dry_run, rehearse_migration
from workflow_engine.exporting import Exporting
from workflow_engine.failpoints import failpoint
from workflow_engine.foreseeing import Foresight, foresee_completion, foresee_start
from workflow_engine.handlers.handling import Handling, Parts
from workflow_engine.handlers.registry import HANDLERS, PREPARATIONS, REPLAYS
from workflow_engine.handlers.validating import request_digest, validated
from workflow_engine.health import health_of
from workflow_engine.live import LiveChanges
from workflow_engine.proving import CaseProof, prove_case
from workflow_engine.pump import MOST_AT_ONCE, Opening, Pump, Sent
from workflow_engine.queries import Queries
from workflow_engine.queries.destruction_check import DestructionCheck, check_destruction
from workflow_engine.retelling import Retelling
from workflow_engine.retelling_emergency import EmergencyRetelling
from workflow_engine.settling import Settling
from workflow_engine.storage import chains, desk, heartbeats, outgoing
from workflow_engine.storage import log as log_store
from workflow_engine.storage.common_commits import CommonCommits
from workflow_engine.storage.correlations import correlation_digest
from workflow_engine.storage.database import Database
from workflow_engine.storage.log import LogStep
from workflow_engine.storage.notifying import Notices
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork
from workflow_engine.verifying import AuditReport, Progress, verify_audit
from workflow_engine.verifying_log import Kept

T = TypeVar("T")

log = logging.getLogger(__name__)

MOST_TRIES = 5
_FIRST_PAUSE_SECONDS = 0.01
_SEEN_FOR = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Committed:
    """Told to listeners after a commit: enough to wake a clock or a page, no values."""

    command: Command
    receipt: Receipt
    events: Sequence[Event]


Listener = Callable[[Committed], None]


class Engine:
    """An open engine. Safe to use from many threads; made by ``open_engine``, closed by ``close``."""

    def __init__(
        self, database: Database, clock: Clock, parts: Parts, queries: Queries, files: AttachedFiles
    ) -> None:
        self.clock = clock
        self.files = files
        self.queries = queries
        self.retelling = Retelling(queries, parts)
        self.emergency_retelling = EmergencyRetelling(queries, parts)
        self.exporting = Exporting(self, parts.log_key)
        self._database = database
        self._parts = parts
        self._listeners: list[Listener] = []
        self.live = LiveChanges(queries, _notices(database))
        self._pump = Pump(self, database)
        self._settling = Settling(self, database)
        common = CommonCommits(self._transact, database.wait_seconds) if database.dialect == "sqlite" else None
        self._run = self._transact if common is None else common.run
        self._closed = False

    # ---- changing
    def handle(self, command: Command, actor: Actor) -> Receipt:
        """Do what the command asks, once; the same command again gives the same receipt with ``replayed`` set.

        Raises:
            RejectedError: it cannot be done as asked; nothing changed.
            DefinitionError: a model was refused; nothing changed.
            UnavailableError: the database could not be had; nothing changed, or (rarely) the answer was lost: send the
                same command again.
        """
        command = admitted(command, actor)
        prepare = PREPARATIONS.get(type(command))
        prepared = None if prepare is None else prepare(command)
        checked = Checked(command, actor, request_digest(command, actor), prepared)
        work, receipt = self._run(lambda unit: self._perform(unit, checked))
        self._after_commit(work, receipt)
        return receipt

    def handle_many(self, commands: Sequence[tuple[Command, Actor]]) -> list[Receipt | EngineError]:
        """Several commands in one transaction with one commit; each has its own answer, in order.

        A command that is refused leaves no trace and does not disturb the others. For clocks and workers, whose
        commands nobody waits for one by one; not for deployments.
        """
        items = [checked_apart(command, actor) for command, actor in commands]
        answers = self._transact(lambda unit: [self._perform_apart(unit, item) for item in items])
        for answer in answers:
            if not isinstance(answer, EngineError):
                self._after_commit(*answer)
        return [answer if isinstance(answer, EngineError) else answer[1] for answer in answers]

    def pump(self, lane: int | None = None) -> int:
        """Deliver what waits to be delivered now: thrown messages and signals, and messages that found their catcher.

        Returns how many deliveries were made. Runs by itself after each commit; the clock calls it for what was left.
        ``lane``: only what cases of this lane send and get.
        """
        if lane is not None and not self.queries.lanes.has_outgoing(lane, self.clock.now()):
            return 0
        return self._pump.run(lane=lane)

    def sweep_ballots(self) -> int:
        """Count ballots that are settled and that nobody counted; for the clock. Returns how many it looked at."""
        return self._settling.sweep()

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` after each commit, in the thread that committed; it must not raise and not take long."""
        self._listeners.append(listener)

    def forget_freed(self) -> str:
        """Have the database overwrite what was deleted; which way it could, in a word: see ``Database``."""
        return self._database.forget_freed()

    # ---- looking
    def check_destruction(self, destruction_id: str, actor: Actor) -> DestructionCheck:
        """Look for destroyed values in every table and file. Raises NotFoundError where the case is out of reach."""
        with self.queries.snapshot() as snapshot:
            return check_destruction(snapshot, self.files, destruction_id, actor)

    def verify_audit(
        self,
        *,
        sample: int | None = 50,
        seed: int = 0,
        progress: Progress | None = None,
        kept: Sequence[Kept] = (),
    ) -> AuditReport:
        """Check every chain, value and the log, and run ``sample`` cases again from their record (None: all).

        ``kept``: checkpoints of the log that somebody kept outside.
        """
        with self.queries.snapshot() as snapshot:
            return verify_audit(snapshot, self._parts, sample=sample, seed=seed, progress=progress, kept=kept)

    def foresee_start(self, actor: Actor, process_id: str, variables: Mapping[str, Any]) -> Foresight:
        """Who would get the first tasks of a new case; nothing is started. Raises NotFoundError."""
        with self.queries.snapshot() as snapshot:
            return foresee_start(snapshot, self._parts, actor, self.clock.now(), process_id, variables)

    def foresee_completion(self, actor: Actor, user_task_id: str, variables: Mapping[str, Any]) -> Foresight:
        """Who would get the next tasks if this one were completed so; nothing is done. Raises NotFoundError."""
        with self.queries.snapshot() as snapshot:
            return foresee_completion(snapshot, self._parts, actor, self.clock.now(), user_task_id, variables)

    def dry_run(self, command: CaseCommand, actor: Actor) -> DryRun:
        """What handling ``command`` would do now, tried on a copy in memory. Raises what handling it would raise."""
        command = cast(CaseCommand, validated(command))
        with self.queries.snapshot() as snapshot:
            return dry_run(snapshot, self._parts, command, actor, self.clock.now())

    def rehearse_migration(
        self,
        selection: Mapping[str, Any],
        definition_id: str,
        mapping: Mapping[str, str],
        actor: Actor,
        *,
        most: int = 100,
    ) -> MigrationRehearsal:
        """Try on copies what migrating these cases (as for ``CreateBatch``) would do to the first ``most`` of them."""
        with self.queries.snapshot() as snapshot:
            return rehearse_migration(
                snapshot, self._parts, selection, definition_id, mapping, actor, self.clock.now(), most
            )

    def health(self) -> dict[str, Any]:
        """Whether the engine can work, as JSON: ``ok``, ``database``, ``warnings``, and what ``queries.load`` tells.

        ``late`` says in words where it is behind: a clock that gives no sign of life, timers that nobody fires.
        """
        return health_of(self._database, self.queries, self.clock.now())

    def beat(self, name: str, detail: dict[str, Any] | None = None) -> None:
        """Leave a sign of life of a worker; shown by ``health``."""
        self._transact(lambda unit: heartbeats.beat(unit, name, self.clock.now(), detail or {}))

    def note_seen(self, actor: Actor, user_task_id: str) -> None:
        """Note that somebody has looked at a task, so that their inbox shows it as read; no part of the record."""
        now = self.clock.now()
        self._transact(lambda unit: desk.see_task(unit, actor.actor_id, user_task_id, now, now - _SEEN_FOR))

    def note_failure(self, outbox_id: str, attempts: int, error: str, dead: bool, next_at: datetime) -> None:
        """Note that a delivery failed, for the next try and for whoever looks."""
        self._transact(
            lambda unit: outgoing.failed(unit, outbox_id, dead=dead, attempts=attempts, error=error, next_at=next_at)
        )

    def prove_case(self, case_id: str, actor: Actor) -> CaseProof:
        """What can be proved about one case, but for running it again. Raises NotFoundError."""
        return prove_case(self.queries, case_id, actor)

    def chains_behind(self, *, everything: bool = False) -> list[str]:
        """Chains with entries that have no place in the log yet: of running cases and streams, or of every case."""
        with self._database.look() as unit:
            return log_store.find_behind(unit, everything=everything)

    def extend_log(self, streams: Sequence[str], *, every_seconds: float = 0.0) -> LogStep:
        """Give the entries of these chains their place in the log over all chains, and sign it where there is a key.

        ``every_seconds``: between two signatures; 0 signs whatever is not signed yet.
        """
        key, now = self._parts.log_key, self.clock.now()
        step = self._transact(lambda unit: log_store.extend(unit, streams, key, now, every_seconds))
        failpoint("sequencer.after_publish")
        return step

    def forget_hot_copies(self) -> None:
        """Make the next command of every case load it cold; changes nothing but speed."""
        self._parts.hot.clear()

    def sweep_files(self) -> int:
        """Delete contents of attached files that no case names any more; returns how many went."""
        return self.files.sweep(self.queries.work.kept_digests())

    def close(self) -> None:
        """Give back every connection; the engine cannot be used afterwards."""
        if not self._closed:
            self._closed = True
            self.live.close()
            self._database.close()

    # ---- inside
    def _transact(self, act: Callable[[UnitOfWork], T]) -> T:
        """Run ``act`` in a transaction and commit it; again from the start when another transaction was faster."""
        for attempt in range(1, MOST_TRIES + 1):
            failpoint("before_begin")
            try:
                with self._database.write() as unit:
                    result = act(unit)
                    if not _is_unchanged(result):
                        unit.commit()
            except LostRaceError as lost:
                if attempt == MOST_TRIES:
                    raise UnavailableError(f"The database was too busy {MOST_TRIES} times; try again.") from lost
                time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt * random.random())  # noqa: S311 - jitter only
            else:
                failpoint("after_commit")
                return result
        raise AssertionError("unreachable")

    def _perform(self, unit: UnitOfWork, item: Checked) -> tuple[Handling, Receipt]:
        envelope = Envelope(item.command, item.actor, self.clock.now(), new_seed(), new_salt())
        work = Handling(unit, envelope, self._parts, item.prepared)
        if not chains.claim(unit, envelope, item.digest):
            return work, self._replay(work, item.digest)
        failpoint("after_claim")
        return work, HANDLERS[type(item.command)](work, item.command)

    def _perform_apart(self, unit: UnitOfWork, item: Checked | EngineError) -> tuple[Handling, Receipt] | EngineError:
        if isinstance(item, EngineError):
            return item
        unit.savepoint()
        try:
            answer = self._perform(unit, item)
        except LostRaceError:
            raise
        except EngineError as refused:
            unit.undo()
            return refused
        unit.keep()
        return answer

    def _replay(self, work: Handling, digest: str) -> Receipt:
        """The first answer again. Raises DuplicateCommandError when the id was used for another request."""
        command = work.envelope.command
        work.unchanged = True
        if chains.claimed_digest(work.unit, command.command_id) != digest:
            raise DuplicateCommandError(
                f"Expected a new command id for a new request, but {command.command_id} was used for another one."
            )
        found = chains.find_by_command(work.unit, command.command_id)
        if found is None:
            replay = REPLAYS.get(type(command))
            return Receipt(command_id=command.command_id, replayed=True) if replay is None else replay(work, command)
        result = orjson.loads(found.body).get("result", {})
        is_case = chains.is_case_stream(found.stream_id)
        return Receipt(
            command_id=command.command_id,
            case_id=found.stream_id if is_case else result.get("case_id"),
            seq=found.seq,
            entry_hash=found.hash,
            result=result,
            replayed=True,
        )

    def _erase(self, attachment_id: str) -> None:
        """The content of a removed file goes with it, unless another case has the same."""
        digest = self.queries.work.digest_of(attachment_id)
        if digest is not None and digest not in self.queries.work.kept_digests():
            self.files.erase(digest)

    def _after_commit(self, work: Handling, receipt: Receipt) -> None:
        if work.instance is not None:
            self._parts.hot.put(work.instance)
        if receipt.replayed:
            return
        self.live.note(receipt.case_id, work.events)
        if isinstance(work.envelope.command, RemoveAttachment):
            self._erase(work.envelope.command.attachment_id)
        if self._listeners:
            told = Committed(work.envelope.command, receipt, work.events)
            for listener in self._listeners:
                try:
                    listener(told)
                except Exception:
                    log.exception("a listener failed after %s", receipt.command_id)
        self._settling.after(work.envelope.command, receipt.case_id, work.events)
        if work.outgoing:
            try:
                # Whoever works on an emergency delivers nothing for others.
                openings = _openings(work.events)
                lane = EMERGENCY if present_lane() == EMERGENCY and openings is not None else None
                self._pump.run(openings, own=_sent(work.events), lane=lane, most=MOST_AT_ONCE)
            except Exception:
                # The command itself is done and durable; what is left is delivered by the clock's next look.
                log.exception("delivering after %s failed", receipt.command_id)


def _notices(database: Database) -> Callable[[], Notices] | None:
    """How processes over PostgreSQL tell each other what changed; SQLite has one process to tell."""
    return None if database.dialect == "sqlite" else lambda: Notices(database.engine)


def _openings(events: Sequence[Event]) -> list[Opening] | None:
    """What was opened for messages; None when a resumed case may have any number of old subscriptions."""
    if any(isinstance(event, CaseResumed) for event in events):
        return None
    return [
        (event.name, correlation_digest(event.correlation))
        for event in events
        if isinstance(event, SubscriptionOpened) and event.subscription_kind == "message"
    ]


def _sent(events: Sequence[Event]) -> list[Sent]:
    """What left the case with this commit."""
    return [
        ("message", event.message_id) if isinstance(event, MessageThrown) else ("signal", event.signal_id)
        for event in events
        if isinstance(event, SignalThrown) or (isinstance(event, MessageThrown) and event.caught_by is None)
    ]


def _is_unchanged(result: Any) -> bool:
    """Whether a transaction may be rolled back because nothing was done in it."""
    answers = result if isinstance(result, list) else [result]
    return bool(answers) and all(
        isinstance(answer, EngineError) or (isinstance(answer, tuple) and answer[0].unchanged) for answer in answers
    )
