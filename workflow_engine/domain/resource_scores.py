"""Why this one: how well a resource fits a line, factor by factor; the weights come from the city's decision table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FACTORS = ("distance", "readiness", "quantity", "cost", "level")
EVEN = dict.fromkeys(FACTORS, 20)
FAR_KM = 40.0
"""From here on, distance gives nothing."""
LONG_MINUTES = 240
UNKNOWN = 50
"""Points of a factor of which nothing is known."""
LEVELS: Mapping[str, int] = {"own": 100, "near": 80, "city": 60, "other": 40, "enterprise": 20}
"""Whose it is, seen from who asks: their own, of the same district, of the city, of elsewhere, of an enterprise."""
_EARTH_KM = 6371.0088
_KM_PER_MINUTE = 0.5


@dataclass(frozen=True, slots=True)
class Fit:
    """A resource beside a line: what is known, and the points of each factor."""

    distance_km: float | None
    minutes: int
    """Until it could be there."""
    available: int
    cost: int
    owner: str
    points: Mapping[str, int]
    score: float

    def told(self) -> dict[str, Any]:
        """As it is kept with the booking."""
        return {
            "distance_km": self.distance_km, "minutes": self.minutes, "available": self.available, "cost": self.cost,
            "owner": self.owner, "points": dict(self.points), "score": self.score,
        }  # fmt: skip


def fit(
    *,
    distance_km: float | None,
    ready_minutes: int,
    available: int,
    missing: int,
    unit_cost: int,
    dearest: int,
    owner: str,
    weights: Mapping[str, Any],
) -> Fit:
    """How well it fits; the same facts and weights, the same score to the tenth."""
    way = 0 if distance_km is None else round(distance_km / _KM_PER_MINUTE)
    minutes = ready_minutes + way
    points = {
        "distance": UNKNOWN if distance_km is None else _share(FAR_KM - distance_km, FAR_KM),
        "readiness": _share(LONG_MINUTES - minutes, LONG_MINUTES),
        "quantity": _share(min(available, missing), missing),
        "cost": 100 if not dearest else _share(dearest - unit_cost, dearest),
        "level": LEVELS[owner],
    }
    return Fit(distance_km, minutes, available, unit_cost, owner, points, score_of(points, weights))


def score_of(points: Mapping[str, int], weights: Mapping[str, Any]) -> float:
    """The weighted mean of the points, 0 to 100."""
    known = read_weights(weights)
    return round(sum(points[name] * known[name] for name in FACTORS) / sum(known.values()), 1)


def read_weights(given: Mapping[str, Any] | None) -> dict[str, int]:
    """Weights as a table gave them; even ones where they are none."""
    found = {}
    for name in FACTORS:
        value = (given or {}).get(name)
        found[name] = int(value) if isinstance(value, int | float) and 0 <= value <= 1000 else 0
    return found if sum(found.values()) else dict(EVEN)


def kilometres(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float | None:
    """The way as the crow flies, to 100 m; None where one of the points is not known."""
    if one is None or other is None:
        return None
    lat, lat2 = math.radians(one[0]), math.radians(other[0])
    half = math.sin((lat2 - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(lat2) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return round(2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, half))), 1)


def _share(part: float, whole: float) -> int:
    return max(0, min(100, round(100 * part / whole)))
