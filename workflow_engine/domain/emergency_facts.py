"""What is known of an emergency at one moment, before anybody makes sense of it: rows and values, nothing else.

The same facts come from the rows of a running case and from a case that is told again up to a past moment, so that the
board of a past minute is the board of that minute (``emergency_view.view_of``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

OPEN_TASK = ("ready", "claimed")


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case itself."""

    case_id: str
    title: str | None
    state: str
    exercise: bool
    started_at: datetime
    ended_at: datetime | None = None
    unit_id: str | None = None
    business_key: str | None = None
    version: int = 0
    """Number of entries in its chain."""
    process_id: str = ""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """A user task of the case, open or not."""

    user_task_id: str
    element_id: str
    name: str | None
    state: str
    groups: Sequence[str]
    created_at: datetime
    due_at: datetime | None = None
    assignee: str | None = None
    claimed_at: datetime | None = None
    completed_at: datetime | None = None
    completed_by: str | None = None
    scope: Mapping[str, Any] = field(default_factory=dict)
    """Of an open task: what it sees that is its branch's own, ``duty`` and ``acknowledgement``; else nothing."""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do it yet."""
        return self.state in OPEN_TASK


@dataclass(frozen=True, slots=True)
class TimerFacts:
    """An instant for which the case waits."""

    element_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class WarningFacts:
    """A warning to the public that the case has published."""

    warning_id: str
    colour: str
    titles: Mapping[str, str]
    area: str
    sent_at: datetime
    expires_at: datetime
    state: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ResourceFacts:
    """One line of a request for resources, with what was found for it so far."""

    request_id: str
    name: str
    requested: float
    assigned: float
    unit_of_measure: str = ""
    needed_by: datetime | None = None
    line_no: int = 1
    out: float = 0
    """How much of it is on the way or in action."""

    @property
    def missing(self) -> float:
        """What nobody has given yet."""
        return max(0.0, self.requested - self.assigned)

    @property
    def state(self) -> str:
        """``open``, ``partial`` or ``complete``."""
        return "complete" if not self.missing else "partial" if self.assigned else "open"


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """A further alert that reached the case: an update, or the end of what was alerted."""

    at: datetime
    kind: str
    """``Update`` or ``Cancel``"""


@dataclass(frozen=True, slots=True)
class IssuedFacts:
    """A numbered report to the superior: when it was issued, when it was sent last, and when it arrived, if it did."""

    number: int
    kind: str
    issued_at: datetime
    due_at: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None

    @property
    def is_late(self) -> bool:
        """Whether it was issued after it was due."""
        return self.due_at is not None and self.issued_at > self.due_at


@dataclass(frozen=True, slots=True)
class ExerciseFacts:
    """The exercise to which the case belongs."""

    exercise_id: str
    title: str
    state: str


@dataclass(frozen=True, slots=True)
class EmergencyFacts:
    """Everything about one emergency at ``now``."""

    case: CaseFacts
    variables: Mapping[str, Any]
    tasks: Sequence[TaskFacts]
    now: datetime
    timers: Sequence[TimerFacts] = ()
    warnings: Sequence[WarningFacts] = ()
    resources: Sequence[ResourceFacts] = ()
    alerts: Sequence[AlertFacts] = ()
    issued: Sequence[IssuedFacts] = ()
    exercise: ExerciseFacts | None = None
