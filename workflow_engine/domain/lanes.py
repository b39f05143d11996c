"""Lanes: emergencies go before everything else, wherever work waits in a line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

EMERGENCY, ORDINARY = 0, 1
LANES = (EMERGENCY, ORDINARY)
"""In the order in which they are served."""
_LANE: ContextVar[int] = ContextVar("lane", default=ORDINARY)


def lanes_of(lane: int | None) -> tuple[int, ...]:
    """One lane, or all of them in their order."""
    return LANES if lane is None else (lane,)


@contextmanager
def in_lane(lane: int | None) -> Iterator[None]:
    """What this thread does meanwhile belongs to this lane: for an emergency its turn to write comes before others."""
    before = _LANE.set(ORDINARY if lane is None else lane)
    try:
        yield
    finally:
        _LANE.reset(before)


def present_lane() -> int:
    """The lane of what this thread does now."""
    return _LANE.get()
