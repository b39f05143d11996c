"""The catalogue of categories: each version of the whole, kept for ever."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, Text

from workflow_engine.storage.schema.metadata import LONG_ID, METADATA
from workflow_engine.storage.types import UTCDateTime

service_category_version = Table(
    "service_category_version",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("effective_from", UTCDateTime, nullable=False, comment="among those in force the highest version holds"),
    Column("sha256", String(64), nullable=False, comment="of the content"),
    Column("count", Integer, nullable=False, comment="of categories in it"),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("changed_by", String(LONG_ID), nullable=False),
    Column("reason", Text, nullable=False),
    Column("content", Text, nullable=False, comment="JSON list of the whole catalogue, by code"),
    CheckConstraint("version >= 1", name="version_from_one"),
    CheckConstraint("effective_from >= changed_at", name="never_backwards"),
    CheckConstraint("count >= 0 AND length(sha256) = 64 AND reason <> ''", name="whole"),
)
