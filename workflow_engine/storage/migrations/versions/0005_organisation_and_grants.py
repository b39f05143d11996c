"""The organisation's positions, duty, deputies and grants; settings kept as versions; which unit answers for a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BELOW = """
INSERT INTO unit_below (ancestor_id, unit_id)
WITH RECURSIVE below (ancestor_id, unit_id) AS (
    SELECT unit_id, unit_id FROM unit
    UNION ALL
    SELECT below.ancestor_id, unit.unit_id FROM below JOIN unit ON unit.parent_id = below.unit_id
)
SELECT ancestor_id, unit_id FROM below
"""


def upgrade() -> None:
    """Make the tables, and place the units that are there."""
    op.create_table(
        "case_reading",
        sa.Column("read_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("read_at", "case_id", "person_id", name=op.f("pk_case_reading")),
    )
    with op.batch_alter_table("case_reading", schema=None) as batch_op:
        batch_op.create_index("ix_case_reading_case", ["case_id", "read_at"], unique=False)
        batch_op.create_index("ix_case_reading_person", ["person_id", "read_at"], unique=False)

    op.create_table(
        "case_scope",
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="the owning unit, and each unit above it"),
        sa.Column("started_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "started_at", "case_id", name=op.f("pk_case_scope")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("case_scope", schema=None) as batch_op:
        batch_op.create_index("ix_case_scope_case", ["case_id"], unique=False)

    op.create_table(
        "organisation_change",
        sa.Column(
            "seq", sa.Integer(), autoincrement=False, nullable=False, comment="entry of the stream organisation:all"
        ),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="of the event in the entry"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("changed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "action IN ('added', 'changed', 'removed')", name=op.f("ck_organisation_change_action_known")
        ),
        sa.PrimaryKeyConstraint("seq", "number", name=op.f("pk_organisation_change")),
    )
    with op.batch_alter_table("organisation_change", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_change_subject", ["kind", "subject_id", "seq", "number"], unique=False)

    op.create_table(
        "permission_verb",
        sa.Column(
            "verb", sa.String(length=64), nullable=False, comment="its first holders were written into permission_grant"
        ),
        sa.PrimaryKeyConstraint("verb", name=op.f("pk_permission_verb")),
    )
    op.create_table(
        "proposal",
        sa.Column("proposal_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON: the grant, or the person and group"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("proposed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decided_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_proposal_decided_with_instant")),
        sa.CheckConstraint("kind IN ('grant', 'membership')", name=op.f("ck_proposal_kind_known")),
        sa.CheckConstraint(
            "state <> 'agreed' OR decided_by <> proposed_by", name=op.f("ck_proposal_agreed_by_another")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'agreed', 'declined', 'withdrawn')", name=op.f("ck_proposal_state_known")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index("ix_proposal_state", ["state", "proposed_at"], unique=False)

    op.create_table(
        "setting_version",
        sa.Column("setting", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON of the whole setting as it is from then on"),
        sa.Column("changed_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("setting IN ('calendar', 'profile')", name=op.f("ck_setting_version_setting_known")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_setting_version_version_from_one")),
        sa.PrimaryKeyConstraint("setting", "version", name=op.f("pk_setting_version")),
    )
    op.create_table(
        "permission_grant",
        sa.Column("grant_id", sa.String(length=64), nullable=False, comment="digest of the four columns that follow"),
        sa.Column("holder", sa.String(length=200), nullable=False, comment="a person, a group, or * for everybody"),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=True, comment="it and all below; none: everywhere"),
        sa.Column("process_id", sa.String(length=200), nullable=True, comment="none: every one"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_permission_grant_unit_id")),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_permission_grant")),
    )
    with op.batch_alter_table("permission_grant", schema=None) as batch_op:
        batch_op.create_index("ix_permission_grant_holder", ["holder"], unique=False)

    op.create_table(
        "unit_below",
        sa.Column("ancestor_id", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="itself included"),
        sa.ForeignKeyConstraint(["ancestor_id"], ["unit.unit_id"], name=op.f("fk_unit_below_ancestor_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_unit_below_unit_id")),
        sa.PrimaryKeyConstraint("ancestor_id", "unit_id", name=op.f("pk_unit_below")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("unit_below", schema=None) as batch_op:
        batch_op.create_index("ix_unit_below_unit", ["unit_id", "ancestor_id"], unique=False)

    op.create_table(
        "deputy",
        sa.Column("deputy_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False, comment="who is absent"),
        sa.Column("stand_in", sa.String(length=200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False, comment="the last day, in the city's time zone"),
        sa.Column(
            "process_id", sa.String(length=200), nullable=True, comment="only in this process; none: in every one"
        ),
        sa.CheckConstraint("from_on <= until_on", name=op.f("ck_deputy_ends_after_begin")),
        sa.CheckConstraint("person_id <> stand_in", name=op.f("ck_deputy_by_another_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_deputy_person_id")),
        sa.ForeignKeyConstraint(["stand_in"], ["person.person_id"], name=op.f("fk_deputy_stand_in")),
        sa.PrimaryKeyConstraint("deputy_id", name=op.f("pk_deputy")),
    )
    with op.batch_alter_table("deputy", schema=None) as batch_op:
        batch_op.create_index("ix_deputy_person", ["person_id", "until_on"], unique=False)
        batch_op.create_index("ix_deputy_stand_in", ["stand_in", "until_on"], unique=False)

    op.create_table(
        "duty_shift",
        sa.Column("shift_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=200), nullable=False, comment="a role, or duty: with a unit"),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("from_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("until_at", types.UTCDateTime(length=27), nullable=False),
        sa.CheckConstraint("from_at < until_at", name=op.f("ck_duty_shift_ends_after_begin")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_duty_shift_person_id")),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_duty_shift")),
        sa.UniqueConstraint("group_id", "person_id", "from_at", name=op.f("uq_duty_shift_group_id_person_id_from_at")),
    )
    with op.batch_alter_table("duty_shift", schema=None) as batch_op:
        batch_op.create_index("ix_duty_shift_person", ["person_id", "until_at"], unique=False)
        batch_op.create_index("ix_duty_shift_until", ["until_at"], unique=False)

    op.create_table(
        "position",
        sa.Column("position_id", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=True, comment="who holds it; none: vacant"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_position_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_position_unit_id")),
        sa.PrimaryKeyConstraint("position_id", name=op.f("pk_position")),
    )
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.create_index("ix_position_person", ["person_id"], unique=False)
        batch_op.create_index("ix_position_unit", ["unit_id"], unique=False)
        batch_op.create_index(
            "uq_position_head",
            ["unit_id"],
            unique=True,
            sqlite_where=sa.text("is_head"),
            postgresql_where=sa.text("is_head"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(length=200), nullable=True))
        batch_op.add_column(
            sa.Column(
                "external_id",
                sa.String(length=512),
                nullable=True,
                comment="issuer and subject, or the directory's own name, once signed in there",
            )
        )
        batch_op.add_column(
            sa.Column(
                "sessions_from",
                types.UTCDateTime(length=27),
                nullable=True,
                comment="sessions begun earlier are ended: the password changed, or more",
            )
        )
        batch_op.create_index("ix_person_email", ["email"], unique=False)
        batch_op.create_index("ix_person_unit", ["unit_id"], unique=False)
        batch_op.create_index("uq_person_external", ["external_id"], unique=True)

    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "unit_id",
                sa.String(length=200),
                nullable=True,
                comment="the unit that answers for the case; none: the city as a whole",
            )
        )

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "disabled",
                sa.Boolean(),
                server_default=sa.false(),
                nullable=False,
                comment="no longer there; kept for the record",
            )
        )
        batch_op.create_index("ix_unit_parent", ["parent_id"], unique=False)

    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "completed_for",
                sa.String(length=200),
                nullable=True,
                comment="the absent person, or whose task an administrator did",
            )
        )
    op.execute(_BELOW)


def downgrade() -> None:
    """Drop them."""
    with op.batch_alter_table("user_task", schema=None) as batch_op:
        batch_op.drop_column("completed_for")

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_parent")
        batch_op.drop_column("disabled")

    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.drop_column("unit_id")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("uq_person_external")
        batch_op.drop_index("ix_person_unit")
        batch_op.drop_index("ix_person_email")
        batch_op.drop_column("sessions_from")
        batch_op.drop_column("external_id")
        batch_op.drop_column("email")

    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index("uq_position_head", sqlite_where=sa.text("is_head"), postgresql_where=sa.text("is_head"))
        batch_op.drop_index("ix_position_unit")
        batch_op.drop_index("ix_position_person")

    op.drop_table("position")
    with op.batch_alter_table("duty_shift", schema=None) as batch_op:
        batch_op.drop_index("ix_duty_shift_until")
        batch_op.drop_index("ix_duty_shift_person")

    op.drop_table("duty_shift")
    with op.batch_alter_table("deputy", schema=None) as batch_op:
        batch_op.drop_index("ix_deputy_stand_in")
        batch_op.drop_index("ix_deputy_person")

    op.drop_table("deputy")
    with op.batch_alter_table("unit_below", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_below_unit")

    op.drop_table("unit_below")
    with op.batch_alter_table("permission_grant", schema=None) as batch_op:
        batch_op.drop_index("ix_permission_grant_holder")

    op.drop_table("permission_grant")
    op.drop_table("setting_version")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_proposal_state")

    op.drop_table("proposal")
    op.drop_table("permission_verb")
    with op.batch_alter_table("organisation_change", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_change_subject")

    op.drop_table("organisation_change")
    with op.batch_alter_table("case_scope", schema=None) as batch_op:
        batch_op.drop_index("ix_case_scope_case")

    op.drop_table("case_scope")
    with op.batch_alter_table("case_reading", schema=None) as batch_op:
        batch_op.drop_index("ix_case_reading_person")
        batch_op.drop_index("ix_case_reading_case")

    op.drop_table("case_reading")
