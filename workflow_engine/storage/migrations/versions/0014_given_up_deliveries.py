"""Deliveries that were given up are counted without reading the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    dead = sa.text("state = 'dead'")
    op.create_index("ix_outbox_dead", "outbox", ["next_at", "outbox_id"], sqlite_where=dead, postgresql_where=dead)
