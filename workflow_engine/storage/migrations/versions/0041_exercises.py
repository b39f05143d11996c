"""Exercises: their script and clock, their injects, their cases, and what was observed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "exercise",
        sa.Column("exercise_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("goal", sa.Text(), nullable=False),
        sa.Column(
            "process_id", sa.String(length=200), nullable=False, comment="which alerts and starts of the script begin"
        ),
        sa.Column("unit_id", sa.String(length=200), nullable=True, comment="answers for its cases"),
        sa.Column(
            "script",
            sa.Text(),
            nullable=False,
            comment="JSON: answers and expected; the injects have rows of their own",
        ),
        sa.Column("pace", sa.Integer(), nullable=False, comment="seconds of the script in a second"),
        sa.Column("simulated", sa.Text(), nullable=False, comment="JSON: groups"),
        sa.Column("spans", sa.Text(), nullable=False, comment="JSON: when its clock ran"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("planned_at", types.UTCDateTime(), nullable=False),
        sa.Column("planned_by", sa.String(length=200), nullable=False),
        sa.Column("started_at", types.UTCDateTime(), nullable=True),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_exercise_ended_with_instant")),
        sa.CheckConstraint("state IN ('planned', 'running', 'paused', 'ended')", name=op.f("ck_exercise_state_known")),
        sa.CheckConstraint(
            "state NOT IN ('running', 'paused') OR started_at IS NOT NULL", name=op.f("ck_exercise_runs_since")
        ),
        sa.CheckConstraint("pace BETWEEN 1 AND 60", name=op.f("ck_exercise_pace_known")),
        sa.PrimaryKeyConstraint("exercise_id", name=op.f("pk_exercise")),
    )
    with op.batch_alter_table("exercise", schema=None) as batch_op:
        batch_op.create_index("ix_exercise_planned", ["planned_at", "exercise_id"], unique=False)
        batch_op.create_index(
            "ix_exercise_running",
            ["exercise_id"],
            unique=False,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )

    op.create_table(
        "exercise_case",
        sa.Column("case_id", sa.String(length=64), nullable=False, comment="may be removed before this is"),
        sa.Column("exercise_id", sa.String(length=64), nullable=False),
        sa.Column("since", types.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercise.exercise_id"], name=op.f("fk_exercise_case_exercise_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_exercise_case")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("exercise_case", schema=None) as batch_op:
        batch_op.create_index("ix_exercise_case_exercise", ["exercise_id", "since", "case_id"], unique=False)

    op.create_table(
        "exercise_inject",
        sa.Column("exercise_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_seconds", sa.Integer(), nullable=False, comment="of the script"),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("settled_at", types.UTCDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=200), nullable=True),
        sa.Column(
            "outcome", sa.Text(), nullable=False, comment="why it was skipped or failed; of an alert: when it was sent"
        ),
        sa.Column(
            "case_id",
            sa.String(length=64),
            nullable=True,
            comment="that it began or reached; may be removed before this is",
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_exercise_inject_settled_with_instant")
        ),
        sa.CheckConstraint(
            "kind IN ('start', 'alert', 'message', 'signal', 'service_request')",
            name=op.f("ck_exercise_inject_kind_known"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'given', 'skipped', 'failed')", name=op.f("ck_exercise_inject_state_known")
        ),
        sa.CheckConstraint("at_seconds >= 0", name=op.f("ck_exercise_inject_after_the_start")),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercise.exercise_id"], name=op.f("fk_exercise_inject_exercise_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("exercise_id", "number", name=op.f("pk_exercise_inject")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exercise_note",
        sa.Column("exercise_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("noted_at", types.UTCDateTime(), nullable=False),
        sa.Column("noted_by", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercise.exercise_id"], name=op.f("fk_exercise_note_exercise_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("exercise_id", "number", name=op.f("pk_exercise_note")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("exercise_note")
    op.drop_table("exercise_inject")
    with op.batch_alter_table("exercise_case", schema=None) as batch_op:
        batch_op.drop_index("ix_exercise_case_exercise")

    op.drop_table("exercise_case")
    with op.batch_alter_table("exercise", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_exercise_running",
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.drop_index("ix_exercise_planned")

    op.drop_table("exercise")
