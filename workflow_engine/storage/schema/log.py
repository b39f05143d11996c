"""The log over all chains: one leaf per entry in one order, stored subtrees, and signed checkpoints of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, Text, UniqueConstraint

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA
from workflow_engine.storage.types import UTCDateTime

log_head = Table(
    "log_head",
    METADATA,
    Column("log_id", Integer, primary_key=True, autoincrement=False, comment="there is one, numbered 1"),
    Column("size", Integer, nullable=False),
    Column("edge", Text, nullable=False, comment="hashes of the full subtrees, the largest first"),
    CheckConstraint("log_id = 1", name="only_one"),
    CheckConstraint("size >= 0", name="size_from_zero"),
)

log_leaf = Table(
    "log_leaf",
    METADATA,
    Column("log_index", Integer, primary_key=True, autoincrement=False, comment="from 0, without gaps"),
    Column("stream_id", String(LONG_ID), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(ID), nullable=False, comment="of the entry: the leaf hash of RFC 6962"),
    UniqueConstraint("stream_id", "seq"),
    CheckConstraint("log_index >= 0", name="index_from_zero"),
)

log_stream = Table(
    "log_stream",
    METADATA,
    Column("stream_id", String(LONG_ID), primary_key=True),
    Column("seq", Integer, nullable=False, comment="the last entry of the chain that has a leaf"),
    sqlite_with_rowid=False,
)

log_node = Table(
    "log_node",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False, comment="8, 16, …: subtrees of 2^level leaves"),
    Column("node_index", Integer, primary_key=True, autoincrement=False),
    Column("hash", String(ID), nullable=False),
    sqlite_with_rowid=False,
)

log_checkpoint = Table(
    "log_checkpoint",
    METADATA,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", String(ID), nullable=False),
    Column("note", Text, nullable=False, comment="signed note of C2SP"),
    Column("verifier", Text, nullable=False, comment="public key, as it is handed to who verifies"),
    Column("signed_at", UTCDateTime, nullable=False),
)
