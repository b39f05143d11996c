"""What the supervision board counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty; a worker fills them from the log."""
    op.create_table(
        "supervised_count",
        sa.Column("unit_id", sa.String(length=200), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("is_request", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("matters", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("matters >= 0", name=op.f("ck_supervised_count_not_negative")),
        sa.PrimaryKeyConstraint(
            "unit_id", "process_id", "is_request", "state", "cause", name=op.f("pk_supervised_count")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "supervised_cursor",
        sa.Column("cursor_id", sa.Integer(), autoincrement=False, nullable=False, comment="there is one, numbered 1"),
        sa.Column(
            "log_index", sa.BigInteger(), nullable=False, comment="first entry of the log that is not counted yet"
        ),
        sa.Column(
            "day",
            sa.String(length=10),
            nullable=False,
            comment="the last one whose end was written down, or the first one",
        ),
        sa.Column("counted_at", types.UTCDateTime(), nullable=True, comment="the counts are of then"),
        sa.CheckConstraint("cursor_id = 1", name=op.f("ck_supervised_cursor_only_one")),
        sa.PrimaryKeyConstraint("cursor_id", name=op.f("pk_supervised_cursor")),
    )
    op.create_table(
        "supervised_day",
        sa.Column("day", sa.String(length=10), nullable=False, comment="in the city's time zone"),
        sa.Column("unit_id", sa.String(length=200), nullable=False),
        sa.Column("is_request", sa.Boolean(), nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("in_time", sa.BigInteger(), nullable=False, comment="settled before the end of their time"),
        sa.Column("late", sa.BigInteger(), nullable=False, comment="settled after it"),
        sa.Column("overdue", sa.BigInteger(), nullable=False, comment="open and overdue at the day's end"),
        sa.PrimaryKeyConstraint("day", "unit_id", "is_request", name=op.f("pk_supervised_day")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "supervised_matter",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="has to act"),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("is_request", sa.Boolean(), nullable=False, comment="the case of a service request"),
        sa.Column("began_at", types.UTCDateTime(), nullable=False),
        sa.Column("due_at", types.UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False, comment="why its clock stands"),
        sa.Column("turns_at", types.UTCDateTime(), nullable=True, comment="stands otherwise from then on"),
        sa.Column(
            "user_task_id",
            sa.String(length=200),
            nullable=True,
            comment="whose clock it is; none: the request's own limit",
        ),
        sa.CheckConstraint("(state = 'stopped') = (cause <> '')", name=op.f("ck_supervised_matter_stands_for_a_cause")),
        sa.CheckConstraint(
            "(state IN ('on_time', 'at_risk')) = (turns_at IS NOT NULL)",
            name=op.f("ck_supervised_matter_turns_in_time"),
        ),
        sa.CheckConstraint(
            "cause IN ('', 'applicant', 'other_body', 'other')", name=op.f("ck_supervised_matter_cause_known")
        ),
        sa.CheckConstraint(
            "state IN ('overdue', 'at_risk', 'on_time', 'stopped')", name=op.f("ck_supervised_matter_state_known")
        ),
        sa.PrimaryKeyConstraint("case_id", "unit_id", name=op.f("pk_supervised_matter")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("supervised_matter", schema=None) as batch_op:
        batch_op.create_index("ix_supervised_matter_state", ["state", "due_at", "case_id", "unit_id"], unique=False)
        batch_op.create_index(
            "ix_supervised_matter_turns",
            ["turns_at"],
            unique=False,
            sqlite_where=sa.text("turns_at IS NOT NULL"),
            postgresql_where=sa.text("turns_at IS NOT NULL"),
        )
        batch_op.create_index("ix_supervised_matter_unit", ["unit_id", "state", "due_at", "case_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("supervised_matter", schema=None) as batch_op:
        batch_op.drop_index("ix_supervised_matter_unit")
        batch_op.drop_index("ix_supervised_matter_turns")
        batch_op.drop_index("ix_supervised_matter_state")

    op.drop_table("supervised_matter")
    op.drop_table("supervised_day")
    op.drop_table("supervised_cursor")
    op.drop_table("supervised_count")
