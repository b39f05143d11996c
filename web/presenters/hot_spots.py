"""Hot spots in words, and their quarter drawn day by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.request_words import STATUS, category_name, named
from web.presenters.times import exact
from workflow_engine import HotSpotRow, HotSpotStory, SpotReport

STATES = {
    "open": marked("Nobody has decided yet"), "topic": marked("A topic was raised"),
    "dismissed": marked("Needs no topic"),
}  # fmt: skip
LOOKS = {"open": "warn", "topic": "good", "dismissed": ""}
ICONS = {"open": "alert", "topic": "check", "dismissed": "info"}
PROBLEMS = {
    "title": marked("A title of at most 120 characters is needed."),
    "why": marked("Say why, in at most 2,000 characters."),
    "owner": marked("Choose a unit of the city."), "reason": marked("This is needed."),
}  # fmt: skip
"""What is wrong with a field of the forms."""
_MARKS = {"open": "late", "topic": "working", "dismissed": "other"}
_MILLION = 1_000_000
_BAR, _HEIGHT = 8, 96


@dataclass(frozen=True, slots=True)
class SpotLine:
    """A hot spot in a list."""

    row: HotSpotRow
    place: str
    category: str
    usual: str
    times: str
    chance: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the drawing."""

    day: str
    count: int
    x: int
    y: float
    height: float
    is_in_window: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """Each day as a bar, and the usual number of a day as a line."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    most: int
    usual_y: float
    weeks: tuple[tuple[str, str, int], ...]
    """The same as a table: first day, last day, reports."""


def spot_lines(rows: Sequence[HotSpotRow]) -> list[SpotLine]:
    """Rows with their words; the names of all places are asked for at once."""
    places = place_names([row.place_code for row in rows])
    return [_line(row, places) for row in rows]


def spot_line(row: HotSpotRow) -> SpotLine:
    """One of them."""
    return _line(row, place_names([row.place_code]))


def place_names(codes: Sequence[str]) -> dict[str, str]:
    """Names of places; the code where the map does not know it."""
    found = engine().queries.places.named(sorted(set(codes)))
    return {code: named(found[code].name_zh, found[code].name_en) if code in found else code for code in codes}


def timeline(story: HotSpotStory) -> Timeline:
    """Bars as high as the day's share of the highest."""
    row = story.row
    most = max(max((count for _day, count in story.days), default=0), 1)
    daily = row.usual / row.days
    bars = tuple(
        Bar(day, count, number * _BAR, _HEIGHT * (1 - count / most), _HEIGHT * count / most, day >= row.since)
        for number, (day, count) in enumerate(story.days)
    )
    return Timeline(
        bars, len(bars) * _BAR, _HEIGHT, most, round(_HEIGHT * (1 - min(1.0, daily / most)), 1), _weeks(story.days)
    )  # fmt: skip


def _weeks(days: Sequence[tuple[str, int]]) -> tuple[tuple[str, str, int], ...]:
    parts = [days[at : at + 7] for at in range(0, len(days), 7)]
    return tuple((part[0][0], part[-1][0], sum(count for _day, count in part)) for part in reversed(parts))


def _line(row: HotSpotRow, places: dict[str, str]) -> SpotLine:
    times = row.count / row.usual if row.usual > 0.05 else None
    return SpotLine(
        row, places[row.place_code], category_name(row.category), _number(row.usual),
        _("never before") if times is None else _("%(times)s times the usual", times=f"{times:.0f}"),
        _chance(row),
    )  # fmt: skip


def _number(value: float) -> str:
    return _("less than 0.1") if value < 0.1 else f"{value:.1f}"


def _chance(row: HotSpotRow) -> str:
    """How rarely chance alone brings so many."""
    if row.chance * _MILLION < 1:
        return _("by chance in less than one of a million spans of %(days)s days", days=row.days)
    return _("by chance in one of %(number)s spans of %(days)s days", number=f"{1 / row.chance:,.0f}", days=row.days)


def topic_title(line: SpotLine) -> str:
    """What the form for a topic begins with."""
    return _("%(place)s: %(category)s", place=line.place, category=line.category)


def spot_points(lines: Sequence[SpotLine]) -> list[dict[str, Any]]:
    """Hot spots on the map, each in the middle of its place."""
    found = engine().queries.places.named(sorted({line.row.place_code for line in lines}))
    return [
        {
            "lat": (place.south + place.north) / 2, "lon": (place.west + place.east) / 2,
            "state": _MARKS[line.row.state], "title": f"{line.place}: {line.category}",
            "state_words": _(STATES[line.row.state]), "place": line.times,
            "href": url_for("hot_spots.page", hot_spot_id=line.row.hot_spot_id),
        }
        for line in lines if (place := found.get(line.row.place_code)) is not None
    ]  # fmt: skip


def legend() -> list[tuple[str, str]]:
    """Marks of the map and what they say."""
    return [(_MARKS[state], _(words)) for state, words in STATES.items()]


def report_points(reports: Sequence[SpotReport]) -> list[dict[str, Any]]:
    """Its reports on the map."""
    return [
        {
            "lat": one.lat, "lon": one.lon, "state": "settled" if one.status.startswith("closed") else "open",
            "title": one.tracking_number, "state_words": _(STATUS[one.status]), "when": exact(one.received_at),
            "place": one.address,
        }
        for one in reports if one.lat is not None
    ]  # fmt: skip
