"""Ended cases that are held beyond their time, and those whose time was over and that were removed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA
from workflow_engine.storage.types import UTCDateTime

case_hold = Table(
    "case_hold",
    METADATA,
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("held_by", String(LONG_ID), nullable=False),
    Column("held_at", UTCDateTime, nullable=False),
)

case_removal = Table(
    "case_removal",
    METADATA,
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), primary_key=True),
    Column("due_at", UTCDateTime, nullable=False),
    Column("removed_at", UTCDateTime, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("chain_head", String(ID), nullable=False, comment="as the entry says that proves the removal"),
    CheckConstraint("removed_at >= due_at", name="not_before_due"),
)
