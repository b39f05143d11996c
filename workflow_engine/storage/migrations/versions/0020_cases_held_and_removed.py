"""Ended cases that are held beyond their time, and those that were removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "case_hold",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("held_by", sa.String(length=200), nullable=False),
        sa.Column("held_at", types.UTCDateTime(length=27), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_case_hold_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_hold")),
    )
    op.create_table(
        "case_removal",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("due_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("removed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column(
            "chain_head", sa.String(length=64), nullable=False, comment="as the entry says that proves the removal"
        ),
        sa.CheckConstraint("removed_at >= due_at", name=op.f("ck_case_removal_not_before_due")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_case_removal_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_removal")),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("case_removal")
    op.drop_table("case_hold")
