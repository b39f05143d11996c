"""Numbers of cases by day and grid."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "case_number_series",
        sa.Column("series", sa.String(length=200), nullable=False, comment="such as 20261126-430182001001"),
        sa.Column(
            "last", sa.Integer(), nullable=False,
            comment="the number given last; raised in the transaction that gives it",
        ),
        sa.CheckConstraint("last >= 1", name=op.f("ck_case_number_series_counts_from_one")),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_case_number_series")),
    )  # fmt: skip


def downgrade() -> None:
    """Take it away."""
    op.drop_table("case_number_series")
