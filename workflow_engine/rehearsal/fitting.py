"""Takes times for a plan from past cases: what was seen, which distribution fits it, and where there is too little."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import NormalDist
from typing import Any

from workflow_engine.rehearsal.chances import Constant, Distribution, Empirical, Exponential, Lognormal

FEWEST = 20
"""Fewer times than these are not taken."""
STEPS = 40
"""An empirical distribution is told by so many of its quantiles."""
_CLOSE_AT_95 = 0.895
"""Lilliefors' bound for a lognormal whose two parameters were fitted to the same sample, at 5 %."""
_CLOSE_WITHOUT_MEMORY = 1.094
"""The same for an exponential whose mean was (Stephens 1974)."""
_SHORTEST = 0.5
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class PastTask:
    """A task that was done in a past case."""

    case_id: str
    element_id: str
    created: datetime
    begun: datetime | None
    """When somebody took it; None: it was completed without."""
    done: datetime


@dataclass(frozen=True, slots=True)
class Fit:
    """A distribution taken for what was seen."""

    distribution: Distribution
    distance: float
    """Kolmogorov-Smirnov: the widest gap between the shares seen and those of the distribution."""
    good: bool
    """No reason to doubt it, at 5 %."""


def calibrated(
    document: Mapping[str, Any], tasks: Sequence[PastTask], starts: Sequence[datetime]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The plan with times of past cases put in where there are enough, and what was taken and what not, as JSON."""
    told = {**document, "tasks": {**document.get("tasks", {})}}
    fits: list[dict[str, Any]] = []
    between = [(after - before).total_seconds() for before, after in pairwise(sorted(starts))]
    taken = _take("between", "", between, fits)
    if taken is not None:
        told["arrivals"] = {**document.get("arrivals", {}), "between": taken}
    by_element: dict[str, list[PastTask]] = {}
    for task in tasks:
        by_element.setdefault(task.element_id, []).append(task)
    for element, found in sorted(by_element.items()):
        taken_up = [one for one in found if one.begun is not None and one.created < one.begun < one.done]
        plan = {**told["tasks"].get(element, {})}
        if len(taken_up) >= FEWEST:
            notice = _take("notice", element, [_span(one.created, one.begun) for one in taken_up], fits)
            work = _take("work", element, [_span(one.begun, one.done) for one in taken_up], fits)
        else:
            # Nobody took it before doing it: how long it lay and how long it was worked on cannot be told apart.
            notice = _take("whole", element, [_span(one.created, one.done) for one in found], fits)
            work = "PT0S" if notice is not None else None
        plan |= {name: value for name, value in (("notice", notice), ("work", work)) if value is not None}
        if plan:
            told["tasks"][element] = plan
    return told, {"cases": len({task.case_id for task in tasks}), "fits": fits}


def fit(values: Sequence[float]) -> Fit:
    """A lognormal or an exponential, whichever is closer, where nothing speaks against it, else what was seen."""
    ordered = sorted(max(value, _SHORTEST) for value in values)
    logs = [math.log(value) for value in ordered]
    middle = math.fsum(logs) / len(logs)
    sigma = math.sqrt(math.fsum((one - middle) ** 2 for one in logs) / max(1, len(logs) - 1))
    if sigma < 1e-9:
        return Fit(Constant(ordered[0]), 0.0, good=True)
    smooth = Lognormal(math.exp(middle), sigma)
    distance = ks_distance([_NORMAL.cdf((one - middle) / sigma) for one in logs])
    count, root = len(ordered), math.sqrt(len(ordered))
    fits = []
    if distance * (root - 0.01 + 0.85 / root) <= _CLOSE_AT_95:
        fits.append(Fit(smooth, distance, good=True))
    even = Exponential(math.fsum(ordered) / count)
    apart = ks_distance([-math.expm1(-one / even.average) for one in ordered])
    if (apart - 0.2 / count) * (root + 0.26 + 0.5 / root) <= _CLOSE_WITHOUT_MEMORY:
        fits.append(Fit(even, apart, good=True))
    if fits:
        return min(fits, key=lambda one: one.distance)
    seen = Empirical(tuple(_quantile(ordered, step / STEPS) for step in range(STEPS + 1)))
    return Fit(seen, distance, good=False)


def ks_distance(shares: Sequence[float]) -> float:
    """The widest gap; ``shares`` are those that the distribution gives for the values in ascending order."""
    count = len(shares)
    return max(max((place + 1) / count - share, share - place / count) for place, share in enumerate(shares))


def as_field(distribution: Distribution) -> Any:
    """The distribution as a plan writes it."""
    if isinstance(distribution, Constant):
        return _duration(distribution.value)
    if isinstance(distribution, Exponential):
        return {"exponential": _duration(distribution.average)}
    if isinstance(distribution, Lognormal):
        return {"lognormal": {"median": _duration(distribution.median), "sigma": round(distribution.sigma, 4)}}
    if isinstance(distribution, Empirical):
        return {"empirical": [_duration(value) for value in distribution.seen]}
    raise TypeError(f"expected a distribution that is fitted, but got {type(distribution).__name__}")


def _take(what: str, element: str, values: Sequence[float], fits: list[dict[str, Any]]) -> Any:
    """The field for what was seen, or None where there is too little; told in ``fits`` either way."""
    told: dict[str, Any] = {"element": element, "what": what, "count": len(values), "distance": None}
    if len(values) < FEWEST:
        fits.append({**told, "taken": "", "verdict": "too_few"})
        return None
    found = fit(values)
    field = as_field(found.distribution)
    verdict = "fits" if found.good else "as_seen"
    fits.append({**told, "distance": round(found.distance, 4), "taken": _words(found.distribution), "verdict": verdict})
    return field


def _words(distribution: Distribution) -> str:
    if isinstance(distribution, Lognormal):
        p90 = distribution.at(0.9)
        return f"lognormal, median {_duration(distribution.median)}, p90 {_duration(p90)}"
    if isinstance(distribution, Exponential):
        return f"exponential, mean {_duration(distribution.average)}"
    if isinstance(distribution, Empirical):
        return f"empirical, median {_duration(distribution.at(0.5))}, p90 {_duration(distribution.at(0.9))}"
    return _duration(distribution.mean())


def _span(since: datetime | None, until: datetime | None) -> float:
    return 0.0 if since is None or until is None else (until - since).total_seconds()


def _quantile(ordered: Sequence[float], share: float) -> float:
    return Empirical(tuple(ordered)).at(share)


def _duration(seconds: float) -> str:
    return f"PT{max(seconds, 0):.1f}S"
