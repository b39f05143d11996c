"""The one MetaData, its naming convention, and the checks that are made from the lifecycle tables."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, MetaData

from workflow_engine.domain.lifecycle import Table

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = 64
"""Identifiers are at most this long: commands, cases, digests in hex."""
LONG_ID = 200
"""Composite identifiers, and those chosen by models, senders and directories."""


def one_of(column: str, values: Table | tuple[str, ...], name: str | None = None) -> CheckConstraint:
    """A CHECK that ``column`` holds one of these words (a lifecycle table's states, or a tuple)."""
    words = ", ".join(f"'{word}'" for word in values)
    return CheckConstraint(f"{column} IN ({words})", name=name or f"{column}_known")
