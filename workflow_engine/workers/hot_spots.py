"""Keeps the counts of reports per day and looks for hot spots, beside everything else."""

from __future__ import annotations

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.hot_spot_commands import CountHotSpots
from workflow_engine.engine import Engine

REST_SECONDS = 120.0
DAYS_AT_ONCE = 3
"""Small, because SQLite lets nobody else write meanwhile."""


class HotSpotFinder:
    """``run_once`` counts the days in which something changed, each once, and judges what there is then."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run_once(self) -> int:
        """Returns 0: what changes meanwhile is for the next time."""
        found = self._engine.queries.hot_spots.uncounted(self._engine.clock.now())
        if not found.days and not found.is_due:
            return 0
        for at in range(0, len(found.days), DAYS_AT_ONCE):
            days = found.days[at : at + DAYS_AT_ONCE]
            self._engine.handle(CountHotSpots(command_id=new_id(), days=days), WORKER)
        reached = found.reached
        command = CountHotSpots(
            command_id=new_id(), counted_to=reached.counted_to.isoformat(), counted_id=reached.counted_id,
            seen_id=reached.seen_id,
        )  # fmt: skip
        self._engine.handle(command, WORKER)
        return 0
