"""What happened to notices of supervision; what they say stands where it can be erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeIssued(Event):
    """A notice went to a unit, under a number of its own; ``follows`` names the one whose place it takes."""

    KIND = "supervision.issued"
    PRIVATE = ("subject", "reason", "text", "skip_reason")
    notice_id: str
    rung: str
    year: int
    number: int
    unit_id: str
    origin_case_id: str | None
    exercise: bool
    answer_by: str
    escalates: bool
    follows: str | None
    skipped: int
    subject: str
    reason: str
    text: str
    skip_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReminded(Event):
    """The unit was reminded that its answer is due."""

    KIND = "supervision.reminded"
    notice_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOverdue(Event):
    """The time to answer ended without an answer."""

    KIND = "supervision.overdue"
    notice_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswered(Event):
    """The unit answered; ``late`` when its time was over."""

    KIND = "supervision.answered"
    PRIVATE = ("text", "files")
    notice_id: str
    answer_no: int
    late: bool
    text: str
    files: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAccepted(Event):
    """The answer will do."""

    KIND = "supervision.accepted"
    PRIVATE = ("reason",)
    notice_id: str
    answer_no: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRejected(Event):
    """The answer will not do; another one is due."""

    KIND = "supervision.rejected"
    PRIVATE = ("reason",)
    notice_id: str
    answer_no: int
    answer_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWithdrawn(Event):
    """The notice was taken back."""

    KIND = "supervision.withdrawn"
    PRIVATE = ("reason",)
    notice_id: str
    reason: str


SUPERVISION_EVENTS: tuple[type[Event], ...] = (
    NoticeIssued, NoticeReminded, NoticeOverdue, NoticeAnswered, AnswerAccepted, AnswerRejected, NoticeWithdrawn,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in SUPERVISION_EVENTS})
