"""Situation reports as numbered documents, their versions, how they went up, and kept briefings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "command_briefing",
        sa.Column("briefing_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="of the emergency, from 1"),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("outgoing", sa.String(length=200), nullable=False, comment="empty at the first taking of command"),
        sa.Column("incoming", sa.String(length=200), nullable=False),
        sa.Column("kept_at", types.UTCDateTime(), nullable=False),
        sa.Column("content", sa.Text(), nullable=True, comment="JSON: the document; never changed, erasable"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the content"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_command_briefing_number_from_one")),
        sa.CheckConstraint("outgoing <> incoming", name=op.f("ck_command_briefing_to_another_person")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_command_briefing_case_id")),
        sa.PrimaryKeyConstraint("briefing_id", name=op.f("pk_command_briefing")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_command_briefing_case_id_number")),
    )
    op.create_table(
        "situation_report",
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="of the emergency, from 1"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False, comment="of the response, as it was"),
        sa.Column("due_at", types.UTCDateTime(), nullable=True, comment="lateness is computed from it and issued_at"),
        sa.Column("issued_at", types.UTCDateTime(), nullable=False),
        sa.Column("next_due_at", types.UTCDateTime(), nullable=True),
        sa.Column("prepared_by", sa.String(length=200), nullable=False),
        sa.Column("prepared_at", types.UTCDateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("reports_to", sa.String(length=200), nullable=False, comment="the level above, in words"),
        sa.CheckConstraint("kind IN ('first', 'follow_up', 'final')", name=op.f("ck_situation_report_kind_known")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_situation_report_number_from_one")),
        sa.CheckConstraint("prepared_at <= issued_at", name=op.f("ck_situation_report_prepared_before_issued")),
        sa.CheckConstraint("prepared_by <> approved_by", name=op.f("ck_situation_report_two_persons")),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_situation_report_case_id")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_situation_report")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_situation_report_case_id_number")),
    )
    with op.batch_alter_table("situation_report", schema=None) as batch_op:
        batch_op.create_index("ix_situation_report_issued", ["issued_at", "report_id"], unique=False)

    op.create_table(
        "situation_report_version",
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("content", sa.Text(), nullable=True, comment="JSON: the document; never changed, erasable"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the content"),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", types.UTCDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="of a correction, erasable"),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_situation_report_version_decided_with_instant")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'issued', 'refused', 'replaced')",
            name=op.f("ck_situation_report_version_state_known"),
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_situation_report_version_decided_by_somebody")
        ),
        sa.CheckConstraint("decided_by <> made_by", name=op.f("ck_situation_report_version_two_persons")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_situation_report_version_version_from_one")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["situation_report.report_id"], name=op.f("fk_situation_report_version_report_id")
        ),
        sa.PrimaryKeyConstraint("report_id", "version", name=op.f("pk_situation_report_version")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("situation_report_version", schema=None) as batch_op:
        batch_op.create_index("ix_situation_report_version_case", ["case_id"], unique=False)
        batch_op.create_index(
            "uq_situation_report_version_issued",
            ["report_id"],
            unique=True,
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.create_index(
            "uq_situation_report_version_proposed",
            ["report_id"],
            unique=True,
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )

    op.create_table(
        "report_transmission",
        sa.Column("transmission_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="which was sent"),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("sent_by", sa.String(length=200), nullable=False),
        sa.Column("sent_at", types.UTCDateTime(), nullable=False),
        sa.Column("received_by", sa.String(length=200), nullable=True, comment="who took it, in words; erasable"),
        sa.Column("received_at", types.UTCDateTime(), nullable=True),
        sa.Column("noted_by", sa.String(length=200), nullable=True, comment="who noted that it arrived"),
        sa.CheckConstraint(
            "channel IN ('phone', 'system', 'fax', 'mail', 'courier')",
            name=op.f("ck_report_transmission_channel_known"),
        ),
        sa.CheckConstraint(
            "(received_at IS NULL) = (noted_by IS NULL)", name=op.f("ck_report_transmission_received_noted")
        ),
        sa.CheckConstraint("received_at >= sent_at", name=op.f("ck_report_transmission_received_after_sent")),
        sa.ForeignKeyConstraint(
            ["report_id", "version"],
            ["situation_report_version.report_id", "situation_report_version.version"],
            name=op.f("fk_report_transmission_report_id_version"),
        ),
        sa.PrimaryKeyConstraint("transmission_id", name=op.f("pk_report_transmission")),
    )
    with op.batch_alter_table("report_transmission", schema=None) as batch_op:
        batch_op.create_index("ix_report_transmission_case", ["case_id"], unique=False)
        batch_op.create_index("ix_report_transmission_report", ["report_id", "sent_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("report_transmission", schema=None) as batch_op:
        batch_op.drop_index("ix_report_transmission_report")
        batch_op.drop_index("ix_report_transmission_case")

    op.drop_table("report_transmission")
    with op.batch_alter_table("situation_report_version", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_situation_report_version_proposed",
            sqlite_where=sa.text("state = 'proposed'"),
            postgresql_where=sa.text("state = 'proposed'"),
        )
        batch_op.drop_index(
            "uq_situation_report_version_issued",
            sqlite_where=sa.text("state = 'issued'"),
            postgresql_where=sa.text("state = 'issued'"),
        )
        batch_op.drop_index("ix_situation_report_version_case")

    op.drop_table("situation_report_version")
    with op.batch_alter_table("situation_report", schema=None) as batch_op:
        batch_op.drop_index("ix_situation_report_issued")

    op.drop_table("situation_report")
    op.drop_table("command_briefing")
