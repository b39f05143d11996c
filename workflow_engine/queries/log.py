"""The log over all chains: its checkpoints, where entries stand in it, and proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from workflow_engine.audit.ranges import consistency_ranges, inclusion_ranges, range_root
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.log import read_nodes, read_size
from workflow_engine.storage.schema import audit_entry, log_checkpoint, log_head, log_leaf

_k, _l, _a = log_checkpoint.c, log_leaf.c, audit_entry.c
_MOST_IN_MEMORY = 1_000


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A signed statement about the log."""

    size: int
    root: str
    note: str
    verifier: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """A leaf, and the hash of its entry as it is stored now; None: there is no such entry any more."""

    log_index: int
    stream_id: str
    seq: int
    hash: str
    entry_hash: str | None


def list_checkpoints(snapshot: Snapshot, after: str | None = None, limit: int = 50) -> Page[CheckpointRow]:
    """Checkpoints, the newest first."""
    limit, key = clamp(limit), decode(after, 1)
    statement = select(_k.size, _k.root, _k.note, _k.verifier, _k.signed_at).order_by(_k.size.desc()).limit(limit + 1)
    if key is not None:
        statement = statement.where(_k.size < key[0])
    rows = [CheckpointRow(*row) for row in snapshot.connection.execute(statement)]
    return page_of(rows, limit, lambda row: (row.size,))


def get_checkpoint(snapshot: Snapshot, size: int) -> CheckpointRow:
    """The checkpoint of this size. Raises NotFoundError."""
    statement = select(_k.size, _k.root, _k.note, _k.verifier, _k.signed_at).where(_k.size == size)
    row = snapshot.connection.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(f"Expected a checkpoint of size {size}, but there is none.")
    return CheckpointRow(*row)


def find_newest_checkpoint(snapshot: Snapshot) -> CheckpointRow | None:
    """The last one signed."""
    page = list_checkpoints(snapshot, limit=1)
    return page.items[0] if page.items else None


def log_size(snapshot: Snapshot) -> int:
    """How many entries have a place in the log."""
    return read_size(snapshot.unit)


def read_edge(snapshot: Snapshot) -> str:
    """What the log's head keeps of its tree."""
    found = snapshot.connection.execute(select(log_head.c.edge)).scalar_one_or_none()
    return found or "[]"


def leaves_of(snapshot: Snapshot, stream_id: str) -> Mapping[int, tuple[int, str]]:
    """Of one chain: number of the entry to (index in the log, hash there)."""
    statement = select(_l.seq, _l.log_index, _l.hash).where(_l.stream_id == stream_id)
    return {seq: (index, leaf) for seq, index, leaf in snapshot.connection.execute(statement)}


def read_leaves(snapshot: Snapshot) -> Iterator[StoredLeaf]:
    """Every leaf in order, beside its entry."""
    joined = log_leaf.outerjoin(audit_entry, and_(_a.stream_id == _l.stream_id, _a.seq == _l.seq))
    statement = select(_l.log_index, _l.stream_id, _l.seq, _l.hash, _a.hash).select_from(joined).order_by(_l.log_index)
    with closing(snapshot.connection.execution_options(yield_per=_MOST_IN_MEMORY).execute(statement)) as rows:
        for row in rows:
            yield StoredLeaf(*row)


def inclusion_proof_of(snapshot: Snapshot, index: int, size: int) -> list[str]:
    """The hashes that lead from leaf ``index`` to the root of the log when it had this size."""
    return [_root(snapshot, wanted).hex() for wanted in inclusion_ranges(index, size)]


def consistency_proof_of(snapshot: Snapshot, old_size: int, size: int) -> list[str]:
    """The hashes that show that the log only grew between the two sizes. Raises NotFoundError."""
    if not 0 <= old_size <= size <= log_size(snapshot):
        raise NotFoundError(f"Expected two sizes of the log, but got {old_size} and {size}.")
    return [_root(snapshot, wanted).hex() for wanted in consistency_ranges(old_size, size)]


def root_of(snapshot: Snapshot, size: int) -> str:
    """The root of the log when it had this size, from the stored leaves."""
    return _root(snapshot, (0, size)).hex()


def _root(snapshot: Snapshot, wanted: tuple[int, int]) -> bytes:
    def nodes(level: int, first: int, count: int) -> Sequence[bytes]:
        return read_nodes(snapshot.unit, level, first, count)

    return range_root(wanted, nodes)


class LogQueries:
    """Questions about the log; each is one snapshot of its own."""

    def __init__(self, look: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._look = look

    def checkpoints(self, after: str | None = None, limit: int = 50) -> Page[CheckpointRow]:
        """Checkpoints, the newest first."""
        with self._look() as snapshot:
            return list_checkpoints(snapshot, after, limit)

    def checkpoint(self, size: int | None = None) -> CheckpointRow:
        """One checkpoint, the newest by default. Raises NotFoundError."""
        with self._look() as snapshot:
            if size is not None:
                return get_checkpoint(snapshot, size)
            newest = find_newest_checkpoint(snapshot)
        if newest is None:
            raise NotFoundError("Expected a signed checkpoint of the log, but nothing was signed yet.")
        return newest

    def size(self) -> int:
        """How many entries have a place in the log."""
        with self._look() as snapshot:
            return log_size(snapshot)

    def consistency(self, old_size: int, size: int) -> list[str]:
        """The proof, as hex hashes, that the log only grew between the two sizes. Raises NotFoundError."""
        with self._look() as snapshot:
            return consistency_proof_of(snapshot, old_size, size)
