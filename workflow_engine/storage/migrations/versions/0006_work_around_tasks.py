"""Work around tasks: delegations, opinions, copies, notes, comments, files and drafts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "attachment",
        sa.Column("attachment_id", sa.String(length=200), nullable=False, comment="case and audit entry"),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="audit entry that holds the commitment"),
        sa.Column("user_task_id", sa.String(length=200), nullable=True),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the content, which is its name in the folder",
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False, comment="as its first bytes say"),
        sa.Column("name", sa.Text(), nullable=False, comment="as the person called it, erasable"),
        sa.Column("added_by", sa.String(length=200), nullable=False),
        sa.Column("added_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("removed_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("removed_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_attachment_removed_by_somebody")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_not_empty")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_attachment_case_id")),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_case", ["case_id", "seq"], unique=False)
        batch_op.create_index("ix_attachment_digest", ["digest"], unique=False)

    op.create_table(
        "comment",
        sa.Column("comment_id", sa.String(length=200), nullable=False, comment="case and audit entry"),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="audit entry that holds the commitment"),
        sa.Column("user_task_id", sa.String(length=200), nullable=True),
        sa.Column("written_by", sa.String(length=200), nullable=False),
        sa.Column("written_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False, comment="JSON list of people"),
        sa.Column("content", sa.Text(), nullable=False, comment="erasable"),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_comment_case_id")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_case", ["case_id", "seq"], unique=False)

    op.create_table(
        "note",
        sa.Column("note_id", sa.String(length=200), nullable=False, comment="case, audit entry, number"),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("user_task_id", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False, comment="the person or group it is for"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sent_by", sa.String(length=200), nullable=False),
        sa.Column("sent_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="what was said, erasable"),
        sa.Column("read_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("read_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "kind IN ('mention', 'urge', 'returned', 'took_back', 'transferred', 'delegated', 'answered', "
            "'opinion', 'removed')",
            name=op.f("ck_note_kind_known"),
        ),
        sa.CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name=op.f("ck_note_read_by_somebody")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_note_case_id")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_note")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_case", ["case_id"], unique=False)
        batch_op.create_index("ix_note_inbox", ["subject", "sent_at", "note_id"], unique=False)
        batch_op.create_index("ix_note_task", ["user_task_id", "kind", "sent_by", "sent_at"], unique=False)
        batch_op.create_index(
            "ix_note_unread",
            ["subject"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "task_copy",
        sa.Column("copy_id", sa.String(length=200), nullable=False, comment="case, audit entry, number"),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column(
            "user_task_id",
            sa.String(length=200),
            nullable=True,
            comment="the task from which it was sent, where it was sent from one",
        ),
        sa.Column("person_id", sa.String(length=200), nullable=False, comment="who may read it"),
        sa.Column("sent_by", sa.String(length=200), nullable=False),
        sa.Column("sent_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column(
            "started_at",
            types.UTCDateTime(length=27),
            nullable=False,
            comment="of the case: a person's cases in their order",
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="erasable"),
        sa.Column("read_at", types.UTCDateTime(length=27), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_task_copy_case_id")),
        sa.PrimaryKeyConstraint("copy_id", name=op.f("pk_task_copy")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("task_copy", schema=None) as batch_op:
        batch_op.create_index("ix_task_copy_case", ["case_id", "person_id"], unique=False)
        batch_op.create_index("ix_task_copy_inbox", ["person_id", "sent_at", "copy_id"], unique=False)
        batch_op.create_index("ix_task_copy_seen", ["person_id", "started_at", "case_id"], unique=False)
        batch_op.create_index(
            "ix_task_copy_unread",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "task_delegation",
        sa.Column("user_task_id", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False, comment="audit entry that delegated it"),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False, comment="who gets it back and completes it"),
        sa.Column("delegate", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="erasable"),
        sa.Column("delegated_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("ended_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "(state = 'pending') = (ended_at IS NULL)", name=op.f("ck_task_delegation_ended_with_instant")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'resolved', 'taken_back', 'withdrawn')", name=op.f("ck_task_delegation_state_known")
        ),
        sa.CheckConstraint("owner <> delegate", name=op.f("ck_task_delegation_to_another_person")),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.user_task_id"], name=op.f("fk_task_delegation_user_task_id")
        ),
        sa.PrimaryKeyConstraint("user_task_id", "seq", name=op.f("pk_task_delegation")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("task_delegation", schema=None) as batch_op:
        batch_op.create_index("ix_task_delegation_case", ["case_id"], unique=False)
        batch_op.create_index(
            "ix_task_delegation_owner",
            ["owner", "delegated_at", "user_task_id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "ix_task_delegation_pending",
            ["user_task_id"],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )

    op.create_table(
        "task_draft",
        sa.Column("user_task_id", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="counts saves; who saves says which one they continue"
        ),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON of what was typed, private to the person"),
        sa.Column("saved_at", types.UTCDateTime(length=27), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_task_draft_version_from_one")),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.user_task_id"], name=op.f("fk_task_draft_user_task_id")),
        sa.PrimaryKeyConstraint("user_task_id", "person_id", name=op.f("pk_task_draft")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("task_draft", schema=None) as batch_op:
        batch_op.create_index("ix_task_draft_case", ["case_id"], unique=False)

    op.create_table(
        "task_opinion",
        sa.Column(
            "opinion_id", sa.String(length=200), nullable=False, comment="the signer's own user_task_id once it is open"
        ),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("user_task_id", sa.String(length=200), nullable=False, comment="the task that it is an opinion on"),
        sa.Column("place", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False, comment="the person or group asked"),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("question", sa.Text(), nullable=False, comment="erasable"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("ended_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_by IS NOT NULL)", name=op.f("ck_task_opinion_answered_by_somebody")
        ),
        sa.CheckConstraint(
            "(state IN ('waiting', 'open')) = (ended_at IS NULL)", name=op.f("ck_task_opinion_ended_with_instant")
        ),
        sa.CheckConstraint("place IN ('before', 'beside', 'after')", name=op.f("ck_task_opinion_place_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'open', 'answered', 'removed', 'withdrawn')", name=op.f("ck_task_opinion_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["user_task_id"], ["user_task.user_task_id"], name=op.f("fk_task_opinion_user_task_id")
        ),
        sa.PrimaryKeyConstraint("opinion_id", name=op.f("pk_task_opinion")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("task_opinion", schema=None) as batch_op:
        batch_op.create_index("ix_task_opinion_case", ["case_id"], unique=False)
        batch_op.create_index("ix_task_opinion_task", ["user_task_id"], unique=False)
