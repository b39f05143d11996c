"""What the seasons of a plan come to: figures with their confidence, from what was seen of each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from workflow_engine.rehearsal.confidence import Estimate, estimate
from workflow_engine.rehearsal.plan import Plan

STEPS = 20
"""Into how many equal parts a spread is cut."""
Seen = Mapping[str, Any]
"""What one season told."""


def measures(plan: Plan, seen: Seen) -> dict[str, float | None]:
    """The figures of one season by name; None where nothing was there to measure."""
    found: dict[str, float | None] = {
        "deadlines": _share(*_deadlines(seen["tasks"].values())),
        "case_seconds": _mean([case["seconds"] for case in seen["cases"] if case["seconds"] is not None]),
    }
    for one in plan.milestones:
        reached = _reached(seen["cases"], one.milestone_id)
        found[f"milestone.{one.milestone_id}"] = _mean(reached)
        if one.within_seconds is not None:
            within = sum(seconds <= one.within_seconds for seconds in reached)
            found[f"within.{one.milestone_id}"] = _share(within, len(seen["cases"]) - within)
    for crew in seen["crews"]:
        name = crew["crew"]
        found[f"team_deadlines.{name}"] = _share(crew["met"], crew["missed"])
        found[f"team_wait.{name}"] = _mean(crew["waits"])
        there = crew["there_seconds"]
        found[f"team_busy.{name}"] = crew["busy_seconds"] / there if there else None
    return found


def questions(plan: Plan) -> list[str]:
    """The figures that a plan is judged by: shares of cases within limits, and of deadlines kept."""
    limits = [f"within.{one.milestone_id}" for one in plan.milestones if one.within_seconds is not None]
    return [*limits, "deadlines"]


def summary(plan: Plan, seasons: Sequence[Seen], words: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a plan, as JSON; ``words`` and ``names``: those of elements and groups, as they go into it."""
    each = [measures(plan, seen) for seen in seasons]

    def estimated(name: str) -> dict[str, Any] | None:
        return told(estimate([value for one in each if (value := one.get(name)) is not None]))

    cases = [case for seen in seasons for case in seen["cases"]]
    met, missed = _deadlines(task for seen in seasons for task in seen["tasks"].values())
    return {
        "name": plan.name,
        "about": plan.about,
        "guessed": plan.guessed,
        "cases": len(cases),
        "seasons": len(seasons),
        "questions": questions(plan),
        "figures": [_rounded(one) for one in each],
        "commands": sum(case["commands"] for case in cases),
        "states": dict(sorted(Counter(case["state"] for case in cases).items())),
        "kinds": dict(sorted(Counter(case["kind"] for case in cases).items())),
        "case_seconds": {
            "mean": estimated("case_seconds"),
            **_spread([case["seconds"] for case in cases if case["seconds"] is not None]),
        },
        "deadlines": {"share": estimated("deadlines"), "met": met, "missed": missed},
        "milestones": [_milestone(plan, number, cases, estimated) for number in range(len(plan.milestones))],
        "tasks": _tasks(seasons, words),
        "teams": _teams(seasons, names, estimated),
        "elements": _elements(seasons, len(cases), words),
        "remarks": dict(sorted(sum((Counter(seen["remarks"]) for seen in seasons), Counter()).items())),
    }


def _rounded(figures: Mapping[str, float | None]) -> dict[str, float | None]:
    """Of one season; two results under the same luck are compared by them."""
    return {name: None if value is None else rounded(value) for name, value in figures.items()}


def told(found: Estimate | None) -> dict[str, Any] | None:
    """An estimate as JSON, rounded to what it can say."""
    if found is None:
        return None
    return {
        "mean": rounded(found.mean), "low": None if found.low is None else rounded(found.low),
        "high": None if found.high is None else rounded(found.high), "seasons": found.count,
    }  # fmt: skip


def rounded(value: float) -> float:
    """Six digits: the same on every machine, and more than anybody can trust."""
    return float(f"{value:.6g}")


def _milestone(
    plan: Plan, number: int, cases: Sequence[Seen], estimated: Callable[[str], dict[str, Any] | None]
) -> dict[str, Any]:
    one = plan.milestones[number]
    reached = _reached(cases, one.milestone_id)
    return {
        "id": one.milestone_id, "name": dict(one.name), "within_seconds": one.within_seconds,
        "told": None if one.told is None else dict(one.told), "reached": len(reached),
        "mean": estimated(f"milestone.{one.milestone_id}"), "within": estimated(f"within.{one.milestone_id}"),
        **_spread(reached),
    }  # fmt: skip


