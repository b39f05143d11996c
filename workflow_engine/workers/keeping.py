"""What is done once an hour or a day without anybody asking.

Cases whose time is over, consultations whose case has ended before them, files that no case names.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command
from workflow_engine.domain.consultation_commands import WithdrawConsultation
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.keeping_commands import RemoveCase
from workflow_engine.engine import Engine

log = logging.getLogger(__name__)

HEARTBEAT = "keeping"
REST_SECONDS = 3600.0
FILES_EVERY = timedelta(days=1)
MOST_CASES = 50
CASE_HAS_ENDED = "本事项已终止办理。The case has ended."
"""Stands on the public page in both languages: nobody is there to choose one."""


class Keeper:
    """Ends what lost its case, removes cases whose time is over, sweeps files; any number of processes may do it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run_once(self) -> int:
        """One round; how many went, so that it is asked again at once while there are more."""
        gone = sum(self._withdraw(each) for each in self._engine.queries.consultations.left_open(MOST_CASES))
        gone += sum(self._remove(case_id) for case_id in self._engine.queries.keeping.due(self._now(), MOST_CASES))
        if gone == 0:
            self._sweep_daily()
        return gone

    def _withdraw(self, consultation_id: str) -> int:
        return self._try(
            WithdrawConsultation(command_id=new_id(), consultation_id=consultation_id, reason=CASE_HAS_ENDED)
        )

    def _remove(self, case_id: str) -> int:
        return self._try(RemoveCase(command_id=new_id(), case_id=case_id))

    def _try(self, command: Command) -> int:
        try:
            self._engine.handle(command, CLOCK)
        except RejectedError as refusal:  # held meanwhile, or another process was faster
            log.info("keeping: %s", refusal)
            return 0
        return 1

    def _sweep_daily(self) -> None:
        last = self._engine.queries.keeping.last_beat(HEARTBEAT)
        if last is not None and self._now() - last < FILES_EVERY:
            return
        self._engine.beat(HEARTBEAT, {"files": self._engine.sweep_files()})

    def _now(self) -> datetime:
        return self._engine.clock.now()
