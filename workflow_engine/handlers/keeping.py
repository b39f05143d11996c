"""Ended cases beyond their end: held, let go, removed when their time is over. On record in a chain of its own."""

from __future__ import annotations

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.domain.events_keeping import CaseHeld, CaseRemoved, HoldLifted
from workflow_engine.domain.keeping_commands import HoldCase, LiftHold, RemoveCase
from workflow_engine.domain.permissions import require_permission
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.advancing import require_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import require_reason
from workflow_engine.storage import keeping as store
from workflow_engine.storage.cases import Case


def hold_case(work: Handling, command: HoldCase) -> Receipt:
    """Keep the case beyond its time."""
    what = f"hold case {command.case_id}"
    case = _require_operated(work, command.case_id, what)
    require_reason(command.reason, what)
    if store.is_removed(work.unit, case.case_id):
        raise InvalidStateError(f"Expected to {what}, but it is removed already.")
    if store.is_held(work.unit, case.case_id):
        raise InvalidStateError(f"Expected to {what}, but it is held already.")
    store.hold(work.unit, case.case_id, command.reason, work.actor.actor_id, work.now)
    return work.record_in_stream(store.STREAM, [CaseHeld(case_id=case.case_id, reason=command.reason)])


def lift_hold(work: Handling, command: LiftHold) -> Receipt:
    """Let its time count again."""
    what = f"lift the hold of case {command.case_id}"
    case = _require_operated(work, command.case_id, what)
    require_reason(command.reason, what)
    if not store.is_held(work.unit, case.case_id):
        raise InvalidStateError(f"Expected to {what}, but nobody holds it.")
    store.lift(work.unit, case.case_id)
    return work.record_in_stream(store.STREAM, [HoldLifted(case_id=case.case_id, reason=command.reason)])


def remove_case(work: Handling, command: RemoveCase) -> Receipt:
    """Remove the case whose time is over; that it was, and how its chain ended, stays on record."""
    what = f"remove case {command.case_id}"
    case = _require_operated(work, command.case_id, what)
    if store.is_removed(work.unit, case.case_id):
        raise InvalidStateError(f"Expected to {what}, but it is removed already.")
    if case.removal_at is None or case.removal_at > work.now:
        until = "for ever" if case.removal_at is None else f"until {instant_text(case.removal_at)}"
        raise InvalidStateError(f"Expected to {what}, but it is kept {until}.")
    if store.is_held(work.unit, case.case_id):
        raise InvalidStateError(f"Expected to {what}, but it is held.")
    store.remove(work.unit, case.case_id, case.removal_at, work.now, case.version, case.chain_head)
    event = CaseRemoved(
        case_id=case.case_id, process_id=case.process_id, definition_id=case.definition_id, entries=case.version,
        chain_head=case.chain_head, due_at=instant_text(case.removal_at),
    )  # fmt: skip
    return work.record_in_stream(store.STREAM, [event], {"case_id": case.case_id})


def _require_operated(work: Handling, case_id: str, what: str) -> Case:
    case = require_case(work, case_id, what)
    require_permission(work.actor, "case.operate", what, case.unit_id, case.process_id)
    return case
