"""Lanes of what goes out: what emergencies send and get, and whom they tell, waits behind nothing else."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")
_EMERGENCIES = "(SELECT case_id FROM process_instance WHERE lane = 0)"
_INDEXES = {
    "outbox": ("ix_outbox_pending", ["next_at", "outbox_id"], "ix_outbox_lane"),
    "signal_delivery": ("ix_signal_delivery_pending", ["signal_id", "case_id"], "ix_signal_delivery_lane"),
    "delivery": ("ix_delivery_due", ["next_at", "delivery_id"], "ix_delivery_lane"),
}
_COMMENTS = {
    "outbox": "of the case that sends it",
    "signal_delivery": "of the case that gets it",
    "delivery": "of the case that it tells of",
}


def upgrade() -> None:
    """What waits already is of the lane of its case; mails that wait tell of anything else."""
    for table, (old, columns, new) in _INDEXES.items():
        told = _COMMENTS[table]
        lane = sa.Column("lane", sa.SmallInteger(), nullable=False, server_default=sa.text("1"), comment=told)
        op.add_column(table, lane)
        op.drop_index(old, table_name=table)
        op.create_index(new, table, ["lane", *columns], sqlite_where=_PENDING, postgresql_where=_PENDING)
    for table in ("outbox", "signal_delivery"):
        of_emergencies = f"state = 'pending' AND case_id IN {_EMERGENCIES}"
        op.execute(f"UPDATE {table} SET lane = 0 WHERE {of_emergencies}")  # noqa: S608 - our own names


def downgrade() -> None:
    """Everything in one line again."""
    for table, (old, columns, new) in _INDEXES.items():
        op.drop_index(new, table_name=table)
        op.create_index(old, table, columns, sqlite_where=_PENDING, postgresql_where=_PENDING)
        op.drop_column(table, "lane")
