"""Clocks of deadlines: stopped while others have to act first, and deadlines reckoned again with another calendar."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import CaseCommand

CAUSES = ("applicant", "other_body", "other")
"""Why a clock stands: the applicant has to bring something, another body has to act, or else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopClock(CaseCommand):
    """Stop the clock of a user task, or of every open one of the case and of its timers in working time."""

    NAME = "clock.stop"
    PRIVATE = ("reason",)
    user_task_id: str | None = None
    cause: str
    """One of ``CAUSES``."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartClock(CaseCommand):
    """Let it run again; each deadline moves by the time that it stood, in what it is reckoned in."""

    NAME = "clock.start"
    PRIVATE = ("reason",)
    user_task_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReckonDeadlines(CaseCommand):
    """Reckon the open deadlines of a case in working time again, because the calendar is another one."""

    NAME = "deadlines.reckon"
    calendar: int
    """Version of the calendar; settled by the handler."""
