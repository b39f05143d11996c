"""The record of a case as people read it: entries with their values where these are not erased."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, select

from workflow_engine.queries.rows import HistoryRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import audit_entry, entry_payload, person

_a = audit_entry.c
_y = entry_payload.c


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """An entry, its command and events merged with their values."""

    seq: int
    at: datetime
    actor_id: str
    command: dict[str, Any]
    events: list[dict[str, Any]]
    hash: str
    prev: str
    erased: bool


def read_entries(
    snapshot: Snapshot, stream_id: str, after_seq: int = 0, most: int | None = None
) -> list[RecordedEntry]:
    """The entries of a chain in their order, from the one after ``after_seq`` on, at most so many."""
    joined = audit_entry.outerjoin(entry_payload, and_(_y.stream_id == _a.stream_id, _y.seq == _a.seq))
    statement = (
        select(_a.seq, _a.at, _a.actor, _a.body, _a.hash, _a.prev, _y.content)
        .select_from(joined)
        .where(_a.stream_id == stream_id, _a.seq > after_seq)
        .order_by(_a.seq)
    )
    if most is not None:
        statement = statement.limit(most)
    return [_entry(row) for row in snapshot.connection.execute(statement)]


def get_history(snapshot: Snapshot, case_id: str, after_seq: int = 0, most: int | None = None) -> list[HistoryRow]:
    """The story, oldest first, with people's names: all of it, or some entries from the one after ``after_seq`` on."""
    entries = read_entries(snapshot, case_id, after_seq, most)
    names = _names(snapshot, {entry.actor_id for entry in entries})
    return [
        HistoryRow(
            entry.seq, entry.at, entry.actor_id, names.get(entry.actor_id), entry.command, entry.events, entry.hash,
            entry.prev, entry.erased,
        )
        for entry in entries
    ]  # fmt: skip


def first_variables(snapshot: Snapshot, case_id: str) -> dict[str, Any]:
    """With what a case was started; empty where its values are erased."""
    statement = select(_y.content).where(_y.stream_id == case_id, _y.seq == 1)
    content = snapshot.connection.execute(statement).scalar_one_or_none()
    values = {} if content is None else orjson.loads(content)
    return dict(values.get("command", {}).get("variables") or {})


def final_variables(entries: Iterable[RecordedEntry]) -> dict[str, Any]:
    """What a case that has ended knew at its end; empty where it was withdrawn or its values are erased."""
    for entry in reversed(list(entries)):
        for event in reversed(entry.events):
            if event["event"] == "case.completed":
                return dict(event.get("variables") or {})
    return {}


def _entry(row: Any) -> RecordedEntry:
    body = orjson.loads(row.body)
    values = {} if row.content is None else orjson.loads(row.content)
    events = [{**event, **values.get(str(number), {})} for number, event in enumerate(body["events"])]
    command = {**body["command"], **values.get("command", {})}
    erased = bool(body.get("commitments")) and row.content is None
    return RecordedEntry(row.seq, row.at, row.actor, command, events, row.hash, row.prev, erased)


def _names(snapshot: Snapshot, actor_ids: set[str]) -> dict[str, str]:
    p = person.c
    statement = select(p.person_id, p.display_name_zh, p.display_name_en).where(p.person_id.in_(sorted(actor_ids)))
    return {row[0]: row[1] or row[2] for row in snapshot.connection.execute(statement)}
