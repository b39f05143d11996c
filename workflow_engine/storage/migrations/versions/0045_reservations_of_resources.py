"""Resources reserved for a time to come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import reservation_guards, types

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None
_RESERVED = "state = 'reserved'"


def upgrade() -> None:
    """A row for each reservation, guarded against two for the same time."""
    op.create_table(
        "resource_reservation",
        sa.Column("reservation_id", sa.String(length=64), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("starts_at", types.UTCDateTime(), nullable=False),
        sa.Column("ends_at", types.UTCDateTime(), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="for whom it is kept"),
        sa.Column("title", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("reserved_at", types.UTCDateTime(), nullable=False),
        sa.Column("reserved_by", sa.String(length=200), nullable=False),
        sa.Column("released_at", types.UTCDateTime(), nullable=True),
        sa.Column("released_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "purpose IN ('event', 'standby', 'upkeep')", name=op.f("ck_resource_reservation_purpose_known")
        ),
        sa.CheckConstraint("state IN ('reserved', 'released')", name=op.f("ck_resource_reservation_state_known")),
        sa.CheckConstraint(
            "quantity >= 1 AND (NOT single OR quantity = 1)", name=op.f("ck_resource_reservation_reserves_something")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_resource_reservation_for_a_time")),
        sa.CheckConstraint(
            "(state = 'released') = (released_at IS NOT NULL)",
            name=op.f("ck_resource_reservation_released_with_instant"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.resource_id"], name=op.f("fk_resource_reservation_resource_id")
        ),
        sa.PrimaryKeyConstraint("reservation_id", name=op.f("pk_resource_reservation")),
    )
    op.create_index("ix_resource_reservation_resource", "resource_reservation", ["resource_id", "starts_at"])
    op.create_index(
        "ix_resource_reservation_running", "resource_reservation", ["ends_at"],
        sqlite_where=sa.text(_RESERVED), postgresql_where=sa.text(_RESERVED),
    )  # fmt: skip
    for statement in reservation_guards.statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Without them."""
    op.drop_table("resource_reservation")
    if op.get_bind().dialect.name == "postgresql":
        for statement in reservation_guards.REMOVE_POSTGRESQL:
            op.execute(statement)
