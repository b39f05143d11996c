"""Two plans side by side, season by season under the same luck, and whether what differs is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow_engine.domain.errors import InvalidStateError
from workflow_engine.rehearsal.confidence import Difference, holm, paired
from workflow_engine.rehearsal.measuring import questions, rounded, told
from workflow_engine.rehearsal.plan import Plan
from workflow_engine.rehearsal.rounds import Arm

FEWEST_SEASONS = 5
"""Below this, differences are told, but with a warning that little can be said."""

Figures = Sequence[Mapping[str, float | None]]


def contrast(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The second plan against the first, out of their summaries: every figure that both have, as JSON."""
    count = min(len(first["figures"]), len(second["figures"]))
    before, after = first["figures"][:count], second["figures"][:count]
    names = [name for name in sorted({*before[0]}) if any(name in one for one in after)]
    differences = _compared(before, after, names)
    _mark(differences)
    asked = first["questions"]
    return {
        "first": first["name"], "second": second["name"], "seasons": count, "few": count < FEWEST_SEASONS,
        "asked": [one["measure"] for one in differences if one["measure"] in asked], "differences": differences,
    }  # fmt: skip


def contrasted(result: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A kept result with another one beside it, as if both plans had been played together.

    Raises:
        InvalidStateError: they were not played under the same luck.
    """
    for name, words in (("process_id", "process"), ("seed", "seed"), ("season_cases", "cases in a season")):
        if result[name] != other[name]:
            raise InvalidStateError(f"Expected two rehearsals of the same {words}: only such can be compared.")
    against = other["plan"]
    return {**result, "against": against, "contrast": contrast(result["plan"], against)}


def effects(base: Arm, tries: Sequence[Arm]) -> list[dict[str, Any]]:
    """What one more and one fewer in each team that was tried does, as JSON; judged all together."""
    asked = questions(base.plan)
    found: dict[str, dict[str, Any]] = {}
    family: list[dict[str, Any]] = []
    beside: list[dict[str, Any]] = []
    for arm in tries:
        _try, team_id, more = arm.key
        own = [f"team_deadlines.{team_id}", f"team_wait.{team_id}", f"team_busy.{team_id}"]
        count = min(len(arm.figures), len(base.figures))
        before, after = base.figures[:count], arm.figures[:count]
        answers, others = _compared(before, after, asked), _compared(before, after, own)
        family += answers
        beside += others
        entry = found.setdefault(str(team_id), {"team": str(team_id), "more": {}})
        cases = sum(len(seen["cases"]) for seen in arm.seen)
        entry["more"][str(more)] = {
            "cases": cases, "seasons": count, "few": count < FEWEST_SEASONS,
            **_changed(base.plan, arm.plan, str(team_id)), "differences": [*answers, *others],
        }  # fmt: skip
    _mark(family)
    _mark(beside)
    return list(found.values())


def _changed(before: Plan, after: Plan, team_id: str) -> dict[str, Any]:
    """How many there were and are."""
    first, second = (next(team for team in plan.teams if team.team_id == team_id) for plan in (before, after))
    return {"crews": [first.crews, second.crews], "crew_size": first.crew_size, "shifts": first.shifts}


def _compared(before: Figures, after: Figures, names: Sequence[str]) -> list[dict[str, Any]]:
    """Of each figure that both have: what it was, what it is, and by how much it differs."""
    differences = []
    for name in names:
        ours, theirs = [one.get(name) for one in before], [one.get(name) for one in after]
        found = paired(ours, theirs)
        if found is not None:
            first, second = _averages(ours, theirs)
            differences.append({"measure": name, "first": first, "second": second, **_told(found)})
    return differences


def _mark(differences: Sequence[dict[str, Any]]) -> None:
    """Say of each whether it is more than chance, when all of them are looked at."""
    for one, sure in zip(differences, holm([one["p"] for one in differences]), strict=True):
        one["significant"] = sure


def _told(difference: Difference) -> dict[str, Any]:
    p = difference.p
    return {"difference": told(difference.estimate), "p": None if p is None else rounded(p)}


def _averages(ours: Sequence[float | None], theirs: Sequence[float | None]) -> tuple[float, float]:
    """Over the seasons in which both have a value, so that their difference is the one that is told."""
    both = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    return rounded(sum(a for a, _ in both) / len(both)), rounded(sum(b for _, b in both) / len(both))
