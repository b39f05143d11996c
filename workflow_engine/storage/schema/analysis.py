"""Ways that cases took, read from their records after the fact; and samples drawn for inspection."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, String, Table, Text, text

from workflow_engine.domain.paths import SPANS
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_OPEN = text("left_at IS NULL")
_LEFT = text("left_at IS NOT NULL AND counted")
_UNSETTLED = text("NOT settled")
_SETTLED = text("settled")

case_path = Table(
    "case_path",
    METADATA,
    Column("case_id", String(ID), primary_key=True),
    Column("process_id", String(LONG_ID), nullable=False),
    Column("definition_id", String(ID), nullable=False),
    Column("covers", Integer, nullable=False, comment="how many entries of the case's record were read"),
    Column("visits", Integer, nullable=False),
    Column("steps", Text, nullable=False, comment="JSON: steps of the case's own process in the order they began"),
    Column("seen", Text, nullable=False, comment="JSON: elements entered, by token of the open scope around them"),
    Column("variant", String(ID), nullable=False, comment="digest of the steps"),
    Column("ended_at", UTCDateTime),
    Column("settled", Boolean, nullable=False, comment="the case has ended and its whole record was read"),
    CheckConstraint("covers >= 0", name="covers_from_zero"),
    CheckConstraint("NOT settled OR ended_at IS NOT NULL", name="settled_at_an_end"),
    Index("ix_case_path_unsettled", "case_id", sqlite_where=_UNSETTLED, postgresql_where=_UNSETTLED),
    Index(
        "ix_case_path_ended",
        "process_id",
        "ended_at",
        "definition_id",
        "variant",
        "case_id",
        "settled",  # SQLite reads it though the index holds no other
        sqlite_where=_SETTLED,
        postgresql_where=_SETTLED,
    ),
    Index("ix_case_path_variant", "process_id", "variant", "ended_at", "case_id"),
    sqlite_with_rowid=False,
)

visit = Table(
    "visit",
    METADATA,
    Column("case_id", String(ID), primary_key=True),
    Column("visit_no", Integer, primary_key=True, autoincrement=False),
    Column("token_id", Integer, nullable=False),
    Column("scope_id", Integer),
    Column("process_id", String(LONG_ID), nullable=False, comment="whose model draws the element"),
    Column("definition_id", String(ID), nullable=False),
    Column("element_id", String(LONG_ID), nullable=False),
    Column("element_kind", String(32), nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("unit", String(LONG_ID), nullable=False, comment="group the work was given to; empty: nobody's work"),
    Column("done_by", String(LONG_ID)),
    Column("entered_at", UTCDateTime, nullable=False),
    Column("claimed_at", UTCDateTime),
    Column("due_at", UTCDateTime),
    Column("left_at", UTCDateTime),
    Column("outcome", String(16), nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("waited", Integer, nullable=False),
    Column("overdue", Boolean, nullable=False),
    Column("returned", Boolean, nullable=False),
    Column("called_process_id", String(LONG_ID)),
    Column("called_definition_id", String(ID)),
    one_of("outcome", ("open", "completed", "cancelled")),
    CheckConstraint("(outcome = 'open') = (left_at IS NULL)", name="left_with_instant"),
    Index("ix_visit_open", "case_id", "visit_no", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_visit_open_process", "process_id", "element_id", "unit", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index(
        "ix_visit_left",
        "process_id",
        "left_at",
        "definition_id",
        "element_id",
        "unit",
        "seconds",
        "waited",
        "overdue",
        "returned",
        "outcome",
        "case_id",
        "counted",
        sqlite_where=_LEFT,
        postgresql_where=_LEFT,
    ),
    sqlite_with_rowid=False,
)

visit_day = Table(
    "visit_day",
    METADATA,
    Column("process_id", String(LONG_ID), primary_key=True),
    Column("day", String(10), primary_key=True, comment="UTC, of leaving"),
    Column("definition_id", String(ID), primary_key=True),
    Column("element_id", String(LONG_ID), primary_key=True),
    Column("unit", String(LONG_ID), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("cancelled", Integer, nullable=False),
    Column("seconds", BigInteger, nullable=False),
    Column("waited", BigInteger, nullable=False),
    Column("longest", Integer, nullable=False),
    Column("overdue", Integer, nullable=False),
    Column("returned", Integer, nullable=False),
    *(Column(f"span{number}", Integer, nullable=False) for number in range(len(SPANS) + 1)),
    sqlite_with_rowid=False,
)

inspection_sample = Table(
    "inspection_sample",
    METADATA,
    Column("sample_id", String(ID), primary_key=True),
    Column("process_id", String(LONG_ID), nullable=False),
    Column("drawn_at", UTCDateTime, nullable=False),
    Column("drawn_by", String(LONG_ID), nullable=False),
    Column("seed", String(ID), nullable=False),
    Column("criteria", Text, nullable=False, comment="JSON"),
    Column("population", Integer, nullable=False),
    Column("population_digest", String(ID), nullable=False, comment="SHA-256 of the case ids it was drawn from"),
    Column("cases", Text, nullable=False, comment="JSON, in the order of drawing"),
    CheckConstraint("population >= 1", name="drawn_from_something"),
    Index("ix_inspection_sample_drawn", "drawn_at", "sample_id"),
)
