"""T01, T02: SIGKILL at every point of the command path and at any time; nothing lost, doubled or stuck."""

from __future__ import annotations

import random
from math import ceil

import pytest

from tests.faults.figures import FIGURES, SHORT_KILLS_PER_POINT, kills_wanted
from tests.faults.rig import Rig, Site

COMMAND_POINTS = (
    "before_begin", "after_claim", "after_lock", "after_load", "after_engine", "after_event", "after_state",
    "after_outbox", "before_commit", "after_commit", "after_ack",
)  # fmt: skip
CLOCK_POINTS = ("timer.after_claim", "clock.after_claim")
POINTS = COMMAND_POINTS + CLOCK_POINTS
_PART_AT_POINTS = 0.75
_COLD_EACH = 40
"""In the long run every so many kills one worker starts from cold, as a new program."""


def kills_per_point() -> int:
    """How often a worker is killed at each point, on each database."""
    wanted = kills_wanted()
    return ceil(wanted * _PART_AT_POINTS / (2 * len(POINTS))) if wanted else SHORT_KILLS_PER_POINT


def random_kills() -> int:
    """How often a worker is killed at any time, on each database."""
    wanted = kills_wanted()
    return ceil(wanted * (1 - _PART_AT_POINTS) / 2) if wanted else 2 * SHORT_KILLS_PER_POINT


@pytest.mark.parametrize("point", POINTS)
def test_kill_at_a_point_loses_and_doubles_nothing(site: Site, point: str) -> None:
    chance = random.Random(point)
    rig = Rig(site, seed=chance.randrange(2**32))
    for number in range(kills_per_point()):
        passes = 1 if point in CLOCK_POINTS else chance.randint(1, 25)
        rig.kill_at(f"{point}:{passes}:kill", cold=number % _COLD_EACH == _COLD_EACH - 1)
    rig.finish()
    FIGURES.points[point] = FIGURES.points.get(point, 0) + rig.kills
    assert rig.violations == []
    assert rig.ledger.count("acknowledged") > 0


def test_kill_at_any_time_under_six_clients_loses_and_doubles_nothing(site: Site) -> None:
    chance = random.Random(6)
    rig = Rig(site, seed=6, clients=6, by_itself=True)
    for _ in range(random_kills()):
        rig.kill_after(chance.uniform(0.0, 0.3))
    rig.finish()
    FIGURES.points["any time"] = FIGURES.points.get("any time", 0) + rig.kills
    assert rig.violations == []
    assert rig.ledger.count("acknowledged") > 0
