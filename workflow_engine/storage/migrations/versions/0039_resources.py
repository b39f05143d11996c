"""Resources that a city shares, requests for them, offers, bookings and settlements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, empty."""
    op.create_table(
        "resource_request",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("origin_case_id", sa.String(length=64), nullable=True, comment="the case that needs it"),
        sa.Column(
            "case_id", sa.String(length=64), nullable=True, comment="the case of resource allocation that works on it"
        ),
        sa.Column("unit_id", sa.String(length=200), nullable=True, comment="asks"),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("weights", sa.Text(), nullable=False, comment="JSON: of each factor of the score"),
        sa.Column("coordinator", sa.String(length=200), nullable=False, comment="the group that assigns"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True, comment="erasable: why it ended so"),
        sa.Column("requested_at", types.UTCDateTime(), nullable=False),
        sa.Column("requested_by", sa.String(length=200), nullable=False),
        sa.Column("first_at", types.UTCDateTime(), nullable=True, comment="something was assigned for the first time"),
        sa.Column("filled_at", types.UTCDateTime(), nullable=True, comment="everything was, for the first time"),
        sa.Column(
            "handed_over_at", types.UTCDateTime(), nullable=True, comment="its case waits for everything to come back"
        ),
        sa.Column("closed_at", types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('open', 'partial', 'complete')) = (closed_at IS NULL)",
            name=op.f("ck_resource_request_closed_with_instant"),
        ),
        sa.CheckConstraint("priority IN ('urgent', 'high', 'normal')", name=op.f("ck_resource_request_priority_known")),
        sa.CheckConstraint(
            "state IN ('open', 'partial', 'complete', 'unfilled', 'cancelled', 'returned')",
            name=op.f("ck_resource_request_state_known"),
        ),
        sa.CheckConstraint(
            "filled_at IS NULL OR first_at IS NOT NULL", name=op.f("ck_resource_request_filled_after_first")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_resource_request")),
    )
    with op.batch_alter_table("resource_request", schema=None) as batch_op:
        batch_op.create_index(
            "ix_resource_request_live",
            ["requested_at", "request_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('open', 'partial', 'complete')"),
            postgresql_where=sa.text("state IN ('open', 'partial', 'complete')"),
        )
        batch_op.create_index("ix_resource_request_origin", ["origin_case_id", "requested_at"], unique=False)
        batch_op.create_index("ix_resource_request_requested", ["requested_at", "request_id"], unique=False)
        batch_op.create_index("ix_resource_request_unit", ["unit_id", "requested_at", "request_id"], unique=False)
        batch_op.create_index("ix_resource_request_case", ["case_id"], unique=False)

    op.create_table(
        "resource",
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="owns it"),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("booked", sa.BigInteger(), nullable=False, comment="how much of it running bookings hold"),
        sa.Column(
            "drilled",
            sa.BigInteger(),
            nullable=False,
            comment="the same of exercises, which take nothing from the others",
        ),
        sa.Column("measure", sa.String(length=40), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False, comment="booked as a whole"),
        sa.Column("pooled", sa.Boolean(), nullable=False, comment="given without asking the owner"),
        sa.Column("ready_minutes", sa.Integer(), nullable=False),
        sa.Column("unit_cost", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("place_code", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("stood_reason", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("changed_at", types.UTCDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "kind IN ('team', 'vehicle', 'equipment', 'supplies', 'shelter', 'money', 'data')",
            name=op.f("ck_resource_kind_known"),
        ),
        sa.CheckConstraint(
            "standing IN ('in_service', 'out_of_service', 'withdrawn')", name=op.f("ck_resource_standing_known")
        ),
        sa.CheckConstraint("(lat IS NULL) = (lon IS NULL)", name=op.f("ck_resource_point_whole")),
        sa.CheckConstraint("NOT single OR quantity <= 1", name=op.f("ck_resource_single_is_one")),
        sa.CheckConstraint("drilled >= 0 AND drilled <= quantity", name=op.f("ck_resource_not_drilled_twice")),
        sa.CheckConstraint(
            "quantity >= 0 AND booked >= 0 AND booked <= quantity", name=op.f("ck_resource_not_booked_twice")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.unit_id"], name=op.f("fk_resource_unit_id")),
        sa.PrimaryKeyConstraint("resource_id", name=op.f("pk_resource")),
    )
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.create_index("ix_resource_kind", ["kind", "type", "resource_id"], unique=False)
        batch_op.create_index("ix_resource_type", ["type", "resource_id"], unique=False)
        batch_op.create_index("ix_resource_unit", ["unit_id", "resource_id"], unique=False)

    op.create_table(
        "resource_request_line",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("assigned", sa.BigInteger(), nullable=False, comment="sum of its bookings that were not released"),
        sa.Column("needed_by", types.UTCDateTime(), nullable=True),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("place_code", sa.String(length=16), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="erasable"),
        sa.CheckConstraint(
            "kind IN ('team', 'vehicle', 'equipment', 'supplies', 'shelter', 'money', 'data')",
            name=op.f("ck_resource_request_line_kind_known"),
        ),
        sa.CheckConstraint(
            "priority IN ('urgent', 'high', 'normal')", name=op.f("ck_resource_request_line_priority_known")
        ),
        sa.CheckConstraint(
            "assigned >= 0 AND assigned <= quantity", name=op.f("ck_resource_request_line_parts_add_up")
        ),
        sa.CheckConstraint("line_no >= 1 AND quantity >= 1", name=op.f("ck_resource_request_line_asks_for_something")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["resource_request.request_id"], name=op.f("fk_resource_request_line_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "line_no", name=op.f("pk_resource_request_line")),
    )
    op.create_table(
        "resource_offer",
        sa.Column("offer_id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.String(length=200), nullable=False, comment="is asked"),
        sa.Column("round", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", types.UTCDateTime(), nullable=False),
        sa.Column("until", types.UTCDateTime(), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("ready_minutes", sa.Integer(), nullable=True),
        sa.Column("cost", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("answered_at", types.UTCDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="erasable"),
        sa.CheckConstraint("round IN ('peers', 'contract')", name=op.f("ck_resource_offer_round_known")),
        sa.CheckConstraint(
            "state IN ('asked', 'offered', 'declined', 'accepted', 'closed')",
            name=op.f("ck_resource_offer_state_known"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('offered', 'accepted') OR (resource_id IS NOT NULL AND quantity > 0)",
            name=op.f("ck_resource_offer_offers_something"),
        ),
        sa.CheckConstraint("asked_at < until", name=op.f("ck_resource_offer_open_for_a_time")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_resource_offer_not_negative")),
        sa.ForeignKeyConstraint(
            ["request_id", "line_no"],
            ["resource_request_line.request_id", "resource_request_line.line_no"],
            name=op.f("fk_resource_offer_request_id_line_no"),
        ),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.resource_id"], name=op.f("fk_resource_offer_resource_id")),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_resource_offer")),
    )
    with op.batch_alter_table("resource_offer", schema=None) as batch_op:
        batch_op.create_index(
            "ix_resource_offer_asked",
            ["unit_id", "until", "offer_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('asked', 'offered')"),
            postgresql_where=sa.text("state IN ('asked', 'offered')"),
        )
        batch_op.create_index("ix_resource_offer_line", ["request_id", "line_no", "offer_id"], unique=False)
        batch_op.create_index("ix_resource_offer_unit", ["unit_id", "asked_at", "offer_id"], unique=False)
        batch_op.create_index(
            "uq_resource_offer_once",
            ["request_id", "line_no", "unit_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'offered')"),
            postgresql_where=sa.text("state IN ('asked', 'offered')"),
        )

    op.create_table(
        "resource_booking",
        sa.Column("booking_id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False, comment="of one"),
        sa.Column("offer_id", sa.String(length=64), nullable=True),
        sa.Column("why", sa.Text(), nullable=False, comment="JSON: what was known, points, score"),
        sa.Column("note", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False, comment="what did not come back"),
        sa.Column("booked_at", types.UTCDateTime(), nullable=False),
        sa.Column("booked_by", sa.String(length=200), nullable=False),
        sa.Column("state_at", types.UTCDateTime(), nullable=False),
        sa.Column("ended_at", types.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('stood_down', 'released')) = (ended_at IS NOT NULL)",
            name=op.f("ck_resource_booking_ended_with_instant"),
        ),
        sa.CheckConstraint(
            "source IN ('own', 'pooled', 'offer', 'order', 'contract', 'commandeered')",
            name=op.f("ck_resource_booking_source_known"),
        ),
        sa.CheckConstraint(
            "state IN ('assigned', 'standby', 'mobilised', 'in_action', 'demobilising', 'stood_down', 'released')",
            name=op.f("ck_resource_booking_state_known"),
        ),
        sa.CheckConstraint(
            "quantity >= 1 AND (NOT single OR quantity = 1)", name=op.f("ck_resource_booking_books_something")
        ),
        sa.CheckConstraint("used >= 0 AND used <= quantity", name=op.f("ck_resource_booking_used_what_it_had")),
        sa.ForeignKeyConstraint(["offer_id"], ["resource_offer.offer_id"], name=op.f("fk_resource_booking_offer_id")),
        sa.ForeignKeyConstraint(
            ["request_id", "line_no"],
            ["resource_request_line.request_id", "resource_request_line.line_no"],
            name=op.f("fk_resource_booking_request_id_line_no"),
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"], ["resource.resource_id"], name=op.f("fk_resource_booking_resource_id")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_resource_booking")),
    )
    with op.batch_alter_table("resource_booking", schema=None) as batch_op:
        batch_op.create_index("ix_resource_booking_request", ["request_id", "line_no", "booking_id"], unique=False)
        batch_op.create_index("ix_resource_booking_resource", ["resource_id", "booked_at", "booking_id"], unique=False)
        batch_op.create_index(
            "ix_resource_booking_running",
            ["resource_id"],
            unique=False,
            sqlite_where=sa.text("state NOT IN ('stood_down', 'released')"),
            postgresql_where=sa.text("state NOT IN ('stood_down', 'released')"),
        )
        batch_op.create_index(
            "uq_resource_booking_single",
            ["resource_id", "exercise"],
            unique=True,
            sqlite_where=sa.text("single AND state NOT IN ('stood_down', 'released')"),
            postgresql_where=sa.text("single AND state NOT IN ('stood_down', 'released')"),
        )

    op.create_table(
        "resource_booking_step",
        sa.Column("booking_id", sa.String(length=64), nullable=False),
        sa.Column("step_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", types.UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True, comment="erasable"),
        sa.CheckConstraint(
            "state IN ('assigned', 'standby', 'mobilised', 'in_action', 'demobilising', 'stood_down', 'released')",
            name=op.f("ck_resource_booking_step_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["resource_booking.booking_id"], name=op.f("fk_resource_booking_step_booking_id")
        ),
        sa.PrimaryKeyConstraint("booking_id", "step_no", name=op.f("pk_resource_booking_step")),
    )
    op.create_table(
        "resource_settlement",
        sa.Column("booking_id", sa.String(length=64), nullable=False),
        sa.Column("settlement", sa.String(length=16), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True, comment="erasable"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_at", types.UTCDateTime(), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("approved_at", types.UTCDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(state = 'approved') = (approved_by IS NOT NULL)", name=op.f("ck_resource_settlement_approved_by_somebody")
        ),
        sa.CheckConstraint(
            "settlement IN ('price', 'compensation')", name=op.f("ck_resource_settlement_settlement_known")
        ),
        sa.CheckConstraint("state IN ('proposed', 'approved')", name=op.f("ck_resource_settlement_state_known")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_resource_settlement_not_negative")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> proposed_by", name=op.f("ck_resource_settlement_approved_by_another")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["resource_booking.booking_id"], name=op.f("fk_resource_settlement_booking_id")
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_resource_settlement")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("resource_settlement")
    op.drop_table("resource_booking_step")
    with op.batch_alter_table("resource_booking", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_resource_booking_single",
            sqlite_where=sa.text("single AND state NOT IN ('stood_down', 'released')"),
            postgresql_where=sa.text("single AND state NOT IN ('stood_down', 'released')"),
        )
        batch_op.drop_index(
            "ix_resource_booking_running",
            sqlite_where=sa.text("state NOT IN ('stood_down', 'released')"),
            postgresql_where=sa.text("state NOT IN ('stood_down', 'released')"),
        )
        batch_op.drop_index("ix_resource_booking_resource")
        batch_op.drop_index("ix_resource_booking_request")

    op.drop_table("resource_booking")
    with op.batch_alter_table("resource_offer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_resource_offer_once",
            sqlite_where=sa.text("state IN ('asked', 'offered')"),
            postgresql_where=sa.text("state IN ('asked', 'offered')"),
        )
        batch_op.drop_index("ix_resource_offer_unit")
        batch_op.drop_index("ix_resource_offer_line")
        batch_op.drop_index(
            "ix_resource_offer_asked",
            sqlite_where=sa.text("state IN ('asked', 'offered')"),
            postgresql_where=sa.text("state IN ('asked', 'offered')"),
        )

    op.drop_table("resource_offer")
    op.drop_table("resource_request_line")
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.drop_index("ix_resource_unit")
        batch_op.drop_index("ix_resource_type")
        batch_op.drop_index("ix_resource_kind")

    op.drop_table("resource")
    with op.batch_alter_table("resource_request", schema=None) as batch_op:
        batch_op.drop_index("ix_resource_request_case")
        batch_op.drop_index("ix_resource_request_unit")
        batch_op.drop_index("ix_resource_request_requested")
        batch_op.drop_index("ix_resource_request_origin")
        batch_op.drop_index(
            "ix_resource_request_live",
            sqlite_where=sa.text("state IN ('open', 'partial', 'complete')"),
            postgresql_where=sa.text("state IN ('open', 'partial', 'complete')"),
        )

    op.drop_table("resource_request")
