"""Lanes: emergencies go before everything else, wherever work waits in a line."""

from __future__ import annotations

EMERGENCY, ORDINARY = 0, 1
LANES = (EMERGENCY, ORDINARY)
"""In the order in which they are served."""


def lanes_of(lane: int | None) -> tuple[int, ...]:
    """One lane, or all of them in their order."""
    return LANES if lane is None else (lane,)
