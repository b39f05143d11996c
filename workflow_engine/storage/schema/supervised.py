"""What the supervision board shows: open matters, how many there are of each kind, and what each day brought."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, String, Table, text

from workflow_engine.domain.deadline_commands import CAUSES
from workflow_engine.domain.supervised import STATES
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_TURNS = text("turns_at IS NOT NULL")

supervised_matter = Table(
    "supervised_matter",
    METADATA,
    Column("case_id", String(ID), primary_key=True),
    Column("unit_id", String(LONG_ID), primary_key=True, comment="has to act"),
    Column("process_id", String(LONG_ID), nullable=False),
    Column("is_request", Boolean, nullable=False, comment="the case of a service request"),
    Column("began_at", UTCDateTime, nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("cause", String(16), nullable=False, comment="why its clock stands"),
    Column("turns_at", UTCDateTime, comment="stands otherwise from then on"),
    Column("user_task_id", String(LONG_ID), comment="whose clock it is; none: the request's own limit"),
    one_of("state", STATES),
    one_of("cause", ("", *CAUSES)),
    CheckConstraint("(state = 'stopped') = (cause <> '')", name="stands_for_a_cause"),
    CheckConstraint("(state IN ('on_time', 'at_risk')) = (turns_at IS NOT NULL)", name="turns_in_time"),
    Index("ix_supervised_matter_state", "state", "due_at", "case_id", "unit_id"),
    Index("ix_supervised_matter_unit", "unit_id", "state", "due_at", "case_id"),
    Index("ix_supervised_matter_turns", "turns_at", sqlite_where=_TURNS, postgresql_where=_TURNS),
    sqlite_with_rowid=False,
)

supervised_count = Table(
    "supervised_count",
    METADATA,
    Column("unit_id", String(LONG_ID), primary_key=True),
    Column("process_id", String(LONG_ID), primary_key=True),
    Column("is_request", Boolean, primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("cause", String(16), primary_key=True),
    Column("matters", BigInteger, nullable=False),
    CheckConstraint("matters >= 0", name="not_negative"),
    sqlite_with_rowid=False,
)
"""How many open matters agree in all of that; kept with the matters, in the same transaction."""

supervised_day = Table(
    "supervised_day",
    METADATA,
    Column("day", String(10), primary_key=True, comment="in the city's time zone"),
    Column("unit_id", String(LONG_ID), primary_key=True),
    Column("is_request", Boolean, primary_key=True),
    Column("came", BigInteger, nullable=False),
    Column("in_time", BigInteger, nullable=False, comment="settled before the end of their time"),
    Column("late", BigInteger, nullable=False, comment="settled after it"),
    Column("overdue", BigInteger, nullable=False, comment="open and overdue at the day's end"),
    sqlite_with_rowid=False,
)

supervised_cursor = Table(
    "supervised_cursor",
    METADATA,
    Column("cursor_id", Integer, primary_key=True, autoincrement=False, comment="there is one, numbered 1"),
    Column("log_index", BigInteger, nullable=False, comment="first entry of the log that is not counted yet"),
    Column("day", String(10), nullable=False, comment="the last one whose end was written down, or the first one"),
    Column("counted_at", UTCDateTime, comment="the counts are of then"),
    CheckConstraint("cursor_id = 1", name="only_one"),
)
