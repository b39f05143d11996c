"""Orders to destroy personal data, how far they are, and what is kept to look for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "destruction",
        sa.Column("destruction_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("signed_by", sa.String(length=200), nullable=False),
        sa.Column("names", sa.Text(), nullable=False, comment="JSON list of variables, as the model declared them"),
        sa.Column("files", sa.Boolean(), nullable=False),
        sa.Column("comments", sa.Boolean(), nullable=False),
        sa.Column("ordered_at", types.UTCDateTime(), nullable=False),
        sa.Column("begun_at", types.UTCDateTime(), nullable=True),
        sa.Column("finished_at", types.UTCDateTime(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True, comment="of the traces; gone with them"),
        sa.Column("value_count", sa.Integer(), nullable=False),
        sa.Column("too_short", sa.Integer(), nullable=False, comment="values that say too little to be looked for"),
        sa.Column("storage", sa.Text(), nullable=False, comment="what was done to the files of the database"),
        sa.Column("checked_at", types.UTCDateTime(), nullable=True),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("left_over", sa.Integer(), nullable=False, comment="found by the last check where it must not be"),
        sa.Column("elsewhere", sa.Integer(), nullable=False, comment="found by the last check in records of their own"),
        sa.CheckConstraint(
            "(state = 'finished') = (finished_at IS NOT NULL)", name=op.f("ck_destruction_finished_with_instant")
        ),
        sa.CheckConstraint("(state = 'ordered') = (begun_at IS NULL)", name=op.f("ck_destruction_begun_with_instant")),
        sa.CheckConstraint("state IN ('ordered', 'running', 'finished')", name=op.f("ck_destruction_state_known")),
        sa.CheckConstraint("decided_by <> signed_by", name=op.f("ck_destruction_by_two_persons")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_destruction_case_id")),
        sa.PrimaryKeyConstraint("destruction_id", name=op.f("pk_destruction")),
    )
    with op.batch_alter_table("destruction", schema=None) as batch_op:
        batch_op.create_index("ix_destruction_case", ["case_id", "ordered_at"], unique=False)
        batch_op.create_index(
            "ix_destruction_unfinished",
            ["ordered_at", "destruction_id"],
            unique=False,
            sqlite_where=sa.text("state <> 'finished'"),
            postgresql_where=sa.text("state <> 'finished'"),
        )

    op.create_table(
        "destruction_case",
        sa.Column("destruction_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False, comment="false: only what was passed on to it goes"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False, comment="entries up to this one are done"),
        sa.Column("entries", sa.Integer(), nullable=False, comment="whose values were erased"),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'known', 'done')", name=op.f("ck_destruction_case_state_known")),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["destruction.destruction_id"], name=op.f("fk_destruction_case_destruction_id")
        ),
        sa.PrimaryKeyConstraint("destruction_id", "case_id", name=op.f("pk_destruction_case")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "destruction_file",
        sa.Column("destruction_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the content that goes"),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["destruction.destruction_id"], name=op.f("fk_destruction_file_destruction_id")
        ),
        sa.PrimaryKeyConstraint("destruction_id", "digest", name=op.f("pk_destruction_file")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "destruction_trace",
        sa.Column("destruction_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="salted, of the whole value"),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("start", sa.String(length=4), nullable=False, comment="salted and cut, of its first two characters"),
        sa.ForeignKeyConstraint(
            ["destruction_id"], ["destruction.destruction_id"], name=op.f("fk_destruction_trace_destruction_id")
        ),
        sa.PrimaryKeyConstraint("destruction_id", "digest", name=op.f("pk_destruction_trace")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("destruction_trace")
    op.drop_table("destruction_file")
    op.drop_table("destruction_case")
    with op.batch_alter_table("destruction", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_destruction_unfinished",
            sqlite_where=sa.text("state <> 'finished'"),
            postgresql_where=sa.text("state <> 'finished'"),
        )
        batch_op.drop_index("ix_destruction_case")

    op.drop_table("destruction")
