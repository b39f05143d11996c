"""Deliveries to whoever reported something."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_COLUMNS = (
    "delivery_id", "webhook_id", "person_id", "content", "state", "attempts", "next_at", "last_error", "created_at",
    "settled_at",
)  # fmt: skip
_ONE_OF_TWO = "(webhook_id IS NULL) <> (person_id IS NULL)"
_ONE_OF_THREE = (
    "(CASE WHEN webhook_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN person_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN request_id IS NULL THEN 0 ELSE 1 END) = 1"
)


def upgrade() -> None:
    """A third kind of target; SQLite cannot change a check, so its table is made anew."""
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(_ONE_OF_THREE, _request_id())
        return
    op.drop_constraint(op.f("ck_delivery_to_one_target"), "delivery", type_="check")
    op.add_column("delivery", _request_id())
    op.create_check_constraint(op.f("ck_delivery_to_one_target"), "delivery", _ONE_OF_THREE)


def downgrade() -> None:
    """Forget deliveries to reporters."""
    op.execute("DELETE FROM delivery WHERE request_id IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(_ONE_OF_TWO)
        return
    op.drop_constraint(op.f("ck_delivery_to_one_target"), "delivery", type_="check")
    op.drop_column("delivery", "request_id")
    op.create_check_constraint(op.f("ck_delivery_to_one_target"), "delivery", _ONE_OF_TWO)


def _request_id() -> sa.Column[str]:
    return sa.Column(
        "request_id", sa.String(length=64), nullable=True,
        comment="to whoever reported it; how is looked up when it is sent",
    )  # fmt: skip


def _make_anew(target: str, *more: sa.Column[str]) -> None:
    op.create_table(
        "delivery_anew",
        sa.Column("delivery_id", sa.String(length=200), nullable=False),
        sa.Column("webhook_id", sa.String(length=64), nullable=True),
        sa.Column("person_id", sa.String(length=200), nullable=True),
        *more,
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", types.UTCDateTime(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", types.UTCDateTime(), nullable=False),
        sa.Column("settled_at", types.UTCDateTime(), nullable=True),
        sa.CheckConstraint("(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_delivery_settled_with_instant")),
        sa.CheckConstraint("state IN ('pending', 'delivered', 'dead')", name=op.f("ck_delivery_state_known")),
        sa.CheckConstraint(target, name=op.f("ck_delivery_to_one_target")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_delivery_person_id")),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhook.webhook_id"], name=op.f("fk_delivery_webhook_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery")),
        sqlite_with_rowid=False,
    )
    names = ", ".join(_COLUMNS)
    op.execute(f"INSERT INTO delivery_anew ({names}) SELECT {names} FROM delivery")  # noqa: S608 - our own names
    op.drop_table("delivery")
    op.rename_table("delivery_anew", "delivery")
    pending = sa.text("state = 'pending'")
    op.create_index("ix_delivery_due", "delivery", ["next_at", "delivery_id"], sqlite_where=pending)
    op.create_index("ix_delivery_settled", "delivery", ["settled_at"])
    op.create_index("ix_delivery_webhook", "delivery", ["webhook_id", "created_at", "delivery_id"])
