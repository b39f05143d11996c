"""Two plans side by side, season by season under the same luck, and whether what differs is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workflow_engine.rehearsal.confidence import Difference, holm, paired
from workflow_engine.rehearsal.measuring import Seen, measures, rounded, told
from workflow_engine.rehearsal.plan import Plan

FEWEST_SEASONS = 5
"""Below this, differences are told, but with a warning that little can be said."""


def contrast(first: Plan, ours: Sequence[Seen], second: Plan, theirs: Sequence[Seen]) -> dict[str, Any]:
    """The second against the first: every figure that both have, as JSON."""
    before = [measures(first, seen) for seen in ours]
    after = [measures(second, seen) for seen in theirs]
    names = [name for name in sorted({*before[0]}) if any(name in one for one in after)]
    found = [(name, paired([one.get(name) for one in before], [one.get(name) for one in after])) for name in names]
    there = [(name, difference) for name, difference in found if difference is not None]
    sure = holm([difference.p for _name, difference in there])
    return {
        "first": first.name, "second": second.name, "seasons": len(before), "few": len(before) < FEWEST_SEASONS,
        "differences": [
            {"measure": name, **_told(difference), "significant": significant,
             "first": _average([one.get(name) for one in before]), "second": _average([one.get(name) for one in after])}
            for (name, difference), significant in zip(there, sure, strict=True)
        ],
    }  # fmt: skip


def effect(plan: Plan, base: Sequence[Seen], changed: Sequence[Seen], team_id: str) -> dict[str, Any]:
    """What a change of one team does to deadlines: its own, and all of them."""
    before = [measures(plan, seen) for seen in base]
    after = [measures(plan, seen) for seen in changed]

    def one(name: str) -> dict[str, Any] | None:
        difference = paired([each.get(name) for each in before], [each.get(name) for each in after])
        if difference is None:
            return None
        sure = difference.p is not None and holm([difference.p])[0]
        second = _average([each.get(name) for each in after])
        return {**_told(difference), "significant": sure, "value": second}

    return {
        "deadlines": one("deadlines"), "team_deadlines": one(f"team_deadlines.{team_id}"),
        "team_wait": one(f"team_wait.{team_id}"), "team_busy": one(f"team_busy.{team_id}"),
    }  # fmt: skip


def _told(difference: Difference) -> dict[str, Any]:
    p = difference.p
    return {"difference": told(difference.estimate), "p": None if p is None else rounded(p)}


def _average(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return rounded(sum(there) / len(there)) if there else None
