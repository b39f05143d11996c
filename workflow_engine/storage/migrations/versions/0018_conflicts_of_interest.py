"""Who takes no part in what concerns whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "conflict_of_interest",
        sa.Column("conflict_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=200), nullable=False),
        sa.Column(
            "party", sa.String(length=200), nullable=False, comment="enterprise, person or other, as models name it"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.person_id"], name=op.f("fk_conflict_of_interest_person_id")
        ),
        sa.PrimaryKeyConstraint("conflict_id", name=op.f("pk_conflict_of_interest")),
        sa.UniqueConstraint("party", "person_id", name=op.f("uq_conflict_of_interest_party_person_id")),
    )


def downgrade() -> None:
    """Take it out."""
    op.drop_table("conflict_of_interest")
