"""Calls in force are followed: how far the log was looked at for what begins, and which cases a person took out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_COMMENT = "entries of the log looked at for what began since; null: not in force"
_FOLLOWED = sa.text("followed IS NOT NULL")
# SQLite takes a check only with its column.
_COLUMN = (
    "ALTER TABLE replan ADD COLUMN followed INTEGER"
    " CONSTRAINT ck_replan_followed_from_zero CHECK (followed >= 0)"
    " CONSTRAINT ck_replan_end_followed_by_nothing CHECK (followed IS NULL OR direction <> 'end')"
)


def upgrade() -> None:
    """What is in force is followed from now on."""
    op.execute(_COLUMN)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"COMMENT ON COLUMN replan.followed IS '{_COMMENT}'")
    op.execute(
        "UPDATE replan SET followed = (SELECT coalesce(max(size), 0) FROM log_head) WHERE direction <> 'end' AND number"
        " = (SELECT max(later.number) FROM replan AS later WHERE later.emergency_id = replan.emergency_id)"
    )
    op.create_index(
        "ix_replan_followed", "replan", ["emergency_id"], unique=True, sqlite_where=_FOLLOWED,
        postgresql_where=_FOLLOWED,
    )  # fmt: skip
    taken_out: sa.Column[bool] = sa.Column(
        "taken_out", sa.Boolean(), nullable=False, server_default=sa.false(),
        comment="by a person: what begins in the case is left alone too",
    )  # fmt: skip
    op.add_column("task_plan", taken_out)


def downgrade() -> None:
    """Forget it."""
    op.drop_column("task_plan", "taken_out")
    op.drop_index("ix_replan_followed", table_name="replan")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_replan_end_followed_by_nothing"), "replan", type_="check")
    op.execute("ALTER TABLE replan DROP COLUMN followed")
