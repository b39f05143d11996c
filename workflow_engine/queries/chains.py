"""Everything that is stored about chains: heads, entries, and the values they commit to."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import LargeBinary, and_, cast, func, select

from workflow_engine.audit.chain import ChainHead, Entry
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import audit_entry, entry_payload, process_instance, redacted_values, stream

_a = audit_entry.c
_y = entry_payload.c
_c = process_instance.c
_MOST_IN_MEMORY = 1_000
_STORED = select(
    _a.stream_id, _a.seq, _a.prev, _a.body, _a.hash, _a.actor, _a.at, _a.command_id, cast(_y.salt, LargeBinary),
    _y.content,
).select_from(audit_entry.outerjoin(entry_payload, and_(_y.stream_id == _a.stream_id, _y.seq == _a.seq)))  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredChain:
    """Everything that is stored about one chain."""

    stream_id: str
    entries: list[Entry]
    contents: Mapping[int, tuple[bytes, dict[str, Any]]]
    """(salt, values) of those entries whose values are not erased."""
    columns: list[tuple[Entry, dict[str, str]]]


def read_heads(snapshot: Snapshot) -> dict[str, ChainHead]:
    """The head of every chain, as the case and stream rows say."""
    found = {}
    cases = select(_c.case_id, _c.version, _c.chain_head)
    streams = select(stream.c.stream_id, stream.c.seq, stream.c.head)
    for source in (cases, streams):
        for stream_id, seq, head in snapshot.connection.execute(source):
            found[stream_id] = ChainHead(stream_id, seq, head)
    return found


def read_head(snapshot: Snapshot, case_id: str) -> ChainHead | None:
    """The head of a case's chain, as its row says; None when there is no such case."""
    row = snapshot.connection.execute(select(_c.version, _c.chain_head).where(_c.case_id == case_id)).one_or_none()
    return None if row is None else ChainHead(case_id, row[0], row[1])


def read_lane(snapshot: Snapshot, case_id: str) -> int:
    """The lane of a case."""
    return int(snapshot.connection.execute(select(_c.lane).where(_c.case_id == case_id)).scalar_one())


def read_chains(snapshot: Snapshot) -> Generator[StoredChain]:
    """Every chain, one at a time."""
    statement = _STORED.order_by(_a.stream_id, _a.seq)
    with closing(snapshot.connection.execution_options(yield_per=_MOST_IN_MEMORY).execute(statement)) as rows:
        yield from _grouped(rows)


def read_chain(snapshot: Snapshot, stream_id: str, after_seq: int = 0, most: int | None = None) -> StoredChain:
    """One chain from the entry after ``after_seq`` on, at most so many entries; without any it is empty."""
    statement = _STORED.where(_a.stream_id == stream_id, _a.seq > after_seq).order_by(_a.seq)
    if most is not None:
        statement = statement.limit(most)
    return next(_grouped(snapshot.connection.execute(statement)), StoredChain(stream_id, [], {}, []))


def read_redacted(snapshot: Snapshot, case_id: str) -> dict[int, dict[str, Any]]:
    """What is left of the values of those entries of a case whose personal data was destroyed."""
    columns = redacted_values.c
    wanted = select(columns.seq, columns.content).where(columns.case_id == case_id)
    return {seq: _values(content) for seq, content in snapshot.connection.execute(wanted)}


def count_values(snapshot: Snapshot, stream_id: str, up_to: int) -> int:
    """How many of a chain's entries up to this one still have their values."""
    wanted = select(func.count()).where(_y.stream_id == stream_id, _y.seq <= up_to)
    return int(snapshot.connection.execute(wanted).scalar_one())


def _grouped(rows: Iterable[Any]) -> Iterator[StoredChain]:
    for stream_id, group in groupby(rows, key=itemgetter(0)):
        entries: list[Entry] = []
        contents: dict[int, tuple[bytes, dict[str, Any]]] = {}
        columns: list[tuple[Entry, dict[str, str]]] = []
        for _, seq, prev, body, own_hash, actor, at, command_id, salt, content in group:
            entry = Entry(stream_id, seq, prev, body.encode(), own_hash)
            entries.append(entry)
            columns.append((entry, {"actor": actor, "at": at.isoformat(), "command_id": command_id}))
            if content is not None:
                contents[seq] = (bytes(salt), _values(content))
        yield StoredChain(stream_id, entries, contents, columns)


def _values(content: str) -> dict[str, Any]:
    """The stored values; nonsense stands for itself, so that it holds no commitment."""
    try:
        values = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {"unreadable": content}
    return values if isinstance(values, dict) else {"unreadable": values}
