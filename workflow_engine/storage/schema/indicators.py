"""Indicators: their definitions, what was counted, what came from outside, what was published, and what people said."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow_engine.domain.indicators import COMMENT_STATES, PUBLICATION_STATES, STATES
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

PERIOD = 7
_OPEN = text("state = 'waiting'")
HAS_PARENT = text("parent <> ''")
"""As the index says it: a condition with a bound value would not find it."""

indicator_definition = Table(
    "indicator_definition",
    METADATA,
    Column("indicator_id", String(ID), primary_key=True),
    Column("method_version", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False, comment="JSON; never changed"),
    Column("digest", String(ID), nullable=False),
    Column("retired", Boolean, nullable=False, comment="no longer computed; what was published stays"),
    Column("made_at", UTCDateTime, nullable=False),
    Column("made_by", String(LONG_ID), nullable=False),
    Column("reason", Text, nullable=False),
    CheckConstraint("method_version >= 1", name="version_from_one"),
)

indicator_reading = Table(
    "indicator_reading",
    METADATA,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("plan", String(ID), nullable=False, comment="digest of the counts it keeps"),
    Column("log_index", Integer, nullable=False, comment="every entry of the log before it was read"),
    Column("serving", Boolean, nullable=False, comment="what is asked for is answered from this one"),
    CheckConstraint("log_index >= 0", name="index_from_zero"),
)

indicator_thing = Table(
    "indicator_thing",
    METADATA,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("thing_id", String(LONG_ID), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("parent", String(LONG_ID), nullable=False, comment="the thing it belongs to; empty: none"),
    Column("facts", Text, nullable=False, comment="JSON"),
    Column("given", Text, nullable=False, comment="JSON: what it counts for now"),
    Index(
        "ix_indicator_thing_parent", "parent", "generation", sqlite_where=HAS_PARENT, postgresql_where=HAS_PARENT,
    ),
    sqlite_with_rowid=False,
)  # fmt: skip

indicator_cell = Table(
    "indicator_cell",
    METADATA,
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("period", String(PERIOD), primary_key=True),
    Column("count_key", String(ID), primary_key=True),
    Column("unit_id", String(LONG_ID), primary_key=True, comment="empty: not known"),
    Column("place_code", String(16), primary_key=True, comment="empty: not known"),
    Column("bucket", String(16), primary_key=True, comment="hours, of what is counted by length; else empty"),
    Column("number", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

indicator_input = Table(
    "indicator_input",
    METADATA,
    Column("series", String(ID), primary_key=True),
    Column("scope", String(LONG_ID), primary_key=True, comment="a unit, or place: and digits"),
    Column("period", String(PERIOD), primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("value", String(40), nullable=False, comment="a decimal number"),
    Column("source", Text, nullable=False),
    Column("dated_on", String(10), nullable=False, comment="of the source"),
    Column("entered_at", UTCDateTime, nullable=False),
    Column("entered_by", String(LONG_ID), nullable=False),
    CheckConstraint("revision >= 1", name="revision_from_one"),
)

indicator_publication = Table(
    "indicator_publication",
    METADATA,
    Column("period", String(PERIOD), primary_key=True),
    Column("case_id", String(ID), nullable=False),
    Column("state", String(16), nullable=False),
    Column("units", Text, nullable=False, comment="JSON: the tree of units that sums were made by"),
    Column("log_size", Integer, nullable=False, comment="how much of the log was counted"),
    Column("computed_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime),
    one_of("state", PUBLICATION_STATES),
    CheckConstraint("(state = 'computed') = (published_at IS NULL)", name="published_with_instant"),
    UniqueConstraint("case_id"),
)

indicator_value = Table(
    "indicator_value",
    METADATA,
    Column("period", String(PERIOD), primary_key=True),
    Column("indicator_id", String(ID), primary_key=True),
    Column("scope", String(LONG_ID), primary_key=True, comment="a unit, or place: and digits"),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("method_version", Integer, nullable=False),
    Column("level", String(16), nullable=False),
    Column("numerator", Float(53)),
    Column("denominator", Float(53)),
    Column("value", Float(53)),
    Column("smoothed", Float(53)),
    Column("hidden", Boolean, nullable=False, comment="a small number, or one that would tell a small number"),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, comment="of a correction, or of withholding; published"),
    Column("log_size", Integer, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    Column("newest", Boolean, nullable=False),
    one_of("state", STATES),
    CheckConstraint("revision >= 1", name="revision_from_one"),
    CheckConstraint("state <> 'corrected' OR revision > 1", name="corrected_after_first"),
    CheckConstraint("state NOT IN ('corrected', 'withheld') OR reason <> ''", name="says_why"),
    Index("ix_indicator_value_series", "indicator_id", "scope", "period", "revision"),
)

indicator_comment = Table(
    "indicator_comment",
    METADATA,
    Column("comment_id", String(ID), primary_key=True),
    Column("indicator_id", String(ID), nullable=False),
    Column("period", String(PERIOD), nullable=False),
    Column("scope", String(LONG_ID), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False, comment="as said; never public"),
    Column("public_text", Text, nullable=False, comment="without what reaches or identifies people"),
    Column("state", String(16), nullable=False),
    Column("answer", Text, nullable=False),
    Column("submitted_at", UTCDateTime, nullable=False),
    Column("answered_at", UTCDateTime),
    one_of("kind", ("comment", "error")),
    one_of("state", COMMENT_STATES),
    Index("ix_indicator_comment_shown", "indicator_id", "submitted_at"),
    Index("ix_indicator_comment_waiting", "submitted_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
)
