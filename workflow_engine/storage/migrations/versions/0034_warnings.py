"""The city's own warnings, as they were published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "published_warning",
        sa.Column("warning_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=True, comment="answers for the case"),
        sa.Column("identifier", sa.String(length=200), nullable=False, comment="of the CAP message"),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("colour", sa.String(length=16), nullable=False),
        sa.Column("titles", sa.Text(), nullable=False, comment="JSON: headline by language"),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("replaces", sa.String(length=64), nullable=True, comment="warning_id of the one before"),
        sa.Column("sent_at", types.UTCDateTime(), nullable=False),
        sa.Column("expires_at", types.UTCDateTime(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False, comment="the CAP message; never changed"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the document"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("end_document", sa.Text(), nullable=True, comment="the CAP message that lifted it"),
        sa.CheckConstraint(
            "(state = 'in_force') = (ended_at IS NULL)", name=op.f("ck_published_warning_ended_with_instant")
        ),
        sa.CheckConstraint(
            "(state = 'lifted') = (end_document IS NOT NULL)", name=op.f("ck_published_warning_lifted_with_message")
        ),
        sa.CheckConstraint(
            "colour IN ('red', 'orange', 'yellow', 'blue')", name=op.f("ck_published_warning_colour_known")
        ),
        sa.CheckConstraint(
            "state IN ('in_force', 'replaced', 'lifted', 'expired')", name=op.f("ck_published_warning_state_known")
        ),
        sa.CheckConstraint("sent_at < expires_at", name=op.f("ck_published_warning_valid_for_a_time")),
        sa.PrimaryKeyConstraint("warning_id", name=op.f("pk_published_warning")),
        sa.UniqueConstraint("identifier", name=op.f("uq_published_warning_identifier")),
    )
    with op.batch_alter_table("published_warning", schema=None) as batch_op:
        batch_op.create_index(
            "ix_published_warning_expires",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'in_force'"),
            postgresql_where=sa.text("state = 'in_force'"),
        )
        batch_op.create_index("ix_published_warning_sent", ["sent_at", "warning_id"], unique=False)
        batch_op.create_index(
            "uq_published_warning_case",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state = 'in_force'"),
            postgresql_where=sa.text("state = 'in_force'"),
        )


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("published_warning", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_published_warning_case",
            sqlite_where=sa.text("state = 'in_force'"),
            postgresql_where=sa.text("state = 'in_force'"),
        )
        batch_op.drop_index("ix_published_warning_sent")
        batch_op.drop_index(
            "ix_published_warning_expires",
            sqlite_where=sa.text("state = 'in_force'"),
            postgresql_where=sa.text("state = 'in_force'"),
        )

    op.drop_table("published_warning")
