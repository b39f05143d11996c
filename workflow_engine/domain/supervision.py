"""Supervision of units that are late or fail: the ladder of formal notices, their states, and what they are called.

A notice names one unit and, mostly, one case. It waits for the unit's answer, which somebody else judges; what is not
answered in time, or not well, goes up the ladder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from workflow_engine.domain.lifecycle import Table
from workflow_engine.domain.working_time import Calendar

MESSAGE = "supervision.notice"
"""What a case sends to have a notice issued."""
ANSWERED = "supervision.answered"
"""What comes back to it."""
RUNGS = ("remind", "supervise", "listed", "interview", "report")
"""The ladder, from the lowest rung up."""
ANSWER_DAYS: Mapping[str, int] = {"remind": 1, "supervise": 3, "listed": 5, "interview": 5, "report": 5}
"""Working days to answer where nothing else is said."""
CLIMBS = frozenset({"remind", "supervise"})
"""Rungs from which an unanswered notice goes up by itself: beyond, a person decides (default, adjustable by notice)."""
NOTICE: Table = {
    "open": frozenset({"answered", "withdrawn", "escalated"}),
    "answered": frozenset({"open", "accepted", "withdrawn", "escalated"}),
    "accepted": frozenset(),
    "withdrawn": frozenset(),
    "escalated": frozenset(),
}
"""open: waits for an answer, the first or a better one; escalated: the next rung's notice took its place."""
VERDICTS = ("waiting", "accepted", "rejected")
RUNNING = ("open", "answered")
LONGEST_TEXT = 4_000
LONGEST_SUBJECT = 400
MOST_FILES = 10
REMIND_AFTER = 2 / 3
"""Of the time to answer, after which the unit is reminded."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file put to an answer; its content is kept already."""

    digest: str
    size: int
    media_type: str
    name: str


def notice_id_of(origin: str) -> str:
    """The id of the notice that this command or message issues."""
    return sha256(origin.encode()).hexdigest()[:16]


def stream_of(notice_id: str) -> str:
    """The chain of everything that happens to a notice."""
    return f"supervision:{notice_id}"


def next_rung(rung: str) -> str | None:
    """The rung above; None at the top."""
    above = RUNGS[RUNGS.index(rung) + 1 :]
    return above[0] if above else None


def skipped(rung: str, reached: Iterable[str]) -> int:
    """How many rungs are left out by going to ``rung`` when these were reached before; 0 also for going no higher."""
    highest = max((RUNGS.index(one) for one in reached), default=-1)
    return max(RUNGS.index(rung) - highest - 1, 0)


def answer_time(calendar: Calendar, now: datetime, days: int) -> datetime:
    """The end of the ``days``-th working day from now."""
    return calendar.add_working_days(now, days, day_end=True).due_at


def reminder_time(calendar: Calendar, now: datetime, answer_by: datetime) -> datetime:
    """When the unit is reminded: after two thirds of the office's time, or of plain time where it has none."""
    span = calendar.working_time_between(now, answer_by)
    if span > timedelta(minutes=3):
        return calendar.add_working_time(now, span * REMIND_AFTER).due_at
    return now + (answer_by - now) * REMIND_AFTER
