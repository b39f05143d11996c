"""Service requests with their steps, photos and reporters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "service_request_reporter",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False, comment="with which it is removed"),
        sa.Column(
            "code_sha256",
            sa.String(length=64),
            nullable=False,
            comment="of what the reporter keeps; empty: there is no code",
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_service_request_reporter")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("service_request_reporter", schema=None) as batch_op:
        batch_op.create_index("ix_service_request_reporter_case", ["case_id"], unique=False)

    op.create_table(
        "service_request",
        sa.Column("request_id", sa.String(length=64), nullable=False, comment="also in public addresses"),
        sa.Column(
            "tracking_number", sa.String(length=20), nullable=False, comment="for people, with a letter to check it by"
        ),
        sa.Column("case_id", sa.String(length=64), nullable=False, comment="the present one; others are over"),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("status_note", sa.Text(), nullable=False, comment="JSON: words for the public"),
        sa.Column("next_step", sa.Text(), nullable=False, comment="JSON: what comes next, and by when"),
        sa.Column("title", sa.Text(), nullable=False, comment="erasable"),
        sa.Column("description", sa.Text(), nullable=False, comment="as it was said; never public, erasable"),
        sa.Column("public_description", sa.Text(), nullable=False),
        sa.Column(
            "attributes", sa.Text(), nullable=False, comment="JSON: answers to the category's questions, erasable"
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True, comment="WGS84"),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("cell_row", sa.Integer(), nullable=True, comment="of the cell the point lies in"),
        sa.Column("cell_column", sa.Integer(), nullable=True),
        sa.Column("place_code", sa.String(length=32), nullable=True),
        sa.Column("unit_id", sa.String(length=200), nullable=True, comment="handles it now"),
        sa.Column("received_at", types.UTCDateTime(), nullable=False),
        sa.Column("dispatched_at", types.UTCDateTime(), nullable=True),
        sa.Column("contact_due_at", types.UTCDateTime(), nullable=True),
        sa.Column("contacted_at", types.UTCDateTime(), nullable=True),
        sa.Column("due_at", types.UTCDateTime(), nullable=True),
        sa.Column("replied_at", types.UTCDateTime(), nullable=True),
        sa.Column("called_back_at", types.UTCDateTime(), nullable=True),
        sa.Column("closed_at", types.UTCDateTime(), nullable=True),
        sa.Column("changed_at", types.UTCDateTime(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=True, comment="as the reporter said when called back"),
        sa.Column("satisfied", sa.Boolean(), nullable=True, comment="the same; none: not asked, or not reached"),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rated_resolved", sa.Boolean(), nullable=True),
        sa.Column("rating_comment", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("rated_at", types.UTCDateTime(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("reworked", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("extended", sa.Integer(), nullable=False),
        sa.Column("supervision", sa.String(length=16), nullable=False),
        sa.Column(
            "merged_into", sa.String(length=64), nullable=True, comment="request_id; may be removed before this one is"
        ),
        sa.Column("moderation", sa.String(length=16), nullable=False),
        sa.Column(
            "photos_shown_at", types.UTCDateTime(), nullable=True, comment="photos that came until then are public"
        ),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(status IN ('closed_resolved', 'closed_explained', 'closed_unreachable', 'duplicate', "
            "'rejected_with_reason', 'transferred', 'suspended', 'cancelled_by_reporter')) = (closed_at IS "
            "NOT NULL)",
            name=op.f("ck_service_request_closed_with_instant"),
        ),
        sa.CheckConstraint(
            "kind IN ('consult', 'help', 'complaint', 'report', 'suggestion')",
            name=op.f("ck_service_request_kind_known"),
        ),
        sa.CheckConstraint(
            "merged_into IS NULL OR (status = 'duplicate' AND merged_into <> request_id)",
            name=op.f("ck_service_request_merged"),
        ),
        sa.CheckConstraint(
            "moderation IN ('waiting', 'shown', 'hidden')", name=op.f("ck_service_request_moderation_known")
        ),
        sa.CheckConstraint(
            "source IN ('web', 'phone', 'app', 'open311', 'inspector', 'camera', 'order', 'import')",
            name=op.f("ck_service_request_source_known"),
        ),
        sa.CheckConstraint(
            "status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'replied', "
            "'called_back', 'closed_resolved', 'closed_explained', 'closed_unreachable', "
            "'rejected_with_reason', 'transferred', 'suspended', 'duplicate', 'cancelled_by_reporter')",
            name=op.f("ck_service_request_status_known"),
        ),
        sa.CheckConstraint(
            "supervision IN ('none', 'remind', 'supervise', 'listed', 'interview', 'report')",
            name=op.f("ck_service_request_supervision_known"),
        ),
        sa.CheckConstraint(
            "tier IN ('urgent', 'utility', 'complex', 'general')", name=op.f("ck_service_request_tier_known")
        ),
        sa.CheckConstraint("tracking_number <> '' AND category <> ''", name=op.f("ck_service_request_has_names")),
        sa.CheckConstraint("(cell_row IS NULL) = (cell_column IS NULL)", name=op.f("ck_service_request_cell_is_whole")),
        sa.CheckConstraint(
            "(lat IS NULL) = (lon IS NULL) AND (lat IS NULL) = (cell_row IS NULL)",
            name=op.f("ck_service_request_point_is_whole"),
        ),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("ck_service_request_point_on_earth")
        ),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_service_request_rating_known")),
        sa.CheckConstraint(
            "reopened >= 0 AND reworked >= 0 AND returned >= 0 AND extended >= 0",
            name=op.f("ck_service_request_counts"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["process_instance.case_id"], name=op.f("fk_service_request_case_id")),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_service_request")),
        sa.UniqueConstraint("case_id", name="uq_service_request_case"),
        sa.UniqueConstraint("source", "external_id", name="uq_service_request_external"),
        sa.UniqueConstraint("tracking_number", name=op.f("uq_service_request_tracking_number")),
    )
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.create_index("ix_service_request_category", ["category", "received_at", "request_id"], unique=False)
        batch_op.create_index("ix_service_request_cell", ["cell_row", "cell_column", "received_at"], unique=False)
        batch_op.create_index("ix_service_request_changed", ["changed_at", "request_id"], unique=False)
        batch_op.create_index(
            "ix_service_request_due",
            ["due_at", "request_id"],
            unique=False,
            sqlite_where=sa.text("closed_at IS NULL AND due_at IS NOT NULL AND NOT exercise"),
            postgresql_where=sa.text("closed_at IS NULL AND due_at IS NOT NULL AND NOT exercise"),
        )
        batch_op.create_index(
            "ix_service_request_merged",
            ["merged_into"],
            unique=False,
            sqlite_where=sa.text("merged_into IS NOT NULL"),
            postgresql_where=sa.text("merged_into IS NOT NULL"),
        )
        batch_op.create_index("ix_service_request_place", ["place_code", "received_at", "request_id"], unique=False)
        batch_op.create_index(
            "ix_service_request_public",
            ["received_at", "request_id"],
            unique=False,
            sqlite_where=sa.text("moderation = 'shown' AND NOT exercise"),
            postgresql_where=sa.text("moderation = 'shown' AND NOT exercise"),
        )
        batch_op.create_index("ix_service_request_received", ["received_at", "request_id"], unique=False)
        batch_op.create_index("ix_service_request_status", ["status", "received_at", "request_id"], unique=False)
        batch_op.create_index("ix_service_request_unit", ["unit_id", "received_at", "request_id"], unique=False)
        batch_op.create_index(
            "ix_service_request_waiting",
            ["received_at", "request_id"],
            unique=False,
            sqlite_where=sa.text("moderation = 'waiting'"),
            postgresql_where=sa.text("moderation = 'waiting'"),
        )

    op.create_table(
        "service_request_photo",
        sa.Column("photo_id", sa.String(length=200), nullable=False, comment="case, audit entry and number"),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the file as it came"),
        sa.Column(
            "public_digest",
            sa.String(length=64),
            nullable=False,
            comment="of the copy without data about camera and place",
        ),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("by_reporter", sa.Boolean(), nullable=False),
        sa.Column("added_at", types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_service_request_photo_not_empty")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["process_instance.case_id"], name=op.f("fk_service_request_photo_case_id")
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_service_request_photo")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("service_request_photo", schema=None) as batch_op:
        batch_op.create_index("ix_service_request_photo_case", ["case_id"], unique=False)
        batch_op.create_index("ix_service_request_photo_digest", ["digest"], unique=False)
        batch_op.create_index("ix_service_request_photo_public", ["public_digest"], unique=False)
        batch_op.create_index("ix_service_request_photo_request", ["request_id", "added_at", "photo_id"], unique=False)

    op.create_table(
        "service_request_step",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False, comment="audit entry that told it"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="within the entry"),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("at", types.UTCDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=24), nullable=True, comment="from then on; none: as before"),
        sa.Column("marks", sa.Text(), nullable=False, comment="words, by blanks"),
        sa.Column("note", sa.Text(), nullable=False, comment="JSON: words for the public"),
        sa.Column("next_step", sa.Text(), nullable=False, comment="JSON: what comes next, and by when"),
        sa.Column("by_reporter", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True, comment="between the reporter and the city; erasable"),
        sa.CheckConstraint(
            "kind IN ('submitted', 'told', 'added', 'corrected', 'withdrawn', 'reopened', 'rated', "
            "'commented', 'merged', 'gathered', 'split', 'moderated')",
            name=op.f("ck_service_request_step_kind_known"),
        ),
        sa.CheckConstraint(
            "status IN ('received', 'dispatched', 'accepted', 'in_progress', 'waiting', 'replied', "
            "'called_back', 'closed_resolved', 'closed_explained', 'closed_unreachable', "
            "'rejected_with_reason', 'transferred', 'suspended', 'duplicate', 'cancelled_by_reporter')",
            name=op.f("ck_service_request_step_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["process_instance.case_id"], name=op.f("fk_service_request_step_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", "number", name=op.f("pk_service_request_step")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("service_request_step", schema=None) as batch_op:
        batch_op.create_index("ix_service_request_step_request", ["request_id", "at", "seq", "number"], unique=False)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("service_request_step", schema=None) as batch_op:
        batch_op.drop_index("ix_service_request_step_request")

    op.drop_table("service_request_step")
    with op.batch_alter_table("service_request_photo", schema=None) as batch_op:
        batch_op.drop_index("ix_service_request_photo_request")
        batch_op.drop_index("ix_service_request_photo_public")
        batch_op.drop_index("ix_service_request_photo_digest")
        batch_op.drop_index("ix_service_request_photo_case")

    op.drop_table("service_request_photo")
    with op.batch_alter_table("service_request", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_service_request_waiting",
            sqlite_where=sa.text("moderation = 'waiting'"),
            postgresql_where=sa.text("moderation = 'waiting'"),
        )
        batch_op.drop_index("ix_service_request_unit")
        batch_op.drop_index("ix_service_request_status")
        batch_op.drop_index("ix_service_request_received")
        batch_op.drop_index(
            "ix_service_request_public",
            sqlite_where=sa.text("moderation = 'shown' AND NOT exercise"),
            postgresql_where=sa.text("moderation = 'shown' AND NOT exercise"),
        )
        batch_op.drop_index("ix_service_request_place")
        batch_op.drop_index(
            "ix_service_request_merged",
            sqlite_where=sa.text("merged_into IS NOT NULL"),
            postgresql_where=sa.text("merged_into IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_service_request_due",
            sqlite_where=sa.text("closed_at IS NULL AND due_at IS NOT NULL AND NOT exercise"),
            postgresql_where=sa.text("closed_at IS NULL AND due_at IS NOT NULL AND NOT exercise"),
        )
        batch_op.drop_index("ix_service_request_changed")
        batch_op.drop_index("ix_service_request_cell")
        batch_op.drop_index("ix_service_request_category")

    op.drop_table("service_request")
    with op.batch_alter_table("service_request_reporter", schema=None) as batch_op:
        batch_op.drop_index("ix_service_request_reporter_case")

    op.drop_table("service_request_reporter")
