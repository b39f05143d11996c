"""Working copies of models, and the running cases of a version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_RUNNING = sa.text("state IN ('active', 'suspended')")


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "model_work",
        sa.Column("work_id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("base_definition_id", sa.String(length=64), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False, comment="moves with every change"),
        sa.Column("changed_at", types.UTCDateTime(length=27), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_model_work_revision_from_one")),
        sa.ForeignKeyConstraint(
            ["base_definition_id"],
            ["definition.definition_id"],
            name=op.f("fk_model_work_base_definition_id"),
        ),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_model_work")),
    )
    op.create_index("ix_model_work_owner", "model_work", ["owner", "changed_at"])
    op.create_table(
        "model_work_file",
        sa.Column("work_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["model_work.work_id"], name=op.f("fk_model_work_file_work_id")),
        sa.PrimaryKeyConstraint("work_id", "name", name=op.f("pk_model_work_file")),
    )
    op.create_index(
        "ix_process_instance_running", "process_instance", ["definition_id", "case_id"],
        sqlite_where=_RUNNING, postgresql_where=_RUNNING,
    )  # fmt: skip
