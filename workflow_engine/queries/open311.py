"""Service requests as Open311 asks for them: up to a thousand at once, by page or after a cursor, with their notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_

from workflow_engine.domain.service_requests import PUBLIC_STEPS, in_language, public_text
from workflow_engine.queries.paging import decode, encode
from workflow_engine.queries.service_request_rows import SELECT_PUBLIC, PublicServiceRequest, public_row
from workflow_engine.queries.service_requests import IS_PUBLIC
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    service_request,
    service_request_photo,
    service_request_reporter,
    service_request_step,
    unit,
)

MOST_ROWS = 1_000
_s, _t, _f, _p, _u = (
    service_request.c, service_request_step.c, service_request_photo.c, service_request_reporter.c, unit.c,
)  # fmt: skip
_NEWEST_FIRST = (_s.received_at.desc(), _s.request_id.desc())


@dataclass(frozen=True, slots=True)
class Open311Wish:
    """Which requests: received from ``since`` to ``until``, both included; no categories means all."""

    since: datetime
    until: datetime
    categories: Sequence[str] = ()
    is_open: bool | None = None
    skip: int = 0
    """How many of the newest are left out; ``after`` is the better way to go on."""
    after: str | None = None
    limit: int = MOST_ROWS


@dataclass(frozen=True, slots=True)
class Open311Note:
    """Something that happened, in words for everybody."""

    at: datetime
    kind: str
    kept: str

    def note(self, language: str) -> str:
        """The words."""
        return in_language(self.kept, language)


@dataclass(frozen=True, slots=True)
class Open311Row:
    """A shown request with the name of the unit that handles it, by language, and its first public photo."""

    request: PublicServiceRequest
    unit_names: Mapping[str, str] = field(default_factory=dict)
    photo_id: str | None = None
    notes: Sequence[Open311Note] = ()


class Open311Queries:
    """Everybody may ask; only what is shown is found, and the number of statements does not depend on how many."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def find(self, request_ids: Sequence[str], *, notes: bool = False) -> list[Open311Row]:
        """Those of these ids that are shown, the newest first."""
        wanted = SELECT_PUBLIC.where(_s.request_id.in_(list(request_ids[:MOST_ROWS])), IS_PUBLIC)
        with self._snapshot() as snapshot:
            return _whole(snapshot, snapshot.connection.execute(wanted.order_by(*_NEWEST_FIRST)), notes)

    def list(self, wish: Open311Wish, *, notes: bool = False) -> tuple[list[Open311Row], str | None]:
        """A page, the newest first, and the cursor after it, None where nothing follows."""
        conditions: list[ColumnElement[bool] | Any] = [IS_PUBLIC, _s.received_at.between(wish.since, wish.until)]
        if wish.categories:
            conditions.append(_s.category.in_(list(wish.categories)))
        if wish.is_open is not None:
            conditions.append(_s.closed_at.is_(None) if wish.is_open else _s.closed_at.is_not(None))
        key = decode(wish.after, 2)
        if key is not None:
            conditions.append(tuple_(_s.received_at, _s.request_id) < key)
        most = min(wish.limit, MOST_ROWS)
        # What is skipped is walked over in the index alone; rows are read of the page only.
        ids = select(_s.request_id).where(*conditions).order_by(*_NEWEST_FIRST).limit(most + 1).offset(wish.skip)
        wanted = SELECT_PUBLIC.where(_s.request_id.in_(ids)).order_by(*_NEWEST_FIRST)
        with self._snapshot() as snapshot:
            found = snapshot.connection.execute(wanted).all()
            rows = _whole(snapshot, found[:most], notes)
        if len(found) <= most or not rows:
            return rows, None
        return rows, encode(rows[-1].request.received_at, rows[-1].request.request_id)


def _whole(snapshot: Snapshot, found: Any, notes: bool) -> list[Open311Row]:
    requests = [public_row(row) for row in found]
    names = _unit_names(snapshot, {one.unit_id for one in requests if one.unit_id is not None})
    photos = _photos(snapshot, [one.request_id for one in requests if one.photos_shown_at is not None])
    told = _notes(snapshot, [one.request_id for one in requests]) if notes else {}
    return [
        Open311Row(
            one, names.get(one.unit_id or "", {}), photos.get(one.request_id), tuple(told.get(one.request_id, ()))
        )
        for one in requests
    ]


def _unit_names(snapshot: Snapshot, unit_ids: set[str]) -> dict[str, dict[str, str]]:
    if not unit_ids:
        return {}
    wanted = select(_u.unit_id, _u.name_zh, _u.name_en).where(_u.unit_id.in_(sorted(unit_ids)))
    return {unit_id: {"zh": zh, "en": en} for unit_id, zh, en in snapshot.connection.execute(wanted)}


def _photos(snapshot: Snapshot, request_ids: Sequence[str]) -> dict[str, str]:
    """The id of each one's first photo that is shown."""
    if not request_ids:
        return {}
    wanted = (
        select(_f.request_id, func.min(_f.photo_id))
        .join(service_request, _s.request_id == _f.request_id)
        .where(_f.request_id.in_(request_ids), _f.added_at <= _s.photos_shown_at)
        .group_by(_f.request_id)
    )
    return {str(request_id): str(photo_id) for request_id, photo_id in snapshot.connection.execute(wanted)}


def _notes(snapshot: Snapshot, request_ids: Sequence[str]) -> dict[str, list[Open311Note]]:
    if not request_ids:
        return {}
    wanted = (
        select(_t.request_id, _t.at, _t.kind, _t.note, _p.name, _p.contact)
        .select_from(service_request_step.outerjoin(service_request_reporter, _p.request_id == _t.request_id))
        .where(_t.request_id.in_(request_ids), _t.kind.in_(PUBLIC_STEPS))
        .order_by(_t.at, _t.case_id, _t.seq, _t.number)
    )
    found: dict[str, list[Open311Note]] = defaultdict(list)
    for request_id, at, kind, note, name, contact in snapshot.connection.execute(wanted):
        found[request_id].append(Open311Note(at, kind, public_text(note, name or "", contact or "")))
    return found
