"""Passwords that are good for choosing another one only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "password_temporary",
                sa.Boolean(),
                server_default=sa.false(),
                nullable=False,
                comment="set by an administrator: good for choosing another one only",
            )
        )


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("password_temporary")
