"""Running work re-planned for emergencies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Calls, the cases of each, what became of each task, and versions of the table."""
    op.create_table(
        "replan_policy",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="DMN"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("changed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_replan_policy_version_from_one")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_replan_policy")),
    )
    op.create_table(
        "replan",
        sa.Column("replan_id", sa.String(length=64), nullable=False),
        sa.Column("emergency_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="of the emergency's calls, from 1"),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("called", sa.Text(), nullable=False, comment="JSON of the call: units, area, hazard"),
        sa.Column("reason", sa.Text(), nullable=False, comment="erasable"),
        sa.Column("exercise", sa.Boolean(), nullable=False, comment="only cases of exercises are touched"),
        sa.Column(
            "policy", sa.Integer(), nullable=False, comment="version of the table; 0: as the product is delivered"
        ),
        sa.Column("called_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("called_by", sa.String(length=200), nullable=False, comment="the case, or who ended it by hand"),
        sa.Column("position", sa.Text(), nullable=False, comment="JSON: how far its cases are collected"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("finished_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("lease_until", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "(state IN ('done', 'superseded')) = (finished_at IS NOT NULL)",
            name=op.f("ck_replan_finished_with_instant"),
        ),
        sa.CheckConstraint(
            "direction IN ('activate', 'raise', 'lower', 'end')", name=op.f("ck_replan_direction_known")
        ),
        sa.CheckConstraint("level IN ('I', 'II', 'III', 'IV')", name=op.f("ck_replan_level_known")),
        sa.CheckConstraint(
            "state IN ('collecting', 'applying', 'done', 'superseded')", name=op.f("ck_replan_state_known")
        ),
        sa.CheckConstraint("changed + unchanged + failed <= total", name=op.f("ck_replan_outcomes_counted")),
        sa.CheckConstraint(
            "changed >= 0 AND unchanged >= 0 AND failed >= 0", name=op.f("ck_replan_outcomes_from_zero")
        ),
        sa.ForeignKeyConstraint(["emergency_id"], ["process_instance.case_id"], name=op.f("fk_replan_emergency_id")),
        sa.PrimaryKeyConstraint("replan_id", name=op.f("pk_replan")),
        sa.UniqueConstraint("emergency_id", "number", name=op.f("uq_replan_emergency_id_number")),
    )
    op.create_index(
        "ix_replan_running",
        "replan",
        ["called_at", "replan_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('collecting', 'applying')"),
        postgresql_where=sa.text("state IN ('collecting', 'applying')"),
    )

    op.create_table(
        "replan_case",
        sa.Column("replan_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tasks", sa.Integer(), nullable=False, comment="so many were changed"),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True, comment="why it failed"),
        sa.Column("settled_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint("(state = 'failed') = (code IS NOT NULL)", name=op.f("ck_replan_case_failed_for_a_reason")),
        sa.CheckConstraint(
            "(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_replan_case_settled_with_instant")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'changed', 'unchanged', 'failed', 'skipped')", name=op.f("ck_replan_case_state_known")
        ),
        sa.ForeignKeyConstraint(["replan_id"], ["replan.replan_id"], name=op.f("fk_replan_case_replan_id")),
        sa.PrimaryKeyConstraint("replan_id", "case_id", name=op.f("pk_replan_case")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_replan_case_pending",
        "replan_case",
        ["replan_id", "case_id"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("ix_replan_case_state", "replan_case", ["replan_id", "state", "case_id"], unique=False)

    op.create_table(
        "task_plan",
        sa.Column("user_task_id", sa.String(length=200), nullable=False),
        sa.Column("emergency_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("replan_id", sa.String(length=64), nullable=False, comment="the latest call that planned it"),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("deadline", sa.String(length=16), nullable=False),
        sa.Column("given_due_at", types.UTCDateTime(length=27), nullable=True, comment="as its model gave it"),
        sa.Column("due_at", types.UTCDateTime(length=27), nullable=True, comment="from then on"),
        sa.Column("given_priority", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False, comment="JSON: groups it is offered to too"),
        sa.Column("legal", sa.Boolean(), nullable=False, comment="its deadline is one of the law"),
        sa.Column("rule", sa.Integer(), nullable=False, comment="row of the table, from 1"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="erasable"),
        sa.Column("planned_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("kept", sa.Text(), nullable=False, comment="JSON: what could not be given back"),
        sa.CheckConstraint("NOT (legal AND deadline = 'push_back')", name=op.f("ck_task_plan_law_never_pushed_back")),
        sa.CheckConstraint("deadline IN ('keep', 'shorten', 'push_back')", name=op.f("ck_task_plan_deadline_known")),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.user_task_id"], name=op.f("fk_task_plan_user_task_id")),
        sa.PrimaryKeyConstraint("user_task_id", "emergency_id", name=op.f("pk_task_plan")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_plan_case", "task_plan", ["case_id", "user_task_id"], unique=False)
    op.create_index(
        "ix_task_plan_emergency",
        "task_plan",
        ["emergency_id", "case_id", "user_task_id"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """Forget them; tasks stay as they are."""
    op.drop_index("ix_task_plan_emergency", table_name="task_plan")
    op.drop_index("ix_task_plan_case", table_name="task_plan")

    op.drop_table("task_plan")
    op.drop_index("ix_replan_case_state", table_name="replan_case")
    op.drop_index("ix_replan_case_pending", table_name="replan_case")

    op.drop_table("replan_case")
    op.drop_index("ix_replan_running", table_name="replan")

    op.drop_table("replan")
    op.drop_table("replan_policy")
