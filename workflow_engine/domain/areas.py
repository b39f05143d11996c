"""Areas on the ground, as alerts give them: outlines, circles and codes of places; and what lies in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import asin, cos, radians, sin, sqrt
from typing import Any

Point = tuple[float, float]
"""Latitude and longitude, WGS84."""

_EARTH_KM = 6371.0
_MOST_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Area:
    """A place lies in it that is in an outline or a circle, or whose code begins with one of its codes."""

    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    """Latitude, longitude, kilometres."""
    codes: tuple[str, ...] = ()

    @classmethod
    def read(cls, value: object) -> Area:
        """From ``{polygons, circles, place_codes}``; whatever is no number or no text is left out."""
        if not isinstance(value, Mapping):
            return cls()
        outlines = [_points(one) for one in _list(value.get("polygons"))]
        circles = [_circle(one) for one in _list(value.get("circles"))]
        codes = [one for one in _list(value.get("place_codes")) if isinstance(one, str) and one.isdigit()]
        return cls(
            tuple(one for one in outlines if len(one) >= 3), tuple(one for one in circles if one is not None),
            tuple(dict.fromkeys(codes)),
        )  # fmt: skip

    def content(self) -> dict[str, Any]:
        """As JSON; see ``read``."""
        return {
            "polygons": [[list(point) for point in one] for one in self.polygons],
            "circles": [{"lat": lat, "lon": lon, "km": km} for lat, lon, km in self.circles],
            "place_codes": list(self.codes),
        }

    def with_codes(self, codes: Iterable[str]) -> Area:
        """The same and these places."""
        return replace(self, codes=tuple(dict.fromkeys([*self.codes, *(one for one in codes if one.isdigit())])))

    def holds(self, code: str | None, lat: float | None, lon: float | None) -> bool:
        """Whether something at this place or point lies in it; where only the code is known, that counts."""
        if code is not None and any(code.startswith(one) for one in self.codes):
            return True
        if lat is None or lon is None:
            return False
        return any(_is_near(lat, lon, circle) for circle in self.circles) or any(
            _is_inside(lat, lon, outline) for outline in self.polygons
        )


def _is_near(lat: float, lon: float, circle: tuple[float, float, float]) -> bool:
    there_lat, there_lon, km = circle
    half = sin(radians(there_lat - lat) / 2) ** 2
    half += cos(radians(lat)) * cos(radians(there_lat)) * sin(radians(there_lon - lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half))) <= km


def _is_inside(lat: float, lon: float, outline: tuple[Point, ...]) -> bool:
    inside = False
    before = outline[-1]
    for point in outline:
        crosses = (point[0] > lat) != (before[0] > lat)
        if crosses and lon < (before[1] - point[1]) * (lat - point[0]) / (before[0] - point[0]) + point[1]:
            inside = not inside
        before = point
    return inside


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _points(value: object) -> tuple[Point, ...]:
    found = [tuple(one) for one in _list(value)[:_MOST_POINTS] if isinstance(one, list | tuple) and len(one) == 2]
    return tuple((float(lat), float(lon)) for lat, lon in found if _is_number(lat) and _is_number(lon))


def _circle(value: object) -> tuple[float, float, float] | None:
    if not isinstance(value, Mapping):
        return None
    parts = [value.get(name) for name in ("lat", "lon", "km")]
    return (float(parts[0]), float(parts[1]), float(parts[2])) if all(map(_is_number, parts)) else None  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
