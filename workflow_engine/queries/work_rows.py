"""What the read side gives about work around tasks: frozen rows of plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """A question to a signer, and the answer."""

    opinion_id: str
    user_task_id: str
    """The task signed for."""
    place: str
    subject: str
    asked_by: str
    asked_at: datetime
    question: str
    state: str
    agrees: bool | None
    answer: str | None
    answered_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A task in a delegate's hands, now or formerly."""

    user_task_id: str
    owner: str
    delegate: str
    state: str
    reason: str
    delegated_at: datetime
    answer: str | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommentRow:
    """What somebody said about a case."""

    comment_id: str
    case_id: str
    user_task_id: str | None
    written_by: str
    written_at: datetime
    mentions: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file of a case."""

    attachment_id: str
    case_id: str
    user_task_id: str | None
    digest: str
    size: int
    media_type: str
    name: str
    added_by: str
    added_at: datetime
    removed_at: datetime | None
    removed_by: str | None


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A case that was copied to somebody."""

    copy_id: str
    case_id: str
    user_task_id: str | None
    person_id: str
    sent_by: str
    sent_at: datetime
    reason: str
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonNoteRow:
    """A note to somebody, or to one of their units and roles."""

    note_id: str
    case_id: str
    user_task_id: str | None
    subject: str
    kind: str
    sent_by: str
    sent_at: datetime
    text: str
    read_at: datetime | None
    read_by: str | None


@dataclass(frozen=True, slots=True)
class PersonLabel:
    """Somebody to choose."""

    person_id: str
    sign_in_name: str
    display_name_zh: str
    display_name_en: str


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What somebody typed and has not sent yet."""

    version: int
    content: Any
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class StepBack:
    """A step to which a task can be returned."""

    user_task_id: str
    element_id: str
    name: str | None
    completed_by: str | None
    completed_at: datetime | None
    straight: bool
    """Whether it can be asked to come straight back."""


@dataclass(frozen=True, slots=True)
class TaskWork:
    """What is done around one task, and what the actor can do now."""

    verbs: frozenset[str]
    steps_back: tuple[StepBack, ...]
    opinion: OpinionRow | None
    """Set for a signer's own task."""
    opinions: tuple[OpinionRow, ...]
    delegation: DelegationRow | None
    """The pending one."""
    delegations: tuple[DelegationRow, ...]
    waits_for: tuple[str, ...]
    """Signers who have to be heard before the task can be completed."""
    is_joint: bool
    draft: DraftRow | None
    copies: tuple[CopyRow, ...]
    comments: tuple[CommentRow, ...]
    attachments: tuple[AttachmentRow, ...]
