"""What changed in the register of resources, by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row for each change from now on, and how many there were of each resource."""
    op.create_table(
        "resource_change",
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column("change_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("row", sa.Text(), nullable=False, comment="JSON: what it is from then on"),
        sa.Column("note", sa.Text(), nullable=True, comment="erasable: the contact, or why"),
        sa.Column("at", types.UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("what IN ('put', 'stood', 'counted')", name=op.f("ck_resource_change_what_known")),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.resource_id"], name=op.f("fk_resource_change_resource_id")
        ),
        sa.PrimaryKeyConstraint("resource_id", "change_no", name=op.f("pk_resource_change")),
    )
    changes = sa.Column(
        "changes", sa.Integer(), nullable=False, server_default="0", comment="how often the row was changed"
    )
    with op.batch_alter_table("resource") as batch:
        batch.add_column(changes)


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table("resource") as batch:
        batch.drop_column("changes")
    op.drop_table("resource_change")
