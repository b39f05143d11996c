"""Batches, and incidents that know their cause."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.domain.causes import cause_of
from workflow_engine.storage import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and name the cause of every incident there is."""
    op.create_table(
        "batch",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("operation", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="erasable"),
        sa.Column("selection", sa.Text(), nullable=False, comment="JSON: whom it is done to, as it was asked for"),
        sa.Column("parameters", sa.Text(), nullable=False, comment="JSON, erasable"),
        sa.Column("created_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("finished_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("lease_until", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "operation IN ('retry', 'cancel', 'suspend', 'resume', 'migrate', 'assign')",
            name=op.f("ck_batch_operation_known"),
        ),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'finished', 'stopped')", name=op.f("ck_batch_state_known")
        ),
        sa.CheckConstraint(
            "done + failed <= total AND done >= 0 AND failed >= 0", name=op.f("ck_batch_outcomes_counted")
        ),
        sa.CheckConstraint(
            "(state IN ('finished', 'stopped')) = (finished_at IS NOT NULL)",
            name=op.f("ck_batch_finished_with_instant"),
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch")),
    )
    running = sa.text("state = 'running'")
    op.create_index("ix_batch_created", "batch", ["created_at", "batch_id"])
    op.create_index("ix_batch_running", "batch", ["created_at"], sqlite_where=running, postgresql_where=running)
    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column(
            "subject",
            sa.String(length=200),
            nullable=True,
            comment="number of the incident or id of the user task; none: the case itself",
        ),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("message", sa.Text(), nullable=True, comment="why it failed"),
        sa.Column("settled_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'done', 'failed', 'skipped')", name=op.f("ck_batch_item_state_known")
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (settled_at IS NULL)", name=op.f("ck_batch_item_settled_with_instant")
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (code IS NOT NULL)", name=op.f("ck_batch_item_failed_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.batch_id"], name=op.f("fk_batch_item_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_item")),
        sqlite_with_rowid=False,
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_batch_item_pending", "batch_item", ["batch_id", "position"], sqlite_where=pending, postgresql_where=pending
    )
    op.create_index("ix_batch_item_state", "batch_item", ["batch_id", "state", "position"])
    _name_causes()


def _name_causes() -> None:
    op.add_column(
        "incident",
        sa.Column("cause", sa.String(length=64), nullable=True, comment="the same for incidents of one cause"),
    )
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT i.case_id, i.incident_no, c.definition_id, i.element_id, i.code, i.message FROM incident i "
            "JOIN process_instance c ON c.case_id = i.case_id"
        )
    ).all()
    for case_id, number, definition_id, element_id, code, message in found:
        connection.execute(
            sa.text("UPDATE incident SET cause = :cause WHERE case_id = :case AND incident_no = :number"),
            {"cause": cause_of(definition_id, element_id, code, message), "case": case_id, "number": number},
        )
    with op.batch_alter_table("incident") as table:
        table.alter_column("cause", existing_type=sa.String(length=64), nullable=False)
    still_open = sa.text("state = 'open'")
    op.create_index(
        "ix_incident_cause",
        "incident",
        ["cause", "opened_at", "case_id", "incident_no"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
