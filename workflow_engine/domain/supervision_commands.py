"""What leaders, the supervision centre and the units they supervise ask for; the clock's own part as well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueNotice(Command):
    """Issue a notice to a unit: about one case, or about how the unit works.

    It gets the next number of its rung and year, and takes the place of the notice about the same that still runs.
    """

    NAME = "supervision.issue"
    PRIVATE = ("subject", "reason", "text", "skip_reason")
    rung: str
    unit_id: str
    reason: str
    case_id: str | None = None
    subject: str = ""
    """What it is about, in a line; of a case, its title where none is given."""
    text: str = ""
    """What is demanded, beyond an answer."""
    answer_by: str = ""
    """ISO 8601 with offset; empty: after the rung's usual number of working days."""
    skip_reason: str = ""
    """Needed when a rung of the ladder is left out."""
    follows: str | None = None
    """The notice to go up from where there is no case; with a case it is the one that runs, whatever is said here."""
    escalates: bool | None = None
    """Whether it goes up a rung by itself when nobody answers in time; None: as is usual on the rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeCommand(Command):
    """A command to one notice."""

    notice_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNotice(NoticeCommand):
    """The unit answers, with evidence; files are kept before and named by digest, size, media_type and name."""

    NAME = "supervision.answer"
    PRIVATE = ("text", "files")
    text: str
    files: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAnswer(NoticeCommand):
    """The answer will do; the notice is settled."""

    NAME = "supervision.accept"
    PRIVATE = ("reason",)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectAnswer(NoticeCommand):
    """The answer will not do; the unit answers again."""

    NAME = "supervision.reject"
    PRIVATE = ("reason",)
    reason: str
    answer_by: str = ""
    """ISO 8601 with offset; empty: after the rung's usual number of working days from now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawNotice(NoticeCommand):
    """Take a notice back; its number stays used."""

    NAME = "supervision.withdraw"
    PRIVATE = ("reason",)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfNotice(NoticeCommand):
    """The clock: remind the unit that its answer is due soon."""

    NAME = "supervision.remind"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkNoticeOverdue(NoticeCommand):
    """The clock: the time to answer is over."""

    NAME = "supervision.mark_overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowSupervision(Command):
    """A worker: bring the board's counts up to what the log tells, and to the time."""

    NAME = "supervision.follow"
    most: int = 400
