"""What changed in the organisation and its settings, out of the record; and who read which case."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import and_, select, tuple_

from workflow_engine.queries.organisation_rows import ChangeRow, ReadingRow
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import case_reading, entry_payload, organisation_change, process_instance

STREAM = "organisation:all"
_c = organisation_change.c
_r = case_reading.c


def history(
    snapshot: Snapshot, kind: str | None, subject_id: str | None, after: str | None, limit: int
) -> Page[ChangeRow]:
    """Changes, the newest first, with what was before and after where that is not erased."""
    limit = clamp(limit)
    statement = select(organisation_change).order_by(_c.seq.desc(), _c.number.desc()).limit(limit + 1)
    if kind is not None:
        statement = statement.where(_c.kind == kind)
    if subject_id is not None:
        statement = statement.where(_c.subject_id == subject_id)
    if (key := decode(after, 2)) is not None:
        statement = statement.where(tuple_(_c.seq, _c.number) < tuple_(*key))
    rows = snapshot.connection.execute(statement).all()
    values = _values(snapshot, {row.seq for row in rows})
    return page_of([_change(row, values.get(row.seq)) for row in rows], limit, lambda row: (row.seq, row.number))


def list_readings(snapshot: Snapshot, case_id: str | None, limit: int) -> list[ReadingRow]:
    """Readings of one case or of all, the newest first."""
    case = process_instance.c
    statement = (
        select(_r.case_id, _r.person_id, _r.read_at, case.title)
        .select_from(case_reading.outerjoin(process_instance, and_(case.case_id == _r.case_id)))
        .order_by(_r.read_at.desc())
        .limit(clamp(limit))
    )
    if case_id is not None:
        statement = statement.where(_r.case_id == case_id)
    return [ReadingRow(*row) for row in snapshot.connection.execute(statement)]


def _values(snapshot: Snapshot, entries: set[int]) -> dict[int, dict[str, Any]]:
    p = entry_payload.c
    statement = select(p.seq, p.content).where(p.stream_id == STREAM, p.seq.in_(entries))
    return {row.seq: orjson.loads(row.content) for row in snapshot.connection.execute(statement)}


def _change(row: Any, values: dict[str, Any] | None) -> ChangeRow:
    own = None if values is None else values.get(str(row.number))
    told = own or {}
    return ChangeRow(
        **row._mapping,
        before=told.get("before") or {},
        after=told.get("after") or {},
        reason=told.get("reason") or "",
        erased=own is None,
    )
