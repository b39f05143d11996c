"""Questions about the map; nobody has to say who asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import orjson
from sqlalchemy import select

from workflow_engine.domain.places import above, is_on_earth
from workflow_engine.queries.snapshot import Look
from workflow_engine.storage.places import map_version, place_at
from workflow_engine.storage.schema import place_shape
from workflow_engine.storage.statement import Statement, among, param

_p = place_shape.c
_NAMED = (_p.place_code, _p.level, _p.name_zh, _p.name_en, _p.west, _p.south, _p.east, _p.north, _p.crs)
_BY_CODE = Statement(
    lambda dialect: select(*_NAMED).where(among(dialect, _p.place_code, "codes")).order_by(_p.place_code)
)
_BY_LEVEL = Statement(
    lambda dialect: (
        select(*_NAMED, _p.geometry)
        .where(among(dialect, _p.level, "levels"), _p.place_code.between(param("first"), param("last")))
        .order_by(_p.level, _p.place_code)
    )
)
_LISTED = Statement(
    lambda dialect: select(*_NAMED).where(among(dialect, _p.level, "levels")).order_by(_p.place_code)
)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place with the box that holds it; ``geometry`` (GeoJSON) only where it is asked for."""

    place_code: str
    level: str
    name_zh: str
    name_en: str
    west: float
    south: float
    east: float
    north: float
    crs: str
    geometry: str = ""


class PlaceQueries:
    """Which places there are, and in which of them a point lies."""

    def __init__(self, look: Callable[[], AbstractContextManager[Look]]) -> None:
        self._look = look

    def version(self) -> str:
        """Changes with every import of places; empty while there is no map."""
        with self._look() as look:
            return map_version(look.unit)

    def at(self, lat: float, lon: float) -> PlaceRow | None:
        """The finest place in which a point (WGS84) lies."""
        found = self.around(lat, lon)
        return found[-1] if found else None

    def around(self, lat: float, lon: float) -> list[PlaceRow]:
        """Every place in which a point lies, from the top down."""
        if not is_on_earth(lat, lon):
            return []
        with self._look() as look:
            code = place_at(look.unit, lat, lon)
            return [] if code is None else _by_code(look, above(code))

    def above(self, place_code: str) -> list[PlaceRow]:
        """The places that it lies in, from the top down, itself last; those without an outline are left out."""
        with self._look() as look:
            return _by_code(look, above(place_code))

    def named(self, place_codes: Sequence[str]) -> dict[str, PlaceRow]:
        """Those of the codes that have an outline."""
        with self._look() as look:
            return {row.place_code: row for row in _by_code(look, place_codes)}

    def listed(self, levels: Sequence[str]) -> list[PlaceRow]:
        """Every place of these levels, by code."""
        with self._look() as look:
            return [PlaceRow(*row) for row in look.unit.all(_LISTED, {"levels": orjson.dumps(list(levels)).decode()})]

    def shapes(self, levels: Sequence[str], within: str = "") -> list[PlaceRow]:
        """With geometry, by level and code; ``within`` a place: only what its code begins."""
        values = {"levels": orjson.dumps(list(levels)).decode(), "first": within, "last": within + "\x7f"}
        with self._look() as look:
            return [PlaceRow(*row) for row in look.unit.all(_BY_LEVEL, values)]


def _by_code(look: Look, codes: Sequence[str]) -> list[PlaceRow]:
    rows = look.unit.all(_BY_CODE, {"codes": orjson.dumps(list(codes)).decode()})
    return [PlaceRow(*row) for row in rows]
