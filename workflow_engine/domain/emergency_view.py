"""An emergency as a duty room looks at it: level, command, who does what and how late, reports, area, course of events.

Pure: ``view_of`` makes the view of a moment from the facts of that moment and asks nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_engine.domain.emergency_duties import (
    DutyLine,
    TaskLine,
    duty_lines,
    other_tasks,
)
from workflow_engine.domain.emergency_facts import (
    CaseFacts,
    EmergencyFacts,
    ExerciseFacts,
    IssuedFacts,
    ResourceFacts,
    TaskFacts,
    WarningFacts,
)
from workflow_engine.domain.emergency_timeline import TimelineEntry, timeline_of, why_ended
from workflow_engine.domain.emergency_values import an_object, degree, groups, instant, number, objects, text, texts
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.situation_reports import REPORT_TASKS

ROMANS = ("I", "II", "III", "IV")
PHASES = ("verifying", "activating", "responding", "aftermath", "ended")
_FIGURES = ("deaths", "serious", "missing", "evacuated", "sheltered", "homes_out")


@dataclass(frozen=True, slots=True)
class Level:
    """The response level; rank 1 is the worst."""

    rank: int
    roman: str
    reasons: Sequence[str]
    why: str
    since: datetime | None
    number: int
    """How often it was set so far."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Who was in command until when, and why it changed."""

    commander: str
    unit: str | None
    level: str | None
    until: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class Command:
    """Who leads, from where, and who stands above."""

    title: str
    """Who may lead at this level, in words."""
    groups: Sequence[str]
    """Who may lead at this level."""
    superior: Sequence[str]
    """To whom it may be handed up."""
    reports_to: str
    commander: str | None = None
    commander_id: str | None = None
    post: str | None = None
    unit: str | None = None
    since: datetime | None = None
    shift: str | None = None
    log: Sequence[HandOver] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report that went up; whether it was late follows from its instants."""

    kind: str
    """phone, first, follow_up or final"""
    number: int | None
    at: datetime
    due_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether it came after it was due."""
        return self.due_at is not None and self.at > self.due_at


@dataclass(frozen=True, slots=True)
class Reports:
    """What has gone up, and what has to next."""

    filed: Sequence[Report]
    next_kind: str | None
    """The element that has to be done next, or ``sitrep_time`` while its time has not come."""
    next_due_at: datetime | None
    is_late: bool
    task: TaskFacts | None
    """Where it is written, once it can be."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Part of an area: everything within so many kilometres."""

    lat: float
    lon: float
    km: float


@dataclass(frozen=True, slots=True)
class AffectedArea:
    """Where it is: shapes in degrees, codes of places, and words."""

    polygons: Sequence[Sequence[tuple[float, float]]] = ()
    circles: Sequence[Circle] = ()
    place_codes: Sequence[str] = ()
    point: tuple[float, float] | None = None
    words: str = ""

    @property
    def is_drawn(self) -> bool:
        """Whether a map can show it."""
        return bool(self.polygons or self.circles or self.point or self.place_codes)


@dataclass(frozen=True, slots=True)
class EmergencyView:
    """One emergency at one moment."""

    case: CaseFacts
    now: datetime
    phase: str
    outcome: str | None
    level: Level | None
    """None until it is graded."""
    kind: str | None
    hazard: str | None
    place: str | None
    command: Command | None
    duties: Sequence[DutyLine]
    tasks: Sequence[TaskLine]
    """Open tasks beside those of the units that were called."""
    reports: Reports
    resources: Sequence[ResourceFacts]
    area: AffectedArea
    warnings: Sequence[WarningFacts]
    figures: Mapping[str, float | None]
    """None is not known yet, 0 is none."""
    """Counts of people and homes, as far as somebody has told them."""
    timeline: Sequence[TimelineEntry]
    """The newest first."""
    issued: Sequence[IssuedFacts] = ()
    """Numbered reports to the superior, in the order of their numbers."""
    drill: ExerciseFacts | None = None
    """The exercise to which it belongs."""

    @property
    def exercise(self) -> bool:
        """Whether nothing of it is real."""
        return self.case.exercise

    @property
    def rank(self) -> int:
        """1 to 4; 0 while it is not graded, which nobody knows to be harmless."""
        return self.level.rank if self.level else 0

    @property
    def overdue(self) -> int:
        """How many clocks have run out."""
        return sum(line.overdue for line in self.duties) + sum(line.overdue for line in self.tasks)

    @property
    def is_over(self) -> bool:
        """Whether the response itself has ended."""
        return self.phase in ("aftermath", "ended")


def view_of(facts: EmergencyFacts) -> EmergencyView:
    """Make sense of the facts."""
    known = facts.variables
    duties, level = duty_lines(facts), _level(known)
    conclusion = an_object(known.get("conclusion"))
    return EmergencyView(
        case=facts.case,
        now=facts.now,
        phase=_phase(facts),
        outcome=text(conclusion.get("outcome")),
        level=level,
        kind=text(known.get("kind")),
        hazard=text(known.get("hazard")),
        place=text(known.get("place")),
        command=_command(known),
        duties=duties,
        tasks=other_tasks(facts),
        reports=_reports(facts),
        resources=tuple(facts.resources),
        area=_area(known),
        warnings=tuple(facts.warnings),
        figures={name: number(known.get(name)) for name in _FIGURES},
        timeline=timeline_of(facts, duties, level),
        issued=tuple(facts.issued),
        drill=facts.exercise,
    )


