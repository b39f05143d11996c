"""Writing the log: entries of all chains get contiguous indexes, in one transaction with the subtrees they complete.

Whoever holds the row of ``log_head`` is the only one who extends the log; the row moves only from the size at which it
was read. So a process that dies on the way leaves nothing, and no index is used twice or left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, insert, or_, select, update

from workflow_engine.audit.checkpoint import Checkpoint, sign_checkpoint
from workflow_engine.audit.merkle import CompactRange, node_hash
from workflow_engine.audit.notes import SigningKey
from workflow_engine.audit.ranges import TILE_LEVELS
from workflow_engine.failpoints import failpoint
from workflow_engine.storage.schema import (
    audit_entry,
    log_checkpoint,
    log_head,
    log_leaf,
    log_node,
    log_stream,
    process_instance,
    stream,
)
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork

MOST_LEAVES = 2_000
"""How many entries one transaction sequences; on SQLite nobody else writes meanwhile."""

_a, _l, _s, _c = audit_entry.c, log_leaf.c, log_stream.c, process_instance.c
_NEW = Statement(lambda dialect: upsert(dialect, log_head, ("log_id",), None))
_LOCK = Statement(select(log_head.c.size, log_head.c.edge).where(log_head.c.log_id == 1).with_for_update())
_MOVE = Statement(
    update(log_head)
    .where(log_head.c.log_id == 1, log_head.c.size == param("before"))
    .values(size=param("size"), edge=param("edge"))
)
_REACHED = Statement(select(_s.seq).where(_s.stream_id == param("stream")))
_ENTRIES = Statement(
    select(_a.stream_id, _a.seq, _a.hash)
    .where(_a.stream_id == param("stream"), _a.seq > param("after"))
    .order_by(_a.seq)
    .limit(param("most"))
)
_LEAF = Statement(insert(log_leaf))
_REACH = Statement(lambda dialect: upsert(dialect, log_stream, ("stream_id",), ("seq",)))
_NODE = Statement(insert(log_node))
_LEAVES = Statement(
    select(_l.hash).where(_l.log_index >= param("first"), _l.log_index < param("stop")).order_by(_l.log_index)
)
_NODES = Statement(
    select(log_node.c.hash)
    .where(log_node.c.level == param("level"), log_node.c.node_index >= param("first"))
    .where(log_node.c.node_index < param("stop"))
    .order_by(log_node.c.node_index)
)
_SIGNED = Statement(
    select(log_checkpoint.c.size, log_checkpoint.c.signed_at).order_by(log_checkpoint.c.size.desc()).limit(1)
)
_NOTE = Statement(select(log_checkpoint.c.note).where(log_checkpoint.c.size == param("size")))
_PUT_NOTE = Statement(
    update(log_checkpoint).where(log_checkpoint.c.size == param("size")).values(note=param("note"))
)
_CHECKPOINT = Statement(insert(log_checkpoint))
_BEHIND = or_(_s.seq.is_(None), _s.seq < _c.version)
_CASES_BEHIND = select(_c.case_id).select_from(process_instance.outerjoin(log_stream, _s.stream_id == _c.case_id))
_ALL_BEHIND = Statement(_CASES_BEHIND.where(_BEHIND).limit(param("most")))
_RUNNING_BEHIND = Statement(_CASES_BEHIND.where(_BEHIND, _c.state.in_(["active", "suspended"])).limit(param("most")))
_STREAMS_BEHIND = Statement(
    select(stream.c.stream_id)
    .select_from(stream.outerjoin(log_stream, _s.stream_id == stream.c.stream_id))
    .where(or_(_s.seq.is_(None), _s.seq < stream.c.seq))
    .limit(param("most"))
)
_SIZE = Statement(select(func.coalesce(func.max(log_head.c.size), 0)))


@dataclass(frozen=True, slots=True)
class LogStep:
    """What one extension of the log did."""

    sequenced: int
    size: int
    signed: bool = False
    full: bool = False
    """There may be more to sequence in the same chains."""


def find_behind(unit: UnitOfWork, *, everything: bool, most: int = MOST_LEAVES) -> list[str]:
    """Chains with entries that have no leaf yet: of running cases and of streams, or of every case."""
    cases = unit.all(_ALL_BEHIND if everything else _RUNNING_BEHIND, {"most": most})
    return [row[0] for row in (*cases, *unit.all(_STREAMS_BEHIND, {"most": most}))]


def extend(unit: UnitOfWork, streams: Iterable[str], key: SigningKey | None, now: datetime, every: float) -> LogStep:
    """Give every entry of these chains that has none its place in the log, and sign the log if it is time.

    ``every``: seconds between two checkpoints; 0 signs whatever is not signed yet.
    """
    unit.run(_NEW, {"log_id": 1, "size": 0, "edge": "[]"})
    row = unit.one(_LOCK, {})
    if row is None:
        raise LostRaceError("the log vanished")
    size, edge = row
    tree = CompactRange(size, [bytes.fromhex(part) for part in orjson.loads(edge)])
    found = _unsequenced(unit, streams)
    if found:
        _add(unit, tree, found)
        after = orjson.dumps([part.hex() for part in tree.hashes]).decode()
        if unit.run(_MOVE, {"before": size, "size": tree.size, "edge": after}) != 1:
            raise LostRaceError(f"Expected the log at {size}, but it moved on.")
    failpoint("sequencer.before_publish")
    signed = key is not None and _sign(unit, tree, key, now, every)
    return LogStep(len(found), tree.size, signed, len(found) >= MOST_LEAVES)


def find_note(unit: UnitOfWork, size: int) -> str | None:
    """The signed note of this size."""
    row = unit.one(_NOTE, {"size": size})
    return None if row is None else str(row[0])


def put_note(unit: UnitOfWork, size: int, note: str) -> None:
    """The same note with further signatures."""
    unit.run(_PUT_NOTE, {"size": size, "note": note})


def read_nodes(unit: UnitOfWork, level: int, first: int, count: int) -> list[bytes]:
    """The ``NodeSource`` of ``audit.ranges``: stored subtrees, or leaves for level 0."""
    values = {"first": first, "stop": first + count}
    rows = unit.all(_LEAVES, values) if level == 0 else unit.all(_NODES, {"level": level, **values})
    return [bytes.fromhex(row[0]) for row in rows]


def read_size(unit: UnitOfWork) -> int:
    """How many leaves there are."""
    row = unit.one(_SIZE, {})
    return 0 if row is None else int(row[0])


def _unsequenced(unit: UnitOfWork, streams: Iterable[str]) -> list[tuple[str, int, str]]:
    found: list[tuple[str, int, str]] = []
    for stream_id in dict.fromkeys(streams):
        reached = unit.one(_REACHED, {"stream": stream_id})
        after = 0 if reached is None else reached[0]
        left = MOST_LEAVES - len(found)
        if left <= 0:
            break
        found.extend(unit.all(_ENTRIES, {"stream": stream_id, "after": after, "most": left}))
    return found


def _add(unit: UnitOfWork, tree: CompactRange, entries: list[tuple[str, int, str]]) -> None:
    leaves: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    reached: dict[str, int] = {}
    for stream_id, seq, entry_hash in entries:
        leaves.append({"log_index": tree.size, "stream_id": stream_id, "seq": seq, "hash": entry_hash})
        reached[stream_id] = seq
        nodes.extend(_completed(tree, bytes.fromhex(entry_hash)))
    unit.many(_LEAF, leaves)
    failpoint("sequencer.after_index")
    unit.many(_REACH, [{"stream_id": stream_id, "seq": seq} for stream_id, seq in reached.items()])
    unit.many(_NODE, nodes)
    failpoint("sequencer.after_tiles")


def _completed(tree: CompactRange, leaf: bytes) -> list[dict[str, Any]]:
    """Append the leaf; the subtrees of stored levels that it completes."""
    index = tree.size
    pending = list(tree.hashes)
    merged, level, found = leaf, 0, []
    while index & 1:
        merged, index, level = node_hash(pending.pop(), merged), index >> 1, level + 1
        if level % TILE_LEVELS == 0:
            found.append({"level": level, "node_index": index, "hash": merged.hex()})
    tree.append(leaf)
    return found


def _sign(unit: UnitOfWork, tree: CompactRange, key: SigningKey, now: datetime, every: float) -> bool:
    last = unit.one(_SIGNED, {})
    if tree.size == 0 or (last is not None and (last[0] >= tree.size or (now - last[1]).total_seconds() < every)):
        return False
    root = tree.root()
    unit.run(
        _CHECKPOINT,
        {
            "size": tree.size, "root": root.hex(), "note": sign_checkpoint(Checkpoint(key.name, tree.size, root), key),
            "verifier": key.verifier.to_text(), "signed_at": now,
        },
    )  # fmt: skip
    return True
