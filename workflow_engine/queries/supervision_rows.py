"""What the read side gives about notices of supervision: frozen rows of plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NoticeWish:
    """Which notices are wanted; empty: any."""

    state: str = ""
    """A state, or ``running`` (open or answered), ``overdue`` or ``settled``."""
    rung: str = ""
    unit_id: str = ""
    """This unit and all below it."""
    case_id: str = ""
    mine: bool = False
    """Only those to units of the actor's own."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One notice, without its answers."""

    notice_id: str
    rung: str
    year: int
    number: int
    exercise: bool
    unit_id: str
    case_id: str | None
    from_case: bool
    follows: str | None
    skipped: int
    subject: str | None
    """None, as the other words: erased with its case."""
    reason: str | None
    text: str | None
    skip_reason: str | None
    state: str
    escalates: bool
    issued_at: datetime
    issued_by: str
    answer_by: datetime
    overdue_at: datetime | None
    answers: int
    settled_at: datetime | None
    settled_by: str | None
    settled_reason: str | None
    unit_name_zh: str
    unit_name_en: str

    def is_overdue(self, now: datetime) -> bool:
        """Whether an answer is missing and its time is over."""
        return self.state == "open" and self.answer_by <= now


@dataclass(frozen=True, slots=True)
class NoticeFileRow:
    """Evidence put to an answer."""

    file_no: int
    digest: str
    size: int
    media_type: str
    name: str


@dataclass(frozen=True, slots=True)
class NoticeAnswerRow:
    """What the unit said, and what came of it."""

    answer_no: int
    text: str | None
    answered_at: datetime
    answered_by: str
    late: bool
    verdict: str
    verdict_reason: str | None
    judged_at: datetime | None
    judged_by: str | None
    files: tuple[NoticeFileRow, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeDetail:
    """One notice with its answers, the ladder it stands on, and what the actor may do."""

    row: NoticeRow
    answers: tuple[NoticeAnswerRow, ...]
    ladder: tuple[NoticeRow, ...]
    """Every notice to the unit about the same, this one included, the oldest first."""
    may_answer: bool
    may_judge: bool
    """Accept, reject, withdraw, go up a rung."""
    may_open_case: bool
    entries: int
    """How many entries its chain has, and the fingerprint of the last one."""
    chain_head: str


@dataclass(frozen=True, slots=True)
class WaitingNotices:
    """How many notices wait for an answer of the actor's units, and the first that is due."""

    count: int
    notice_id: str | None
    rung: str | None
    answer_by: datetime | None
