"""Let the index of public requests answer by itself which of them are open, however many are skipped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_PUBLIC = sa.text("moderation = 'shown' AND NOT exercise")
_NAME, _TABLE = "ix_service_request_public", "service_request"


def upgrade() -> None:
    """Make it anew, with what lists of open and closed requests look at."""
    op.drop_index(_NAME, _TABLE)
    op.create_index(
        _NAME, _TABLE, ["received_at", "request_id", "closed_at", "moderation", "exercise"], sqlite_where=_PUBLIC,
        postgresql_where=_PUBLIC,
    )  # fmt: skip


def downgrade() -> None:
    """As it was."""
    op.drop_index(_NAME, _TABLE)
    op.create_index(_NAME, _TABLE, ["received_at", "request_id"], sqlite_where=_PUBLIC, postgresql_where=_PUBLIC)
