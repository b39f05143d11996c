"""Queues of the inbox by due, age and process; what waits for others; and what people set up for themselves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_OPEN_OFFER = sa.text("state = 'open'")
_DONE = sa.text("state = 'completed'")
_WITH_OTHERS = sa.text("state IN ('ready', 'claimed') AND (assignee IS NULL OR assignee <> started_by)")
_INDEXES: tuple[tuple[str, str, list[Any], sa.TextClause], ...] = (
    ("ix_offer_due", "offer", ["subject", sa.text("substr(sort_key, 6)"), "user_task_id"], _OPEN_OFFER),
    ("ix_offer_age", "offer", ["subject", sa.text("substr(sort_key, 25)"), "user_task_id"], _OPEN_OFFER),
    ("ix_offer_process", "offer", ["subject", "process_id", "sort_key", "user_task_id"], _OPEN_OFFER),
    ("ix_user_task_done_cases", "user_task", ["completed_by", "started_at", "case_id"], _DONE),
    ("ix_user_task_waiting", "user_task", ["started_by", "sort_key", "user_task_id"], _WITH_OTHERS),
)
_WIDER = (
    ("ix_process_instance_started_by", ["started_by", "started_at"], ["started_by", "started_at", "case_id"]),
    ("ix_process_instance_business_key", ["business_key"], ["business_key", "started_at", "case_id"]),
)


def upgrade() -> None:
    """Add the columns with their values, the indexes and the tables."""
    op.add_column("user_task", sa.Column("started_by", sa.String(length=200), nullable=True,
                                         comment="of the case: whoever waits for others to act"))  # fmt: skip
    op.add_column("user_task", sa.Column("started_at", types.UTCDateTime(length=27), nullable=True,
                                         comment="of the case: a person's cases in their order"))  # fmt: skip
    op.add_column("offer", sa.Column("process_id", sa.String(length=200), nullable=True, comment="of the case"))
    case = "FROM process_instance c WHERE c.case_id ="
    op.execute(sa.text(
        f"UPDATE user_task SET started_by = (SELECT c.started_by {case} user_task.case_id), "  # noqa: S608 - our tables
        f"started_at = (SELECT c.started_at {case} user_task.case_id)"
    ))  # fmt: skip
    op.execute(sa.text(f"UPDATE offer SET process_id = (SELECT c.process_id {case} offer.case_id)"))  # noqa: S608
    for name, table, columns, condition in _INDEXES:
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
    for name, _before, after in _WIDER:
        op.drop_index(name, "process_instance")
        op.create_index(name, "process_instance", after)
    _make_tables()


def _make_tables() -> None:
    op.create_table(
        "saved_view",
        sa.Column("view_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("list_name", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False, comment="JSON: queue, filters, sort and words"),
        sa.Column("is_default", sa.Boolean(), nullable=False, comment="shown when the list is opened without a wish"),
        sa.Column("saved_at", types.UTCDateTime(length=27), nullable=False),
        sa.CheckConstraint("list_name IN ('inbox', 'cases')", name=op.f("ck_saved_view_list_name_known")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_view_named")),
        sa.PrimaryKeyConstraint("view_id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("person_id", "list_name", "name", name=op.f("uq_saved_view_person_id_list_name_name")),
    )
    is_default = sa.text("is_default")
    op.create_index(
        "uq_saved_view_default", "saved_view", ["person_id", "list_name"],
        unique=True, sqlite_where=is_default, postgresql_where=is_default,
    )  # fmt: skip
    op.create_table(
        "person_preference",
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_person_preference")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "task_seen",
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("user_task_id", sa.String(length=200), nullable=False),
        sa.Column("seen_at", types.UTCDateTime(length=27), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "user_task_id", name=op.f("pk_task_seen")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_task_seen_at", "task_seen", ["person_id", "seen_at"])


def downgrade() -> None:
    """Take everything back."""
    for table in ("task_seen", "person_preference", "saved_view"):
        op.drop_table(table)
    for name, before, _after in _WIDER:
        op.drop_index(name, "process_instance")
        op.create_index(name, "process_instance", before)
    for name, table, _columns, _condition in reversed(_INDEXES):
        op.drop_index(name, table)
    op.drop_column("offer", "process_id")
    op.drop_column("user_task", "started_at")
    op.drop_column("user_task", "started_by")
