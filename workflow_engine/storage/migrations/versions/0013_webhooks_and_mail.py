"""Webhooks, choices of mail, and what is to be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "telling_cursor",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column(
            "log_index", sa.BigInteger(), nullable=False, comment="first entry of the log that nobody was told of yet"
        ),
        sa.CheckConstraint("log_index >= 0", name=op.f("ck_telling_cursor_index_from_zero")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_telling_cursor")),
    )
    op.create_table(
        "webhook",
        sa.Column("webhook_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False, comment="signs what is sent; shown once when it is made"),
        sa.Column("kinds", sa.Text(), nullable=False, comment="words, by blanks"),
        sa.Column("process_id", sa.String(length=200), nullable=True, comment="only events of cases of this process"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused')", name=op.f("ck_webhook_state_known")),
        sa.PrimaryKeyConstraint("webhook_id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "delivery",
        sa.Column(
            "delivery_id", sa.String(length=200), nullable=False, comment="target and event: constant over all tries"
        ),
        sa.Column("webhook_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=200), nullable=True),
        sa.Column(
            "content",
            sa.Text(),
            nullable=False,
            comment="JSON: a CloudEvent, or what a mail is about; no private values",
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "next_at",
            types.UTCDateTime(length=27),
            nullable=False,
            comment="not sent before; while it is sent, the end of the lease",
        ),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("settled_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_delivery_settled_with_instant")),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'dead')", name=op.f("ck_delivery_state_known")),
        sa.CheckConstraint("(webhook_id IS NULL) <> (person_id IS NULL)", name=op.f("ck_delivery_to_one_target")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_delivery_person_id")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.webhook_id"], name=op.f("fk_delivery_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_due",
            ["next_at", "delivery_id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index("ix_delivery_settled", ["settled_at"], unique=False)
        batch_op.create_index("ix_delivery_webhook", ["webhook_id", "created_at", "delivery_id"], unique=False)

    op.create_table(
        "mail_choice",
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("assigned", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("digest_day", sa.String(length=10), nullable=True, comment="for which day the last digest was made"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_mail_choice_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_mail_choice")),
    )
    with op.batch_alter_table("mail_choice", schema=None) as batch_op:
        batch_op.create_index(
            "ix_mail_choice_digest",
            ["digest_day"],
            unique=False,
            sqlite_where=sa.text("digest"),
            postgresql_where=sa.text("digest"),
        )


def downgrade() -> None:
    """Drop the tables."""
    with op.batch_alter_table("mail_choice", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_choice_digest", sqlite_where=sa.text("digest"), postgresql_where=sa.text("digest"))

    op.drop_table("mail_choice")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_webhook")
        batch_op.drop_index("ix_delivery_settled")
        batch_op.drop_index(
            "ix_delivery_due", sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'")
        )

    op.drop_table("delivery")
    op.drop_table("webhook")
    op.drop_table("telling_cursor")
