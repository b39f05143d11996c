"""What people do around a task besides completing it: delegations, opinions, copies, notes, comments, files, drafts."""

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
    text,
)

from workflow_engine.domain.lifecycle import DELEGATION, OPINION
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_UNREAD = text("read_at IS NULL")
_PENDING = text("state = 'pending'")

task_delegation = Table(
    "task_delegation",
    METADATA,
    Column("user_task_id", String(LONG_ID), ForeignKey("user_task.user_task_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False, comment="audit entry that delegated it"),
    Column("case_id", String(ID), nullable=False),
    Column("owner", String(LONG_ID), nullable=False, comment="who gets it back and completes it"),
    Column("delegate", String(LONG_ID), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", Text, nullable=False, comment="erasable"),
    Column("delegated_at", UTCDateTime, nullable=False),
    Column("answer", Text, comment="erasable"),
    Column("ended_at", UTCDateTime),
    one_of("state", DELEGATION),
    CheckConstraint("owner <> delegate", name="to_another_person"),
    CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended_with_instant"),
    Index(
        "ix_task_delegation_pending",
        "user_task_id",
        unique=True,
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    ),
    Index("ix_task_delegation_owner", "owner", "delegated_at", "user_task_id", sqlite_where=_PENDING,
          postgresql_where=_PENDING),
    Index("ix_task_delegation_case", "case_id"),
    sqlite_with_rowid=False,
)  # fmt: skip

task_opinion = Table(
    "task_opinion",
    METADATA,
    Column("opinion_id", String(LONG_ID), primary_key=True, comment="the signer's own user_task_id once it is open"),
    Column("case_id", String(ID), nullable=False),
    Column("user_task_id", String(LONG_ID), ForeignKey("user_task.user_task_id"), nullable=False,
           comment="the task that it is an opinion on"),
    Column("place", String(8), nullable=False),
    Column("subject", String(LONG_ID), nullable=False, comment="the person or group asked"),
    Column("asked_by", String(LONG_ID), nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    Column("question", Text, nullable=False, comment="erasable"),
    Column("state", String(16), nullable=False),
    Column("agrees", Boolean),
    Column("answer", Text, comment="erasable"),
    Column("answered_by", String(LONG_ID)),
    Column("ended_at", UTCDateTime),
    one_of("state", OPINION),
    one_of("place", ("before", "beside", "after")),
    CheckConstraint("(state = 'answered') = (answered_by IS NOT NULL)", name="answered_by_somebody"),
    CheckConstraint("(state IN ('waiting', 'open')) = (ended_at IS NULL)", name="ended_with_instant"),
    Index("ix_task_opinion_task", "user_task_id"),
    Index("ix_task_opinion_case", "case_id"),
    sqlite_with_rowid=False,
)  # fmt: skip

task_copy = Table(
    "task_copy",
    METADATA,
    Column("copy_id", String(LONG_ID), primary_key=True, comment="case, audit entry, number"),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("user_task_id", String(LONG_ID), comment="the task from which it was sent, where it was sent from one"),
    Column("person_id", String(LONG_ID), nullable=False, comment="who may read it"),
    Column("sent_by", String(LONG_ID), nullable=False),
    Column("sent_at", UTCDateTime, nullable=False),
    Column("started_at", UTCDateTime, nullable=False, comment="of the case: a person's cases in their order"),
    Column("reason", Text, nullable=False, comment="erasable"),
    Column("read_at", UTCDateTime),
    Index("ix_task_copy_inbox", "person_id", "sent_at", "copy_id"),
    Index("ix_task_copy_unread", "person_id", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    Index("ix_task_copy_case", "case_id", "person_id"),
    Index("ix_task_copy_seen", "person_id", "started_at", "case_id"),
    sqlite_with_rowid=False,
)

note = Table(
    "note",
    METADATA,
    Column("note_id", String(LONG_ID), primary_key=True, comment="case, audit entry, number"),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("user_task_id", String(LONG_ID)),
    Column("subject", String(LONG_ID), nullable=False, comment="the person or group it is for"),
    Column("kind", String(16), nullable=False),
    Column("sent_by", String(LONG_ID), nullable=False),
    Column("sent_at", UTCDateTime, nullable=False),
    Column("content", Text, nullable=False, comment="what was said, erasable"),
    Column("read_at", UTCDateTime),
    Column("read_by", String(LONG_ID)),
    one_of("kind", ("mention", "urge", "returned", "took_back", "transferred", "delegated", "answered", "opinion",
                    "removed")),
    CheckConstraint("(read_at IS NULL) = (read_by IS NULL)", name="read_by_somebody"),
    Index("ix_note_inbox", "subject", "sent_at", "note_id"),
    Index("ix_note_unread", "subject", sqlite_where=_UNREAD, postgresql_where=_UNREAD),
    Index("ix_note_task", "user_task_id", "kind", "sent_by", "sent_at"),
    Index("ix_note_case", "case_id"),
    sqlite_with_rowid=False,
)  # fmt: skip

comment = Table(
    "comment",
    METADATA,
    Column("comment_id", String(LONG_ID), primary_key=True, comment="case and audit entry"),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("seq", Integer, nullable=False, comment="audit entry that holds the commitment"),
    Column("user_task_id", String(LONG_ID)),
    Column("written_by", String(LONG_ID), nullable=False),
    Column("written_at", UTCDateTime, nullable=False),
    Column("mentions", Text, nullable=False, comment="JSON list of people"),
    Column("content", Text, nullable=False, comment="erasable"),
    Index("ix_comment_case", "case_id", "seq"),
    sqlite_with_rowid=False,
)

attachment = Table(
    "attachment",
    METADATA,
    Column("attachment_id", String(LONG_ID), primary_key=True, comment="case and audit entry"),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("seq", Integer, nullable=False, comment="audit entry that holds the commitment"),
    Column("user_task_id", String(LONG_ID)),
    Column("digest", String(ID), nullable=False, comment="SHA-256 of the content, which is its name in the folder"),
    Column("size", BigInteger, nullable=False),
    Column("media_type", String(LONG_ID), nullable=False, comment="as its first bytes say"),
    Column("name", Text, nullable=False, comment="as the person called it, erasable"),
    Column("added_by", String(LONG_ID), nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
    Column("removed_at", UTCDateTime),
    Column("removed_by", String(LONG_ID)),
    CheckConstraint("size > 0", name="not_empty"),
    CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
    Index("ix_attachment_case", "case_id", "seq"),
    Index("ix_attachment_digest", "digest"),
    sqlite_with_rowid=False,
)

task_draft = Table(
    "task_draft",
    METADATA,
    Column("user_task_id", String(LONG_ID), ForeignKey("user_task.user_task_id"), primary_key=True),
    Column("person_id", String(LONG_ID), primary_key=True),
    Column("case_id", String(ID), nullable=False),
    Column("version", Integer, nullable=False, comment="counts saves; who saves says which one they continue"),
    Column("content", Text, nullable=False, comment="JSON of what was typed, private to the person"),
    Column("saved_at", UTCDateTime, nullable=False),
    CheckConstraint("version >= 1", name="version_from_one"),
    Index("ix_task_draft_case", "case_id"),
    sqlite_with_rowid=False,
)
