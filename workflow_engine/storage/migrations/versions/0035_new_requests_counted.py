"""How far new requests are counted, beside those that changed: what is taken over changed long ago."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty: everything is counted once more."""
    op.add_column(
        "request_day_progress",
        sa.Column(
            "seen_id", sa.String(length=64), comment="requests made up to this one are in the counts of their days"
        ),
    )


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("request_day_progress") as table:
        table.drop_column("seen_id")
