"""Which requests a list is to show, and how its pages are walked along indexes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, tuple_, union_all

from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.service_requests import CLOSED, OPEN, read_tracking_number
from workflow_engine.queries.paging import clamp, decode
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import service_request, unit_below

MOST_WORDS = 100
_MOST_WALKS = 40
_s = service_request.c


@dataclass(frozen=True, slots=True)
class RequestWish:
    """Which requests a list is to show; what is not said does not matter."""

    category: str = ""
    """Codes, by commas."""
    status: str = ""
    """Statuses, by commas; ``open`` and ``closed`` for all of them."""
    source: str = ""
    kind: str = ""
    tier: str = ""
    process_id: str = ""
    unit_id: str = ""
    """The unit, and those below it."""
    place_code: str = ""
    """The place, and those whose codes begin with it."""
    bbox: str = ""
    """South, west, north, east in degrees, by commas."""
    since: datetime | None = None
    """Received at or after."""
    until: datetime | None = None
    """Received before."""
    changed_since: datetime | None = None
    due_before: datetime | None = None
    """Open, with a time limit before."""
    supervision: str = ""
    """Rungs, by commas."""
    moderation: str = ""
    number: str = ""
    """A tracking number, however it was typed."""
    request_ids: str = ""
    """Ids, by commas."""
    exercise: bool | None = None


def page_statement(
    snapshot: Snapshot,
    base: Select[Any],
    wish: RequestWish,
    reach: Sequence[ColumnElement[bool]],
    order: Any,
    after: str | None,
    limit: int,
    within: Sequence[str] | None = None,
) -> Any:
    """One page: a walk along an index; for a few units one walk each, of which the first rows count.

    ``within``: the units that ``reach`` leaves, where it goes by units alone.
    """
    most, key = clamp(limit) + 1, decode(after, 2)
    base = base.where(*conditions(wish), *reach)
    if key is not None:
        base = base.where(tuple_(order, _s.request_id) < key)
    units = within
    if wish.unit_id:
        units = [unit for unit in _units(snapshot, wish.unit_id) if within is None or unit in within]
    if units is None or len(units) > _MOST_WALKS or not units:
        if units is not None:
            base = base.where(_s.unit_id.in_(units))
        return base.order_by(order.desc(), _s.request_id.desc()).limit(most)
    walks = [
        select(base.where(_s.unit_id == unit).order_by(order.desc(), _s.request_id.desc()).limit(most).subquery())
        for unit in units
    ]
    if len(walks) == 1:
        return walks[0]
    merged = union_all(*walks).subquery()
    column = merged.c[order.name]
    return select(merged).order_by(column.desc(), merged.c.request_id.desc()).limit(most)


def conditions(wish: RequestWish) -> Iterable[ColumnElement[bool]]:
    """What a wish asks of a row. Raises RejectedError for what cannot be read."""
    for name in ("source", "kind", "tier", "process_id", "moderation"):
        if wanted := getattr(wish, name):
            yield _s[name] == wanted
    for name, given in (("category", wish.category), ("supervision", wish.supervision),
                        ("request_id", wish.request_ids)):  # fmt: skip
        if given:
            yield _one_of(_s[name], _parts(given))
    if wish.number:
        yield _s.tracking_number == (read_tracking_number(wish.number) or "")
    if wish.exercise is not None:
        yield _s.exercise.is_(wish.exercise)
    if wish.status:
        both = {"open": OPEN, "closed": CLOSED}
        wanted = {status for word in _parts(wish.status) for status in both.get(word, (word,))}
        # What is open has an index of its own; most requests are closed.
        yield _s.closed_at.is_(None) if wanted == set(OPEN) else _one_of(_s.status, sorted(wanted))
    yield from _bounds(wish)


def _bounds(wish: RequestWish) -> Iterable[ColumnElement[bool]]:
    if wish.place_code:
        yield and_(_s.place_code >= wish.place_code, _s.place_code < wish.place_code + "\uffff")
    if wish.bbox:
        south, west, north, east = _box(wish.bbox)
        yield and_(_s.lat.between(south, north), _s.lon.between(west, east))
    if wish.since is not None:
        yield _s.received_at >= wish.since
    if wish.until is not None:
        yield _s.received_at < wish.until
    if wish.changed_since is not None:
        yield _s.changed_at >= wish.changed_since
    if wish.due_before is not None:
        yield and_(_s.closed_at.is_(None), _s.due_at < wish.due_before)


def _parts(given: str) -> Sequence[str]:
    return [part.strip() for part in given.split(",") if part.strip()][:MOST_WORDS]


def _box(given: str) -> Sequence[float]:
    try:
        box = [float(part) for part in given.split(",")]
    except ValueError:
        box = []
    if len(box) != 4 or not all(isfinite(one) for one in box):
        raise RejectedError("Expected south, west, north and east in degrees, by commas.", field="bbox")
    return box


def _one_of(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    return column == words[0] if len(words) == 1 else column.in_(words)  # type: ignore[no-any-return]


def _units(snapshot: Snapshot, unit_id: str) -> list[str]:
    below = select(unit_below.c.unit_id).where(unit_below.c.ancestor_id == unit_id)
    return list(snapshot.connection.execute(below).scalars()) or [unit_id]
