"""One figure out of words, category, distance and time, and each of them beside it, so that a person can see why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, radians

from workflow_engine.likeness.words import compare_words

NEAR_METRES = 200
"""Reports farther apart than this are not taken for the same thing."""
LIKELY = 0.69
"""From here on two reports are suggested as the same; ``tests/queries/test_likeness.py`` holds what that is worth."""
_WORDS, _CATEGORY, _PLACE, _TIME = 0.50, 0.35, 0.10, 0.05
_SAME_GROUP = 0.5
_UNREAD = 0.85
"""Without words that can be compared the rest has to be nearly perfect."""
_FORGOTTEN_DAYS = 30.0
_METRES_OF_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says, as far as it matters here."""

    words: str
    category: str | None
    group: str | None
    """Of the category."""
    lat: float | None
    lon: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two reports are, in all and each for itself."""

    score: float
    words: float | None
    """None: the two cannot be compared, as they are in two languages."""
    metres: int | None
    days: int
    same_category: bool
    same_group: bool

    @property
    def likely(self) -> bool:
        """Whether they are probably about the same thing."""
        return self.score >= LIKELY


def judge(one: Told, other: Told) -> Likeness:
    """Weigh two reports against each other; the order does not matter."""
    words = compare_words(one.words, other.words)
    metres = _apart(one, other)
    days = abs((one.at - other.at).total_seconds()) / 86_400
    same = one.category is not None and one.category == other.category
    kin = same or (one.group is not None and one.group == other.group)
    category = 1.0 if same else _SAME_GROUP if kin else 0.0
    place = 0.0 if metres is None else max(0.0, 1 - metres / NEAR_METRES)
    time = max(0.0, 1 - days / _FORGOTTEN_DAYS)
    rest = _CATEGORY * category + _PLACE * place + _TIME * time
    score = rest / (1 - _WORDS) * _UNREAD if words is None else _WORDS * words + rest
    return Likeness(
        round(score, 4), words, None if metres is None else round(metres), int(days), same, kin
    )  # fmt: skip


def metres_between(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """On the ground; exact enough for what lies in one city."""
    north = (other_lat - lat) * _METRES_OF_DEGREE
    east = (other_lon - lon) * _METRES_OF_DEGREE * cos(radians((lat + other_lat) / 2))
    return hypot(north, east)


def _apart(one: Told, other: Told) -> float | None:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return metres_between(one.lat, one.lon, other.lat, other.lon)
