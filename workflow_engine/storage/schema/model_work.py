"""Working copies of models, each its owner's alone."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, String, Table

from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA
from workflow_engine.storage.types import UTCDateTime

model_work = Table(
    "model_work",
    METADATA,
    Column("work_id", String(ID), primary_key=True),
    Column("owner", String(LONG_ID), nullable=False),
    Column("base_definition_id", String(ID), ForeignKey("definition.definition_id")),
    Column("revision", Integer, nullable=False, comment="moves with every change"),
    Column("changed_at", UTCDateTime, nullable=False),
    CheckConstraint("revision >= 1", name="revision_from_one"),
    Index("ix_model_work_owner", "owner", "changed_at"),
)

model_work_file = Table(
    "model_work_file",
    METADATA,
    Column("work_id", String(ID), ForeignKey("model_work.work_id"), primary_key=True),
    Column("name", String(LONG_ID), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
