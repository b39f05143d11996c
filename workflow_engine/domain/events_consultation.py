"""What happened to consultations. Opinions are told by number: what they say stands where it can be erased."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationOpened(Event):
    """A draft is open for opinions."""

    KIND = "consultation.opened"
    consultation_id: str
    origin_case_id: str
    round: int
    draft_digest: str
    closes_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationExtended(Event):
    """It is open until later, or once more."""

    KIND = "consultation.extended"
    PRIVATE = ("reason",)
    consultation_id: str
    closes_at: str
    channels: list[str]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationClosed(Event):
    """No more opinions are taken."""

    KIND = "consultation.closed"
    consultation_id: str
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationAnswered(Event):
    """Every accepted opinion has its answer, and the answers are public."""

    KIND = "consultation.answered"
    consultation_id: str
    adopted: int
    partly: int
    not_adopted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationWithdrawn(Event):
    """The draft was taken back."""

    KIND = "consultation.withdrawn"
    PRIVATE = ("reason",)
    consultation_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePublished(Event):
    """Something was made public in the course of a consultation."""

    KIND = "consultation.notice_published"
    consultation_id: str
    number: int
    notice_kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionSubmitted(Event):
    """An opinion came in; the fingerprint is its receipt."""

    KIND = "opinion.submitted"
    consultation_id: str
    number: int
    channel: str
    subject_class: str
    stance: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionsModerated(Event):
    """These were accepted or rejected; only those are named to whom something changed."""

    KIND = "opinion.moderated"
    PRIVATE = ("reason",)
    consultation_id: str
    numbers: list[int]
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionsAnswered(Event):
    """These have this answer now."""

    KIND = "opinion.answered"
    PRIVATE = ("reason",)
    consultation_id: str
    numbers: list[int]
    disposition: str
    reason: str


CONSULTATION_EVENTS: tuple[type[Event], ...] = (
    ConsultationOpened, ConsultationExtended, ConsultationClosed, ConsultationAnswered, ConsultationWithdrawn,
    NoticePublished, OpinionSubmitted, OpinionsModerated, OpinionsAnswered,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in CONSULTATION_EVENTS})
