"""An exercise judged from its record: how each thing that was expected went, how long people took, who was late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.exercises import script_time, verdict
from web.presenters.names import in_language
from web.presenters.people import actor_name, group_names
from web.presenters.times import span
from workflow_engine import ExerciseStory, Judged

RATINGS = {
    "P": marked("Performed without challenges"), "S": marked("Performed with some challenges"),
    "M": marked("Performed with major challenges"), "U": marked("Not performed"),
}  # fmt: skip
"""The four grades of HSEEP."""
LOOKS = {"P": "good", "S": "soon", "M": "warn", "U": "stop"}
_SOME = 1.5
"""Up to half the time again is *some* challenges."""


@dataclass(frozen=True, slots=True)
class Objective:
    """One thing that was expected, with its grade and the words for it."""

    told: str
    by: str
    happened: str
    who: str
    rating: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How long people took: at one step of the process, or of one unit."""

    name: str
    asked: int
    done: int
    late: int
    usual: str
    longest: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that the report says."""

    objectives: list[Objective]
    counts: dict[str, int]
    """How many objectives have each grade."""
    steps: list[Pace]
    participants: list[Pace]
    lasted: str


def evaluation_of(story: ExerciseStory) -> Evaluation:
    """Computed from what is on record; nobody types a time or a grade."""
    ends_at = story.row.ended_at or max((one.created_at for one in story.tasks), default=story.row.planned_at)
    objectives = [_objective(one) for one in story.judged]
    steps: dict[str, list[_Work]] = defaultdict(list)
    units: dict[str, list[_Work]] = defaultdict(list)
    for task in story.tasks:
        done_at = task.completed_at if task.completed_by is not None else None
        took = None if done_at is None else story.running.seconds(done_at) - story.running.seconds(task.created_at)
        is_late = task.due_at is not None and (done_at or ends_at) > task.due_at
        work = _Work(took, is_late)
        steps[in_language(task.name) or task.element_id].append(work)
        # Whoever is asked stands first; deputies and superiors who may step in come after.
        units["".join(group_names(task.groups[:1])) or actor_name(task.assignee)].append(work)
    return Evaluation(
        objectives=objectives, counts={key: sum(one.rating == key for one in objectives) for key in RATINGS},
        steps=[_pace(name, work) for name, work in steps.items()],
        participants=sorted((_pace(name, work) for name, work in units.items()), key=lambda one: (-one.late, one.name)),
        lasted=script_time(story.running.seconds(ends_at)),
    )  # fmt: skip


def rating_of(one: Judged) -> str:
    """By the record alone: in time, late by up to half the time, later, not at all."""
    if one.done_second is None:
        return "U"
    if one.is_met:
        return "P"
    return "S" if one.done_second <= one.expected.by * _SOME else "M"


@dataclass(frozen=True, slots=True)
class _Work:
    took: float | None
    is_late: bool


def _objective(one: Judged) -> Objective:
    return Objective(
        in_language(one.expected.told) or one.expected.element_id, script_time(one.expected.by), verdict(one)[1],
        actor_name(one.done_by) if one.done_by else "", rating_of(one),
    )  # fmt: skip


def _pace(name: str, work: Iterable[_Work]) -> Pace:
    work = list(work)
    took = [one.took for one in work if one.took is not None]
    return Pace(
        name, len(work), len(took), sum(one.is_late for one in work), span(median(took)) if took else _("none done"),
        span(max(took)) if took else "",
    )  # fmt: skip
