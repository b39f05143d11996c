"""Cases, user tasks and the record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import append_only, types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "audit_entry",
        sa.Column("stream_id", sa.String(length=200), nullable=False, comment="a case id, or the id of a stream"),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="canonical JSON, exactly as hashed"),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_audit_entry_seq_from_one")),
        sa.PrimaryKeyConstraint("stream_id", "seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("command_id", name=op.f("uq_audit_entry_command_id")),
    )
    op.create_table(
        "command",
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("at", types.UTCDateTime(length=27), nullable=False),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_command")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry_payload",
        sa.Column("stream_id", sa.String(length=200), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON: slot to value; deleting the row erases both"),
        sa.PrimaryKeyConstraint("stream_id", "seq", name=op.f("pk_entry_payload")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stream",
        sa.Column("stream_id", sa.String(length=200), nullable=False, comment="chains that belong to no case"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_stream_seq_from_zero")),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_stream")),
    )
    op.create_table(
        "process_instance",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("process_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="number of entries in the case's chain; moves with every command",
        ),
        sa.Column("chain_head", sa.String(length=64), nullable=False, comment="hash of the last entry"),
        sa.Column("business_key", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False, comment="JSON of the runtime beside the tokens"),
        sa.Column("started_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("started_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column(
            "removal_at",
            types.UTCDateTime(length=27),
            nullable=True,
            comment="end plus the retention the model declares",
        ),
        sa.Column("incident_count", sa.Integer(), nullable=False, comment="open ones"),
        sa.Column(
            "next_due_at",
            types.UTCDateTime(length=27),
            nullable=True,
            comment="no timer of the case falls due before; none: there is no timer",
        ),
        sa.CheckConstraint(
            "(state IN ('completed', 'terminated', 'cancelled')) = (ended_at IS NOT NULL)",
            name=op.f("ck_process_instance_ended_with_instant"),
        ),
        sa.CheckConstraint(
            "state IN ('active', 'suspended', 'completed', 'terminated', 'cancelled')",
            name=op.f("ck_process_instance_state_known"),
        ),
        sa.CheckConstraint("incident_count >= 0", name=op.f("ck_process_instance_incidents_counted")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_process_instance_version_from_one")),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definition.definition_id"], name=op.f("fk_process_instance_definition_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_process_instance")),
    )
    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.create_index("ix_process_instance_business_key", ["business_key"], unique=False)
        batch_op.create_index("ix_process_instance_process", ["process_id", "started_at", "case_id"], unique=False)
        batch_op.create_index(
            "ix_process_instance_removal",
            ["removal_at"],
            unique=False,
            sqlite_where=sa.text("removal_at IS NOT NULL"),
            postgresql_where=sa.text("removal_at IS NOT NULL"),
        )
        batch_op.create_index("ix_process_instance_started", ["started_at", "case_id"], unique=False)
        batch_op.create_index("ix_process_instance_started_by", ["started_by", "started_at"], unique=False)
        batch_op.create_index("ix_process_instance_state", ["state", "started_at", "case_id"], unique=False)

    op.create_table(
        "incident",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("incident_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=True),
        sa.Column("element_id", sa.String(length=200), nullable=True),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("variables", sa.Text(), nullable=False, comment="JSON at the time of the fault, erasable"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("resolved_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("resolved_by", sa.String(length=200), nullable=True),
        sa.Column("resolution", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "(state = 'resolved') = (resolved_at IS NOT NULL)", name=op.f("ck_incident_resolved_with_instant")
        ),
        sa.CheckConstraint("state IN ('open', 'resolved')", name=op.f("ck_incident_state_known")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_incident_case_id")),
        sa.PrimaryKeyConstraint("case_id", "incident_no", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(
            "ix_incident_open",
            ["opened_at", "case_id", "incident_no"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "token",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("scope_id", sa.Integer(), nullable=True),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("internal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_token_case_id")),
        sa.PrimaryKeyConstraint("case_id", "slot", name=op.f("pk_token")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "user_task",
        sa.Column("user_task_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("element_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("lane", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("assignee", sa.String(length=200), nullable=True),
        sa.Column("candidate_users", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("candidate_groups", sa.Text(), nullable=False, comment="JSON list"),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.Column("due_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("follow_up_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("sort_key", sa.String(length=64), nullable=False, comment="emergency first, then priority, due, age"),
        sa.Column("created_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("claimed_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("completed_at", types.UTCDateTime(length=27), nullable=True),
        sa.Column("completed_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(state = 'completed') = (completed_by IS NOT NULL)", name=op.f("ck_user_task_completed_by_somebody")
        ),
        sa.CheckConstraint("state <> 'claimed' OR assignee IS NOT NULL", name=op.f("ck_user_task_claimed_by_somebody")),
        sa.CheckConstraint(
            "state IN ('ready', 'claimed', 'completed', 'cancelled')", name=op.f("ck_user_task_state_known")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_user_task_case_id")),
        sa.PrimaryKeyConstraint("user_task_id", name=op.f("pk_user_task")),
        sa.UniqueConstraint("case_id", "token_id", name=op.f("uq_user_task_case_id_token_id")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_user_task_done",
            ["completed_by", "completed_at", "user_task_id"],
            unique=False,
            sqlite_where=sa.text("state = 'completed'"),
            postgresql_where=sa.text("state = 'completed'"),
        )
        batch_op.create_index(
            "ix_user_task_mine",
            ["assignee", "sort_key", "user_task_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('ready', 'claimed') AND assignee IS NOT NULL"),
            postgresql_where=sa.text("state IN ('ready', 'claimed') AND assignee IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_user_task_open",
            ["sort_key", "user_task_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('ready', 'claimed')"),
            postgresql_where=sa.text("state IN ('ready', 'claimed')"),
        )

    op.create_table(
        "offer",
        sa.Column("user_task_id", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False, comment="a user, a group, or * for everybody"),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.String(length=8),
            nullable=False,
            comment="taken while somebody has the task; closed rows tell who saw the case",
        ),
        sa.Column("sort_key", sa.String(length=64), nullable=False),
        sa.Column(
            "started_at",
            types.UTCDateTime(length=27),
            nullable=False,
            comment="of the case: a subject's cases in their order",
        ),
        sa.CheckConstraint("state IN ('open', 'taken', 'closed')", name=op.f("ck_offer_state_known")),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.user_task_id"], name=op.f("fk_offer_user_task_id")),
        sa.PrimaryKeyConstraint("user_task_id", "subject", name=op.f("pk_offer")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.create_index("ix_offer_case", ["case_id", "subject"], unique=False)
        batch_op.create_index(
            "ix_offer_inbox",
            ["subject", "state", "sort_key", "user_task_id"],
            unique=False,
            sqlite_where=sa.text("state <> 'closed'"),
            postgresql_where=sa.text("state <> 'closed'"),
        )
        batch_op.create_index("ix_offer_seen", ["subject", "started_at", "case_id"], unique=False)

    op.create_table(
        "submission",
        sa.Column("user_task_id", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="audit entry that holds the commitment"),
        sa.Column("definition_id", sa.String(length=64), nullable=False),
        sa.Column("form_key", sa.Text(), nullable=True),
        sa.Column("submitted_by", sa.String(length=200), nullable=False),
        sa.Column("submitted_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON, erasable"),
        sa.ForeignKeyConstraint(["user_task_id"], ["user_task.user_task_id"], name=op.f("fk_submission_user_task_id")),
        sa.PrimaryKeyConstraint("user_task_id", name=op.f("pk_submission")),
        sqlite_with_rowid=False,
    )
    for statement in append_only.statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables and everything in them."""
    op.drop_table("submission")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_index("ix_offer_seen")
        batch_op.drop_index(
            "ix_offer_inbox", sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'")
        )
        batch_op.drop_index("ix_offer_case")

    op.drop_table("offer")
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_user_task_open",
            sqlite_where=sa.text("state IN ('ready', 'claimed')"),
            postgresql_where=sa.text("state IN ('ready', 'claimed')"),
        )
        batch_op.drop_index(
            "ix_user_task_mine",
            sqlite_where=sa.text("state IN ('ready', 'claimed') AND assignee IS NOT NULL"),
            postgresql_where=sa.text("state IN ('ready', 'claimed') AND assignee IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_user_task_done",
            sqlite_where=sa.text("state = 'completed'"),
            postgresql_where=sa.text("state = 'completed'"),
        )

    op.drop_table("user_task")
    op.drop_table("token")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_incident_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )

    op.drop_table("incident")
    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.drop_index("ix_process_instance_state")
        batch_op.drop_index("ix_process_instance_started_by")
        batch_op.drop_index("ix_process_instance_started")
        batch_op.drop_index(
            "ix_process_instance_removal",
            sqlite_where=sa.text("removal_at IS NOT NULL"),
            postgresql_where=sa.text("removal_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_process_instance_process")
        batch_op.drop_index("ix_process_instance_business_key")

    op.drop_table("process_instance")
    op.drop_table("stream")
    op.drop_table("entry_payload")
    op.drop_table("command")
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        for statement in append_only.REMOVE_POSTGRESQL:
            op.execute(statement)
