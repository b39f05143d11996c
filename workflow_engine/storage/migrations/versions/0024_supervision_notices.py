"""Notices of supervision with their numbers, answers and evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "supervision_notice",
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("rung", sa.String(length=16), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False, comment="in a series of its own; counted nowhere"),
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="to whom it goes and who answers"),
        sa.Column("case_id", sa.String(length=64), nullable=True, comment="what it is about; none: how the unit works"),
        sa.Column("from_case", sa.Boolean(), nullable=False, comment="the case asked for it, and is told of answers"),
        sa.Column("follows", sa.String(length=64), nullable=True, comment="the notice whose place it took"),
        sa.Column("skipped", sa.Integer(), nullable=False, comment="how many rungs were left out"),
        sa.Column("subject", sa.Text(), nullable=True, comment="erasable, as the other words"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("skip_reason", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("escalates", sa.Boolean(), nullable=False, comment="goes up a rung by itself"),
        sa.Column("issued_at", types.UTCDateTime(), nullable=False),
        sa.Column("issued_by", sa.String(length=200), nullable=False),
        sa.Column("answer_by", types.UTCDateTime(), nullable=False),
        sa.Column(
            "remind_at",
            types.UTCDateTime(),
            nullable=True,
            comment="none once that is done or there is nothing to remind of",
        ),
        sa.Column("overdue_at", types.UTCDateTime(), nullable=True, comment="its time ended without an answer"),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("settled_at", types.UTCDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=200), nullable=True),
        sa.Column("settled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('open', 'answered')) = (settled_at IS NULL)",
            name=op.f("ck_supervision_notice_settled_with_instant"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_supervision_notice_has_reason")),
        sa.CheckConstraint(
            "rung IN ('remind', 'supervise', 'listed', 'interview', 'report')",
            name=op.f("ck_supervision_notice_rung_known"),
        ),
        sa.CheckConstraint("skipped = 0 OR skip_reason <> ''", name=op.f("ck_supervision_notice_skips_with_reason")),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'accepted', 'withdrawn', 'escalated')",
            name=op.f("ck_supervision_notice_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('answered', 'accepted') OR answers > 0", name=op.f("ck_supervision_notice_judged_by_answers")
        ),
        sa.CheckConstraint("number >= 1 AND answers >= 0 AND skipped >= 0", name=op.f("ck_supervision_notice_counts")),
        sa.ForeignKeyConstraint(
            ["follows"], ["supervision_notice.notice_id"], name=op.f("fk_supervision_notice_follows")
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_supervision_notice")),
        sa.UniqueConstraint(
            "year", "rung", "exercise", "number", name=op.f("uq_supervision_notice_year_rung_exercise_number")
        ),
    )
    with op.batch_alter_table("supervision_notice", schema=None) as batch_op:
        batch_op.create_index("ix_supervision_notice_case", ["case_id", "unit_id"], unique=False)
        batch_op.create_index("ix_supervision_notice_issued", ["issued_at", "notice_id"], unique=False)
        batch_op.create_index(
            "ix_supervision_notice_remind",
            ["remind_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open' AND remind_at IS NOT NULL"),
            postgresql_where=sa.text("state = 'open' AND remind_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_supervision_notice_running",
            ["answer_by", "notice_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('open', 'answered')"),
            postgresql_where=sa.text("state IN ('open', 'answered')"),
        )
        batch_op.create_index(
            "ix_supervision_notice_unit", ["unit_id", "state", "answer_by", "notice_id"], unique=False
        )
        batch_op.create_index(
            "uq_supervision_notice_running",
            ["case_id", "unit_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'answered') AND case_id IS NOT NULL"),
            postgresql_where=sa.text("state IN ('open', 'answered') AND case_id IS NOT NULL"),
        )

    op.create_table(
        "supervision_series",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rung", sa.String(length=16), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "rung IN ('remind', 'supervise', 'listed', 'interview', 'report')",
            name=op.f("ck_supervision_series_rung_known"),
        ),
        sa.CheckConstraint("last_number >= 1", name=op.f("ck_supervision_series_number_from_one")),
        sa.PrimaryKeyConstraint("year", "rung", "exercise", name=op.f("pk_supervision_series")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "supervision_answer",
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("answer_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("answered_at", types.UTCDateTime(), nullable=False),
        sa.Column("answered_by", sa.String(length=200), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("verdict_reason", sa.Text(), nullable=True),
        sa.Column("judged_at", types.UTCDateTime(), nullable=True),
        sa.Column("judged_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(verdict = 'waiting') = (judged_by IS NULL)", name=op.f("ck_supervision_answer_judged_by_somebody")
        ),
        sa.CheckConstraint(
            "verdict <> 'rejected' OR verdict_reason <> ''", name=op.f("ck_supervision_answer_rejected_with_reason")
        ),
        sa.CheckConstraint(
            "verdict IN ('waiting', 'accepted', 'rejected')", name=op.f("ck_supervision_answer_verdict_known")
        ),
        sa.CheckConstraint("answer_no >= 1", name=op.f("ck_supervision_answer_number_from_one")),
        sa.CheckConstraint(
            "judged_by IS NULL OR judged_by <> answered_by", name=op.f("ck_supervision_answer_judged_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["supervision_notice.notice_id"], name=op.f("fk_supervision_answer_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "answer_no", name=op.f("pk_supervision_answer")),
    )
    op.create_table(
        "supervision_file",
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("answer_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("file_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=True, comment="erasable"),
        sa.CheckConstraint("size > 0", name=op.f("ck_supervision_file_not_empty")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["supervision_notice.notice_id"], name=op.f("fk_supervision_file_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "answer_no", "file_no", name=op.f("pk_supervision_file")),
    )
    with op.batch_alter_table("supervision_file", schema=None) as batch_op:
        batch_op.create_index("ix_supervision_file_digest", ["digest"], unique=False)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("supervision_file", schema=None) as batch_op:
        batch_op.drop_index("ix_supervision_file_digest")

    op.drop_table("supervision_file")
    op.drop_table("supervision_answer")
    op.drop_table("supervision_series")
    with op.batch_alter_table("supervision_notice", schema=None) as batch_op:
        batch_op.drop_index("uq_supervision_notice_running")
        batch_op.drop_index("ix_supervision_notice_unit")
        batch_op.drop_index("ix_supervision_notice_running")
        batch_op.drop_index("ix_supervision_notice_remind")
        batch_op.drop_index("ix_supervision_notice_issued")
        batch_op.drop_index("ix_supervision_notice_case")

    op.drop_table("supervision_notice")
