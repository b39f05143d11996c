"""Rehearsals are kept with their plans and results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rehearsal",
        sa.Column("rehearsal_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("definition_id", sa.String(length=64), nullable=False, comment="the version that is played"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="of the plan"),
        sa.Column("against", sa.Text(), nullable=False, comment="name of the plan it is compared with; empty: none"),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("what_if_cases", sa.Integer(), nullable=False),
        sa.Column("precision", sa.Float(), nullable=False, comment="share; 0: all cases are played"),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("player", sa.String(length=200), nullable=True, comment="machine on which it is played"),
        sa.Column("begun_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("ended_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False, comment="JSON: the answer in a sentence, by language"),
        sa.Column("plan", sa.Text(), nullable=False, comment="JSON, with all that it refers to"),
        sa.Column("plan_digest", sa.String(length=64), nullable=False, comment="SHA-256"),
        sa.Column("against_plan", sa.Text(), nullable=True, comment="JSON"),
        sa.Column("against_digest", sa.String(length=64), nullable=True),
        sa.Column("result", sa.Text(), nullable=True, comment="JSON"),
        sa.Column("result_digest", sa.String(length=64), nullable=True, comment="SHA-256; the record says the same"),
        sa.CheckConstraint("(state = 'done') = (result IS NOT NULL)", name=op.f("ck_rehearsal_done_with_result")),
        sa.CheckConstraint(
            "(state IN ('waiting', 'running')) = (ended_at IS NULL)", name=op.f("ck_rehearsal_ended_with_instant")
        ),
        sa.CheckConstraint("state <> 'running' OR player IS NOT NULL", name=op.f("ck_rehearsal_played_somewhere")),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_rehearsal_state_known")
        ),
        sa.CheckConstraint(
            "(against_plan IS NULL) = (against_digest IS NULL)", name=op.f("ck_rehearsal_against_with_digest")
        ),
        sa.CheckConstraint("(result IS NULL) = (result_digest IS NULL)", name=op.f("ck_rehearsal_result_with_digest")),
        sa.CheckConstraint("cases >= 1", name=op.f("ck_rehearsal_cases_positive")),
        sa.PrimaryKeyConstraint("rehearsal_id", name=op.f("pk_rehearsal")),
    )
    with op.batch_alter_table("rehearsal", schema=None) as batch_op:
        batch_op.create_index("ix_rehearsal_asked", ["asked_at", "rehearsal_id"], unique=False)
        batch_op.create_index("ix_rehearsal_like", ["process_id", "seed", "asked_at"], unique=False)
        batch_op.create_index(
            "ix_rehearsal_open",
            ["asked_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )


def downgrade() -> None:
    """Remove it."""
    with op.batch_alter_table("rehearsal", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_rehearsal_open",
            sqlite_where=sa.text("state IN ('waiting', 'running')"),
            postgresql_where=sa.text("state IN ('waiting', 'running')"),
        )
        batch_op.drop_index("ix_rehearsal_like")
        batch_op.drop_index("ix_rehearsal_asked")

    op.drop_table("rehearsal")
