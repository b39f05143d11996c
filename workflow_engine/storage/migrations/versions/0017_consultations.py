"""Consultations of the public, their opinions and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "consultation",
        sa.Column("consultation_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column(
            "unit_id",
            sa.String(length=200),
            nullable=True,
            comment="answers for the case; may be granted the right to run it",
        ),
        sa.Column("round", sa.Integer(), nullable=False, comment="a redraft is consulted again in the next one"),
        sa.Column("follows", sa.String(length=64), nullable=True, comment="the round before"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False, comment="never changed"),
        sa.Column("draft_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False, comment="words, by blanks"),
        sa.Column("short_reason", sa.Text(), nullable=False, comment="why it is shorter than usual; published"),
        sa.Column("min_responses", sa.Integer(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("opened_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("closes_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("closed_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("settled_at", types.UTCDateTime(length=27), nullable=True, comment="answered or withdrawn"),
        sa.Column("last_number", sa.Integer(), nullable=False, comment="of its opinions"),
        sa.Column("last_notice", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('answered', 'withdrawn')) = (settled_at IS NOT NULL)", name=op.f("ck_consultation_settled")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'closed', 'answered', 'withdrawn')", name=op.f("ck_consultation_state_known")
        ),
        sa.CheckConstraint("title <> '' AND draft <> ''", name=op.f("ck_consultation_has_text")),
        sa.CheckConstraint("closes_at > opened_at", name=op.f("ck_consultation_open_for_a_time")),
        sa.CheckConstraint(
            "round >= 1 AND last_number >= 0 AND last_notice >= 0 AND min_responses >= 0",
            name=op.f("ck_consultation_counts"),
        ),
        sa.ForeignKeyConstraint(["follows"], ["consultation.consultation_id"], name=op.f("fk_consultation_follows")),
        sa.PrimaryKeyConstraint("consultation_id", name=op.f("pk_consultation")),
    )
    op.create_index(op.f("ix_consultation_case_id"), "consultation", ["case_id"])
    op.create_index("ix_consultation_opened", "consultation", ["opened_at", "consultation_id"])

    op.create_table(
        "consultation_notice",
        sa.Column("consultation_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_at", types.UTCDateTime(length=27), nullable=False),
        sa.CheckConstraint(
            "kind IN ('extension', 'widened', 'hearing', 'participants', 'record', 'redraft', 'summary', 'withdrawal')",
            name=op.f("ck_consultation_notice_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.consultation_id"], name=op.f("fk_consultation_notice_consultation_id")
        ),
        sa.PrimaryKeyConstraint("consultation_id", "number", name=op.f("pk_consultation_notice")),
    )
    op.create_table(
        "consultation_opinion",
        sa.Column("consultation_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("code_sha256", sa.String(length=64), nullable=False, comment="of what its sender keeps"),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("subject_class", sa.String(length=16), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=False),
        sa.Column("district", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=False, comment="what everybody may read"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="never public"),
        sa.Column("contact", sa.String(length=200), nullable=False, comment="never public"),
        sa.Column("wants_hearing", sa.Boolean(), nullable=False),
        sa.Column("submitted_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("submitted_by", sa.String(length=200), nullable=False),
        sa.Column("moderation", sa.String(length=16), nullable=False),
        sa.Column("moderation_reason", sa.Text(), nullable=False),
        sa.Column("moderated_by", sa.String(length=200), nullable=True),
        sa.Column("moderated_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("disposition", sa.String(length=16), nullable=True),
        sa.Column("disposition_reason", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("answered_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "channel IN ('web', 'phone', 'paper', 'hearing', 'survey')",
            name=op.f("ck_consultation_opinion_channel_known"),
        ),
        sa.CheckConstraint(
            "disposition IN ('adopted', 'partly', 'not_adopted')",
            name=op.f("ck_consultation_opinion_disposition_known"),
        ),
        sa.CheckConstraint(
            "disposition IS NULL OR (moderation = 'accepted' AND disposition_reason <> '')",
            name=op.f("ck_consultation_opinion_answered_with_reason"),
        ),
        sa.CheckConstraint(
            "moderation <> 'rejected' OR moderation_reason <> ''",
            name=op.f("ck_consultation_opinion_rejected_with_reason"),
        ),
        sa.CheckConstraint(
            "moderation IN ('waiting', 'accepted', 'rejected')", name=op.f("ck_consultation_opinion_moderation_known")
        ),
        sa.CheckConstraint(
            "stance IN ('support', 'oppose', 'suggest')", name=op.f("ck_consultation_opinion_stance_known")
        ),
        sa.CheckConstraint(
            "subject_class IN ('society', 'enterprise', 'government')",
            name=op.f("ck_consultation_opinion_subject_class_known"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_consultation_opinion_number_from_one")),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.consultation_id"], name=op.f("fk_consultation_opinion_consultation_id")
        ),
        sa.PrimaryKeyConstraint("consultation_id", "number", name=op.f("pk_consultation_opinion")),
        sa.UniqueConstraint("code_sha256", name=op.f("uq_consultation_opinion_code_sha256")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_consultation_opinion_fingerprint")),
    )
    op.create_index(
        "ix_consultation_opinion_disposition", "consultation_opinion", ["consultation_id", "disposition", "number"]
    )
    op.create_index(
        "ix_consultation_opinion_moderation", "consultation_opinion", ["consultation_id", "moderation", "number"]
    )
