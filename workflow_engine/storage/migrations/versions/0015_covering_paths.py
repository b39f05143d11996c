"""Returns are told within the scope around them; the indexes of paths and visits cover their questions on SQLite, too.

What was read so far is emptied: the records are read again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PATH = ["process_id", "ended_at", "definition_id", "variant", "case_id"]
_VISIT = [
    "process_id", "left_at", "definition_id", "element_id", "unit", "seconds", "waited", "overdue", "returned",
    "outcome", "case_id",
]  # fmt: skip
_SETTLED = sa.text("settled")
_LEFT = sa.text("left_at IS NOT NULL AND counted")


def upgrade() -> None:
    """Add the columns, empty the tables."""
    _empty()
    op.add_column("visit", sa.Column("scope_id", sa.Integer()))
    op.add_column(
        "case_path",
        sa.Column(
            "seen", sa.Text(), nullable=False, comment="JSON: elements entered, by token of the open scope around them"
        ),
    )
    _make([*_PATH, "settled"], [*_VISIT, "counted"])


def downgrade() -> None:
    """Take them out."""
    _empty()
    with op.batch_alter_table("visit") as batch_op:
        batch_op.drop_column("scope_id")
    with op.batch_alter_table("case_path") as batch_op:
        batch_op.drop_column("seen")
    _make(_PATH, _VISIT)


def _empty() -> None:
    for name in ("visit", "visit_day", "case_path"):
        op.execute(sa.delete(sa.table(name)))


def _make(path: list[str], visit: list[str]) -> None:
    op.drop_index("ix_case_path_ended", "case_path")
    op.drop_index("ix_visit_left", "visit")
    op.create_index("ix_case_path_ended", "case_path", path, sqlite_where=_SETTLED, postgresql_where=_SETTLED)
    op.create_index("ix_visit_left", "visit", visit, sqlite_where=_LEFT, postgresql_where=_LEFT)
