"""Moments of an emergency worth jumping to: levels, command, decisions, reports, warnings, and clocks that ran out.

Found by looking at the board before and after each entry, and at each instant at which a clock ran out in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflow_engine.domain.emergency_facts import TaskFacts
from workflow_engine.domain.emergency_view import EmergencyView

KINDS = ("received", "graded", "raised", "lowered", "hand_over", "decision", "late", "report", "warning", "concluded")
DECISIONS = ("verify", "activate", "confirm_change", "command_decision", "decide_cancel", "superior")
"""User tasks in which somebody with authority decides."""
_INSTANT = timedelta(microseconds=1)
ViewAt = Callable[[datetime], EmergencyView]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A moment; ``words`` are what ``kind`` needs: a level, a commander, an element, a kind of report, a headline."""

    at: datetime
    kind: str
    words: str
    who: str | None = None
    task_id: str | None = None
    """Of a task that was decided, or whose clock ran out."""


@dataclass(frozen=True, slots=True)
class Reign:
    """Who led, from when until when."""

    commander: str | None
    """None: nobody was named yet; ``title`` says who may lead."""
    title: str
    unit: str | None
    level: str | None
    begin: datetime
    end: datetime | None
    """None: until now."""


def marks_of(view_at: ViewAt, entries: Sequence[datetime]) -> tuple[Mark, ...]:
    """Every mark, in the order of time."""
    found: list[Mark] = []
    before: EmergencyView | None = None
    for at, until in zip(entries, (*entries[1:], None), strict=True):
        view = view_at(at)
        found += _changes(before, view, at)
        last = view
        for due in sorted(_clocks(view, at, until or view.now)):
            last = view_at(due + _INSTANT)
            found += _run_out(view, last, due)
        before = last
    return tuple(sorted(dict.fromkeys(found), key=lambda mark: (mark.at, KINDS.index(mark.kind), mark.words)))


def reigns_of(views: Sequence[tuple[datetime, EmergencyView]]) -> list[Reign]:
    """Who led when, from the board after each entry."""
    found: list[Reign] = []
    for at, view in views:
        if view.command is None:
            continue
        lead = (view.command.commander, view.command.title, view.command.unit, view.level.roman if view.level else None)
        if found and (found[-1].commander, found[-1].title, found[-1].unit, found[-1].level) == lead:
            continue
        if found:
            found[-1] = Reign(*_lead(found[-1]), begin=found[-1].begin, end=at)
        found.append(Reign(*lead, begin=at, end=None))
        if view.is_over:
            break
    return found


def _lead(reign: Reign) -> tuple[str | None, str, str | None, str | None]:
    return reign.commander, reign.title, reign.unit, reign.level


def _changes(before: EmergencyView | None, view: EmergencyView, at: datetime) -> Iterator[Mark]:
    """What an entry changed."""
    if before is None:
        yield Mark(at, "received", view.case.title or "")
    old, new = (one.level if one else None for one in (before, view))
    if new is not None and (old is None or new.rank != old.rank):
        kind = "graded" if old is None else "lowered" if new.rank > old.rank else "raised"
        yield Mark(at, kind, new.roman)
    leads = [one.command.commander if one and one.command else None for one in (before, view)]
    if leads[1] and leads[0] != leads[1]:
        yield Mark(at, "hand_over", leads[1])
    filed = set(before.reports.filed) if before else set()
    for report in view.reports.filed:
        if report not in filed:
            yield Mark(at, "report", report.kind)
    if view.outcome and not (before and before.outcome):
        yield Mark(at, "concluded", view.outcome)


def decisions_of(tasks: Sequence[TaskFacts]) -> list[Mark]:
    """Decisions, from the tasks in which they were made."""
    return [
        Mark(task.completed_at, "decision", task.name or task.element_id, task.completed_by, task.user_task_id)
        for task in tasks
        if task.element_id in DECISIONS and task.completed_at is not None
    ]


def _clocks(view: EmergencyView, at: datetime, until: datetime) -> set[datetime]:
    """When clocks that run now run out, before the next entry."""
    due = {line.due_at for line in view.duties} | {line.task.due_at for line in view.tasks}
    due.add(view.reports.next_due_at)
    return {one for one in due if one is not None and at <= one < until}


def _run_out(before: EmergencyView, after: EmergencyView, due: datetime) -> Iterator[Mark]:
    """Clocks that ran out at this instant."""
    for duty in after.duties:
        if duty.overdue and duty.due_at == due:
            yield Mark(due, "late", duty.unit, None, duty.user_task_id)
    for line in after.tasks:
        if line.overdue and line.task.due_at == due:
            yield Mark(due, "late", line.task.name or line.task.element_id, None, line.task.user_task_id)
    if after.reports.is_late and not before.reports.is_late and after.reports.task is None:
        yield Mark(due, "late", after.reports.next_kind or "")
