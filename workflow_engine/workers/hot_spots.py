"""Keeps the counts of reports per day and looks for hot spots, beside everything else."""

from __future__ import annotations

from workflow_engine.domain.actors import WORKER
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.hot_spot_commands import CountHotSpots
from workflow_engine.engine import Engine

REST_SECONDS = 120.0


class HotSpotFinder:
    """``run_once`` counts what changed since; with much to count it is asked again at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run_once(self) -> int:
        """Returns how many turns are still to be made: 1 while there is more to count, else 0."""
        receipt = self._engine.handle(CountHotSpots(command_id=new_id()), WORKER)
        return int(receipt.result["more"])
