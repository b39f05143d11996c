"""A person's desk: the views they saved, what they set for themselves, and which tasks they have looked at."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, String, Table, Text, UniqueConstraint, text

from workflow_engine.domain.desk_commands import LISTS
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

saved_view = Table(
    "saved_view",
    METADATA,
    Column("view_id", String(ID), primary_key=True),
    Column("person_id", String(LONG_ID), nullable=False),
    Column("list_name", String(16), nullable=False),
    Column("name", String(LONG_ID), nullable=False),
    Column("wanted", Text, nullable=False, comment="JSON: queue, filters, sort and words"),
    Column("is_default", Boolean, nullable=False, comment="shown when the list is opened without a wish"),
    Column("saved_at", UTCDateTime, nullable=False),
    one_of("list_name", LISTS),
    CheckConstraint("name <> ''", name="named"),
    UniqueConstraint("person_id", "list_name", "name"),
    Index(
        "uq_saved_view_default",
        "person_id",
        "list_name",
        unique=True,
        sqlite_where=text("is_default"),
        postgresql_where=text("is_default"),
    ),
)

person_preference = Table(
    "person_preference",
    METADATA,
    Column("person_id", String(LONG_ID), primary_key=True),
    Column("name", String(ID), primary_key=True),
    Column("value", String(ID), nullable=False),
    sqlite_with_rowid=False,
)

task_seen = Table(
    "task_seen",
    METADATA,
    Column("person_id", String(LONG_ID), primary_key=True),
    Column("user_task_id", String(LONG_ID), primary_key=True),
    Column("seen_at", UTCDateTime, nullable=False),
    Index("ix_task_seen_at", "person_id", "seen_at"),
    sqlite_with_rowid=False,
)
