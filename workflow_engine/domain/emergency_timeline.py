"""The course of events of an emergency, out of its facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from workflow_engine.domain.emergency_duties import CALLS, DutyLine
from workflow_engine.domain.emergency_facts import EmergencyFacts
from workflow_engine.domain.emergency_values import an_object, instant, objects, text


class Graded(Protocol):
    """A response level."""

    @property
    def roman(self) -> str: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def number(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened; ``kind`` says what ``words`` are."""

    at: datetime
    kind: str
    """received, updated, cancelled, done, graded, level, called, acknowledged, reported, sent, arrived, warning,
    lifted, hand_over or concluded"""
    words: str
    who: str | None = None


def timeline_of(facts: EmergencyFacts, duties: Sequence[DutyLine], level: Graded | None) -> tuple[TimelineEntry, ...]:
    """Everything that happened so far, the newest first."""
    return tuple(sorted(_entries(facts, duties, level), key=lambda one: one.at))[::-1]


def why_ended(command: Mapping[str, Any]) -> str:
    """Why a command ended."""
    return text(command.get("ended")) or text(command.get("why")) or ""


def _entries(facts: EmergencyFacts, duties: Sequence[DutyLine], level: Graded | None) -> Iterator[TimelineEntry]:
    known = facts.variables
    yield TimelineEntry(facts.case.started_at, "received", text(known.get("headline")) or facts.case.title or "")
    for task in facts.tasks:
        if task.completed_at is not None and task.state == "completed" and task.element_id not in CALLS:
            yield TimelineEntry(task.completed_at, "done", task.name or task.element_id, task.completed_by)
    if level is not None and level.since is not None:
        yield TimelineEntry(level.since, "graded" if level.number == 1 else "level", level.roman)
    yield from _of_units(duties)
    yield from _outside(facts)
    for one in objects(known.get("command_log")):
        if (at := instant(one.get("until"))) is not None:
            yield TimelineEntry(at, "hand_over", why_ended(one), text(one.get("commander")))
    conclusion = an_object(known.get("conclusion"))
    if (at := instant(conclusion.get("at"))) is not None:
        yield TimelineEntry(at, "concluded", text(conclusion.get("outcome")) or "")


def _of_units(duties: Sequence[DutyLine]) -> Iterator[TimelineEntry]:
    for line in duties:
        for at, kind in (
            (line.called_at, "called"), (line.acknowledged_at, "acknowledged"), (line.done_at, "reported"),
        ):  # fmt: skip
            if at is not None:
                yield TimelineEntry(at, kind, line.unit)


def _outside(facts: EmergencyFacts) -> Iterator[TimelineEntry]:
    """What happened beside the case: further alerts, reports on their way up, warnings."""
    for alert in facts.alerts:
        yield TimelineEntry(alert.at, "updated" if alert.kind == "Update" else "cancelled", "")
    for report in facts.issued:
        for at, kind in ((report.sent_at, "sent"), (report.received_at, "arrived")):
            if at is not None:
                yield TimelineEntry(at, kind, str(report.number))
    for warning in facts.warnings:
        title = " / ".join(dict.fromkeys(warning.titles.values()))
        yield TimelineEntry(warning.sent_at, "warning", title)
        if warning.state == "lifted" and warning.ended_at is not None:
            yield TimelineEntry(warning.ended_at, "lifted", title)