def _tasks(seasons: Sequence[Seen], words: Mapping[str, Any]) -> list[dict[str, Any]]:
    """By element, the one that takes longest in all first."""
    found = []
    for element in sorted({name for seen in seasons for name in seen["tasks"]}):
        parts = [seen["tasks"][element] for seen in seasons if element in seen["tasks"]]
        waited = [seconds for part in parts for seconds in part["waited"]]
        lasted = [seconds for part in parts for seconds in part["lasted"]]
        counts = {name: sum(part[name] for part in parts) for name in ("created", "done", "withdrawn", "met", "missed")}
        found.append(
            {"element": element, "name": words.get(element), **counts, "waited": _spread(waited),
             "lasted": _spread(lasted)}
        )  # fmt: skip
    return found


def _teams(
    seasons: Sequence[Seen], names: Mapping[str, Any], estimated: Callable[[str], dict[str, Any] | None]
) -> list[dict[str, Any]]:
    """By id; queues as the average length in each span of the watched time."""
    found = []
    for name in sorted({crew["crew"] for seen in seasons for crew in seen["crews"]}):
        parts = [(seen, crew) for seen in seasons for crew in seen["crews"] if crew["crew"] == name]
        first = parts[0][1]
        queue = [
            rounded(
                sum(crew["queued_seconds"][bucket] / (seen["watched_seconds"] / len(crew["queued_seconds"]))
                    for seen, crew in parts) / len(seasons)
            )
            for bucket in range(len(first["queued_seconds"]))
        ]  # fmt: skip
        found.append({
            "id": name, "name": first["name"] if first["planned"] else names.get(name, first["name"]),
            "planned": first["planned"],
            **{name: first[name] for name in ("people", "crews", "crew_size", "shifts")},
            "done": sum(crew["done"] for _seen, crew in parts),
            "met": sum(crew["met"] for _seen, crew in parts), "missed": sum(crew["missed"] for _seen, crew in parts),
            "waited": _spread([seconds for _seen, crew in parts for seconds in crew["waits"]]),
            "wait": estimated(f"team_wait.{name}"), "busy": estimated(f"team_busy.{name}"),
            "deadlines": estimated(f"team_deadlines.{name}"), "queue": queue,
            "most_waiting": max(crew["most_waiting"] for _seen, crew in parts),
        })  # fmt: skip
    return found


def _elements(seasons: Sequence[Seen], cases: int, words: Mapping[str, Any]) -> list[dict[str, Any]]:
    visits: Counter[str] = Counter()
    seconds: dict[str, list[float]] = {}
    for seen in seasons:
        for element, (count, total) in seen["elements"].items():
            visits[element] += count
            seconds.setdefault(element, []).append(total)
    return [
        {
            "element": element, "name": words.get(element), "visits": visits[element],
            "seconds_per_case": rounded(math.fsum(seconds[element]) / max(1, cases)),
            "mean_seconds": rounded(math.fsum(seconds[element]) / visits[element]),
        }
        for element in sorted(visits)
    ]  # fmt: skip


def _deadlines(tasks: Iterable[Seen]) -> tuple[int, int]:
    counts = [(task["met"], task["missed"]) for task in tasks]
    return sum(met for met, _ in counts), sum(missed for _, missed in counts)


def _reached(cases: Sequence[Seen], milestone_id: str) -> list[float]:
    return [seconds for case in cases if (seconds := case["milestones"][milestone_id]) is not None]


def _spread(values: Sequence[float]) -> dict[str, Any]:
    """Where the middle and the tail lie."""
    if not values:
        return {"count": 0, "average": None, "median": None, "p90": None, "most": None, "steps": []}
    ordered = sorted(values)
    return {
        "count": len(ordered), "average": rounded(math.fsum(ordered) / len(ordered)),
        "median": rounded(_quantile(ordered, 0.5)), "p90": rounded(_quantile(ordered, 0.9)),
        "most": rounded(ordered[-1]),
        "steps": [rounded(_quantile(ordered, step / STEPS)) for step in range(STEPS + 1)],
    }  # fmt: skip


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _share(good: int, bad: int) -> float | None:
    return good / (good + bad) if good + bad else None
