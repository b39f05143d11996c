"""Definitions and people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert",
        sa.Column("alert_key", sa.String(length=512), nullable=False, comment="sender,identifier,sent"),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sent_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("msg_type", sa.String(length=16), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=True),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("superseded_by", sa.String(length=512), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON of the alert"),
        sa.Column("imported_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("imported_by", sa.String(length=200), nullable=False),
        sa.Column("disposition", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "msg_type IN ('Alert', 'Update', 'Cancel', 'Ack', 'Error')", name=op.f("ck_alert_msg_type_known")
        ),
        sa.CheckConstraint(
            "status IN ('Actual', 'Exercise', 'System', 'Test', 'Draft')", name=op.f("ck_alert_status_known")
        ),
        sa.PrimaryKeyConstraint("alert_key", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index("ix_alert_case", ["case_id"], unique=False)
        batch_op.create_index("ix_alert_imported", ["imported_at", "alert_key"], unique=False)

    op.create_table(
        "definition",
        sa.Column("definition_id", sa.String(length=64), nullable=False, comment="SHA-256 of all files"),
        sa.Column(
            "process_id", sa.String(length=200), nullable=False, comment="the first executable process of the file"
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("deployed_by", sa.String(length=200), nullable=False),
        sa.Column("deployed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("released_by", sa.String(length=200), nullable=True),
        sa.Column("released_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("retired_by", sa.String(length=200), nullable=True),
        sa.Column("retired_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("model", sa.LargeBinary(), nullable=False, comment="bpmn.model.Model as JSON"),
        sa.Column("decisions", sa.LargeBinary(), nullable=False, comment="JSON of every DMN file"),
        sa.Column("problems", sa.LargeBinary(), nullable=False, comment="JSON: warnings and infos of the lint"),
        sa.CheckConstraint(
            "state <> 'released' OR released_by IS NOT NULL", name=op.f("ck_definition_released_by_somebody")
        ),
        sa.CheckConstraint("state IN ('draft', 'released', 'retired')", name=op.f("ck_definition_state_known")),
        sa.CheckConstraint("released_by <> deployed_by", name=op.f("ck_definition_four_eyes")),
        sa.PrimaryKeyConstraint("definition_id", name=op.f("pk_definition")),
        sa.UniqueConstraint("process_id", "version", name=op.f("uq_definition_process_id_version")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "role",
        sa.Column(
            "group_id",
            sa.String(length=200),
            nullable=False,
            comment="as models name it: role:duty_room, administrators",
        ),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_role")),
    )
    op.create_table(
        "unit",
        sa.Column("unit_id", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.String(length=200), nullable=True),
        sa.Column("level", sa.String(length=32), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("subject_class", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "subject_class IN ('government', 'enterprise', 'society')", name=op.f("ck_unit_subject_class_known")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["unit.unit_id"], name=op.f("fk_unit_parent_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit")),
    )
    op.create_table(
        "definition_file",
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.definition_id"], name=op.f("fk_definition_file_definition_id")
        ),
        sa.PrimaryKeyConstraint("definition_id", "name", name=op.f("pk_definition_file")),
    )
    op.create_table(
        "definition_process",
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts from 1 without gaps, per process id"),
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("version_tag", sa.String(length=200), nullable=True),
        sa.Column("lane", sa.SmallInteger(), nullable=False, comment="0: emergency, first in every queue; 1: ordinary"),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.CheckConstraint("version >= 1", name=op.f("ck_definition_process_version_from_one")),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.definition_id"], name=op.f("fk_definition_process_definition_id")
        ),
        sa.PrimaryKeyConstraint("process_id", "version", name=op.f("pk_definition_process")),
        sa.UniqueConstraint("definition_id", "process_id", name=op.f("uq_definition_process_definition_id_process_id")),
    )
    op.create_table(
        "person",
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("sign_in_name", sa.String(length=200), nullable=False),
        sa.Column("display_name_zh", sa.Text(), nullable=False),
        sa.Column("display_name_en", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="argon2id; none: cannot sign in"),
        sa.Column("unit_id", sa.String(length=200), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_person_unit_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person")),
        sa.UniqueConstraint("sign_in_name", name=op.f("uq_person_sign_in_name")),
    )
    op.create_table(
        "start_trigger",
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("timer", sa.String(length=16), nullable=True, comment="date, duration or cycle"),
        sa.Column("expression", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False, comment="only the newest released version starts by itself"),
        sa.CheckConstraint(
            "kind IN ('message', 'signal', 'timer', 'conditional')", name=op.f("ck_start_trigger_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.definition_id"], name=op.f("fk_start_trigger_definition_id")
        ),
        sa.PrimaryKeyConstraint("definition_id", "process_id", "element_id", "position", name=op.f("pk_start_trigger")),
    )
    with op.batch_alter_table("start_trigger", schema=None) as batch_op:
        batch_op.create_index(
            "ix_start_trigger_active",
            ["kind", "name"],
            unique=False,
            sqlite_where=sa.text("active"),
            postgresql_where=sa.text("active"),
        )

    op.create_table(
        "membership",
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("group_id", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("person_id", "group_id", name=op.f("pk_membership")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_group", ["group_id"], unique=False)


def downgrade() -> None:
    """Drop the tables and everything in them."""
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_group")

    op.drop_table("membership")
    with op.batch_alter_table("start_trigger", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_start_trigger_active", sqlite_where=sa.text("active"), postgresql_where=sa.text("active")
        )

    op.drop_table("start_trigger")
    op.drop_table("person")
    op.drop_table("definition_process")
    op.drop_table("definition_file")
    op.drop_table("unit")
    op.drop_table("role")
    op.drop_table("heartbeat")
    op.drop_table("definition")
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.drop_index("ix_alert_imported")
        batch_op.drop_index("ix_alert_case")

    op.drop_table("alert")
