"""Ways that cases took, for analysis; and samples drawn for inspection."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "case_path",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("covers", sa.Integer(), nullable=False, comment="how many entries of the case's record were read"),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column(
            "steps", sa.Text(), nullable=False, comment="JSON: steps of the case's own process in the order they began"
        ),
        sa.Column("variant", sa.String(length=64), nullable=False, comment="digest of the steps"),
        sa.Column("ended_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False, comment="the case has ended and its whole record was read"),
        sa.CheckConstraint("NOT settled OR ended_at IS NOT NULL", name=op.f("ck_case_path_settled_at_an_end")),
        sa.CheckConstraint("covers >= 0", name=op.f("ck_case_path_covers_from_zero")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_path")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("case_path", schema=None) as batch_op:
        batch_op.create_index(
            "ix_case_path_ended",
            ["process_id", "ended_at", "definition_id", "variant", "case_id"],
            unique=False,
            sqlite_where=sa.text("settled"),
            postgresql_where=sa.text("settled"),
        )
        batch_op.create_index(
            "ix_case_path_unsettled",
            ["case_id"],
            unique=False,
            sqlite_where=sa.text("NOT settled"),
            postgresql_where=sa.text("NOT settled"),
        )
        batch_op.create_index("ix_case_path_variant", ["process_id", "variant", "ended_at", "case_id"], unique=False)

    op.create_table(
        "inspection_sample",
        sa.Column("sample_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("drawn_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("drawn_by", sa.String(length=200), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column(
            "population_digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the case ids it was drawn from",
        ),
        sa.Column("cases", sa.Text(), nullable=False, comment="JSON, in the order of drawing"),
        sa.CheckConstraint("population >= 1", name=op.f("ck_inspection_sample_drawn_from_something")),
        sa.PrimaryKeyConstraint("sample_id", name=op.f("pk_inspection_sample")),
    )
    with op.batch_alter_table("inspection_sample", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_sample_drawn", ["drawn_at", "sample_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("visit_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False, comment="whose model draws the element"),
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("element_kind", sa.String(length=32), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column(
            "unit", sa.String(length=200), nullable=False, comment="group the work was given to; empty: nobody's work"
        ),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.Column("entered_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("claimed_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("due_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("left_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("waited", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("called_process_id", sa.String(length=200), nullable=True),
        sa.Column("called_definition_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(outcome = 'open') = (left_at IS NULL)", name=op.f("ck_visit_left_with_instant")),
        sa.CheckConstraint("outcome IN ('open', 'completed', 'cancelled')", name=op.f("ck_visit_outcome_known")),
        sa.PrimaryKeyConstraint("case_id", "visit_no", name=op.f("pk_visit")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_visit_left",
            [
                "process_id",
                "left_at",
                "definition_id",
                "element_id",
                "unit",
                "seconds",
                "waited",
                "overdue",
                "returned",
                "outcome",
                "case_id",
            ],
            unique=False,
            sqlite_where=sa.text("left_at IS NOT NULL AND counted"),
            postgresql_where=sa.text("left_at IS NOT NULL AND counted"),
        )
        batch_op.create_index(
            "ix_visit_open",
            ["case_id", "visit_no"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(
            "ix_visit_open_process",
            ["process_id", "element_id", "unit"],
            unique=False,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )

    op.create_table(
        "visit_day",
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False, comment="UTC, of leaving"),
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.BigInteger(), nullable=False),
        sa.Column("waited", sa.BigInteger(), nullable=False),
        sa.Column("longest", sa.Integer(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("span0", sa.Integer(), nullable=False),
        sa.Column("span1", sa.Integer(), nullable=False),
        sa.Column("span2", sa.Integer(), nullable=False),
        sa.Column("span3", sa.Integer(), nullable=False),
        sa.Column("span4", sa.Integer(), nullable=False),
        sa.Column("span5", sa.Integer(), nullable=False),
        sa.Column("span6", sa.Integer(), nullable=False),
        sa.Column("span7", sa.Integer(), nullable=False),
        sa.Column("span8", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("process_id", "day", "definition_id", "element_id", "unit", name=op.f("pk_visit_day")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them; what they hold can be read from the records again, but for the samples."""
    op.drop_table("visit_day")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_visit_open_process",
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_visit_open", sqlite_where=sa.text("left_at IS NULL"), postgresql_where=sa.text("left_at IS NULL")
        )
        batch_op.drop_index(
            "ix_visit_left",
            sqlite_where=sa.text("left_at IS NOT NULL AND counted"),
            postgresql_where=sa.text("left_at IS NOT NULL AND counted"),
        )

    op.drop_table("visit")
    with op.batch_alter_table("inspection_sample", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_sample_drawn")

    op.drop_table("inspection_sample")
    with op.batch_alter_table("case_path", schema=None) as batch_op:
        batch_op.drop_index("ix_case_path_variant")
        batch_op.drop_index(
            "ix_case_path_unsettled", sqlite_where=sa.text("NOT settled"), postgresql_where=sa.text("NOT settled")
        )
        batch_op.drop_index("ix_case_path_ended", sqlite_where=sa.text("settled"), postgresql_where=sa.text("settled"))

    op.drop_table("case_path")
