"""The record of a case as people read it: entries with their values where these are not erased."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, select

from workflow_engine.queries.rows import HistoryRow
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.storage.schema import audit_entry, entry_payload, person
from workflow_engine.storage.statement import Statement, among, param

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


_JOINED = audit_entry.outerjoin(entry_payload, and_(_y.stream_id == _a.stream_id, _y.seq == _a.seq))
_ENTRIES = Statement(
    select(_a.seq, _a.at, _a.actor, _a.body, _a.hash, _a.prev, _y.content)
    .select_from(_JOINED)
    .where(_a.stream_id == param("stream"), _a.seq > param("after"))
    .order_by(_a.seq)
    .limit(param("most"))
)
_NAMES = Statement(
    lambda dialect: select(person.c.person_id, person.c.display_name_zh, person.c.display_name_en).where(
        among(dialect, person.c.person_id, "people")
    )
)
_MOST_ENTRIES = 2**62
"""No limit, as a number that both databases know."""


def read_entries(look: Look, stream_id: str, after_seq: int = 0, most: int | None = None) -> list[RecordedEntry]:
    """The entries of a chain in their order, from the one after ``after_seq`` on, at most so many."""
    most = _MOST_ENTRIES if most is None else most
    return [_entry(row) for row in look.unit.all(_ENTRIES, {"stream": stream_id, "after": after_seq, "most": most})]


def get_history(look: Look, case_id: str, after_seq: int = 0, most: int | None = None) -> list[HistoryRow]:
    """The story, oldest first, with people's names: all of it, or some entries from the one after ``after_seq`` on."""
    entries = read_entries(look, case_id, after_seq, most)
    names = _names(look, {entry.actor_id for entry in entries})
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
    seq, at, actor, body_text, entry_hash, prev, content = row
    body = orjson.loads(body_text)
    values = {} if content is None else orjson.loads(content)
    events = [{**event, **values.get(str(number), {})} for number, event in enumerate(body["events"])]
    command = {**body["command"], **values.get("command", {})}
    erased = bool(body.get("commitments")) and content is None
    return RecordedEntry(seq, at, actor, command, events, entry_hash, prev, erased)


def _names(look: Look, actor_ids: set[str]) -> dict[str, str]:
    rows = look.unit.all(_NAMES, {"people": orjson.dumps(sorted(actor_ids)).decode()})
    return {row[0]: row[1] or row[2] for row in rows}
