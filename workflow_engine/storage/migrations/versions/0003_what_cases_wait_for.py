"""What cases wait for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "message",
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=True, comment="JSON"),
        sa.Column("payload", sa.Text(), nullable=False, comment="JSON, erasable"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("published_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.Column("origin_case_id", sa.String(length=64), nullable=True),
        sa.Column("target_case_id", sa.String(length=64), nullable=True, comment="only this case may catch it"),
        sa.Column("expires_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True, comment="who caught it"),
        sa.Column("element_id", sa.String(length=200), nullable=True),
        sa.Column("settled_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "(state = 'correlated') = (case_id IS NOT NULL)", name=op.f("ck_message_correlated_with_a_case")
        ),
        sa.CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_message_settled_with_instant")),
        sa.CheckConstraint("state IN ('waiting', 'correlated', 'expired')", name=op.f("ck_message_state_known")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "ix_message_expiry",
            ["expires_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index("ix_message_state", ["state", "published_at", "message_id"], unique=False)
        batch_op.create_index(
            "ix_message_waiting",
            ["name", "published_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "message_digest",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="one thing a catcher may demand so that this message fits",
        ),
        sa.Column(
            "message_id", sa.String(length=200), nullable=False, comment="rows exist exactly while the message waits"
        ),
        sa.PrimaryKeyConstraint("name", "digest", "message_id", name=op.f("pk_message_digest")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("message_digest", schema=None) as batch_op:
        batch_op.create_index("ix_message_digest_message", ["message_id"], unique=False)

    op.create_table(
        "message_key",
        sa.Column(
            "name", sa.String(length=200), nullable=False, comment="of a message that some deployed version catches"
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False, comment="JSON: how its correlation is read from a payload"),
        sa.PrimaryKeyConstraint("name", "digest", name=op.f("pk_message_key")),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "outbox_id", sa.String(length=200), nullable=False, comment="constant: the receiver can tell a repetition"
        ),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False, comment="JSON; identifiers only"),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("next_at", types.UTCDateTime(length=27), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'sent', 'dead')", name=op.f("ck_outbox_state_known")),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_pending",
            ["next_at", "outbox_id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "signal",
        sa.Column("signal_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False, comment="JSON, erasable"),
        sa.Column("origin_case_id", sa.String(length=64), nullable=True),
        sa.Column("sent_by", sa.String(length=200), nullable=False),
        sa.Column("sent_at", types.UTCDateTime(length=27), nullable=False),
        sa.PrimaryKeyConstraint("signal_id", name=op.f("pk_signal")),
    )
    op.create_table(
        "timer",
        sa.Column(
            "timer_id",
            sa.String(length=200),
            nullable=False,
            comment="case.token.position, or start:… for start events",
        ),
        sa.Column("due_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column(
            "case_id", sa.String(length=64), nullable=True, comment="none for the timer start event of a definition"
        ),
        sa.Column("definition_id", sa.String(length=64), nullable=True),
        sa.Column("process_id", sa.String(length=200), nullable=True),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("interrupting", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False, comment="its case is suspended"),
        sa.Column("firing", sa.Integer(), nullable=False, comment="number of this firing, for start events on a cycle"),
        sa.Column("armed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("fired_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("lease_until", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint("state IN ('scheduled', 'fired', 'cancelled')", name=op.f("ck_timer_state_known")),
        sa.CheckConstraint("(case_id IS NULL) <> (definition_id IS NULL)", name=op.f("ck_timer_one_owner")),
        sa.PrimaryKeyConstraint("timer_id", "due_at", name=op.f("pk_timer")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index("ix_timer_case", ["case_id", "state"], unique=False)
        batch_op.create_index(
            "ix_timer_due",
            ["lane", "due_at", "timer_id"],
            unique=False,
            sqlite_where=sa.text("state = 'scheduled' AND NOT held"),
            postgresql_where=sa.text("state = 'scheduled' AND NOT held"),
        )

    op.create_table(
        "signal_delivery",
        sa.Column("signal_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("definition_id", sa.String(length=64), nullable=True, comment="set where the signal starts the case"),
        sa.Column("process_id", sa.String(length=200), nullable=True),
        sa.Column("element_id", sa.String(length=200), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'skipped')", name=op.f("ck_signal_delivery_state_known")),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.signal_id"], name=op.f("fk_signal_delivery_signal_id")),
        sa.PrimaryKeyConstraint("signal_id", "case_id", name=op.f("pk_signal_delivery")),
    )
    with op.batch_alter_table("signal_delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_signal_delivery_pending",
            ["signal_id", "case_id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "job",
        sa.Column("job_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("variables", sa.Text(), nullable=False, comment="JSON, erasable"),
        sa.Column("headers", sa.Text(), nullable=False, comment="JSON, erasable"),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("available_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("locked_by", sa.String(length=200), nullable=True),
        sa.Column("lock_token", sa.String(length=64), nullable=True),
        sa.Column("lock_until", types.UTCDateTime(length=27), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'locked') = (lock_token IS NOT NULL)", name=op.f("ck_job_locked_with_token")),
        sa.CheckConstraint(
            "state IN ('available', 'locked', 'failed', 'completed', 'cancelled')", name=op.f("ck_job_state_known")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_job_case_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job")),
        sa.UniqueConstraint("case_id", "token_id", name=op.f("uq_job_case_id_token_id")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_job_doable",
            ["topic", "lane", "available_at", "job_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('available', 'locked') AND NOT held"),
            postgresql_where=sa.text("state IN ('available', 'locked') AND NOT held"),
        )
        batch_op.create_index("ix_job_lock_token", ["lock_token"], unique=False)
        batch_op.create_index("ix_job_state", ["state", "created_at", "job_id"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("subscription_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "correlation",
            sa.Text(),
            nullable=True,
            comment="canonical JSON of what the catcher demands; none matches any",
        ),
        sa.Column(
            "correlation_digest", sa.String(length=64), nullable=False, comment="empty where nothing is demanded"
        ),
        sa.Column("opened_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('message', 'signal')", name=op.f("ck_subscription_kind_known")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_subscription_case_id")),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("case_id", "token_id", "position", name=op.f("uq_subscription_case_id_token_id_position")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(
            "ix_subscription_catch",
            ["kind", "name", "correlation_digest", "opened_at", "subscription_id"],
            unique=False,
        )


def downgrade() -> None:
    """Drop the tables and everything in them."""
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("ix_subscription_catch")

    op.drop_table("subscription")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state")
        batch_op.drop_index("ix_job_lock_token")
        batch_op.drop_index(
            "ix_job_doable",
            sqlite_where=sa.text("state IN ('available', 'locked') AND NOT held"),
            postgresql_where=sa.text("state IN ('available', 'locked') AND NOT held"),
        )

    op.drop_table("job")
    with op.batch_alter_table("signal_delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_signal_delivery_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.drop_table("signal_delivery")
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_timer_due",
            sqlite_where=sa.text("state = 'scheduled' AND NOT held"),
            postgresql_where=sa.text("state = 'scheduled' AND NOT held"),
        )
        batch_op.drop_index("ix_timer_case")

    op.drop_table("timer")
    op.drop_table("signal")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_outbox_pending",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.drop_table("outbox")
    op.drop_table("message_key")
    with op.batch_alter_table("message_digest", schema=None) as batch_op:
        batch_op.drop_index("ix_message_digest_message")

    op.drop_table("message_digest")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_message_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_message_state")
        batch_op.drop_index(
            "ix_message_expiry",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.drop_table("message")
