"""Indicators: definitions, what was counted, what came from outside, what was published and said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "indicator_cell",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("count_key", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="empty: not known"),
        sa.Column("place_code", sa.String(length=16), nullable=False, comment="empty: not known"),
        sa.Column(
            "bucket", sa.String(length=16), nullable=False, comment="hours, of what is counted by length; else empty"
        ),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "generation", "period", "count_key", "unit_id", "place_code", "bucket", name=op.f("pk_indicator_cell")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "indicator_comment",
        sa.Column("comment_id", sa.String(length=64), nullable=False),
        sa.Column("indicator_id", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="as said; never public"),
        sa.Column("public_text", sa.Text(), nullable=False, comment="without what reaches or identifies people"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("submitted_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("answered_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint("kind IN ('comment', 'error')", name=op.f("ck_indicator_comment_kind_known")),
        sa.CheckConstraint(
            "state IN ('waiting', 'shown', 'hidden', 'corrected', 'refused')",
            name=op.f("ck_indicator_comment_state_known"),
        ),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_indicator_comment")),
    )
    with op.batch_alter_table("indicator_comment", schema=None) as batch_op:
        batch_op.create_index("ix_indicator_comment_shown", ["indicator_id", "submitted_at"], unique=False)
        batch_op.create_index(
            "ix_indicator_comment_waiting",
            ["submitted_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "indicator_definition",
        sa.Column("indicator_id", sa.String(length=64), nullable=False),
        sa.Column("method_version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON; never changed"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False, comment="no longer computed; what was published stays"),
        sa.Column("made_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("method_version >= 1", name=op.f("ck_indicator_definition_version_from_one")),
        sa.PrimaryKeyConstraint("indicator_id", "method_version", name=op.f("pk_indicator_definition")),
    )
    op.create_table(
        "indicator_input",
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False, comment="a unit, or place: and digits"),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False, comment="a decimal number"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False, comment="of the source"),
        sa.Column("entered_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_indicator_input_revision_from_one")),
        sa.PrimaryKeyConstraint("series", "scope", "period", "revision", name=op.f("pk_indicator_input")),
    )
    op.create_table(
        "indicator_publication",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("units", sa.Text(), nullable=False, comment="JSON: the tree of units that sums were made by"),
        sa.Column("log_size", sa.Integer(), nullable=False, comment="how much of the log was counted"),
        sa.Column("computed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("published_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "(state = 'computed') = (published_at IS NULL)",
            name=op.f("ck_indicator_publication_published_with_instant"),
        ),
        sa.CheckConstraint("state IN ('computed', 'published')", name=op.f("ck_indicator_publication_state_known")),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_indicator_publication")),
        sa.UniqueConstraint("case_id", name=op.f("uq_indicator_publication_case_id")),
    )
    op.create_table(
        "indicator_reading",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("plan", sa.String(length=64), nullable=False, comment="digest of the counts it keeps"),
        sa.Column("log_index", sa.Integer(), nullable=False, comment="every entry of the log before it was read"),
        sa.Column("serving", sa.Boolean(), nullable=False, comment="what is asked for is answered from this one"),
        sa.CheckConstraint("log_index >= 0", name=op.f("ck_indicator_reading_index_from_zero")),
        sa.PrimaryKeyConstraint("generation", name=op.f("pk_indicator_reading")),
    )
    op.create_table(
        "indicator_thing",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("thing_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.String(length=200), nullable=False, comment="the thing it belongs to; empty: none"),
        sa.Column("facts", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("given", sa.Text(), nullable=False, comment="JSON: what it counts for now"),
        sa.PrimaryKeyConstraint("generation", "thing_id", name=op.f("pk_indicator_thing")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("indicator_thing", schema=None) as batch_op:
        batch_op.create_index(
            "ix_indicator_thing_parent",
            ["parent", "generation"],
            unique=False,
            sqlite_where=sa.text("parent <> ''"),
            postgresql_where=sa.text("parent <> ''"),
        )

    op.create_table(
        "indicator_value",
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("indicator_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=200), nullable=False, comment="a unit, or place: and digits"),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("method_version", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("numerator", sa.Float(precision=53), nullable=True),
        sa.Column("denominator", sa.Float(precision=53), nullable=True),
        sa.Column("value", sa.Float(precision=53), nullable=True),
        sa.Column("smoothed", sa.Float(precision=53), nullable=True),
        sa.Column(
            "hidden", sa.Boolean(), nullable=False, comment="a small number, or one that would tell a small number"
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="of a correction, or of withholding; published"),
        sa.Column("log_size", sa.Integer(), nullable=False),
        sa.Column("made_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state <> 'corrected' OR revision > 1", name=op.f("ck_indicator_value_corrected_after_first")
        ),
        sa.CheckConstraint(
            "state IN ('provisional', 'signed', 'unsigned', 'corrected', 'withheld')",
            name=op.f("ck_indicator_value_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('corrected', 'withheld') OR reason <> ''", name=op.f("ck_indicator_value_says_why")
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_indicator_value_revision_from_one")),
        sa.PrimaryKeyConstraint("period", "indicator_id", "scope", "revision", name=op.f("pk_indicator_value")),
    )
    with op.batch_alter_table("indicator_value", schema=None) as batch_op:
        batch_op.create_index(
            "ix_indicator_value_series", ["indicator_id", "scope", "period", "revision"], unique=False
        )


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("indicator_value", schema=None) as batch_op:
        batch_op.drop_index("ix_indicator_value_series")

    op.drop_table("indicator_value")
    with op.batch_alter_table("indicator_thing", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_indicator_thing_parent", sqlite_where=sa.text("parent <> ''"), postgresql_where=sa.text("parent <> ''")
        )

    op.drop_table("indicator_thing")
    op.drop_table("indicator_reading")
    op.drop_table("indicator_publication")
    op.drop_table("indicator_input")
    op.drop_table("indicator_definition")
    with op.batch_alter_table("indicator_comment", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_indicator_comment_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index("ix_indicator_comment_shown")

    op.drop_table("indicator_comment")
    op.drop_table("indicator_cell")
