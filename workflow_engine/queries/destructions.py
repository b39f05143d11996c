"""Destructions of personal data: what was ordered, how far it is, what it took, and what a search found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import exists, select

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.destruction import TRACES_KEPT, stream_of
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    audit_entry,
    case_hold,
    destruction,
    destruction_case,
    destruction_file,
    destruction_trace,
)

_d = destruction.c


@dataclass(frozen=True, slots=True)
class DestructionRow:
    """One order to destroy what a response knew of people."""

    destruction_id: str
    case_id: str
    state: str
    decided_by: str
    signed_by: str
    names: Sequence[str]
    """Variables that the model declares as personal."""
    files: bool
    comments: bool
    ordered_at: datetime
    begun_at: datetime | None
    finished_at: datetime | None
    value_count: int
    """Values that are known by their salted hashes."""
    too_short: int
    """Values that went too, but say too little to be looked for."""
    storage: str
    checked_at: datetime | None
    looked_at: int
    left_over: int
    elsewhere: int
    held: bool
    """A legal hold stops it."""
    can_be_checked: bool
    """Its hashes are still kept."""

    @property
    def is_proved(self) -> bool:
        """Finished, looked for, and nothing was left."""
        return self.state == "finished" and self.checked_at is not None and self.left_over == 0


@dataclass(frozen=True, slots=True)
class DestroyedCase:
    """What went from one case."""

    case_id: str
    is_own: bool
    state: str
    entries: int
    row_count: int


@dataclass(frozen=True, slots=True)
class DestructionProof:
    """Everything there is to say about one destruction."""

    row: DestructionRow
    cases: Sequence[DestroyedCase]
    files: int
    rows: Mapping[str, int]
    """Changed rows by table."""
    entries: Sequence[tuple[str, datetime, str, str]]
    """(event, instant, actor, hash) of its own chain."""


_ROW = (
    select(
        _d.destruction_id, _d.case_id, _d.state, _d.decided_by, _d.signed_by, _d.names, _d.files, _d.comments,
        _d.ordered_at, _d.begun_at, _d.finished_at, _d.value_count, _d.too_short, _d.storage, _d.checked_at,
        _d.looked_at, _d.left_over, _d.elsewhere, exists().where(case_hold.c.case_id == _d.case_id).label("held"),
        _d.salt.is_not(None).label("can_be_checked"),
    )
)  # fmt: skip


class DestructionQueries:
    """Reached as ``engine.queries.destructions``."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def of_case(self, case_id: str, actor: Actor) -> list[DestructionRow]:
        """The destructions that a case ordered, the newest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            wanted = _ROW.where(_d.case_id == case_id).order_by(_d.ordered_at.desc())
            return [_row(row) for row in snapshot.connection.execute(wanted)]

    def proof(self, destruction_id: str, actor: Actor) -> DestructionProof:
        """One of them with all that it took. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            row = require_destruction(snapshot, destruction_id, actor)
            c, a = destruction_case.c, audit_entry.c
            cases = snapshot.connection.execute(
                select(c.case_id, c.is_own, c.state, c.entries, c.row_count)
                .where(c.destruction_id == destruction_id)
                .order_by(c.is_own.desc(), c.case_id)
            ).all()
            files = snapshot.connection.execute(
                select(destruction_file.c.digest).where(destruction_file.c.destruction_id == destruction_id)
            ).all()
            entries = snapshot.connection.execute(
                select(a.at, a.actor, a.hash, a.body).where(a.stream_id == stream_of(destruction_id)).order_by(a.seq)
            ).all()
        rows: dict[str, int] = {}
        told = []
        for at, actor_id, digest, body in entries:
            for event in orjson.loads(body)["events"]:
                told.append((event["event"], at, actor_id, digest))
                for table, count in event.get("rows", {}).items():
                    rows[table] = rows.get(table, 0) + count
        return DestructionProof(row, [DestroyedCase(*each) for each in cases], len(files), rows, told)

    def unfinished(self, most: int = 20) -> list[str]:
        """Orders that are not carried out and that no hold stops, the oldest first."""
        held = exists().where(case_hold.c.case_id == _d.case_id)
        wanted = select(_d.destruction_id).where(_d.state != "finished", ~held).order_by(_d.ordered_at).limit(most)
        return self._ids(wanted)

    def unchecked(self, most: int = 20) -> list[str]:
        """Those that are finished and that nobody has looked for yet."""
        wanted = select(_d.destruction_id).where(_d.state == "finished", _d.checked_at.is_(None)).limit(most)
        return self._ids(wanted)

    def stale_traces(self, now: datetime, most: int = 20) -> list[str]:
        """Those whose hashes have served."""
        wanted = select(_d.destruction_id).where(_d.salt.is_not(None), _d.finished_at < now - TRACES_KEPT).limit(most)
        return self._ids(wanted)

    def files_of(self, destruction_id: str) -> list[str]:
        """Contents that go, by their digests."""
        wanted = select(destruction_file.c.digest).where(destruction_file.c.destruction_id == destruction_id)
        return self._ids(wanted)

    def _ids(self, wanted: Any) -> list[str]:
        with self._snapshot() as snapshot:
            return [str(row[0]) for row in snapshot.connection.execute(wanted)]


def require_destruction(snapshot: Snapshot, destruction_id: str, actor: Actor) -> DestructionRow:
    """The destruction, if its case is within the actor's reach. Raises NotFoundError."""
    found = snapshot.connection.execute(_ROW.where(_d.destruction_id == destruction_id)).first()
    if found is None:
        raise NotFoundError("Expected a destruction of personal data, but there is no such one.")
    require_visible_case(snapshot, found.case_id, actor)
    return _row(found)


def read_traces(snapshot: Snapshot, destruction_id: str) -> tuple[bytes | None, list[tuple[int, str, str]], set[str]]:
    """(salt, traces, cases) of a destruction; without salt its traces are forgotten."""
    t, c = destruction_trace.c, destruction_case.c
    salt = snapshot.connection.execute(select(_d.salt).where(_d.destruction_id == destruction_id)).scalar_one()
    traces = snapshot.connection.execute(
        select(t.length, t.start, t.digest).where(t.destruction_id == destruction_id)
    ).all()
    cases = snapshot.connection.execute(select(c.case_id).where(c.destruction_id == destruction_id)).all()
    return None if salt is None else bytes(salt), [(r[0], r[1], r[2]) for r in traces], {str(r[0]) for r in cases}


def _row(row: Any) -> DestructionRow:
    values = dict(row._mapping)
    flags = {name: bool(values[name]) for name in ("files", "comments", "held", "can_be_checked")}
    return DestructionRow(**{**values, **flags, "names": orjson.loads(values["names"])})
