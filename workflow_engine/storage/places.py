"""Rows of the map, and the index over them, kept in memory for as long as nobody changes the map."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select

from workflow_engine.domain.places import DRAWN, PlaceShape
from workflow_engine.interchange.place_shapes import PlaceIndex
from workflow_engine.storage.schema import place_shape, stream
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

STREAM = "area:places"
_p = place_shape.c
_NAMES = tuple(column.name for column in place_shape.columns)
_PUT = Statement(
    lambda dialect: upsert(dialect, place_shape, ("place_code",), tuple(n for n in _NAMES if n != "place_code")),
    columns=_NAMES,
)
_ONE = Statement(
    select(_p.level, _p.name_zh, _p.name_en, _p.geometry, _p.crs).where(_p.place_code == param("place_code"))
)
_HEAD = Statement(select(stream.c.head).where(stream.c.stream_id == STREAM))
_OUTLINES = Statement(select(_p.place_code, _p.geometry).where(_p.level.not_in(DRAWN)))
_indexes: dict[str, PlaceIndex] = {}
_MOST_INDEXES = 4


def put(unit: UnitOfWork, shapes: Iterable[PlaceShape], crs: str, source: str, now: datetime) -> int:
    """Write them; returns how many were new or differ from what was there."""
    rows = []
    for one in shapes:
        told = (one.level, one.name_zh, one.name_en, one.geometry, crs)
        if unit.one(_ONE, {"place_code": one.place_code}) != told:
            rows.append({**asdict(one), "crs": crs, "source": source, "changed_at": now})
    unit.many(_PUT, rows)
    return len(rows)


def map_version(unit: UnitOfWork) -> str:
    """Changes with every import; empty while there is no map."""
    row = unit.one(_HEAD, {})
    return "" if row is None else str(row[0])


def place_at(unit: UnitOfWork, lat: float, lon: float) -> str | None:
    """The code of the finest place in which a point lies; None when it lies in none."""
    version = map_version(unit)
    if not version:
        return None
    found = _indexes.get(version)
    if found is None:
        found = PlaceIndex((code, geometry) for code, geometry in unit.all(_OUTLINES, {}))
        if len(_indexes) >= _MOST_INDEXES:
            _indexes.clear()
        _indexes[version] = found
    return found.at(lat, lon)
