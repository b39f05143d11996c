"""Timers of cases: each (timer, due instant) fires once, never early, however many clocks look."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from workflow_engine.domain.commands import FireTimer, Receipt
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, RejectedError, StaleVersionError
from workflow_engine.domain.internal_commands import ClaimTimers
from workflow_engine.domain.lanes import lanes_of
from workflow_engine.domain.permissions import require_permission
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.advancing import advance, require_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import timers as store

MOST_TIMERS = 1000
LONGEST_LEASE_SECONDS = 3600


def claim_timers(work: Handling, command: ClaimTimers) -> Receipt:
    """Take due timers for the length of a lease; ``result["timers"]`` holds them with their fence."""
    require_permission(work.actor, "case.operate", "claim timers")
    if not 1 <= command.most <= MOST_TIMERS or not 1 <= command.lease_seconds <= LONGEST_LEASE_SECONDS:
        raise RejectedError(f"Expected 1 to {MOST_TIMERS} timers and a lease of 1 to {LONGEST_LEASE_SECONDS} seconds.")
    until = work.now + timedelta(seconds=command.lease_seconds)
    rows = store.claim_due(work.unit, command.worker_id, work.now, until, command.most, lanes_of(command.lane))
    failpoint("timer.after_claim")
    work.unchanged = not rows
    names = ("timer_id", "due_at", "case_id", "token_id", "position", "element_id", "lane", "fence")
    timers = [{**dict(zip(names, row, strict=True)), "due_at": instant_text(row[1])} for row in rows]
    return Receipt(command_id=command.command_id, result={"timers": timers})


def fire_timer(work: Handling, command: FireTimer) -> Receipt:
    """Fire one due timer; one that has fired already is answered, not fired again."""
    timer_id = f"{command.case_id}.{command.token_id}.{command.position}"
    what = f"fire timer {timer_id} due {command.due_at}"
    require_permission(work.actor, "case.operate", what)
    case = require_case(work, command.case_id, what)
    due_at = _instant(command.due_at)
    found = store.find_timer(work.unit, timer_id, due_at)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no such timer.")
    state, fence, _ = found
    if state == "fired":
        return Receipt(command_id=command.command_id, case_id=case.case_id, result={"state": "fired"}, replayed=True)
    if state != "scheduled" or case.state != "active":
        raise InvalidStateError(
            f"Expected to {what}, but it is {state} and its case is {case.state}.", state=state, case_state=case.state
        )
    if due_at > work.now:
        raise InvalidStateError(f"Expected to {what}, but it is not due yet.")
    if command.fence is not None and command.fence != fence:
        raise StaleVersionError(f"Expected to {what}, but another clock has claimed it since.", fence=fence)
    return advance(work, case, replace(command, due_at=instant_text(due_at)))


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise RejectedError(f"Expected an ISO 8601 instant, but got {text[:40]!r}.") from error
    if instant.tzinfo is None:
        raise RejectedError(f"Expected an instant with an offset, but got {text[:40]!r}.")
    return instant