def in_order(views: Iterable[EmergencyView]) -> list[EmergencyView]:
    """As a board lists them: what goes on before what is over, real before exercised, the worst first, then the newest.

    What nobody has graded yet stands in front: it may be anything.
    """
    return sorted(views, key=lambda v: (v.is_over, v.exercise, v.rank, -v.case.started_at.timestamp(), v.case.case_id))


def _phase(facts: EmergencyFacts) -> str:
    known = facts.variables
    if facts.case.state in ENDED_CASE:
        return "ended"
    if an_object(known.get("conclusion")):
        return "aftermath"
    if an_object(known.get("duties")):
        return "responding"
    return "activating" if an_object(known.get("level")) else "verifying"


def _level(known: Mapping[str, Any]) -> Level | None:
    level, assessment = an_object(known.get("level")), an_object(known.get("assessment"))
    rank = level.get("rank")
    if not isinstance(rank, int) or not 1 <= rank <= len(ROMANS):
        return None
    # The reasons belong to the assessment that set the level; of a later, milder one they would explain nothing.
    reasons = texts(assessment.get("reasons")) if assessment.get("rank") == rank else []
    number = level.get("number")
    return Level(
        rank, ROMANS[rank - 1], tuple(reasons), text(level.get("reason")) or "", instant(level.get("since")),
        number if isinstance(number, int) else 1,
    )  # fmt: skip


def _command(known: Mapping[str, Any]) -> Command | None:
    authority, command = an_object(known.get("authority")), an_object(known.get("command"))
    if not authority and not command:
        return None
    log = [
        HandOver(
            text(one.get("commander")) or "", text(one.get("unit")), text(one.get("level")),
            instant(one.get("until")), why_ended(one),
        )
        for one in objects(known.get("command_log"))
    ]  # fmt: skip
    return Command(
        title=text(authority.get("title")) or "",
        groups=groups(authority.get("activates")),
        superior=groups(authority.get("escalates_to") or authority.get("superior")),
        reports_to=text(authority.get("reports_to")) or "",
        commander=text(command.get("commander")) or text(known.get("commander")),
        commander_id=text(command.get("commander_id")),
        post=text(command.get("post")) or text(known.get("command_post_place")),
        unit=text(command.get("unit")) or text(known.get("unit_in_command")),
        since=instant(command.get("since")),
        shift=text(command.get("shift")),
        log=tuple(log),
    )


def _reports(facts: EmergencyFacts) -> Reports:
    known = facts.variables
    filed: list[Report] = []
    for name, kind in (("report_phone", "phone"), ("report_initial", "first"), ("report_final", "final")):
        one = an_object(known.get(name))
        if (at := instant(one.get("at"))) is not None:
            filed.append(Report(kind, None, at, instant(one.get("due_at"))))
    for one in objects(known.get("sitreps")):
        if (at := instant(one.get("at"))) is not None:
            number = one.get("number")
            filed.append(
                Report("follow_up", number if isinstance(number, int) else None, at, instant(one.get("due_at")))
            )
    filed.sort(key=lambda report: report.at)
    due = [(task.due_at, task) for task in facts.tasks if task.is_open and task.element_id in REPORT_TASKS]
    running = sorted(((at, task) for at, task in due if at is not None), key=lambda one: one[0])
    if running:
        at, task = running[0]
        return Reports(tuple(filed), task.element_id, at, facts.now > at, task)
    planned = instant(an_object(known.get("period")).get("sitrep_due_at"))
    waits = any(timer.element_id == "sitrep_time" for timer in facts.timers)
    if planned is None or not waits:
        return Reports(tuple(filed), None, None, is_late=False, task=None)
    return Reports(tuple(filed), "sitrep_time", planned, facts.now > planned, None)


def _area(known: Mapping[str, Any]) -> AffectedArea:
    area = an_object(known.get("affected_area"))
    polygons = [ring for one in area.get("polygons") or () if len(ring := list(_ring(one))) > 2]
    circles = [
        Circle(lat, lon, km)
        for one in objects(area.get("circles"))
        if (lat := degree(one.get("lat"), 90)) is not None
        and (lon := degree(one.get("lon"), 180)) is not None
        and (km := number(one.get("km"))) is not None
        and km >= 0
    ]
    point = an_object(area.get("point"))
    lat, lon = degree(point.get("lat"), 90), degree(point.get("lon"), 180)
    return AffectedArea(
        tuple(map(tuple, polygons)), tuple(circles), tuple(texts(area.get("place_codes"))),
        None if lat is None or lon is None else (lat, lon), text(known.get("area")) or "",
    )  # fmt: skip


def _ring(points: Any) -> Iterator[tuple[float, float]]:
    for point in points if isinstance(points, list | tuple) else ():
        if isinstance(point, list | tuple) and len(point) == 2:
            lat, lon = degree(point[0], 90), degree(point[1], 180)
            if lat is not None and lon is not None:
                yield lat, lon
