"""Notices of supervision with their numbers, answers and evidence."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow_engine.domain.supervision import NOTICE, RUNGS, VERDICTS
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_KEY = "supervision_notice.notice_id"
WAITS = text("state = 'open'")
RUNS = text("state IN ('open', 'answered')")

supervision_series = Table(
    "supervision_series",
    METADATA,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("rung", String(16), primary_key=True),
    Column("exercise", Boolean, primary_key=True),
    Column("last_number", Integer, nullable=False),
    one_of("rung", RUNGS),
    CheckConstraint("last_number >= 1", name="number_from_one"),
    sqlite_with_rowid=False,
)
"""The last number of each series; who issues a notice holds its row until the commit, so that no number is lost."""

supervision_notice = Table(
    "supervision_notice",
    METADATA,
    Column("notice_id", String(ID), primary_key=True),
    Column("rung", String(16), nullable=False),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("exercise", Boolean, nullable=False, comment="in a series of its own; counted nowhere"),
    Column("unit_id", String(LONG_ID), nullable=False, comment="to whom it goes and who answers"),
    Column("case_id", String(ID), comment="what it is about; none: how the unit works"),
    Column("from_case", Boolean, nullable=False, comment="the case asked for it, and is told of answers"),
    Column("follows", String(ID), ForeignKey(_KEY), comment="the notice whose place it took"),
    Column("skipped", Integer, nullable=False, comment="how many rungs were left out"),
    Column("subject", Text, comment="erasable, as the other words"),
    Column("reason", Text),
    Column("text", Text),
    Column("skip_reason", Text),
    Column("state", String(16), nullable=False),
    Column("escalates", Boolean, nullable=False, comment="goes up a rung by itself"),
    Column("issued_at", UTCDateTime, nullable=False),
    Column("issued_by", String(LONG_ID), nullable=False),
    Column("answer_by", UTCDateTime, nullable=False),
    Column("remind_at", UTCDateTime, comment="none once that is done or there is nothing to remind of"),
    Column("overdue_at", UTCDateTime, comment="its time ended without an answer"),
    Column("answers", Integer, nullable=False),
    Column("settled_at", UTCDateTime),
    Column("settled_by", String(LONG_ID)),
    Column("settled_reason", Text),
    UniqueConstraint("year", "rung", "exercise", "number"),
    one_of("rung", RUNGS),
    one_of("state", NOTICE),
    CheckConstraint("number >= 1 AND answers >= 0 AND skipped >= 0", name="counts"),
    CheckConstraint("reason <> ''", name="has_reason"),
    CheckConstraint("skipped = 0 OR skip_reason <> ''", name="skips_with_reason"),
    CheckConstraint("(state IN ('open', 'answered')) = (settled_at IS NULL)", name="settled_with_instant"),
    CheckConstraint("state NOT IN ('answered', 'accepted') OR answers > 0", name="judged_by_answers"),
    Index(
        "uq_supervision_notice_running",
        "case_id",
        "unit_id",
        unique=True,
        sqlite_where=text("state IN ('open', 'answered') AND case_id IS NOT NULL"),
        postgresql_where=text("state IN ('open', 'answered') AND case_id IS NOT NULL"),
    ),
    Index("ix_supervision_notice_issued", "issued_at", "notice_id"),
    Index("ix_supervision_notice_unit", "unit_id", "state", "answer_by", "notice_id"),
    Index("ix_supervision_notice_case", "case_id", "unit_id"),
    Index("ix_supervision_notice_running", "answer_by", "notice_id", sqlite_where=RUNS, postgresql_where=RUNS),
    Index(
        "ix_supervision_notice_remind",
        "remind_at",
        sqlite_where=text("state = 'open' AND remind_at IS NOT NULL"),
        postgresql_where=text("state = 'open' AND remind_at IS NOT NULL"),
    ),
)

supervision_answer = Table(
    "supervision_answer",
    METADATA,
    Column("notice_id", String(ID), ForeignKey(_KEY), primary_key=True),
    Column("answer_no", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, comment="erasable"),
    Column("answered_at", UTCDateTime, nullable=False),
    Column("answered_by", String(LONG_ID), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("verdict_reason", Text),
    Column("judged_at", UTCDateTime),
    Column("judged_by", String(LONG_ID)),
    one_of("verdict", VERDICTS),
    CheckConstraint("answer_no >= 1", name="number_from_one"),
    CheckConstraint("(verdict = 'waiting') = (judged_by IS NULL)", name="judged_by_somebody"),
    CheckConstraint("judged_by IS NULL OR judged_by <> answered_by", name="judged_by_another"),
    CheckConstraint("verdict <> 'rejected' OR verdict_reason <> ''", name="rejected_with_reason"),
)

supervision_file = Table(
    "supervision_file",
    METADATA,
    Column("notice_id", String(ID), ForeignKey(_KEY), primary_key=True),
    Column("answer_no", Integer, primary_key=True, autoincrement=False),
    Column("file_no", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(ID), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(LONG_ID), nullable=False),
    Column("name", Text, comment="erasable"),
    CheckConstraint("size > 0", name="not_empty"),
    Index("ix_supervision_file_digest", "digest"),
)
