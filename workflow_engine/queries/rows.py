"""What the read side gives: frozen rows of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from workflow_engine.domain.errors import Problem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list; ``next_cursor`` asks for those that follow, None when there are none."""

    items: Sequence[T]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A user task in a list."""

    user_task_id: str
    case_id: str
    process_id: str
    process_name: str
    definition_id: str
    case_title: str | None
    business_key: str | None
    exercise: bool
    element_id: str
    name: str | None
    state: str
    assignee: str | None
    candidate_users: Sequence[str]
    candidate_groups: Sequence[str]
    created_at: datetime
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int
    claimed_at: datetime | None
    completed_at: datetime | None
    completed_by: str | None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list."""

    case_id: str
    process_id: str
    process_name: str
    definition_id: str
    version: int
    """Of the process."""
    business_key: str | None
    title: str | None
    state: str
    exercise: bool
    started_at: datetime
    started_by: str
    ended_at: datetime | None
    incident_count: int


@dataclass(frozen=True, slots=True)
class UserTaskRow(InboxRow):
    """A user task with what its page needs."""

    case: CaseRow
    lane: str | None
    form_key: str | None
    form: Mapping[str, Any] | None
    """The form schema deployed under ``form_key``; None when there is none."""
    fields: Sequence[Mapping[str, Any]]
    """Form fields written into the model itself."""
    documentation: str | None
    variables: Mapping[str, Any]
    """What the task sees; once done, what the case sees."""
    submission: Mapping[str, Any] | None
    """What was submitted, once done and not erased."""


@dataclass(frozen=True, slots=True)
class TimerRow:
    """A due instant of a case."""

    timer_id: str
    token_id: int | None
    position: int
    element_id: str
    due_at: datetime
    state: str
    interrupting: bool
    fired_at: datetime | None


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """What a case waits for."""

    subscription_id: str
    element_id: str
    kind: str
    name: str
    correlation: Any
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class JobRow:
    """Work outside a case."""

    job_id: str
    case_id: str
    token_id: int
    element_id: str
    topic: str
    state: str
    retries: int
    error: str | None
    created_at: datetime
    available_at: datetime
    locked_by: str | None
    lock_until: datetime | None


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """A fault that waits for a person, or did."""

    case_id: str
    incident_no: int
    token_id: int | None
    element_id: str | None
    code: str
    message: str
    variables: Mapping[str, Any]
    state: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """A case with everything about where it stands."""

    case: CaseRow
    variables: Mapping[str, Any]
    user_tasks: Sequence[InboxRow]
    timers: Sequence[TimerRow]
    subscriptions: Sequence[SubscriptionRow]
    jobs: Sequence[JobRow]
    incidents: Sequence[IncidentRow]
    open_elements: Sequence[str]
    """Model ids of where its tokens are, one for each token."""
    completed_elements: Sequence[str]
    """Model ids of what it has been through, each once."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One entry of the record: a command and what it did."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str | None
    command: Mapping[str, Any]
    """With its values where they are not erased."""
    events: Sequence[Mapping[str, Any]]
    hash: str
    prev: str
    erased: bool


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A version in a list."""

    definition_id: str
    process_id: str
    name: str
    version: int
    state: str
    deployed_by: str
    deployed_at: datetime
    released_by: str | None
    released_at: datetime | None
    retired_by: str | None
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """What intake did not use, translated or rewrote."""

    kind: str
    element_id: str | None
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DefinitionDetail(DefinitionRow):
    """A version with its content."""

    bpmn_xml: bytes
    files: Mapping[str, bytes]
    notes: Sequence[NoteRow]
    problems: Sequence[Problem]
    processes: Sequence[str]


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message from outside or between cases."""

    message_id: str
    name: str
    state: str
    correlation: Any
    payload: Mapping[str, Any]
    published_at: datetime
    published_by: str
    origin_case_id: str | None
    case_id: str | None
    expires_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A delivery that waits, failed or is done."""

    outbox_id: str
    kind: str
    state: str
    attempts: int
    last_error: str | None
    created_at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who can act."""

    person_id: str
    sign_in_name: str
    display_name_zh: str
    display_name_en: str
    unit_id: str | None
    unit_name_zh: str | None
    unit_name_en: str | None
    groups: frozenset[str] = field(default_factory=frozenset)
    """Roles and groups held, and ``unit:`` with the id of the unit."""
    email: str | None = None
    sessions_from: datetime | None = None
    """Sessions begun earlier have ended."""
    password_temporary: bool = False
    """Good for choosing another password only."""
    subject_class: str | None = None
    """Of the unit: government, enterprise or society."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A unit or role to which tasks are offered."""

    group_id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert that came in, and what became of it."""

    alert_key: str
    identifier: str
    sender: str
    sent_at: datetime
    status: str
    msg_type: str
    event: str
    severity: str | None
    exercise: bool
    source: str
    case_id: str | None
    superseded_by: str | None
    disposition: str
    imported_at: datetime
    imported_by: str
