"""Consultations of the public, the opinions on them, and what was made public in their course."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from workflow_engine.domain.consultations import (
    CHANNELS,
    CONSULTATION,
    DISPOSITIONS,
    MODERATION,
    NOTICES,
    STANCES,
    SUBJECTS,
)
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_KEY = "consultation.consultation_id"

consultation = Table(
    "consultation",
    METADATA,
    Column("consultation_id", String(ID), primary_key=True),
    Column("case_id", String(ID), nullable=False, index=True),
    Column("process_id", String(LONG_ID), nullable=False),
    Column("unit_id", String(LONG_ID), comment="answers for the case; may be granted the right to run it"),
    Column("round", Integer, nullable=False, comment="a redraft is consulted again in the next one"),
    Column("follows", String(ID), ForeignKey(_KEY), comment="the round before"),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("draft", Text, nullable=False, comment="never changed"),
    Column("draft_digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("channels", Text, nullable=False, comment="words, by blanks"),
    Column("short_reason", Text, nullable=False, comment="why it is shorter than usual; published"),
    Column("min_responses", Integer, nullable=False),
    Column("exercise", Boolean, nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("closes_at", UTCDateTime, nullable=False),
    Column("closed_at", UTCDateTime),
    Column("settled_at", UTCDateTime, comment="answered or withdrawn"),
    Column("last_number", Integer, nullable=False, comment="of its opinions"),
    Column("last_notice", Integer, nullable=False),
    one_of("state", CONSULTATION),
    CheckConstraint("title <> '' AND draft <> ''", name="has_text"),
    CheckConstraint("closes_at > opened_at", name="open_for_a_time"),
    CheckConstraint("(state IN ('answered', 'withdrawn')) = (settled_at IS NOT NULL)", name="settled"),
    CheckConstraint("round >= 1 AND last_number >= 0 AND last_notice >= 0 AND min_responses >= 0", name="counts"),
    Index("ix_consultation_opened", "opened_at", "consultation_id"),
)

consultation_opinion = Table(
    "consultation_opinion",
    METADATA,
    Column("consultation_id", String(ID), ForeignKey(_KEY), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("code_sha256", String(64), nullable=False, unique=True, comment="of what its sender keeps"),
    Column("channel", String(16), nullable=False),
    Column("subject_class", String(16), nullable=False),
    Column("stance", String(16), nullable=False),
    Column("district", String(LONG_ID), nullable=False),
    Column("text", Text, nullable=False),
    Column("public_text", Text, nullable=False, comment="what everybody may read"),
    Column("name", String(LONG_ID), nullable=False, comment="never public"),
    Column("contact", String(LONG_ID), nullable=False, comment="never public"),
    Column("wants_hearing", Boolean, nullable=False),
    Column("submitted_at", UTCDateTime, nullable=False),
    Column("submitted_by", String(LONG_ID), nullable=False),
    Column("moderation", String(16), nullable=False),
    Column("moderation_reason", Text, nullable=False),
    Column("moderated_by", String(LONG_ID)),
    Column("moderated_at", UTCDateTime),
    Column("topic", String(LONG_ID), nullable=False),
    Column("disposition", String(16)),
    Column("disposition_reason", Text, nullable=False),
    Column("answered_by", String(LONG_ID)),
    Column("answered_at", UTCDateTime),
    one_of("channel", CHANNELS),
    one_of("subject_class", SUBJECTS),
    one_of("stance", STANCES),
    one_of("moderation", MODERATION),
    one_of("disposition", DISPOSITIONS),
    CheckConstraint("number >= 1", name="number_from_one"),
    CheckConstraint("moderation <> 'rejected' OR moderation_reason <> ''", name="rejected_with_reason"),
    CheckConstraint(
        "disposition IS NULL OR (moderation = 'accepted' AND disposition_reason <> '')", name="answered_with_reason"
    ),
    Index("ix_consultation_opinion_moderation", "consultation_id", "moderation", "number"),
    Index("ix_consultation_opinion_disposition", "consultation_id", "disposition", "number"),
)

consultation_notice = Table(
    "consultation_notice",
    METADATA,
    Column("consultation_id", String(ID), ForeignKey(_KEY), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("published_at", UTCDateTime, nullable=False),
    one_of("kind", NOTICES),
)
