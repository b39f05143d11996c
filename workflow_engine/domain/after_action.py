"""What a response shows afterwards: who was late and by how much, and its key figures, all from instants on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from workflow_engine.domain.emergency_duties import RUNGS
from workflow_engine.domain.emergency_facts import EmergencyFacts, TaskFacts
from workflow_engine.domain.emergency_values import an_object, instant
from workflow_engine.domain.emergency_view import EmergencyView

REVIEW_WITHIN = timedelta(days=30)
REVIEW, ACTIVATE = "review", "activate"


@dataclass(frozen=True, slots=True)
class LateTask:
    """A task that was done after it was due, or is open after it."""

    task: TaskFacts
    by: timedelta


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; nothing where there were none."""

    good: int
    all: int

    @property
    def percent(self) -> int | None:
        """Rounded; None of nothing."""
        return None if self.all == 0 else round(100 * self.good / self.all)


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The key figures of one emergency."""

    first_report_on_time: bool | None
    """None: no first report went up."""
    to_activate: timedelta | None
    """From the alert to the activation."""
    to_acknowledge: timedelta | None
    """The median over the units that answered."""
    tasks_on_time: Share
    resources_filled: Share
    to_fill: timedelta | None
    """The median from the request to the assignment of everything that was filled."""
    reports_on_time: Share
    warnings: int
    review_in_time: bool | None
    """None: not done, and its time is not over."""
    findings_closed: Share


def late_tasks(facts: EmergencyFacts) -> list[LateTask]:
    """The worst first."""
    found = []
    for task in facts.tasks:
        end = task.completed_at or (facts.now if task.is_open else None)
        if end is not None and task.due_at is not None and end > task.due_at:
            found.append(LateTask(task, end - task.due_at))
    return sorted(found, key=lambda late: -late.by)


def key_figures(
    facts: EmergencyFacts, view: EmergencyView, fills: Sequence[timedelta], findings: Share
) -> KeyFigures:
    """From what is known now, how long each filled line took, and how many findings are closed."""
    concluded_at = instant(an_object(facts.variables.get("conclusion")).get("at"))
    done = [task for task in facts.tasks if task.completed_at is not None]
    first = next((report for report in view.reports.filed if report.kind in ("phone", "first")), None)
    sent = [report for report in view.reports.filed if report.kind == "follow_up"]
    activated = min((t.completed_at for t in done if t.element_id == ACTIVATE and t.completed_at), default=None)
    answers = [t.completed_at - t.created_at for t in done if t.element_id in RUNGS and t.completed_at]
    timed = [task for task in facts.tasks if task.due_at is not None and (task.completed_at or task.is_open)]
    return KeyFigures(
        first_report_on_time=None if first is None else not first.is_late,
        to_activate=None if activated is None else activated - facts.case.started_at,
        to_acknowledge=_middle(answers),
        tasks_on_time=Share(len(timed) - len(late_tasks(facts)), len(timed)),
        resources_filled=Share(sum(not line.missing for line in view.resources), len(view.resources)),
        to_fill=_middle(fills),
        reports_on_time=Share(sum(not report.is_late for report in sent), len(sent)),
        warnings=len(view.warnings),
        review_in_time=_review_in_time(facts, done, concluded_at),
        findings_closed=findings,
    )


def _middle(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(one.total_seconds() for one in spans)) if spans else None


def _review_in_time(facts: EmergencyFacts, done: Sequence[TaskFacts], concluded_at: datetime | None) -> bool | None:
    if concluded_at is None:
        return None
    reviews = [task.completed_at for task in done if task.element_id == REVIEW and task.completed_at]
    reviewed = min(reviews, default=None)
    if reviewed is None:
        return None if facts.now <= concluded_at + REVIEW_WITHIN else False
    return reviewed <= concluded_at + REVIEW_WITHIN
