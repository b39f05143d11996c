"""What a case knows that goes into its next situation report or briefing, whoever wrote it down and wherever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Origin = Literal["task", "report", "warning", "request", "resource", "alert", "open_task", "case"]


def is_of(subject: str, trade: str) -> bool:
    """Whether a unit or role is of this trade by its name: ``unit:health``, ``role:health_deputy``, …_health."""
    return trade in subject.partition(":")[2].split("_")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from; ``kind`` and ``ref`` lead to it."""

    kind: Origin
    ref: str
    label: str
    at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A completed task's answers."""

    user_task_id: str
    element_id: str
    name: str
    subject: str
    """The unit or role that the task was for."""
    who: str
    """Its name in words."""
    by: str
    at: datetime
    values: Mapping[str, Any]

    @property
    def source(self) -> Source:
        """As the source of a value."""
        return Source("task", self.user_task_id, self.who or self.name, self.at, self.by)


@dataclass(frozen=True, slots=True)
class Work:
    """A task that somebody has to do."""

    user_task_id: str
    element_id: str
    name: str
    subject: str
    who: str
    state: str
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    by: str | None

    def is_open_at(self, at: datetime) -> bool:
        """Whether it waited to be done at that instant."""
        return self.created_at <= at and (self.ended_at is None or self.ended_at > at)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A report that was issued before."""

    report_id: str
    number: int
    kind: str
    at: datetime
    values: Mapping[str, Any]

    @property
    def source(self) -> Source:
        """As the source of a value."""
        return Source("report", str(self.number), f"{self.number}", self.at)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning that the case published."""

    warning_id: str
    title: str
    colour: str
    at: datetime
    ended_at: datetime | None

    @property
    def source(self) -> Source:
        """As the source of a value."""
        return Source("warning", self.warning_id, self.title, self.at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of a request for resources."""

    request_id: str
    what: str
    quantity: float
    assigned: float
    unit: str
    needed_by: datetime | None
    at: datetime

    @property
    def missing(self) -> float:
        """What nobody has promised yet."""
        return max(0.0, self.quantity - self.assigned)

    @property
    def source(self) -> Source:
        """As the source of a value."""
        return Source("resource", self.request_id, self.what, self.at)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a resident from the affected area, or the one that the emergency began with."""

    request_id: str
    number: str
    title: str
    at: datetime

    @property
    def source(self) -> Source:
        """As the source of a value."""
        return Source("request", self.request_id, self.number, self.at)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Everything at one instant."""

    now: datetime
    zone: ZoneInfo
    case: Source
    said: tuple[Said, ...] = ()
    work: tuple[Work, ...] = ()
    earlier: Earlier | None = None
    warned: tuple[Warned, ...] = ()
    wanted: tuple[Wanted, ...] = ()
    asked: tuple[Asked, ...] = ()
    alert: Source | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    """What the case's variables say: figures of its alert, area, levels."""

    def at(self, instant: datetime) -> ReportFacts:
        """What was known then, out of what is known now."""
        return replace(
            self, now=instant,
            said=tuple(one for one in self.said if one.at <= instant),
            work=tuple(one for one in self.work if one.created_at <= instant),
            earlier=self.earlier if self.earlier is not None and self.earlier.at <= instant else None,
            warned=tuple(one for one in self.warned if one.at <= instant),
            wanted=tuple(one for one in self.wanted if one.at <= instant),
            asked=tuple(one for one in self.asked if one.at <= instant),
        )  # fmt: skip

    @property
    def since(self) -> datetime | None:
        """What is news: what happened after the last report was issued."""
        return None if self.earlier is None else self.earlier.at

    def is_news(self, at: datetime) -> bool:
        """Whether it happened after the last report."""
        return self.since is None or at > self.since
