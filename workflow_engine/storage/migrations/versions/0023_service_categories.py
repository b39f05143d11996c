"""The catalogue of categories with their time limits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "service_category_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "effective_from", types.UTCDateTime(), nullable=False,
            comment="among those in force the highest version holds",
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the content"),
        sa.Column("count", sa.Integer(), nullable=False, comment="of categories in it"),
        sa.Column("changed_at", types.UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON list of the whole catalogue, by code"),
        sa.CheckConstraint(
            "count >= 0 AND length(sha256) = 64 AND reason <> ''", name=op.f("ck_service_category_version_whole")
        ),
        sa.CheckConstraint(
            "effective_from >= changed_at", name=op.f("ck_service_category_version_never_backwards")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_service_category_version_version_from_one")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_service_category_version")),
    )  # fmt: skip


def downgrade() -> None:
    """Take it away."""
    op.drop_table("service_category_version")
