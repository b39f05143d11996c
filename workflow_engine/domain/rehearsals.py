"""Rehearsals that are kept: their states, and the bounds of what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.domain.lifecycle import Table

REHEARSAL: Table = {
    "waiting": frozenset({"running", "cancelled"}),
    "running": frozenset({"running", "done", "failed", "cancelled"}),
    "done": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
}
"""Who plays may die; then it is begun again from the start."""
PLAN, AGAINST, RESULT = "plan.json", "against.json", "result.json"
MOST_CASES = 500
MOST_SEED = 2**31 - 1
MOST_WAITING = 5
USUAL_SEASON = 20
"""Cases of a season, where the plan does not say."""
LONGEST_NAME = 200
MOST_BYTES = 8_000_000
"""Of a plan with all that it refers to, and of a result."""


def season_cases(plan: Mapping[str, Any], cases: int) -> int:
    """How many cases a season of this settled plan has, where so many are asked for in all."""
    return min(int(plan.get("season", {}).get("cases", USUAL_SEASON)), cases)


def problems_of(cases: int, seed: int, files: Mapping[str, bytes]) -> dict[str, str]:
    """What is wrong with a wish, by field."""
    problems = {}
    if not 1 <= cases <= MOST_CASES:
        problems["cases"] = f"Expected a whole number from 1 to {MOST_CASES}."
    if not 0 <= seed <= MOST_SEED:
        problems["seed"] = f"Expected a whole number from 0 to {MOST_SEED}."
    if PLAN not in files or not set(files) <= {PLAN, AGAINST}:
        problems["plan"] = "Expected a plan, and at most one other to compare with."
    if any(len(content) > MOST_BYTES for content in files.values()):
        problems["plan"] = f"Expected at most {MOST_BYTES // 1_000_000} MB."
    return problems
