"""Situation reports as numbered documents, their versions, how they went up, and the briefings of hand-overs."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow_engine.domain.situation_reports import KINDS, VERSION
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_CASE = "process_instance.case_id"
_ISSUED, _PROPOSED = text("state = 'issued'"), text("state = 'proposed'")

situation_report = Table(
    "situation_report",
    METADATA,
    Column("report_id", String(ID), primary_key=True),
    Column("case_id", String(ID), ForeignKey(_CASE), nullable=False),
    Column("number", Integer, nullable=False, comment="of the emergency, from 1"),
    Column("kind", String(16), nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("level", String(8), nullable=False, comment="of the response, as it was"),
    Column("due_at", UTCDateTime, comment="lateness is computed from it and issued_at"),
    Column("issued_at", UTCDateTime, nullable=False),
    Column("next_due_at", UTCDateTime),
    Column("prepared_by", String(LONG_ID), nullable=False),
    Column("prepared_at", UTCDateTime, nullable=False),
    Column("approved_by", String(LONG_ID), nullable=False),
    Column("reports_to", String(LONG_ID), nullable=False, comment="the level above, in words"),
    one_of("kind", tuple(KINDS)),
    CheckConstraint("number >= 1", name="number_from_one"),
    CheckConstraint("prepared_by <> approved_by", name="two_persons"),
    CheckConstraint("prepared_at <= issued_at", name="prepared_before_issued"),
    UniqueConstraint("case_id", "number"),
    Index("ix_situation_report_issued", "issued_at", "report_id"),
)
"""Rows are written once and never changed."""

situation_report_version = Table(
    "situation_report_version",
    METADATA,
    Column("report_id", String(ID), ForeignKey("situation_report.report_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("case_id", String(ID), nullable=False),
    Column("state", String(16), nullable=False),
    Column("content", Text, comment="JSON: the document; never changed, erasable"),
    Column("digest", String(ID), nullable=False, comment="SHA-256 of the content"),
    Column("made_by", String(LONG_ID), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("reason", Text, comment="of a correction, erasable"),
    Column("decided_by", String(LONG_ID)),
    Column("decided_at", UTCDateTime),
    one_of("state", VERSION),
    CheckConstraint("version >= 1", name="version_from_one"),
    CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name="decided_with_instant"),
    CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name="decided_by_somebody"),
    CheckConstraint("decided_by <> made_by", name="two_persons"),
    Index("uq_situation_report_version_issued", "report_id", unique=True, sqlite_where=_ISSUED,
          postgresql_where=_ISSUED),
    Index("uq_situation_report_version_proposed", "report_id", unique=True, sqlite_where=_PROPOSED,
          postgresql_where=_PROPOSED),
    Index("ix_situation_report_version_case", "case_id"),
    sqlite_with_rowid=False,
)  # fmt: skip
"""One version holds at a time, and one correction waits at a time; each was made and agreed to by two persons."""

report_transmission = Table(
    "report_transmission",
    METADATA,
    Column("transmission_id", String(ID), primary_key=True),
    Column("case_id", String(ID), nullable=False),
    Column("report_id", String(ID), nullable=False),
    Column("version", Integer, nullable=False, comment="which was sent"),
    Column("recipient", String(LONG_ID), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("sent_by", String(LONG_ID), nullable=False),
    Column("sent_at", UTCDateTime, nullable=False),
    Column("received_by", String(LONG_ID), comment="who took it, in words; erasable"),
    Column("received_at", UTCDateTime),
    Column("noted_by", String(LONG_ID), comment="who noted that it arrived"),
    one_of("channel", ("phone", "system", "fax", "mail", "courier")),
    CheckConstraint("(received_at IS NULL) = (noted_by IS NULL)", name="received_noted"),
    CheckConstraint("received_at >= sent_at", name="received_after_sent"),
    ForeignKeyConstraint(
        ["report_id", "version"], ["situation_report_version.report_id", "situation_report_version.version"]
    ),
    Index("ix_report_transmission_report", "report_id", "sent_at"),
    Index("ix_report_transmission_case", "case_id"),
)

command_briefing = Table(
    "command_briefing",
    METADATA,
    Column("briefing_id", String(ID), primary_key=True),
    Column("case_id", String(ID), ForeignKey(_CASE), nullable=False),
    Column("number", Integer, nullable=False, comment="of the emergency, from 1"),
    Column("exercise", Boolean, nullable=False),
    Column("outgoing", String(LONG_ID), nullable=False, comment="empty at the first taking of command"),
    Column("incoming", String(LONG_ID), nullable=False),
    Column("kept_at", UTCDateTime, nullable=False),
    Column("content", Text, comment="JSON: the document; never changed, erasable"),
    Column("digest", String(ID), nullable=False, comment="SHA-256 of the content"),
    CheckConstraint("number >= 1", name="number_from_one"),
    CheckConstraint("outgoing <> incoming", name="to_another_person"),
    UniqueConstraint("case_id", "number"),
)
"""Rows are written once and never changed."""
