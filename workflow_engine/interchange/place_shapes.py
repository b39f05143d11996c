"""Outlines of places out of GeoJSON, and an index that says in which place a point lies. Nothing else knows shapely.

It is imported where it is needed: it brings numpy along, which takes longer to load than most commands take to run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from workflow_engine.domain.places import CRS, DRAWN, PlaceShape, is_on_earth, level_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_AREAS = ("Polygon", "MultiPolygon")
_KINDS = (*_AREAS, "LineString", "MultiLineString")
_CODES = ("place_code", "adcode", "code", "id")
_NAMES = ("name_zh", "name", "name_en")
_LONGEST_NAME = 200
MOST_SHAPES = 20_000


class UnreadableShapesError(ValueError):
    """The file cannot be used; ``problems`` says what and where."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in problems.items()))
        self.problems = dict(problems)


def read_shapes(content: bytes, renamed: Mapping[str, str]) -> tuple[list[PlaceShape], str]:
    """Every outline of a FeatureCollection, and the coordinates it says it is in. Raises UnreadableShapesError."""
    try:
        data = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnreadableShapesError({"file": f"no JSON: {error}"}) from None
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or data.get("type") != "FeatureCollection":
        raise UnreadableShapesError({"file": "expected a GeoJSON FeatureCollection"})
    if len(features) > MOST_SHAPES:
        raise UnreadableShapesError({"file": f"expected at most {MOST_SHAPES:,} features"})
    found: dict[str, PlaceShape] = {}
    problems: dict[str, str] = {}
    for number, feature in enumerate(features):
        try:
            one = _shape(feature, renamed)
            if one.place_code in found:
                raise ValueError(f"place {one.place_code} stands in the file twice")
            found[one.place_code] = one
        except ValueError as error:
            problems[f"features[{number}]"] = str(error)
    if problems or not found:
        raise UnreadableShapesError(problems or {"file": "no places in it"})
    return list(found.values()), _crs(data.get("crs"))


def _shape(feature: Any, renamed: Mapping[str, str]) -> PlaceShape:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise ValueError("expected a feature with properties")
    said = next((properties[key] for key in _CODES if properties.get(key)), feature.get("id"))
    code = _renamed(str(said or "").strip(), renamed)
    level = properties.get("level") if properties.get("level") in DRAWN else level_of(code)
    if level is None or not 1 <= len(code) <= 64:
        raise ValueError(f"expected a place code of 2, 4, 6, 9, 12 or 15 digits, but got {code[:40]!r}")
    name = next((str(properties[key]).strip() for key in _NAMES if properties.get(key)), "")
    if not name or len(name) > _LONGEST_NAME:
        raise ValueError(f"expected a name of up to {_LONGEST_NAME} characters")
    from shapely import to_geojson

    geometry = _geometry(feature.get("geometry"), drawn=level in DRAWN)
    english = str(properties.get("name_en") or name).strip()[:_LONGEST_NAME]
    return PlaceShape(code, level, name, english, to_geojson(geometry), *geometry.bounds)


def _geometry(given: Any, *, drawn: bool) -> BaseGeometry:
    import shapely
    from shapely.geometry import shape

    if not isinstance(given, dict) or given.get("type") not in (_KINDS if drawn else _AREAS):
        raise ValueError("expected an outline (Polygon or MultiPolygon)")
    try:
        made: BaseGeometry = shapely.force_2d(shape(given))
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"no geometry: {error}") from None
    if made.geom_type in _AREAS and not made.is_valid:
        # Simplified outlines cross themselves here and there; the area is the same.
        parts = [part for part in shapely.get_parts(shapely.make_valid(made)) if part.geom_type in _AREAS]
        made = shapely.union_all(parts)
    if made.is_empty:
        raise ValueError("the outline encloses nothing")
    west, south, east, north = made.bounds
    if not (is_on_earth(south, west) and is_on_earth(north, east)):
        raise ValueError("expected longitude and latitude in degrees")
    return made


def _renamed(code: str, renamed: Mapping[str, str]) -> str:
    """The code of now: one that is renamed takes along whatever lies within it."""
    for old, new in renamed.items():
        if code.startswith(old):
            return new + code[len(old) :]
    return code


def _crs(said: Any) -> str:
    """What the file says about its coordinates, in our words."""
    if isinstance(said, dict):
        said = json.dumps(said)
    text = str(said or "").upper().replace(" ", "")
    if "GCJ" in text:
        return "GCJ-02"
    return "WGS84" if any(word in text for word in ("WGS84", "CRS84", "4326")) else CRS[-1]


class PlaceIndex:
    """Answers in which place a point lies, out of memory."""

    def __init__(self, outlines: Iterable[tuple[str, str]]) -> None:
        """Of codes and their GeoJSON."""
        import shapely

        pairs = sorted(outlines, key=lambda pair: (-len(pair[0]), pair[0]))
        self._codes = [code for code, _ in pairs]
        self._tree = shapely.STRtree([shapely.from_geojson(geometry) for _, geometry in pairs])

    def at(self, lat: float, lon: float) -> str | None:
        """The code of the finest place; on a border, of the first by code. None outside of all."""
        import shapely

        hits = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        return self._codes[min(hits)] if len(hits) else None
