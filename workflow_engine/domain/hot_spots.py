"""Where and of what more is reported than usual: the rule, without the counting.

The usual rate of a place and category is its own in the weeks before, drawn towards the rate of that category in an
average place as long as it has little past of its own (a Gamma distribution over the Poisson rate). How surprising a
number is follows from what such a rate predicts, a negative binomial distribution; small numbers need no special case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, lgamma, log, log1p

from workflow_engine.domain.lifecycle import Table

STATES: Table = {
    "open": frozenset({"topic", "dismissed"}),
    "dismissed": frozenset({"topic"}),
    "topic": frozenset(),
}
"""Nobody has said anything yet; somebody said why it needs no topic; a topic was raised from it."""
PROCESS = "proactive_topic"
SUBDISTRICT, COMMUNITY = 9, 12
"""Digits of a place code: clusters are looked for in communities, and in subdistricts as wholes."""
FEWEST_DAYS = 14
"""Of past, before anything can be called usual."""
LONGEST_REASON = 2_000
LONGEST_TITLE = 120
_PRIOR_DAYS = 28
"""How many days of an average place's past a place of its own is given beforehand."""
_FAINT = 1e-12


@dataclass(frozen=True, slots=True)
class Rule:
    """When a number is a hot spot; the city sets each of them."""

    window_days: int = 7
    baseline_days: int = 84
    fewest: int = 5
    """Reports in the window; with fewer nothing is said."""
    times_usual: float = 2.0
    chance: float = 0.001
    """A number that chance brings more often than this is none."""


RULE = Rule()
PARAMETERS = {
    "window_days": "hot_spot.window_days", "baseline_days": "hot_spot.baseline_days", "fewest": "hot_spot.fewest",
    "times_usual": "hot_spot.times_usual", "chance": "hot_spot.chance",
}  # fmt: skip
"""Field of the rule → parameter of the city, which the process ``proactive_topic`` declares."""


@dataclass(frozen=True, slots=True)
class Heat:
    """What there is in a place of a category, against what is usual."""

    count: int
    usual: float
    """In as many days."""
    chance: float
    """How likely so many or more are, if nothing is going on."""

    @property
    def times(self) -> float:
        """How many times the usual."""
        return self.count / max(self.usual, _FAINT)


def heat(rule: Rule, count: int, before: int, days_before: float, average: float) -> Heat:
    """Judge a number of the window.

    ``before``: reports of the place in the ``days_before`` before the window. ``average``: reports of the category in
    an average place in the same days.
    """
    exposure = days_before + _PRIOR_DAYS
    shape = before + average / days_before * _PRIOR_DAYS + _FAINT
    usual = shape / exposure * rule.window_days
    return Heat(count, round(usual, 4), _at_least(count, shape, exposure / (exposure + rule.window_days)))


def is_hot(rule: Rule, found: Heat) -> bool:
    """Whether a number is a hot spot."""
    return found.count >= rule.fewest and found.times >= rule.times_usual and found.chance <= rule.chance


def has_cooled(rule: Rule, found: Heat) -> bool:
    """Whether a hot spot has gone by: later than it is no longer one, so that none comes and goes each day."""
    return found.count < rule.fewest or found.times < (1 + rule.times_usual) / 2


def _at_least(count: int, shape: float, success: float) -> float:
    """P(X ≥ count) of a negative binomial; summed from the side where the terms fall."""
    if count <= 0:
        return 1.0
    ways = lgamma(count + shape) - lgamma(count + 1) - lgamma(shape)
    term = exp(ways + shape * log(success) + count * log1p(-success))
    total, number = 0.0, count
    while term > total * _FAINT and number < count + 100_000:
        total += term
        term *= (number + shape) / (number + 1) * (1 - success)
        number += 1
        if term == 0.0:
            break
    return min(1.0, total)


@dataclass(frozen=True, slots=True)
class DayCount:
    """Reports of one place, category and day."""

    day: str
    place_code: str
    category: str
    count: int


def code_after(place_code: str) -> str:
    """The first code that lies behind a place and all within it, in whatever order a database sorts texts."""
    after = str(int(place_code) + 1).zfill(len(place_code)) if place_code.isdecimal() else place_code + "~"
    return after if len(after) == len(place_code) else place_code + "~"


Key = tuple[str, str]
"""Place code and category."""


def find_heat(rule: Rule, counts: Iterable[DayCount], since: str, days_before: int) -> dict[Key, Heat]:
    """Every place and category with enough reports since a day, judged; ``counts`` go back ``days_before`` further.

    A subdistrict is left out where one of its communities is hot and has most of its reports.
    """
    now: Counter[Key] = Counter()
    before: Counter[Key] = Counter()
    places: dict[int, set[str]] = {SUBDISTRICT: set(), COMMUNITY: set()}
    for one in counts:
        for digits in places:
            if len(one.place_code) >= digits:
                place = one.place_code[:digits]
                places[digits].add(place)
                (now if one.day >= since else before)[place, one.category] += one.count
    whole: Counter[tuple[int, str]] = Counter()
    for (place, category), count in before.items():
        whole[len(place), category] += count
    found = {
        key: heat(rule, count, before[key], days_before, whole[len(key[0]), key[1]] / len(places[len(key[0])]))
        for key, count in sorted(now.items())
        if count >= rule.fewest
    }
    for (place, category), community in list(found.items()):
        above = (place[:SUBDISTRICT], category)
        most = len(place) == COMMUNITY and above in found and community.count * 2 > found[above].count
        if most and is_hot(rule, community):
            del found[above]
    return found
