"""Points around a point: which cells to look into, and how far off each is."""

from __future__ import annotations

from math import asin, ceil, cos, radians, sin, sqrt

from sqlalchemy import ColumnElement

from workflow_engine.domain.service_requests import CELL_DEGREES
from workflow_engine.storage.schema import service_request

METRES_PER_DEGREE = 111_320.0
_MOST_NAMED = 5
_s = service_request.c


def around(lat: float, lon: float, metres: float) -> list[ColumnElement[bool]]:
    """Cells that reach into the circle, as a range of the index of cells."""
    size = CELL_DEGREES * METRES_PER_DEGREE
    rows = ceil(metres / size)
    columns = ceil(metres / (size * max(cos(radians(lat)), 0.01)))
    row, column = int(lat // CELL_DEGREES), int(lon // CELL_DEGREES)
    return [_among(_s.cell_row, row, rows), _among(_s.cell_column, column, columns)]


def _among(column: ColumnElement[int], middle: int, most: int) -> ColumnElement[bool]:
    """Few cells are named one by one: then the index is entered at each, and no other cell of their rows is read."""
    if most <= _MOST_NAMED:
        return column.in_(range(middle - most, middle + most + 1))
    return column.between(middle - most, middle + most)


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Metres between two points on the sphere."""
    half = (
        sin(radians(other_lat - lat) / 2) ** 2
        + cos(radians(lat)) * cos(radians(other_lat)) * sin(radians(other_lon - lon) / 2) ** 2
    )
    return 2 * 6_371_000 * asin(min(1.0, sqrt(half)))
