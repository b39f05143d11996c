"""Running cases: the instance row that is locked first, its tokens, its tasks and what was submitted."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow_engine.domain.lifecycle import CASE, INCIDENT, USER_TASK
from workflow_engine.storage.schema.metadata import ID, LONG_ID, METADATA, one_of
from workflow_engine.storage.types import UTCDateTime

_ENDED = "state IN ('completed', 'terminated', 'cancelled')"
_RUNNING = "state IN ('active', 'suspended')"
_TASK_OPEN = text("state IN ('ready', 'claimed')")
INCIDENT_OPEN = text("state = 'open'")
_OFFER_OPEN = text("state = 'open'")
_TASK_WITH_OTHERS = text("state IN ('ready', 'claimed') AND (assignee IS NULL OR assignee <> started_by)")
_TASK_HELD = text("state IN ('ready', 'claimed') AND assignee IS NOT NULL")

process_instance = Table(
    "process_instance",
    METADATA,
    Column("case_id", String(ID), primary_key=True),
    Column("process_id", String(LONG_ID), nullable=False),
    Column("definition_id", String(ID), ForeignKey("definition.definition_id"), nullable=False),
    Column("process_version", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column(
        "version", Integer, nullable=False, comment="number of entries in the case's chain; moves with every command"
    ),
    Column("chain_head", String(ID), nullable=False, comment="hash of the last entry"),
    Column("business_key", Text),
    Column("title", Text),
    Column("exercise", Boolean, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("header", LargeBinary, nullable=False, comment="JSON of the runtime beside the tokens"),
    Column("started_at", UTCDateTime, nullable=False),
    Column("started_by", String(LONG_ID), nullable=False),
    Column("ended_at", UTCDateTime),
    Column("removal_at", UTCDateTime, comment="end plus the retention the model declares"),
    Column("incident_count", Integer, nullable=False, comment="open ones"),
    Column("next_due_at", UTCDateTime, comment="no timer of the case falls due before; none: there is no timer"),
    Column("unit_id", String(LONG_ID), comment="the unit that answers for the case; none: the city as a whole"),
    one_of("state", CASE),
    CheckConstraint(f"({_ENDED}) = (ended_at IS NOT NULL)", name="ended_with_instant"),
    CheckConstraint("version >= 1", name="version_from_one"),
    CheckConstraint("incident_count >= 0", name="incidents_counted"),
    Index("ix_process_instance_started", "started_at", "case_id"),
    Index("ix_process_instance_process", "process_id", "started_at", "case_id"),
    Index("ix_process_instance_state", "state", "started_at", "case_id"),
    Index(
        "ix_process_instance_running",
        "definition_id",
        "case_id",
        sqlite_where=text(_RUNNING),
        postgresql_where=text(_RUNNING),
    ),
    Index("ix_process_instance_business_key", "business_key", "started_at", "case_id"),
    Index("ix_process_instance_started_by", "started_by", "started_at", "case_id"),
    Index(
        "ix_process_instance_removal",
        "removal_at",
        sqlite_where=text("removal_at IS NOT NULL"),
        postgresql_where=text("removal_at IS NOT NULL"),
    ),
)

case_scope = Table(
    "case_scope",
    METADATA,
    Column("unit_id", String(LONG_ID), primary_key=True, comment="the owning unit, and each unit above it"),
    Column("started_at", UTCDateTime, primary_key=True),
    Column("case_id", String(ID), primary_key=True),
    Index("ix_case_scope_case", "case_id"),
    sqlite_with_rowid=False,
)

token = Table(
    "token",
    METADATA,
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), primary_key=True),
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("token_id", Integer, nullable=False),
    Column("parent_id", Integer),
    Column("scope_id", Integer),
    Column("element", Text, nullable=False),
    Column("state", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("internal", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

user_task = Table(
    "user_task",
    METADATA,
    Column("user_task_id", String(LONG_ID), primary_key=True),
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), nullable=False),
    Column("token_id", Integer, nullable=False),
    Column("element_id", String(LONG_ID), nullable=False),
    Column("name", Text),
    Column("lane", Text),
    Column("state", String(16), nullable=False),
    Column("assignee", String(LONG_ID)),
    Column("candidate_users", Text, nullable=False, comment="JSON list"),
    Column("candidate_groups", Text, nullable=False, comment="JSON list"),
    Column("form_key", Text),
    Column("due_at", UTCDateTime),
    Column("follow_up_at", UTCDateTime),
    Column("priority", Integer, nullable=False),
    Column("sort_key", String(64), nullable=False, comment="emergency first, then priority, due, age"),
    Column("created_at", UTCDateTime, nullable=False),
    Column("claimed_at", UTCDateTime),
    Column("completed_at", UTCDateTime),
    Column("completed_by", String(LONG_ID)),
    Column("completed_for", String(LONG_ID), comment="the absent person, or whose task an administrator did"),
    Column("started_by", String(LONG_ID), comment="of the case: whoever waits for others to act"),
    Column("started_at", UTCDateTime, comment="of the case: a person's cases in their order"),
    one_of("state", USER_TASK),
    UniqueConstraint("case_id", "token_id"),
    CheckConstraint("state <> 'claimed' OR assignee IS NOT NULL", name="claimed_by_somebody"),
    CheckConstraint("(state = 'completed') = (completed_by IS NOT NULL)", name="completed_by_somebody"),
    Index(
        "ix_user_task_mine",
        "assignee",
        "sort_key",
        "user_task_id",
        sqlite_where=_TASK_HELD,
        postgresql_where=_TASK_HELD,
    ),
    Index("ix_user_task_open", "sort_key", "user_task_id", sqlite_where=_TASK_OPEN, postgresql_where=_TASK_OPEN),
    Index(
        "ix_user_task_done",
        "completed_by",
        "completed_at",
        "user_task_id",
        sqlite_where=text("state = 'completed'"),
        postgresql_where=text("state = 'completed'"),
    ),
    Index(
        "ix_user_task_done_cases",
        "completed_by",
        "started_at",
        "case_id",
        sqlite_where=text("state = 'completed'"),
        postgresql_where=text("state = 'completed'"),
    ),
    Index(
        "ix_user_task_waiting",
        "started_by",
        "sort_key",
        "user_task_id",
        sqlite_where=_TASK_WITH_OTHERS,
        postgresql_where=_TASK_WITH_OTHERS,
    ),
    sqlite_with_rowid=False,
)

offer = Table(
    "offer",
    METADATA,
    Column("user_task_id", String(LONG_ID), ForeignKey("user_task.user_task_id"), primary_key=True),
    Column("subject", String(LONG_ID), primary_key=True, comment="a user, a group, or * for everybody"),
    Column("case_id", String(ID), nullable=False),
    Column(
        "state",
        String(8),
        nullable=False,
        comment="taken while somebody has the task; closed rows tell who saw the case",
    ),
    Column("sort_key", String(64), nullable=False),
    Column("started_at", UTCDateTime, nullable=False, comment="of the case: a subject's cases in their order"),
    Column("process_id", String(LONG_ID), comment="of the case"),
    one_of("state", ("open", "taken", "closed")),
    Index(
        "ix_offer_inbox",
        "subject",
        "state",
        "sort_key",
        "user_task_id",
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
    # The parts of the sort key: from 6 on due and age, from 25 on age alone.
    Index(
        "ix_offer_due",
        "subject",
        text("substr(sort_key, 6)"),
        "user_task_id",
        sqlite_where=_OFFER_OPEN,
        postgresql_where=_OFFER_OPEN,
    ),
    Index(
        "ix_offer_age",
        "subject",
        text("substr(sort_key, 25)"),
        "user_task_id",
        sqlite_where=_OFFER_OPEN,
        postgresql_where=_OFFER_OPEN,
    ),
    Index(
        "ix_offer_process",
        "subject",
        "process_id",
        "sort_key",
        "user_task_id",
        sqlite_where=_OFFER_OPEN,
        postgresql_where=_OFFER_OPEN,
    ),
    Index("ix_offer_case", "case_id", "subject"),
    Index("ix_offer_seen", "subject", "started_at", "case_id"),
    sqlite_with_rowid=False,
)

submission = Table(
    "submission",
    METADATA,
    Column("user_task_id", String(LONG_ID), ForeignKey("user_task.user_task_id"), primary_key=True),
    Column("case_id", String(ID), nullable=False),
    Column("seq", Integer, nullable=False, comment="audit entry that holds the commitment"),
    Column("definition_id", String(ID), nullable=False),
    Column("form_key", Text),
    Column("submitted_by", String(LONG_ID), nullable=False),
    Column("submitted_at", UTCDateTime, nullable=False),
    Column("content", Text, nullable=False, comment="JSON, erasable"),
    sqlite_with_rowid=False,
)

incident = Table(
    "incident",
    METADATA,
    Column("case_id", String(ID), ForeignKey("process_instance.case_id"), primary_key=True),
    Column("incident_no", Integer, primary_key=True, autoincrement=False),
    Column("token_id", Integer),
    Column("element_id", String(LONG_ID)),
    Column("code", String(64), nullable=False),
    Column("cause", String(ID), nullable=False, comment="the same for incidents of one cause"),
    Column("message", Text, nullable=False),
    Column("variables", Text, nullable=False, comment="JSON at the time of the fault, erasable"),
    Column("state", String(16), nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("resolved_at", UTCDateTime),
    Column("resolved_by", String(LONG_ID)),
    Column("resolution", String(16)),
    one_of("state", INCIDENT),
    CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name="resolved_with_instant"),
    Index(
        "ix_incident_open",
        "opened_at",
        "case_id",
        "incident_no",
        sqlite_where=INCIDENT_OPEN,
        postgresql_where=INCIDENT_OPEN,
    ),
    Index(
        "ix_incident_cause",
        "cause",
        "opened_at",
        "case_id",
        "incident_no",
        sqlite_where=INCIDENT_OPEN,
        postgresql_where=INCIDENT_OPEN,
    ),
)
