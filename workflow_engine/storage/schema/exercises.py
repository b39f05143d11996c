"""Exercises: their script and clock, their injects, the cases that belong to them, and what was observed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from workflow_engine.domain.exercises import EXERCISE, FASTEST, INJECT, INJECT_KINDS, SLOWEST
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

RUNNING = text("state = 'running'")

exercise = Table(
    "exercise",
    METADATA,
    Column("exercise_id", String(ID), primary_key=True),
    Column("title", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("process_id", String(LONG_ID), nullable=False, comment="which alerts and starts of the script begin"),
    Column("unit_id", String(LONG_ID), comment="answers for its cases"),
    Column("script", Text, nullable=False, comment="JSON: answers and expected; the injects have rows of their own"),
    Column("pace", Integer, nullable=False, comment="seconds of the script in a second"),
    Column("simulated", Text, nullable=False, comment="JSON: groups"),
    Column("spans", Text, nullable=False, comment="JSON: when its clock ran"),
    Column("state", String(16), nullable=False),
    Column("planned_at", UTCDateTime, nullable=False),
    Column("planned_by", String(LONG_ID), nullable=False),
    Column("started_at", UTCDateTime),
    Column("ended_at", UTCDateTime),
    Column("ended_by", String(LONG_ID)),
    Column("findings", Text, nullable=False),
    one_of("state", EXERCISE),
    CheckConstraint(f"pace BETWEEN {SLOWEST} AND {FASTEST}", name="pace_known"),
    CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name="ended_with_instant"),
    CheckConstraint("state NOT IN ('running', 'paused') OR started_at IS NOT NULL", name="runs_since"),
    Index("ix_exercise_planned", "planned_at", "exercise_id"),
    Index("ix_exercise_running", "exercise_id", sqlite_where=RUNNING, postgresql_where=RUNNING),
)

exercise_inject = Table(
    "exercise_inject",
    METADATA,
    Column("exercise_id", String(ID), ForeignKey("exercise.exercise_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at_seconds", Integer, nullable=False, comment="of the script"),
    Column("kind", String(32), nullable=False),
    Column("told", Text, nullable=False),
    Column("content", Text, nullable=False, comment="JSON"),
    Column("state", String(16), nullable=False),
    Column("settled_at", UTCDateTime),
    Column("settled_by", String(LONG_ID)),
    Column("outcome", Text, nullable=False, comment="why it was skipped or failed; of an alert: when it was sent"),
    Column("case_id", String(ID), comment="that it began or reached; may be removed before this is"),
    one_of("state", INJECT),
    one_of("kind", INJECT_KINDS),
    CheckConstraint("at_seconds >= 0", name="after_the_start"),
    CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled_with_instant"),
    sqlite_with_rowid=False,
)

exercise_case = Table(
    "exercise_case",
    METADATA,
    Column("case_id", String(ID), primary_key=True, comment="may be removed before this is"),
    Column("exercise_id", String(ID), ForeignKey("exercise.exercise_id", ondelete="CASCADE"), nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Index("ix_exercise_case_exercise", "exercise_id", "since", "case_id"),
    sqlite_with_rowid=False,
)

exercise_note = Table(
    "exercise_note",
    METADATA,
    Column("exercise_id", String(ID), ForeignKey("exercise.exercise_id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("noted_at", UTCDateTime, nullable=False),
    Column("noted_by", String(LONG_ID), nullable=False),
    Column("text", Text, nullable=False),
    sqlite_with_rowid=False,
)
