"""Destructions of personal data: who ordered them, how far they are, what is kept to look for what is gone, and what
of the values of a case is left."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from workflow_engine.domain.lifecycle import DESTRUCTION, DESTRUCTION_CASE
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_UNFINISHED = text("state <> 'finished'")

destruction = Table(
    "destruction",
    METADATA,
    Column("destruction_id", String(ID), primary_key=True),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_by", String(LONG_ID), nullable=False),
    Column("signed_by", String(LONG_ID), nullable=False),
    Column("names", Text, nullable=False, comment="JSON list of variables, as the model declared them"),
    Column("files", Boolean, nullable=False),
    Column("comments", Boolean, nullable=False),
    Column("ordered_at", UTCDateTime, nullable=False),
    Column("begun_at", UTCDateTime),
    Column("finished_at", UTCDateTime),
    Column("salt", LargeBinary, comment="of the traces; gone with them"),
    Column("value_count", Integer, nullable=False),
    Column("too_short", Integer, nullable=False, comment="values that say too little to be looked for"),
    Column("storage", Text, nullable=False, comment="what was done to the files of the database"),
    Column("checked_at", UTCDateTime),
    Column("looked_at", Integer, nullable=False),
    Column("left_over", Integer, nullable=False, comment="found by the last check where it must not be"),
    Column("elsewhere", Integer, nullable=False, comment="found by the last check in records of their own"),
    one_of("state", DESTRUCTION),
    CheckConstraint("decided_by <> signed_by", name="by_two_persons"),
    CheckConstraint("(state = 'ordered') = (begun_at IS NULL)", name="begun_with_instant"),
    CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name="finished_with_instant"),
    Index("ix_destruction_case", "case_id", "ordered_at"),
    Index("ix_destruction_unfinished", "ordered_at", "destruction_id", sqlite_where=_UNFINISHED,
          postgresql_where=_UNFINISHED),
)  # fmt: skip

destruction_case = Table(
    "destruction_case",
    METADATA,
    Column("destruction_id", String(ID), ForeignKey("destruction.destruction_id"), primary_key=True),
    Column("case_id", String(ID), primary_key=True),
    Column("is_own", Boolean, nullable=False, comment="false: only what was passed on to it goes"),
    Column("state", String(16), nullable=False),
    Column("after_seq", Integer, nullable=False, comment="entries up to this one are done"),
    Column("entries", Integer, nullable=False, comment="whose values were erased"),
    Column("row_count", Integer, nullable=False),
    one_of("state", DESTRUCTION_CASE),
    sqlite_with_rowid=False,
)

destruction_trace = Table(
    "destruction_trace",
    METADATA,
    Column("destruction_id", String(ID), ForeignKey("destruction.destruction_id"), primary_key=True),
    Column("digest", String(ID), primary_key=True, comment="salted, of the whole value"),
    Column("length", Integer, nullable=False),
    Column("start", String(4), nullable=False, comment="salted and cut, of its first two characters"),
    sqlite_with_rowid=False,
)

destruction_file = Table(
    "destruction_file",
    METADATA,
    Column("destruction_id", String(ID), ForeignKey("destruction.destruction_id"), primary_key=True),
    Column("digest", String(ID), primary_key=True, comment="SHA-256 of the content that goes"),
    sqlite_with_rowid=False,
)

redacted_values = Table(
    "redacted_values",
    METADATA,
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False, comment="JSON: slot to value, without what was personal"),
    sqlite_with_rowid=False,
)
"""What was entered with an entry whose values were destroyed, as far as it tells of nobody: level, units, figures. The
chain of the destruction holds the digest of each, in place of the commitments that nothing fits any more."""
