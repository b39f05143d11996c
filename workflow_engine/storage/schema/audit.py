"""What happened, written once: commands, chains of entries, and the values they commit to."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA
from workflow_engine.storage.types import UTCDateTime

command = Table(
    "command",
    METADATA,
    Column("command_id", String(ID), primary_key=True),
    Column("request_digest", String(ID), nullable=False),
    Column("actor", String(LONG_ID), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    sqlite_with_rowid=False,
)

stream = Table(
    "stream",
    METADATA,
    Column("stream_id", String(LONG_ID), primary_key=True, comment="chains that belong to no case"),
    Column("seq", Integer, nullable=False),
    Column("head", String(ID), nullable=False),
    CheckConstraint("seq >= 0", name="seq_from_zero"),
)

audit_entry = Table(
    "audit_entry",
    METADATA,
    Column("stream_id", String(LONG_ID), primary_key=True, comment="a case id, or the id of a stream"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("prev", String(ID), nullable=False),
    Column("hash", String(ID), nullable=False),
    Column("command_id", String(ID), nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("actor", String(LONG_ID), nullable=False),
    Column("body", Text, nullable=False, comment="canonical JSON, exactly as hashed"),
    UniqueConstraint("command_id"),
    CheckConstraint("seq >= 1", name="seq_from_one"),
)

entry_payload = Table(
    "entry_payload",
    METADATA,
    Column("stream_id", String(LONG_ID), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("content", Text, nullable=False, comment="JSON: slot to value; deleting the row erases both"),
    sqlite_with_rowid=False,
)
