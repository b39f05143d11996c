"""Writing the record: one entry per command, chained, with its private values beside it where they can be erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import insert, select, update

from workflow_engine.audit.chain import GENESIS, ChainHead, Entry, link
from workflow_engine.audit.commitments import commit
from workflow_engine.audit.verification import COMMITMENTS
from workflow_engine.domain.commands import Envelope
from workflow_engine.domain.events import Event
from workflow_engine.storage.schema import audit_entry, command, entry_payload, stream
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import LostRaceError, UnitOfWork

BUILD = "liandong/1"
"""Format of what is recorded; moves when a build would give other events for the same commands."""

_CLAIM = Statement(lambda dialect: upsert(dialect, command, ("command_id",), None))
_CLAIMED = Statement(select(command.c.request_digest).where(command.c.command_id == param("command")))
_ENTRY = Statement(insert(audit_entry))
_PAYLOAD = Statement(insert(entry_payload))
_BY_COMMAND = Statement(
    select(audit_entry.c.stream_id, audit_entry.c.seq, audit_entry.c.hash, audit_entry.c.body).where(
        audit_entry.c.command_id == param("command")
    )
)
_NEW_STREAM = Statement(lambda dialect: upsert(dialect, stream, ("stream_id",), None))
_LOCK_STREAM = Statement(
    select(stream.c.seq, stream.c.head).where(stream.c.stream_id == param("stream")).with_for_update()
)
_MOVE_STREAM = Statement(
    update(stream)
    .where(stream.c.stream_id == param("stream"), stream.c.seq == param("before"))
    .values(seq=param("seq"), head=param("head"))
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry found by its command."""

    stream_id: str
    seq: int
    hash: str
    body: str


def claim(unit: UnitOfWork, envelope: Envelope, request_digest: str) -> bool:
    """Take the command id for this transaction; False when it was handled before (waits for one that is under way)."""
    values = {
        "command_id": envelope.command.command_id, "request_digest": request_digest,
        "actor": envelope.actor.actor_id, "at": envelope.at,
    }  # fmt: skip
    return unit.run(_CLAIM, values) == 1


def claimed_digest(unit: UnitOfWork, command_id: str) -> str:
    """The digest of the request that used this command id."""
    row = unit.one(_CLAIMED, {"command": command_id})
    if row is None:  # On PostgreSQL the other transaction may have been rolled back after we lost to it.
        raise LostRaceError("the other holder of this command id gave up")
    return str(row[0])


def find_by_command(unit: UnitOfWork, command_id: str) -> Recorded | None:
    """The entry this command made; None when it made none."""
    row = unit.one(_BY_COMMAND, {"command": command_id})
    return None if row is None else Recorded(*row)


def entry_body(
    envelope: Envelope,
    public: Mapping[str, Any],
    private: Mapping[str, Any],
    events: Sequence[Event],
    extra: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is hashed, and the values it commits to by slot: ``command``, or the number of the event."""
    bodies = []
    values: dict[str, Any] = {"command": private} if private else {}
    for number, event in enumerate(events):
        bodies.append(event.body())
        if event.PRIVATE and (own := event.values()):
            values[str(number)] = own
    body: dict[str, Any] = {
        "actor": envelope.actor.actor_id,
        "at": envelope.at.isoformat(),
        "build": BUILD,
        "command": public,
        "command_id": envelope.command.command_id,
        "events": bodies,
        "seed": envelope.seed,
        **extra,
    }
    if values:
        body[COMMITMENTS] = {slot: commit(value, slot_salt(envelope.salt, slot)) for slot, value in values.items()}
    return body, values


def slot_salt(salt: bytes, slot: str) -> bytes:
    """The salt of one slot, from the entry's own."""
    return sha256(salt + slot.encode()).digest()


def append(
    unit: UnitOfWork, head: ChainHead, envelope: Envelope, body: dict[str, Any], values: Mapping[str, Any]
) -> Entry:
    """Write the next entry of a chain and the values it commits to; the head's own row is the caller's."""
    return append_each(unit, [(head, envelope, body, values)])[0]


def append_each(
    unit: UnitOfWork, wanted: Sequence[tuple[ChainHead, Envelope, dict[str, Any], Mapping[str, Any]]]
) -> list[Entry]:
    """The same for many chains, in two statements."""
    entries = [link(head, body) for head, _, body, _ in wanted]
    rows = (
        {
            "stream_id": entry.case_id, "seq": entry.seq, "prev": entry.prev, "hash": entry.hash,
            "command_id": envelope.command.command_id, "at": envelope.at, "actor": envelope.actor.actor_id,
            "body": entry.body_json.decode(),
        }
        for entry, (_, envelope, _, _) in zip(entries, wanted, strict=True)
    )  # fmt: skip
    unit.many(_ENTRY, rows)
    payloads = [
        {"stream_id": entry.case_id, "seq": entry.seq, "salt": envelope.salt, "content": orjson.dumps(values).decode()}
        for entry, (_, envelope, _, values) in zip(entries, wanted, strict=True)
        if values
    ]
    unit.many(_PAYLOAD, payloads)
    return entries


def lock_stream(unit: UnitOfWork, stream_id: str) -> ChainHead:
    """The head of a chain that belongs to no case, locked; begun if it is new."""
    unit.run(_NEW_STREAM, {"stream_id": stream_id, "seq": 0, "head": GENESIS})
    row = unit.one(_LOCK_STREAM, {"stream": stream_id})
    if row is None:
        raise LostRaceError(f"stream {stream_id} vanished")
    return ChainHead(stream_id, row[0], row[1])


def append_to_stream(
    unit: UnitOfWork, head: ChainHead, envelope: Envelope, body: dict[str, Any], values: Mapping[str, Any]
) -> Entry:
    """``append``, and move the stream's head."""
    entry = append(unit, head, envelope, body, values)
    moved = unit.run(_MOVE_STREAM, {"stream": head.case_id, "before": head.seq, "seq": entry.seq, "head": entry.hash})
    if moved != 1:
        raise LostRaceError(f"Expected stream {head.case_id} at {head.seq}, but it moved on.")
    return entry


def is_case_stream(stream_id: str) -> bool:
    """Whether a chain is that of a case: all others have a colon in their names."""
    return ":" not in stream_id
