"""How sure a mean is, and whether two differ: Student's t over seasons, paired where luck was shared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
_TINY = 1e-300
_CLOSE = 1e-13


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with the range in which the true one lies, at the level of confidence; no range from one value."""

    mean: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Difference:
    """How much the second is above the first, season by season; ``p``: how often pure chance would do as much."""

    estimate: Estimate
    p: float | None
    """None: too few seasons to say."""


def estimate(values: Sequence[float]) -> Estimate | None:
    """The mean over seasons; None where there is no value."""
    if not values:
        return None
    count, mean = len(values), math.fsum(values) / len(values)
    if count < 2:
        return Estimate(mean, None, None, count)
    half = t_quantile((1 + LEVEL) / 2, count - 1) * _error(values, mean)
    return Estimate(mean, mean - half, mean + half, count)


def paired(first: Sequence[float | None], second: Sequence[float | None]) -> Difference | None:
    """The second against the first, over the seasons in which both have a value."""
    apart = [b - a for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    found = estimate(apart)
    if found is None:
        return None
    if found.count < 2:
        return Difference(found, None)
    error = _error(apart, found.mean)
    if not error:
        return Difference(found, 1.0 if not found.mean else 0.0)
    return Difference(found, 2 * (1 - t_share(abs(found.mean) / error, found.count - 1)))


def holm(ps: Sequence[float | None]) -> list[bool]:
    """Which of several differences are more than chance, when all of them are looked at (Holm's step-down)."""
    order = sorted((p, at) for at, p in enumerate(ps) if p is not None)
    sure = [False] * len(ps)
    for rank, (p, at) in enumerate(order):
        if p > (1 - LEVEL) / (len(order) - rank):
            break
        sure[at] = True
    return sure


def t_share(t: float, freedom: int) -> float:
    """The share of Student's distribution below ``t``."""
    half = _beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2
    return 1 - half if t > 0 else half


def t_quantile(share: float, freedom: int) -> float:
    """Where that share is below; by halving, to the last digit that matters."""
    low, high = 0.0, 1.0
    while t_share(high, freedom) < share:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if t_share(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def _error(values: Sequence[float], mean: float) -> float:
    """Of the mean."""
    count = len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1) / count)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's method."""
    c, d = 1.0, 1 / _far(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = 1 / _far(1 + even * d), _far(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = 1 / _far(1 + odd * d), _far(1 + odd / c)
        value *= d * c
        if abs(d * c - 1) < _CLOSE:
            break
    return value


def _far(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
