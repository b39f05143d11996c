"""Deployed versions: content-addressed, immutable but for their state."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow_engine.domain.lifecycle import DEFINITION
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

definition = Table(
    "definition",
    METADATA,
    Column("definition_id", String(ID), primary_key=True, comment="SHA-256 of all files"),
    Column("process_id", String(LONG_ID), nullable=False, comment="the first executable process of the file"),
    Column("version", Integer, nullable=False),
    Column("name", Text),
    Column("state", String(16), nullable=False),
    Column("deployed_by", String(LONG_ID), nullable=False),
    Column("deployed_at", UTCDateTime, nullable=False),
    Column("released_by", String(LONG_ID)),
    Column("released_at", UTCDateTime),
    Column("retired_by", String(LONG_ID)),
    Column("retired_at", UTCDateTime),
    Column("model", LargeBinary, nullable=False, comment="bpmn.model.Model as JSON"),
    Column("decisions", LargeBinary, nullable=False, comment="JSON of every DMN file"),
    Column("problems", LargeBinary, nullable=False, comment="JSON: warnings and infos of the lint"),
    one_of("state", DEFINITION),
    UniqueConstraint("process_id", "version"),
    CheckConstraint("released_by <> deployed_by", name="four_eyes"),
    CheckConstraint("state <> 'released' OR released_by IS NOT NULL", name="released_by_somebody"),
)

definition_process = Table(
    "definition_process",
    METADATA,
    Column("process_id", String(LONG_ID), primary_key=True),
    Column("version", Integer, primary_key=True, comment="counts from 1 without gaps, per process id"),
    Column("definition_id", String(ID), ForeignKey("definition.definition_id"), nullable=False),
    Column("name", Text),
    Column("version_tag", String(LONG_ID)),
    Column("lane", SmallInteger, nullable=False, comment="0: emergency, first in every queue; 1: ordinary"),
    Column("retention_days", Integer),
    UniqueConstraint("definition_id", "process_id"),
    CheckConstraint("version >= 1", name="version_from_one"),
)

definition_file = Table(
    "definition_file",
    METADATA,
    Column("definition_id", String(ID), ForeignKey("definition.definition_id"), primary_key=True),
    Column("name", String(LONG_ID), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("digest", String(ID), nullable=False),
)

start_trigger = Table(
    "start_trigger",
    METADATA,
    Column("definition_id", String(ID), ForeignKey("definition.definition_id"), primary_key=True),
    Column("process_id", String(LONG_ID), primary_key=True),
    Column("element_id", String(LONG_ID), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", Text),
    Column("timer", String(16), comment="date, duration or cycle"),
    Column("expression", Text),
    Column("active", Boolean, nullable=False, comment="only the newest released version starts by itself"),
    one_of("kind", ("message", "signal", "timer", "conditional")),
    Index("ix_start_trigger_active", "kind", "name", sqlite_where=text("active"), postgresql_where=text("active")),
)
