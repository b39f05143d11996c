"""Where alerts are fetched from, and what became of each entry there."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from workflow_engine.domain.alert_sources import ALERT_SOURCE, OUTCOMES, SEVERITIES, SIGNATURES
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

alert_source = Table(
    "alert_source",
    METADATA,
    Column("source_id", String(ID), primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("every_seconds", Integer, nullable=False),
    Column("categories", Text, nullable=False, comment="words, by blanks"),
    Column("least_severity", String(16), nullable=False),
    Column("codes", Text, nullable=False, comment="beginnings of place codes, by blanks"),
    Column("words", Text, nullable=False, comment="in names of areas, a line each"),
    Column("box", Text, nullable=False, comment="south, west, north, east in degrees"),
    Column("signature", String(16), nullable=False),
    Column("certificates", Text, nullable=False, comment="PEM"),
    Column("exercise", Boolean, nullable=False),
    Column("unit_id", String(LONG_ID)),
    Column("state", String(16), nullable=False),
    Column("set_at", UTCDateTime, nullable=False),
    Column("set_by", String(LONG_ID), nullable=False),
    Column("next_at", UTCDateTime, nullable=False, comment="asked then; a poller that asks moves it on first"),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("asked_at", UTCDateTime, comment="last answer, good or bad"),
    Column("answered_at", UTCDateTime, comment="last good one"),
    Column("failures", Integer, nullable=False, comment="in a row"),
    Column("last_error", Text),
    one_of("state", ALERT_SOURCE),
    one_of("signature", SIGNATURES),
    one_of("least_severity", SEVERITIES),
    CheckConstraint("every_seconds >= 30", name="not_too_often"),
    CheckConstraint("signature <> 'required' OR certificates <> ''", name="required_of_whom"),
    Index(
        "ix_alert_source_due",
        "next_at",
        sqlite_where=text("state = 'active'"),
        postgresql_where=text("state = 'active'"),
    ),
)

alert_source_entry = Table(
    "alert_source_entry",
    METADATA,
    Column("source_id", String(ID), ForeignKey("alert_source.source_id", ondelete="CASCADE"), primary_key=True),
    Column("digest", String(64), primary_key=True, comment="of the entry as it came"),
    Column("entry_id", Text, nullable=False),
    Column("title", Text, nullable=False, comment="as the alert says it"),
    Column("alert_key", String(512)),
    Column("outcome", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("case_id", String(ID)),
    Column("seen_at", UTCDateTime, nullable=False),
    one_of("outcome", OUTCOMES),
    Index("ix_alert_source_entry_seen", "source_id", "seen_at", "digest"),
)
