"""What is written down of a season: times of elements, tasks, milestones and cases, from the events alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow_engine.domain.events import ElementActivated, ElementCancelled, ElementCompleted
from workflow_engine.rehearsal.plan import Kind, Milestone

if TYPE_CHECKING:
    from workflow_engine.rehearsal.crews import Work


@dataclass(slots=True, eq=False)
class Played:
    """One case of a season."""

    number: int
    kind: Kind
    began: datetime
    case_id: str
    ended: datetime | None = None
    state: str = "active"
    commands: int = 0
    passed: list[tuple[str, str, datetime]] = field(default_factory=list)
    """What milestones look at: ``activated`` or ``completed``, element, instant."""


@dataclass(slots=True)
class TaskTimes:
    """Of the tasks of one element."""

    created: int = 0
    done: int = 0
    withdrawn: int = 0
    waited: list[float] = field(default_factory=list)
    """Seconds from being offered to being begun."""
    lasted: list[float] = field(default_factory=list)
    """Seconds from being offered to being done."""
    met: int = 0
    missed: int = 0


@dataclass(slots=True)
class ElementTimes:
    """Of one element of the model."""

    visits: int = 0
    seconds: float = 0.0


class Notebook:
    """Written while a season is played."""

    def __init__(self, milestones: Sequence[Milestone]) -> None:
        self._milestones = milestones
        points = [point for one in milestones for point in (one.begins, one.ends)]
        self._marks = {point for point in points if point[1]}
        self._entered: dict[tuple[str, int], datetime] = {}
        self.elements: dict[str, ElementTimes] = {}
        self.tasks: dict[str, TaskTimes] = {}

    # ---- elements
    def activated(self, case: Played, event: ElementActivated, now: datetime) -> None:
        """A token came to an element."""
        self._entered[case.case_id, event.token_id] = now
        self._mark(case, "activated", event.element_id, now)

    def left(self, case: Played, event: ElementCompleted | ElementCancelled, now: datetime) -> None:
        """A token is through, or was withdrawn."""
        times = self.elements.setdefault(event.element_id, ElementTimes())
        times.visits += 1
        entered = self._entered.pop((case.case_id, event.token_id), now)
        times.seconds += (now - entered).total_seconds()
        if isinstance(event, ElementCompleted):
            self._mark(case, "completed", event.element_id, now)

    def _mark(self, case: Played, what: str, element_id: str, now: datetime) -> None:
        if (what, element_id) in self._marks:
            case.passed.append((what, element_id, now))

    # ---- tasks
    def offered(self, work: Work) -> None:
        """A task came up."""
        self.tasks.setdefault(work.element_id, TaskTimes()).created += 1

    def closed(self, work: Work, now: datetime, done: bool) -> None:
        """A task is done, or was withdrawn; one that was due by then and not done is a deadline missed."""
        times = self.tasks[work.element_id]
        if done:
            times.done += 1
            times.lasted.append((now - work.created).total_seconds())
        else:
            times.withdrawn += 1
        late = work.due is not None and (now > work.due if done else now >= work.due)
        if work.due is None or not (done or late):
            return
        times.met, times.missed = times.met + (not late), times.missed + late
        for crew in work.crews[:1]:
            crew.met, crew.missed = crew.met + (not late), crew.missed + late

    def begun(self, work: Work, now: datetime) -> None:
        """Somebody has begun with it."""
        waited = (now - work.created).total_seconds()
        self.tasks[work.element_id].waited.append(waited)

    # ---- cases
    def milestones_of(self, case: Played) -> dict[str, float | None]:
        """Seconds of each milestone; None: it was not reached."""
        return {one.milestone_id: self._reached(case, one) for one in self._milestones}

    def _reached(self, case: Played, milestone: Milestone) -> float | None:
        begins = self._instant(case, milestone.begins, last=False)
        ends = self._instant(case, milestone.ends, last=milestone.last)
        return None if begins is None or ends is None else max(0.0, (ends - begins).total_seconds())

    def _instant(self, case: Played, point: tuple[str, str], *, last: bool) -> datetime | None:
        if point[0] == "start":
            return case.began
        if point[0] == "end":
            return case.ended
        found = [at for what, element, at in case.passed if (what, element) == point]
        return None if not found else found[-1] if last else found[0]

    def told(self, cases: Sequence[Played]) -> dict[str, Any]:
        """Everything, as JSON."""
        return {
            "elements": {name: [one.visits, one.seconds] for name, one in sorted(self.elements.items())},
            "tasks": {
                name: {
                    "created": one.created, "done": one.done, "withdrawn": one.withdrawn, "waited": one.waited,
                    "lasted": one.lasted, "met": one.met, "missed": one.missed,
                }
                for name, one in sorted(self.tasks.items())
            },
            "cases": [
                {
                    "kind": case.kind.name, "state": case.state, "milestones": self.milestones_of(case),
                    "seconds": None if case.ended is None else (case.ended - case.began).total_seconds(),
                    "commands": case.commands,
                }
                for case in cases
            ],
        }  # fmt: skip
