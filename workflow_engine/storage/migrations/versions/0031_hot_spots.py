"""Reports per place, category and day; hot spots; open requests by cell and by time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")
_CURRENT = sa.text("cooled_at IS NULL")


def upgrade() -> None:
    """Make the tables, empty: the worker counts what there is. Index what is open."""
    op.create_table(
        "request_day",
        sa.Column("day", sa.String(length=10), nullable=False, comment="of the city's clock"),
        sa.Column("place_code", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count >= 1", name=op.f("ck_request_day_counts_something")),
        sa.PrimaryKeyConstraint("day", "place_code", "category", name=op.f("pk_request_day")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_request_day_place", "request_day", ["category", "place_code", "day", "count"])
    op.create_table(
        "request_day_progress",
        sa.Column("name", sa.String(length=64), nullable=False, comment="one row only"),
        sa.Column(
            "counted_to", types.UTCDateTime(), comment="requests changed until then are in the counts of their days"
        ),
        sa.Column("counted_id", sa.String(length=64), comment="the last of that instant"),
        sa.Column("judged_day", sa.String(length=10), comment="the last day of the window that was judged last"),
        sa.CheckConstraint("name = 'days'", name=op.f("ck_request_day_progress_one_row")),
        sa.CheckConstraint(
            "(counted_to IS NULL) = (counted_id IS NULL)", name=op.f("ck_request_day_progress_counted_to_whole")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_request_day_progress")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hot_spot",
        sa.Column("hot_spot_id", sa.String(length=64), nullable=False),
        sa.Column("place_code", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("found_at", types.UTCDateTime(), nullable=False),
        sa.Column("since", sa.String(length=10), nullable=False, comment="first day of the window"),
        sa.Column("until", sa.String(length=10), nullable=False, comment="last day of the window"),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("usual", sa.Float(), nullable=False, comment="in as many days"),
        sa.Column("chance", sa.Float(), nullable=False, comment="of so many or more, if nothing is going on"),
        sa.Column("peak", sa.Integer(), nullable=False),
        sa.Column("cooled_at", types.UTCDateTime()),
        sa.Column("case_id", sa.String(length=64), comment="of the topic; may be removed before this is"),
        sa.Column("decided_by", sa.String(length=200)),
        sa.Column("decided_at", types.UTCDateTime()),
        sa.Column("reason", sa.Text(), comment="why it needs no topic"),
        sa.CheckConstraint("(state = 'open') = (decided_by IS NULL)", name=op.f("ck_hot_spot_decided_by_somebody")),
        sa.CheckConstraint("(state = 'topic') = (case_id IS NOT NULL)", name=op.f("ck_hot_spot_topic_with_case")),
        sa.CheckConstraint("state IN ('open', 'dismissed', 'topic')", name=op.f("ck_hot_spot_state_known")),
        sa.CheckConstraint("peak >= count AND count >= 0", name=op.f("ck_hot_spot_peak_not_below")),
        sa.PrimaryKeyConstraint("hot_spot_id", name=op.f("pk_hot_spot")),
    )
    op.create_index("ix_hot_spot_case", "hot_spot", ["case_id"])
    op.create_index("ix_hot_spot_found", "hot_spot", ["found_at", "hot_spot_id"])
    op.create_index(
        "uq_hot_spot_current", "hot_spot", ["place_code", "category"], unique=True, sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )  # fmt: skip
    op.create_index(
        "ix_service_request_near", "service_request", ["cell_row", "cell_column", "received_at"], sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )  # fmt: skip
    op.create_index(
        "ix_service_request_open", "service_request", ["received_at", "request_id"], sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )  # fmt: skip


def downgrade() -> None:
    """Take them away; hot spots that somebody decided about are lost."""
    op.drop_index("ix_service_request_open", "service_request")
    op.drop_index("ix_service_request_near", "service_request")
    for table in ("hot_spot", "request_day_progress", "request_day"):
        op.drop_table(table)
