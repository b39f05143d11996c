"""Tokens of programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from workflow_engine.storage import types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "api_token",
        sa.Column("token_id", sa.String(length=64), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False, comment="words, by blanks"),
        sa.Column("created_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("expires_at", types.UTCDateTime(length=27), nullable=False),
        sa.Column("revoked_at", types.UTCDateTime(length=27), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_api_token_expires_later")),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name=op.f("fk_api_token_person_id")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_token_token_sha256")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index("ix_api_token_person", ["person_id", "created_at"], unique=False)


def downgrade() -> None:
    """Drop the table."""
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index("ix_api_token_person")

    op.drop_table("api_token")
