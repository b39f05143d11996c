"""Counts what was recorded for the indicators, a few entries at a time, beside everything else."""

from __future__ import annotations

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.indicator_commands import FollowRecord
from workflow_engine.engine import Engine

REST_SECONDS = 5.0
ENTRIES_AT_ONCE = 100
"""Small, because SQLite lets nobody else write meanwhile."""


class Counter:
    """``run_once`` counts the next entries; where it stopped stands in the database, with what it counted."""

    def __init__(self, engine: Engine, most: int = ENTRIES_AT_ONCE) -> None:
        self._engine = engine
        self._most = most

    def run_once(self) -> int:
        """Returns how many entries were counted."""
        if not self._engine.queries.indicators.is_behind():
            return 0
        receipt = self._engine.handle(FollowRecord(command_id=new_id(), most=self._most), WORKER)
        return int(receipt.result["entries"])
