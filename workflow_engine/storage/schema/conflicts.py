"""Who takes no part in what concerns whom."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA

conflict_of_interest = Table(
    "conflict_of_interest",
    METADATA,
    Column("conflict_id", String(ID), primary_key=True),
    Column("person_id", String(LONG_ID), ForeignKey("person.person_id"), nullable=False),
    Column("party", String(LONG_ID), nullable=False, comment="enterprise, person or other, as models name it"),
    Column("reason", Text, nullable=False),
    UniqueConstraint("party", "person_id"),
)
