"""The map, and which unit governs which place."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty, and the column; no unit has a place yet."""
    op.create_table(
        "place_shape",
        sa.Column("place_code", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("geometry", sa.Text(), nullable=False, comment="GeoJSON, longitude before latitude"),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("crs", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False, comment="the file it came from"),
        sa.Column("changed_at", types.UTCDateTime(), nullable=False),
        sa.CheckConstraint("crs IN ('WGS84', 'GCJ-02', 'unknown')", name=op.f("ck_place_shape_crs_known")),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'district', 'subdistrict', 'community', 'grid', 'water', 'green', 'road')",
            name=op.f("ck_place_shape_level_known"),
        ),
        sa.CheckConstraint("name_zh <> '' AND name_en <> ''", name=op.f("ck_place_shape_named")),
        sa.CheckConstraint("west <= east AND south <= north", name=op.f("ck_place_shape_bounds")),
        sa.PrimaryKeyConstraint("place_code", name=op.f("pk_place_shape")),
    )
    with op.batch_alter_table("place_shape", schema=None) as batch_op:
        batch_op.create_index("ix_place_shape_level", ["level", "place_code"], unique=False)
    comment = "of the place that it governs: 4 to 12 digits"
    op.add_column("unit", sa.Column("place_code", sa.String(length=200), nullable=True, comment=comment))


def downgrade() -> None:
    """Take both away."""
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_column("place_code")
    op.drop_table("place_shape")
