"""Rehearsals that are kept: who asked for what, the plan, and what came of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, Index, Integer, String, Table, Text, text

from workflow_engine.domain.rehearsals import REHEARSAL
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

OPEN = text("state IN ('waiting', 'running')")

rehearsal = Table(
    "rehearsal",
    METADATA,
    Column("rehearsal_id", String(ID), primary_key=True),
    Column("process_id", String(LONG_ID), nullable=False),
    Column("definition_id", String(ID), nullable=False, comment="the version that is played"),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False, comment="of the plan"),
    Column("against", Text, nullable=False, comment="name of the plan it is compared with; empty: none"),
    Column("cases", Integer, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("what_if_cases", Integer, nullable=False),
    Column("precision", Float, nullable=False, comment="share; 0: all cases are played"),
    Column("asked_by", String(LONG_ID), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("player", String(LONG_ID), comment="machine on which it is played"),
    Column("begun_at", UTCDateTime),
    Column("ended_at", UTCDateTime),
    Column("ended_by", String(LONG_ID)),
    Column("error", Text, nullable=False),
    Column("answers", Text, nullable=False, comment="JSON: the answer in a sentence, by language"),
    Column("plan", Text, nullable=False, comment="JSON, with all that it refers to"),
    Column("plan_digest", String(ID), nullable=False, comment="SHA-256"),
    Column("against_plan", Text, comment="JSON"),
    Column("against_digest", String(ID)),
    Column("result", Text, comment="JSON"),
    Column("result_digest", String(ID), comment="SHA-256; the record says the same"),
    one_of("state", REHEARSAL),
    CheckConstraint("(against_plan IS NULL) = (against_digest IS NULL)", name="against_with_digest"),
    CheckConstraint("(result IS NULL) = (result_digest IS NULL)", name="result_with_digest"),
    CheckConstraint("(state = 'done') = (result IS NOT NULL)", name="done_with_result"),
    CheckConstraint("(state IN ('waiting', 'running')) = (ended_at IS NULL)", name="ended_with_instant"),
    CheckConstraint("state <> 'running' OR player IS NOT NULL", name="played_somewhere"),
    CheckConstraint("cases >= 1", name="cases_positive"),
    Index("ix_rehearsal_asked", "asked_at", "rehearsal_id"),
    Index("ix_rehearsal_like", "process_id", "seed", "asked_at"),
    Index("ix_rehearsal_open", "asked_at", sqlite_where=OPEN, postgresql_where=OPEN),
)
