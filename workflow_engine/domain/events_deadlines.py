"""Deadlines: reckoned in working time, moved by another calendar or a clock that stood.

``position`` says which timer of the token; without it the deadline is the due date of the token's user task.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineReckoned(Event):
    """A deadline that was reckoned in working time; told beside the event that set it."""

    KIND = "deadline.reckoned"
    token_id: int
    position: int | None = None
    element_id: str
    due_at: str
    unit: str
    """``working days`` or ``working hours``."""
    calendar: int
    """Version of the calendar it was reckoned with."""
    provisional: bool = False
    """It reaches into a year whose notice of days off was not published then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMoved(Event):
    """A deadline is at another instant now."""

    KIND = "deadline.moved"
    token_id: int
    position: int | None = None
    element_id: str
    before: str
    after: str
    cause: str
    """``calendar``: other days are worked now; ``clock``: it stood; ``emergency``: work was re-planned for one."""
    unit: str | None = None
    """What it is reckoned in; None: plain time."""
    calendar: int | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesReckoned(Event):
    """Every open deadline of the case is one of this version of the calendar."""

    KIND = "deadlines.reckoned"
    calendar: int
    moved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStopped(Event):
    """The clock of a task, or (without ``token_id``) of the case, stands."""

    KIND = "clock.stopped"
    PRIVATE = ("reason",)
    token_id: int | None = None
    element_id: str | None = None
    cause: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineHeld(Event):
    """One deadline whose clock stands from now on."""

    KIND = "deadline.held"
    PRIVATE = ("reason",)
    token_id: int
    position: int | None = None
    element_id: str
    due_at: str
    unit: str | None = None
    calendar: int | None = None
    provisional: bool = False
    by_case: bool = False
    """It was stopped with the whole case."""
    cause: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStarted(Event):
    """The clock runs again."""

    KIND = "clock.started"
    PRIVATE = ("reason",)
    token_id: int | None = None
    element_id: str | None = None
    stopped_at: str
    reason: str | None = None
