"""Rehearsals that are kept: asked for, begun, ended, cancelled, taken away. Who did what stands in one stream."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_rehearsals import RehearsalAsked, RehearsalBegun, RehearsalEnded, RehearsalRemoved
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.rehearsal_commands import (
    AskForRehearsal,
    BeginRehearsal,
    CancelRehearsal,
    EndRehearsal,
    RehearsalCommand,
    RemoveRehearsal,
)
from workflow_engine.domain.rehearsals import (
    AGAINST,
    LONGEST_NAME,
    MOST_BYTES,
    MOST_WAITING,
    PLAN,
    REHEARSAL,
    RESULT,
    problems_of,
)
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import rehearsals as store
from workflow_engine.storage.rehearsals import Rehearsal

CONDUCT = "exercise.conduct"
STREAM = "rehearsal:all"
ABANDONED_AFTER = timedelta(hours=3)
"""A player on another machine that has not ended by then is taken for dead; no player goes on that long."""
_LONGEST_ERROR = 2_000


def ask_for_rehearsal(work: Handling, command: AskForRehearsal) -> Receipt:
    """Keep what is to be played; whoever plays looks for it."""
    require_permission(work.actor, CONDUCT, "have a plan rehearsed")
    problems = problems_of(command.cases, command.seed, command.files)
    if problems:
        raise InvalidVariablesError("Expected a rehearsal that can be played.", problems)
    if store.find(work.unit, command.rehearsal_id) is not None:
        raise InvalidStateError("Expected a new id for a rehearsal, but it is taken.")
    if store.waiting(work.unit) >= MOST_WAITING:
        raise InvalidStateError("Expected to ask for a rehearsal, but too many wait already; try again later.")
    definition = work.parts.library.get(work.unit, command.definition_id)
    if command.process_id not in {process.id for process in definition.model.processes}:
        raise NotFoundError(f"Expected process {command.process_id[:64]!r} in the model, but it is not there.")
    plan, against = command.files[PLAN], command.files.get(AGAINST)
    store.add(work.unit, {
        "rehearsal_id": command.rehearsal_id, "process_id": command.process_id,
        "definition_id": command.definition_id, "version": definition.version,
        "name": command.name[:LONGEST_NAME], "against": command.against[:LONGEST_NAME], "cases": command.cases,
        "seed": command.seed, "what_if_cases": command.what_if_cases, "precision": command.precision,
        "asked_by": work.actor.actor_id, "asked_at": work.now, "plan": plan.decode(), "plan_digest": _digest(plan),
        "against_plan": None if against is None else against.decode(),
        "against_digest": None if against is None else _digest(against),
    })  # fmt: skip
    asked = RehearsalAsked(
        rehearsal_id=command.rehearsal_id, process_id=command.process_id, definition_id=command.definition_id,
        version=definition.version, plan_digest=_digest(plan),
        against_digest=None if against is None else _digest(against), cases=command.cases, seed=command.seed,
    )  # fmt: skip
    return _record(work, command, asked)


def begin_rehearsal(work: Handling, command: BeginRehearsal) -> Receipt:
    """It is played by this machine; also again, where it was begun by the same one or long ago, and not ended."""
    found = _require(work, command, "begin the rehearsal", "running")
    elsewhere = found.state == "running" and found.player != command.player
    if elsewhere and found.begun_at is not None and work.now - found.begun_at < ABANDONED_AFTER:
        raise InvalidStateError(f"Expected to begin the rehearsal, but {found.player} plays it.", state=found.state)
    store.begin(work.unit, command.rehearsal_id, command.player, work.now)
    return _record(work, command, RehearsalBegun(rehearsal_id=command.rehearsal_id, player=command.player))


def end_rehearsal(work: Handling, command: EndRehearsal) -> Receipt:
    """Keep what came of it, with its digest, or why it could not be played."""
    state = "failed" if command.error else "done"
    _require(work, command, "end the rehearsal", state)
    result = command.files.get(RESULT)
    if state == "done" and (result is None or len(result) > MOST_BYTES):
        problem = {"files": f"Expected a result of at most {MOST_BYTES // 1_000_000} MB."}
        raise InvalidVariablesError("Expected a result that can be kept.", problem)
    kept = result if state == "done" else None
    digest = None if kept is None else _digest(kept)
    store.end(
        work.unit, command.rehearsal_id, state, work.now, work.actor.actor_id, error=command.error[-_LONGEST_ERROR:],
        answers=_json(command.answers), result=None if kept is None else kept.decode(), digest=digest,
    )  # fmt: skip
    ended = RehearsalEnded(rehearsal_id=command.rehearsal_id, state=state, result_digest=digest)
    return _record(work, command, ended)


def cancel_rehearsal(work: Handling, command: CancelRehearsal) -> Receipt:
    """Whoever plays it sees that and stops."""
    _require(work, command, "cancel the rehearsal", "cancelled")
    store.end(work.unit, command.rehearsal_id, "cancelled", work.now, work.actor.actor_id)
    ended = RehearsalEnded(rehearsal_id=command.rehearsal_id, state="cancelled", result_digest=None)
    return _record(work, command, ended)


def remove_rehearsal(work: Handling, command: RemoveRehearsal) -> Receipt:
    """Only what is over; the record keeps who took away what."""
    found = _require(work, command, "take the rehearsal away", None)
    if REHEARSAL[found.state]:
        raise InvalidStateError(
            f"Expected to take the rehearsal away, but it is {found.state}; cancel it first.", state=found.state
        )
    store.remove(work.unit, command.rehearsal_id)
    removed = RehearsalRemoved(
        rehearsal_id=command.rehearsal_id, state=found.state, result_digest=found.result_digest
    )  # fmt: skip
    return _record(work, command, removed)


def _require(work: Handling, command: RehearsalCommand, what: str, state: str | None) -> Rehearsal:
    require_permission(work.actor, CONDUCT, what)
    found = store.find(work.unit, command.rehearsal_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is none: it was taken away, or never asked for.")
    if state is not None and state not in REHEARSAL[found.state]:
        raise InvalidStateError(f"Expected to {what}, but it is {found.state}.", state=found.state)
    return found


def _record(work: Handling, command: RehearsalCommand, event: Event) -> Receipt:
    return work.record_in_stream(STREAM, [event], {"rehearsal_id": command.rehearsal_id})


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _json(told: Mapping[str, str]) -> str:
    return orjson.dumps(dict(told)).decode()
