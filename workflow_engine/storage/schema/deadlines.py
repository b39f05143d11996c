"""Deadlines that were reckoned in working time, or whose clock was stopped; and which cases have any."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from workflow_engine.domain.deadline_commands import CAUSES
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

deadline = Table(
    "deadline",
    METADATA,
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), primary_key=True),
    Column("token_id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False, comment="of the timer; -1: due date of a task"),
    Column("due_at", UTCDateTime, nullable=False),
    Column("unit", String(16), comment="what it is reckoned in; none: plain time"),
    Column("calendar", Integer, comment="version of the calendar that gave it"),
    Column("provisional", Boolean, nullable=False, comment="a year on the way had no notice"),
    Column("held_at", UTCDateTime, comment="its clock stands since then"),
    Column("held_by", String(LONG_ID)),
    Column("by_case", Boolean, nullable=False, comment="stopped with the whole case"),
    Column("cause", String(16)),
    Column("reason", Text, comment="erasable"),
    one_of("unit", ("working days", "working hours")),
    one_of("cause", CAUSES),
    CheckConstraint("(held_at IS NULL) = (held_by IS NULL)", name="held_by_somebody"),
    CheckConstraint("(held_at IS NULL) = (cause IS NULL)", name="held_for_a_cause"),
    sqlite_with_rowid=False,
)

reckoned_case = Table(
    "reckoned_case",
    METADATA,
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), primary_key=True),
    Column("calendar", Integer, nullable=False, comment="no open deadline is of an older version"),
    Index("ix_reckoned_case_calendar", "calendar", "case_id"),
    sqlite_with_rowid=False,
)
"""Running cases with deadlines in working time: those to look at when the calendar is changed."""
