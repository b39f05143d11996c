"""Ballots are counted once what decides them is committed: a fresh look, and only then a command to the case.

The look reads what is committed and takes no lock. Of two last votes at the same time both may find the ballot settled:
the command that counts has an id made from ballot, round and deadline, so that it is done once. A process that dies
between a vote and the count leaves it to the clock, which looks at what was cast lately.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.ballot_commands import CastVote, SettleBallot
from workflow_engine.domain.ballots import is_settled
from workflow_engine.domain.commands import Command
from workflow_engine.domain.errors import EngineError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_ballots import BallotClosed, VoterAbsent, VoterRecused
from workflow_engine.failpoints import failpoint
from workflow_engine.storage import ballot_counts as counts
from workflow_engine.storage.ballots import FoundBallot, find_ballot
from workflow_engine.storage.database import Database
from workflow_engine.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from workflow_engine.engine import Engine

log = logging.getLogger(__name__)

LATELY = timedelta(minutes=15)
"""How far back the clock looks for votes that nobody counted after."""
_MOVING = (BallotClosed, VoterAbsent, VoterRecused)


class Settling:
    """Looks at ballots after commits and on the clock's behalf, and has those counted that are settled."""

    def __init__(self, engine: Engine, database: Database) -> None:
        self._engine = engine
        self._database = database

    def after(self, command: Command, case_id: str | None, events: Sequence[Event]) -> None:
        """Look at whatever this commit may have settled; what fails is left to the clock."""
        found = [command.ballot_id] if isinstance(command, CastVote) else []
        found += [f"{case_id}.{event.token_id}" for event in events if isinstance(event, _MOVING)]
        for ballot_id in found:
            try:
                self.settle(ballot_id)
            except Exception:
                log.exception("counting ballot %s failed", ballot_id)

    def sweep(self) -> int:
        """Count every ballot that is settled and was left; returns how many were looked at."""
        since = self._engine.clock.now() - LATELY
        with self._database.look() as unit:
            found = counts.unsettled(unit, since)
        for ballot_id in found:
            self.settle(ballot_id)
        return len(found)

    def settle(self, ballot_id: str) -> None:
        """Have the ballot counted if everything about it is certain, or its time is over."""
        with self._database.look() as unit:
            found = find_ballot(unit, ballot_id)
            if found is None or found.case_state != "active" or not self._is_ripe(unit, found):
                return
        failpoint("ballot.before_settle")
        command = SettleBallot(command_id=_settling_id(found), ballot_id=ballot_id, round_no=found.round_no)
        try:
            self._engine.handle(command, CLOCK)
        except EngineError as refused:  # Settled, withdrawn or suspended meanwhile; or the clock comes back to it.
            log.info("ballot %s: %s", ballot_id, refused)

    def _is_ripe(self, unit: UnitOfWork, found: FoundBallot) -> bool:
        if found.state != "open":
            return found.state == "closed"
        if not counts.may_be_settled(unit, found):
            return False
        return is_settled(found.rules, counts.standing(unit, found).values())


def _settling_id(found: FoundBallot) -> str:
    key = f"{found.ballot_id}\x1f{found.round_no}\x1f{found.due_at}\x1f{found.state}"
    return f"settle-{sha256(key.encode()).hexdigest()[:40]}"
