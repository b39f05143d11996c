"""Questions to the service requests of the city."""

from __future__ import annotations

from collections.abc import Mapping

from workflow_engine.domain.durations import parse_instant
from workflow_engine.domain.outside import Answer
from workflow_engine.outside.ground import Ground, OutsideFunction
from workflow_engine.storage.hot_spots import count_requests


def _requests_counted(ground: Ground, category: str, place_code: str, start: str, end: str) -> Answer:
    """How many of a category were reported in a place, and all within it, from one instant to before another."""
    return Answer(count_requests(ground.unit, category, place_code, parse_instant(start), parse_instant(end)))


REQUEST_FUNCTIONS: Mapping[str, OutsideFunction] = {"requests counted": _requests_counted}
