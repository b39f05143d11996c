"""Charts of indicators, reckoned on the server as plain SVG numbers; each stands beside a table of the same."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine import Indicator, IndicatorValue, PlaceRow, months_before

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 14, 30
_PLACE = "place:"


@dataclass(frozen=True, slots=True)
class Point:
    """One month on the line."""

    x: float
    y: float
    period: str
    value: float
    colour: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A line over the months; broken where a number is missing."""

    lines: list[str]
    points: list[Point]
    ticks: list[tuple[float, str]]
    months: list[tuple[float, str]]
    bounds: list[tuple[float, str, float]]
    """Where a bound lies: y, its name, its value."""
    width: int = WIDTH
    height: int = HEIGHT


def trend(indicator: Indicator, series: Sequence[IndicatorValue], last: str, months: int = 13) -> Trend:
    """The values of the months up to ``last``."""
    periods = months_before(last, months)
    by_period = {value.period: value for value in series}
    known = [value.value for value in series if value.value is not None]
    top = _nice(max([*known, *indicator.thresholds.values(), 1.0]), indicator.unit)
    step = (WIDTH - LEFT - RIGHT) / max(len(periods) - 1, 1)
    lines: list[str] = []
    points: list[Point] = []
    run: list[str] = []
    for index, period in enumerate(periods):
        value = by_period.get(period)
        if value is None or value.value is None:
            lines, run = _ended(lines, run)
            continue
        point = Point(round(LEFT + index * step, 1), _y(value.value, top), period, value.value, value.colour)
        points.append(point)
        run.append(f"{point.x},{point.y}")
    lines, _ = _ended(lines, run)
    return Trend(
        lines, points, [(_y(top * part / 4, top), f"{top * part / 4:g}") for part in range(5)],
        [(round(LEFT + index * step, 1), period[2:]) for index, period in enumerate(periods)
         if (len(periods) - 1 - index) % 3 == 0],
        [(_y(bound, top), name, bound) for name, bound in sorted(indicator.thresholds.items()) if bound <= top],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line without axes."""

    line: str
    end: tuple[float, float] | None


def spark(series: Sequence[IndicatorValue], last: str, months: int = 13) -> Spark:
    """The same shape, 120 by 28."""
    by_period = {value.period: value.value for value in series}
    found = [(index, by_period.get(period)) for index, period in enumerate(months_before(last, months))]
    known = [value for _, value in found if value is not None]
    if len(known) < 2:
        return Spark("", None)
    low, high = min(known), max(known)
    spread = (high - low) or 1.0
    points = [
        (round(2 + index * 116 / (months - 1), 1), round(25 - (value - low) / spread * 22, 1))
        for index, value in found
        if value is not None
    ]
    return Spark(" ".join(f"{x},{y}" for x, y in points), points[-1])


@dataclass(frozen=True, slots=True)
class Area:
    """A place on the map."""

    place_code: str
    path: str
    shade: str
    """s1 to s5 by rising value, hidden or none."""
    label: tuple[float, float]


@dataclass(frozen=True, slots=True)
class AreaMap:
    """Places shaded by their values; the list beside it says the same."""

    areas: list[Area]
    width: int
    height: int
    legend: list[tuple[str, float, float]]


def area_map(shapes: Sequence[PlaceRow], values: Mapping[str, IndicatorValue]) -> AreaMap | None:
    """None where there is no map."""
    if not shapes:
        return None
    west, south = min(row.west for row in shapes), min(row.south for row in shapes)
    east, north = max(row.east for row in shapes), max(row.north for row in shapes)
    squeeze = math.cos(math.radians((south + north) / 2))
    width = 420
    scale = width / max((east - west) * squeeze, 1e-9)
    height = max(int((north - south) * scale), 1)
    known = sorted(value.value for value in values.values() if value.value is not None)
    low, high = (known[0], known[-1]) if known else (0.0, 0.0)

    def at(lon: float, lat: float) -> tuple[float, float]:
        return round((lon - west) * squeeze * scale, 1), round((north - lat) * scale, 1)

    areas = [
        Area(
            row.place_code,
            "".join(_ring([at(*point[:2]) for point in ring]) for ring in _rings(json.loads(row.geometry))),
            _shade(values.get(f"{_PLACE}{row.place_code}"), low, high),
            at((row.west + row.east) / 2, (row.south + row.north) / 2),
        )
        for row in shapes
    ]
    width_of = (high - low) / 5
    legend = [(f"s{step + 1}", round(low + step * width_of, 2), round(low + (step + 1) * width_of, 2)) for step in
              range(5)] if known and high > low else []  # fmt: skip
    return AreaMap(areas, width, height, legend)


def _shade(value: IndicatorValue | None, low: float, high: float) -> str:
    if value is None or (value.value is None and not value.suppressed):
        return "none"
    if value.value is None:
        return "hidden"
    return "s3" if high <= low else f"s{min(int((value.value - low) / (high - low) * 5), 4) + 1}"


def _rings(geometry: Mapping[str, Any]) -> Iterator[list[list[float]]]:
    if geometry["type"] == "Polygon":
        yield from geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon


def _ring(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def _ended(lines: list[str], run: list[str]) -> tuple[list[str], list[str]]:
    return ([*lines, " ".join(run)] if run else lines), []


def _y(value: float, top: float) -> float:
    share = min(max(value / top, 0.0), 1.0) if top else 0.0
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _nice(highest: float, unit: str) -> float:
    """The end of the axis: 100 for percentages, else a round number that holds all."""
    if unit == "percent" and highest <= 100:
        return 100.0
    size = float(10 ** math.floor(math.log10(highest)))
    return next(step * size for step in (1, 2, 4, 5, 8, 10) if step * size >= highest)
