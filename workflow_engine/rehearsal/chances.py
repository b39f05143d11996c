"""Chance that comes out the same again: distributions, and draws that depend on nothing but their key.

A draw is made from the seed and the name of what is drawn (this case, this element, its second turn), never from how
many were drawn before. So two plans meet the same luck wherever they do the same thing, and only what differs between
them shows (common random numbers); and a distribution gives a longer time for a larger draw, whatever its kind.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import Protocol

_NORMAL = NormalDist()
_Z90 = _NORMAL.inv_cdf(0.9)
_SPAN = float(2**48)


class Distribution(Protocol):
    """Numbers by chance: seconds, or factors."""

    def at(self, draw: float) -> float:
        """The value below which this share (between 0 and 1) of all values lies."""
        ...

    def mean(self) -> float:
        """What it comes to in the long run."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same."""

    value: float

    def at(self, draw: float) -> float:
        """The value."""
        return self.value

    def mean(self) -> float:
        """The value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Uniform:
    """Anything between two values."""

    low: float
    high: float

    def at(self, draw: float) -> float:
        """Straight from one end to the other."""
        return self.low + (self.high - self.low) * draw

    def mean(self) -> float:
        """The middle."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True)
class Triangular:
    """At least, most often, at most."""

    low: float
    mode: float
    high: float

    def at(self, draw: float) -> float:
        """The inverse of the two slopes."""
        width = self.high - self.low
        if not width:
            return self.low
        turn = (self.mode - self.low) / width
        if draw < turn:
            return self.low + math.sqrt(draw * width * (self.mode - self.low))
        return self.high - math.sqrt((1 - draw) * width * (self.high - self.mode))

    def mean(self) -> float:
        """A third of the three together."""
        return (self.low + self.mode + self.high) / 3


@dataclass(frozen=True, slots=True)
class Exponential:
    """Without memory: what arrives at no particular time."""

    average: float

    def at(self, draw: float) -> float:
        """The inverse of the exponential."""
        return -self.average * math.log1p(-draw)

    def mean(self) -> float:
        """As given."""
        return self.average


@dataclass(frozen=True, slots=True)
class Lognormal:
    """What people take: mostly short, now and then very long."""

    median: float
    sigma: float
    """Standard deviation of the logarithm."""

    @classmethod
    def of(cls, median: float, p90: float) -> Lognormal:
        """The one with this middle, and nine of ten below ``p90``."""
        return cls(median, math.log(p90 / median) / _Z90)

    def at(self, draw: float) -> float:
        """The inverse of the normal, put into the exponent."""
        return self.median * math.exp(self.sigma * _NORMAL.inv_cdf(draw))

    def mean(self) -> float:
        """Beyond the median, by the long tail."""
        return self.median * math.exp(self.sigma**2 / 2)


@dataclass(frozen=True, slots=True)
class Empirical:
    """What was seen, in ascending order, and everything between."""

    seen: tuple[float, ...]

    def at(self, draw: float) -> float:
        """Between the two that stand beside this share."""
        place = draw * (len(self.seen) - 1)
        below = int(place)
        above = min(below + 1, len(self.seen) - 1)
        return self.seen[below] + (self.seen[above] - self.seen[below]) * (place - below)

    def mean(self) -> float:
        """Of what stands between the values seen."""
        if len(self.seen) == 1:
            return self.seen[0]
        return (sum(self.seen) - (self.seen[0] + self.seen[-1]) / 2) / (len(self.seen) - 1)


@dataclass(frozen=True, slots=True)
class Luck:
    """All draws of one season."""

    seed: int
    season: int

    def draw(self, *key: object) -> float:
        """A number between 0 and 1, both excluded; the same for the same key."""
        text = "\x1f".join(map(str, (self.seed, self.season, *key)))
        return (int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "big") + 0.5) / _SPAN

    def identifier(self, *key: object) -> str:
        """32 hex digits, the same for the same key."""
        text = "\x1f".join(map(str, ("id", self.seed, self.season, *key)))
        return blake2b(text.encode(), digest_size=16).hexdigest()


def choose(shares: Sequence[float], draw: float) -> int:
    """Which of several, each with its share of the whole."""
    total, bounds = 0.0, []
    for share in shares:
        total += share
        bounds.append(total)
    return min(bisect_right(bounds, draw * total), len(shares) - 1)
