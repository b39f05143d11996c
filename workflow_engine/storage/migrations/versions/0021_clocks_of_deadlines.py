"""Deadlines in working time, clocks that stand, and which cases have any."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deadline",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False,
                  comment="of the timer; -1: due date of a task"),
        sa.Column("due_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=True, comment="what it is reckoned in; none: plain time"),
        sa.Column("calendar", sa.Integer(), nullable=True, comment="version of the calendar that gave it"),
        sa.Column("provisional", sa.Boolean(), nullable=False, comment="a year on the way had no notice"),
        sa.Column("held_at", types.UTCDateTime(length=27), nullable=True, comment="its clock stands since then"),
        sa.Column("held_by", sa.String(length=200), nullable=True),
        sa.Column("by_case", sa.Boolean(), nullable=False, comment="stopped with the whole case"),
        sa.Column("cause", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="erasable"),
        sa.CheckConstraint("cause IN ('applicant', 'other_body', 'other')", name=op.f("ck_deadline_cause_known")),
        sa.CheckConstraint("unit IN ('working days', 'working hours')", name=op.f("ck_deadline_unit_known")),
        sa.CheckConstraint("(held_at IS NULL) = (cause IS NULL)", name=op.f("ck_deadline_held_for_a_cause")),
        sa.CheckConstraint("(held_at IS NULL) = (held_by IS NULL)", name=op.f("ck_deadline_held_by_somebody")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_deadline_case_id")),
        sa.PrimaryKeyConstraint("case_id", "token_id", "position", name=op.f("pk_deadline")),
        sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "reckoned_case",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("calendar", sa.Integer(), nullable=False, comment="no open deadline is of an older version"),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_reckoned_case_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reckoned_case")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reckoned_case_calendar", "reckoned_case", ["calendar", "case_id"], unique=False)
