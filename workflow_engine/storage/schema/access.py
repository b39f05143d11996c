"""Tokens of programs: the hash only, so that a copy of the table opens nothing."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA
from workflow_engine.storage.types import UTCDateTime

api_token = Table(
    "api_token",
    METADATA,
    Column("token_id", String(ID), primary_key=True),
    Column("token_sha256", String(ID), nullable=False),
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False, comment="words, by blanks"),
    Column("created_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
    UniqueConstraint("token_sha256"),
    CheckConstraint("expires_at > created_at", name="expires_later"),
    Index("ix_api_token_person", "person_id", "created_at"),
)
