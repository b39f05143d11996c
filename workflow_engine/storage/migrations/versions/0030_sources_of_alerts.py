"""Sources of alerts, and what became of what came from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables, empty."""
    op.create_table(
        "alert_source",
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("every_seconds", sa.Integer(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False, comment="words, by blanks"),
        sa.Column("least_severity", sa.String(length=16), nullable=False),
        sa.Column("codes", sa.Text(), nullable=False, comment="beginnings of place codes, by blanks"),
        sa.Column("words", sa.Text(), nullable=False, comment="in names of areas, a line each"),
        sa.Column("box", sa.Text(), nullable=False, comment="south, west, north, east in degrees"),
        sa.Column("signature", sa.String(length=16), nullable=False),
        sa.Column("certificates", sa.Text(), nullable=False, comment="PEM"),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("set_at", types.UTCDateTime(), nullable=False),
        sa.Column("set_by", sa.String(length=200), nullable=False),
        sa.Column(
            "next_at", types.UTCDateTime(), nullable=False, comment="asked then; a poller that asks moves it on first"
        ),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("asked_at", types.UTCDateTime(), nullable=True, comment="last answer, good or bad"),
        sa.Column("answered_at", types.UTCDateTime(), nullable=True, comment="last good one"),
        sa.Column("failures", sa.Integer(), nullable=False, comment="in a row"),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "least_severity IN ('Unknown', 'Minor', 'Moderate', 'Severe', 'Extreme')",
            name=op.f("ck_alert_source_least_severity_known"),
        ),
        sa.CheckConstraint(
            "signature <> 'required' OR certificates <> ''", name=op.f("ck_alert_source_required_of_whom")
        ),
        sa.CheckConstraint("signature IN ('present', 'required')", name=op.f("ck_alert_source_signature_known")),
        sa.CheckConstraint("state IN ('active', 'paused')", name=op.f("ck_alert_source_state_known")),
        sa.CheckConstraint("every_seconds >= 30", name=op.f("ck_alert_source_not_too_often")),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_alert_source")),
    )
    with op.batch_alter_table("alert_source", schema=None) as batch_op:
        batch_op.create_index(
            "ix_alert_source_due",
            ["next_at"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "alert_source_entry",
        sa.Column("source_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="of the entry as it came"),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, comment="as the alert says it"),
        sa.Column("alert_key", sa.String(length=512), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("seen_at", types.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('started', 'updated', 'cancelled', 'kept', 'duplicate', 'elsewhere', 'refused')",
            name=op.f("ck_alert_source_entry_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["alert_source.source_id"], name=op.f("fk_alert_source_entry_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "digest", name=op.f("pk_alert_source_entry")),
    )
    with op.batch_alter_table("alert_source_entry", schema=None) as batch_op:
        batch_op.create_index("ix_alert_source_entry_seen", ["source_id", "seen_at", "digest"], unique=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("alert_source_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_source_entry_seen")

    op.drop_table("alert_source_entry")
    with op.batch_alter_table("alert_source", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_alert_source_due",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.drop_table("alert_source")
