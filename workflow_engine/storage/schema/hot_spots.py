"""Reports per place, category and day, and where they are more than usual."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, Index, Integer, String, Table, Text, text

from workflow_engine.domain.hot_spots import STATES
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

CURRENT = text("cooled_at IS NULL")

request_day = Table(
    "request_day",
    METADATA,
    Column("day", String(10), primary_key=True, comment="of the city's clock"),
    Column("place_code", String(12), primary_key=True),
    Column("category", String(ID), primary_key=True),
    Column("count", Integer, nullable=False),
    CheckConstraint("count >= 1", name="counts_something"),
    Index("ix_request_day_place", "category", "place_code", "day", "count"),
    sqlite_with_rowid=False,
)

request_day_progress = Table(
    "request_day_progress",
    METADATA,
    Column("name", String(ID), primary_key=True, comment="one row only"),
    Column("counted_to", UTCDateTime, comment="requests changed until then are in the counts of their days"),
    Column("counted_id", String(ID), comment="the last of that instant"),
    Column("seen_id", String(ID), comment="requests made up to this one are in the counts of their days"),
    Column("judged_day", String(10), comment="the last day of the window that was judged last"),
    CheckConstraint("name = 'days'", name="one_row"),
    CheckConstraint("(counted_to IS NULL) = (counted_id IS NULL)", name="counted_to_whole"),
    sqlite_with_rowid=False,
)

hot_spot = Table(
    "hot_spot",
    METADATA,
    Column("hot_spot_id", String(ID), primary_key=True),
    Column("place_code", String(12), nullable=False),
    Column("category", String(ID), nullable=False),
    Column("state", String(16), nullable=False),
    Column("found_at", UTCDateTime, nullable=False),
    Column("since", String(10), nullable=False, comment="first day of the window"),
    Column("until", String(10), nullable=False, comment="last day of the window"),
    Column("count", Integer, nullable=False),
    Column("usual", Float, nullable=False, comment="in as many days"),
    Column("chance", Float, nullable=False, comment="of so many or more, if nothing is going on"),
    Column("peak", Integer, nullable=False),
    Column("cooled_at", UTCDateTime),
    Column("case_id", String(ID), comment="of the topic; may be removed before this is"),
    Column("decided_by", String(LONG_ID)),
    Column("decided_at", UTCDateTime),
    Column("reason", Text, comment="why it needs no topic"),
    one_of("state", STATES),
    CheckConstraint("(state = 'topic') = (case_id IS NOT NULL)", name="topic_with_case"),
    CheckConstraint("(state = 'open') = (decided_by IS NULL)", name="decided_by_somebody"),
    CheckConstraint("peak >= count AND count >= 0", name="peak_not_below"),
    Index("uq_hot_spot_current", "place_code", "category", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT),
    Index("ix_hot_spot_found", "found_at", "hot_spot_id"),
    Index("ix_hot_spot_case", "case_id"),
)
