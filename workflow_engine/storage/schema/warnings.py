"""The city's own warnings, as they were published."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, String, Table, Text, UniqueConstraint, text

from workflow_engine.domain.warnings import SEVERITY_OF, WARNING
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_IN_FORCE = text("state = 'in_force'")

published_warning = Table(
    "published_warning",
    METADATA,
    Column("warning_id", String(ID), primary_key=True),
    Column("case_id", String(ID), nullable=False),
    Column("unit_id", String(LONG_ID), comment="answers for the case"),
    Column("identifier", String(LONG_ID), nullable=False, comment="of the CAP message"),
    Column("sender", String(LONG_ID), nullable=False),
    Column("colour", String(16), nullable=False),
    Column("titles", Text, nullable=False, comment="JSON: headline by language"),
    Column("area", Text, nullable=False),
    Column("replaces", String(ID), comment="warning_id of the one before"),
    Column("sent_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("document", Text, nullable=False, comment="the CAP message; never changed"),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the document"),
    Column("state", String(16), nullable=False),
    Column("ended_at", UTCDateTime),
    Column("end_reason", Text, nullable=False),
    Column("end_document", Text, comment="the CAP message that lifted it"),
    one_of("state", WARNING),
    one_of("colour", tuple(SEVERITY_OF)),
    CheckConstraint("(state = 'in_force') = (ended_at IS NULL)", name="ended_with_instant"),
    CheckConstraint("(state = 'lifted') = (end_document IS NOT NULL)", name="lifted_with_message"),
    CheckConstraint("sent_at < expires_at", name="valid_for_a_time"),
    UniqueConstraint("identifier"),
    Index("ix_published_warning_sent", "sent_at", "warning_id"),
    Index("uq_published_warning_case", "case_id", unique=True, sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
    Index("ix_published_warning_expires", "expires_at", sqlite_where=_IN_FORCE, postgresql_where=_IN_FORCE),
)
"""One in force for each case at most: the next one replaces it."""
