"""What a unit does, so that models can find who is in charge."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; no unit has a function yet."""
    comment = "what it does, with ; between"
    column = sa.Column("functions", sa.Text(), nullable=False, server_default=sa.text("''"), comment=comment)
    op.add_column("unit", column)


def downgrade() -> None:
    """Take it out."""
    with op.batch_alter_table("unit") as batch_op:
        batch_op.drop_column("functions")
