"""Decisions that were made public: frozen documents, without anybody's name."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table, Text

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA
from workflow_engine.storage.types import UTCDateTime

published_decision = Table(
    "published_decision",
    METADATA,
    Column("public_id", String(ID), primary_key=True),
    Column("case_id", String(ID), nullable=False),
    Column("process_id", String(LONG_ID), nullable=False),
    Column("unit_id", String(LONG_ID), comment="answers for the case"),
    Column("title", Text, nullable=False),
    Column("document", Text, nullable=False, comment="JSON: what everybody may read; never changed"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the document"),
    Column("published_at", UTCDateTime, nullable=False),
    CheckConstraint("title <> '' AND document <> ''", name="has_text"),
    Index("ix_published_decision_at", "published_at", "public_id"),
    Index("ix_published_decision_case", "case_id"),
)
