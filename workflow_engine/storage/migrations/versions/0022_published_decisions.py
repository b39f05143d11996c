"""Decisions made public, and who cast which vote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty, and the index."""
    op.create_table(
        "published_decision",
        sa.Column("public_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=True, comment="answers for the case"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="JSON: what everybody may read; never changed"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the document"),
        sa.Column("published_at", types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("title <> '' AND document <> ''", name=op.f("ck_published_decision_has_text")),
        sa.PrimaryKeyConstraint("public_id", name=op.f("pk_published_decision")),
    )
    with op.batch_alter_table("published_decision", schema=None) as batch_op:
        batch_op.create_index("ix_published_decision_at", ["published_at", "public_id"], unique=False)
        batch_op.create_index("ix_published_decision_case", ["case_id"], unique=False)
    with op.batch_alter_table("ballot_vote", schema=None) as batch_op:
        batch_op.create_index("ix_ballot_vote_by", ["cast_by", "cast_at"], unique=False)


def downgrade() -> None:
    """Take both away."""
    with op.batch_alter_table("ballot_vote", schema=None) as batch_op:
        batch_op.drop_index("ix_ballot_vote_by")
    op.drop_table("published_decision")
