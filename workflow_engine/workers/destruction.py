"""Carries out destructions of personal data: piece by piece, checked at the end, begun anew wherever it was cut off."""

from __future__ import annotations

import logging

from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.domain.destruction_commands import (
    ContinueDestruction,
    ErasePersonalData,
    FinishDestruction,
    ForgetTraces,
    NoteDestructionCheck,
)
from workflow_engine.domain.errors import RejectedError
from workflow_engine.engine import Engine
from workflow_engine.failpoints import failpoint

log = logging.getLogger(__name__)

REST_SECONDS = 20.0
MOST_PIECES = 200
"""Of one destruction in one round, so that the others get their turn."""


class Destroyer:
    """Any number of processes may do it: each piece is one transaction, done once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run_once(self) -> int:
        """One round; how many pieces were done, so that it is asked again at once while there are more."""
        asked = self._engine.queries.destructions
        done = sum(self._carry_out(each) for each in asked.unfinished())
        done += sum(self._check(each) for each in asked.unchecked())
        for each in asked.stale_traces(self._engine.clock.now()):
            done += self._do(ForgetTraces(command_id=new_id(), destruction_id=each)) is not None
        return done

    def _carry_out(self, destruction_id: str) -> int:
        for pieces in range(MOST_PIECES):
            receipt = self._do(ContinueDestruction(command_id=new_id(), destruction_id=destruction_id))
            failpoint("destruction.after_piece")
            if receipt is None:
                return pieces
            told = receipt.result
            if told["next"] == "erase":
                erase = ErasePersonalData(
                    command_id=new_id(), case_id=told["case"], destruction_id=destruction_id,
                    names=tuple(told["names"]),
                )  # fmt: skip
                if self._do(erase) is None:
                    return pieces
            elif told["next"] == "finish":
                return pieces + self._finish(destruction_id)
        return MOST_PIECES

    def _finish(self, destruction_id: str) -> int:
        """Files and freed storage first: whoever reads that it is finished may rely on it."""
        files = self._engine.queries.destructions.files_of(destruction_id)
        for digest in files:
            self._engine.files.erase(digest)
            failpoint("destruction.after_file")
        storage = self._engine.forget_freed()
        finish = FinishDestruction(
            command_id=new_id(), destruction_id=destruction_id, file_count=len(files), storage=storage
        )
        return int(self._do(finish) is not None)

    def _check(self, destruction_id: str) -> int:
        self._engine.forget_freed()
        check = self._engine.check_destruction(destruction_id, CLOCK)
        if not check.ok:
            log.error("destruction %s left %d values: %s", destruction_id, check.left, check.places[:5])
        note = NoteDestructionCheck(
            command_id=new_id(), destruction_id=destruction_id, looked_at=check.columns + check.files,
            left=check.left, elsewhere=check.elsewhere,
        )  # fmt: skip
        return int(self._do(note) is not None)

    def _do(self, command: Command) -> Receipt | None:
        try:
            return self._engine.handle(command, CLOCK)
        except RejectedError as refusal:  # held meanwhile, or another process was faster
            log.info("destruction: %s", refusal)
            return None
