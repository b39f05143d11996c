"""Running work re-planned for emergencies: the calls, the cases of each, what became of each task, and the table."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from workflow_engine.domain.replanning import DIRECTIONS, KINDS, REPLAN, REPLAN_CASE, ROMANS
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

# A planner takes a partial index only for the very condition it was made with, so queries use these words too.
RUNNING = text("state IN ('collecting', 'applying')")
FOLLOWED = text("followed IS NOT NULL")
PENDING_CASE = text("state = 'pending'")
_IN_FORCE = text("ended_at IS NULL")
IN_FORCE = text("task_plan.ended_at IS NULL")

replan = Table(
    "replan",
    METADATA,
    Column("replan_id", String(ID), primary_key=True),
    Column("emergency_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("number", Integer, nullable=False, comment="of the emergency's calls, from 1"),
    Column("direction", String(16), nullable=False),
    Column("level", String(4), nullable=False),
    Column("state", String(16), nullable=False),
    Column("called", Text, nullable=False, comment="JSON of the call: units, area, hazard"),
    Column("reason", Text, nullable=False, comment="erasable"),
    Column("exercise", Boolean, nullable=False, comment="only cases of exercises are touched"),
    Column("policy", Integer, nullable=False, comment="version of the table; 0: as the product is delivered"),
    Column("called_at", UTCDateTime, nullable=False),
    Column("called_by", String(LONG_ID), nullable=False, comment="the case, or who ended it by hand"),
    Column("position", Text, nullable=False, comment="JSON: how far its cases are collected"),
    Column("total", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("finished_at", UTCDateTime),
    Column("fence", Integer, nullable=False),
    Column("claimed_by", String(LONG_ID)),
    Column("lease_until", UTCDateTime),
    Column("followed", Integer, comment="entries of the log looked at for what began since; null: not in force"),
    one_of("direction", DIRECTIONS),
    one_of("level", ROMANS),
    one_of("state", REPLAN),
    UniqueConstraint("emergency_id", "number"),
    CheckConstraint("changed >= 0 AND unchanged >= 0 AND failed >= 0", name="outcomes_from_zero"),
    CheckConstraint("changed + unchanged + failed <= total", name="outcomes_counted"),
    CheckConstraint("followed >= 0", name="followed_from_zero"),
    CheckConstraint("followed IS NULL OR direction <> 'end'", name="end_followed_by_nothing"),
    CheckConstraint("(state IN ('done', 'superseded')) = (finished_at IS NOT NULL)", name="finished_with_instant"),
    Index("ix_replan_running", "called_at", "replan_id", sqlite_where=RUNNING, postgresql_where=RUNNING),
    # One call of an emergency is in force, or none.
    Index("ix_replan_followed", "emergency_id", unique=True, sqlite_where=FOLLOWED, postgresql_where=FOLLOWED),
)  # fmt: skip

replan_case = Table(
    "replan_case",
    METADATA,
    Column("replan_id", String(ID), ForeignKey("replan.replan_id"), primary_key=True),
    Column("case_id", String(ID), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("tasks", Integer, nullable=False, comment="so many were changed"),
    Column("code", String(64)),
    Column("message", Text, comment="why it failed"),
    Column("settled_at", UTCDateTime),
    one_of("state", REPLAN_CASE),
    CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name="settled_with_instant"),
    CheckConstraint("(state = 'failed') = (code IS NOT NULL)", name="failed_for_a_reason"),
    Index("ix_replan_case_pending", "replan_id", "case_id", sqlite_where=PENDING_CASE, postgresql_where=PENDING_CASE),
    Index("ix_replan_case_state", "replan_id", "state", "case_id"),
    sqlite_with_rowid=False,
)

task_plan = Table(
    "task_plan",
    METADATA,
    Column("user_task_id", String(LONG_ID), ForeignKey("user_task.user_task_id"), primary_key=True),
    Column("emergency_id", String(ID), primary_key=True),
    Column("case_id", String(ID), nullable=False),
    Column("replan_id", String(ID), nullable=False, comment="the latest call that planned it"),
    Column("level", String(4), nullable=False),
    Column("deadline", String(16), nullable=False),
    Column("given_due_at", UTCDateTime, comment="as its model gave it"),
    Column("due_at", UTCDateTime, comment="from then on"),
    Column("given_priority", Integer, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("offered", Text, nullable=False, comment="JSON: groups it is offered to too"),
    Column("legal", Boolean, nullable=False, comment="its deadline is one of the law"),
    Column("rule", Integer, nullable=False, comment="row of the table, from 1"),
    Column("words", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="erasable"),
    Column("planned_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    Column("kept", Text, nullable=False, comment="JSON: what could not be given back"),
    Column("taken_out", Boolean, nullable=False, server_default=false(),
           comment="by a person: what begins in the case is left alone too"),
    one_of("deadline", KINDS),
    CheckConstraint("NOT (legal AND deadline = 'push_back')", name="law_never_pushed_back"),
    Index("ix_task_plan_case", "case_id", "user_task_id"),
    Index("ix_task_plan_emergency", "emergency_id", "case_id", "user_task_id", sqlite_where=_IN_FORCE,
          postgresql_where=_IN_FORCE),
    sqlite_with_rowid=False,
)  # fmt: skip

replan_policy = Table(
    "replan_policy",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False, comment="DMN"),
    Column("sha256", String(ID), nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("changed_by", String(LONG_ID), nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("version >= 1", name="version_from_one"),
)
