"""Open requests that are probably about the same thing: a few candidates by index, weighed one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, cos, floor, radians
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, TextClause, and_, select, text

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.service_requests import CELL_DEGREES
from workflow_engine.likeness import NEAR_METRES, Likeness, Told, judge, words_of
from workflow_engine.likeness.suggesting import suggest_categories
from workflow_engine.queries.service_request_reach import within_reach
from workflow_engine.queries.service_request_rows import (
    SELECT_PUBLIC,
    SELECT_STAFF,
    PublicServiceRequest,
    ServiceRequestRow,
    public_row,
    staff_row,
)
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import service_categories
from workflow_engine.storage.schema import service_request

MOST_SIMILAR = 5
_MOST_CANDIDATES = 200
_LONGEST_AGO = timedelta(days=60)
_METRES_OF_DEGREE = 111_195.0
_OPEN = text("service_request.closed_at IS NULL AND NOT service_request.exercise")
"""Word for word the condition of the partial indexes."""
_SHOWN = text("service_request.moderation = 'shown'")
_s = service_request.c

Shown = TypeVar("Shown", PublicServiceRequest, ServiceRequestRow)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be reported, as far as it is known; without a category the likeliest one is taken."""

    words: str
    at: datetime
    """When it came in; now, while it is written."""
    category: str | None = None
    lat: float | None = None
    lon: float | None = None
    place_code: str | None = None
    """Where there is no point."""
    request_id: str | None = None
    """Itself, where it is reported already."""


@dataclass(frozen=True, slots=True)
class SimilarRequest(Generic[Shown]):
    """An open request, and how alike it is."""

    request: Shown
    likeness: Likeness


class SimilarQuestions:
    """The part of ``engine.queries.service_requests`` that is about duplicates."""

    _snapshot: Callable[[], AbstractContextManager[Snapshot]]

    def similar(self, draft: Draft, most: int = MOST_SIMILAR) -> list[SimilarRequest[PublicServiceRequest]]:
        """Open requests that everybody may read, for whoever is about to report the same thing again."""
        with self._snapshot() as snapshot:
            return _find_similar(snapshot, draft, SELECT_PUBLIC, [_SHOWN], public_row, most)

    def similar_for(
        self, actor: Actor, draft: Draft, most: int = MOST_SIMILAR
    ) -> list[SimilarRequest[ServiceRequestRow]]:
        """The same for staff: those within reach, whether public or not, by what was really said."""
        with self._snapshot() as snapshot:
            return _find_similar(snapshot, draft, SELECT_STAFF, within_reach(actor), staff_row, most)

    def numbers(self, request_ids: Sequence[str]) -> dict[str, str]:
        """The numbers by which people know these requests."""
        if not request_ids:
            return {}
        statement = select(_s.request_id, _s.tracking_number).where(_s.request_id.in_(list(request_ids)))
        with self._snapshot() as snapshot:
            return {row[0]: row[1] for row in snapshot.connection.execute(statement)}


def _find_similar(
    snapshot: Snapshot,
    draft: Draft,
    base: Select[Any],
    conditions: Sequence[ColumnElement[bool] | TextClause],
    read: Callable[[Any], Shown],
    most: int = MOST_SIMILAR,
) -> list[SimilarRequest[Shown]]:
    """The likeliest first; nothing where neither a point nor a place is known."""
    place = _near(draft)
    if place is None or not draft.words.strip():
        return []
    _, catalogue = service_categories.in_force(snapshot.unit, draft.at)
    groups = {one.code: one.group for one in catalogue.categories.values()}
    category = draft.category or next(
        (one.category.code for one in suggest_categories(draft.words, catalogue, most=1)), None
    )
    if category is None:
        return []
    told = Told(words_of(draft.words), category, groups.get(category), draft.lat, draft.lon, draft.at)
    statement = (
        base.where(_OPEN, place, _s.received_at >= draft.at - _LONGEST_AGO, *conditions)
        .order_by(_s.received_at.desc())
        .limit(_MOST_CANDIDATES)
    )
    rows = [read(row) for row in snapshot.connection.execute(statement)]
    found = [
        SimilarRequest(row, judge(told, _told(row, groups))) for row in rows if row.request_id != draft.request_id
    ]
    likely = sorted((one for one in found if one.likeness.likely), key=lambda one: -one.likeness.score)
    return likely[:most]


def _told(row: PublicServiceRequest | ServiceRequestRow, groups: dict[str, str]) -> Told:
    words = words_of(f"{row.title} {row.description}")
    return Told(words, row.category, groups.get(row.category), row.lat, row.lon, row.received_at)


def _near(draft: Draft) -> ColumnElement[bool] | None:
    """Cells named one by one, so that the index is entered at each and nothing beside them is read."""
    if draft.lat is None or draft.lon is None:
        return None if not draft.place_code else _s.place_code == draft.place_code
    size = CELL_DEGREES * _METRES_OF_DEGREE
    rows = ceil(NEAR_METRES / size)
    columns = ceil(NEAR_METRES / (size * max(cos(radians(draft.lat)), 0.01)))
    row, column = floor(draft.lat / CELL_DEGREES), floor(draft.lon / CELL_DEGREES)
    return and_(
        _s.cell_row.in_(range(row - rows, row + rows + 1)),
        _s.cell_column.in_(range(column - columns, column + columns + 1)),
    )
