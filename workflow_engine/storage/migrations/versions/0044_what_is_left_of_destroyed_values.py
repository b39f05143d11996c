"""What is left of the values of entries whose personal data was destroyed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty: of what was destroyed before nothing is left."""
    op.create_table(
        "redacted_values",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON: slot to value, without what was personal"),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_redacted_values_case_id")),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_redacted_values")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Remove it."""
    op.drop_table("redacted_values")
