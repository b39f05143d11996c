"""Commands about exercises: planned from a script, run by a clock of their own, conducted by people, evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseCommand(Command):
    """A command to one exercise."""

    exercise_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExercise(ExerciseCommand):
    """Make an exercise of a script (``domain.exercises``); nothing happens before it is started."""

    NAME = "exercise.plan"
    PRIVATE = ("title", "goal", "script")
    title: str
    goal: str = ""
    process_id: str = "emergency_response"
    script: Mapping[str, Any]
    pace: int = 1
    """Seconds of the script in a second."""
    simulated: tuple[str, ...] = ()
    """Groups whose tasks simulated participants complete; ``*``: everybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartExercise(ExerciseCommand):
    """Let its clock run: from the beginning, or on from where it was paused."""

    NAME = "exercise.start"


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseExercise(ExerciseCommand):
    """Let its clock stand: no inject comes, no simulated participant acts; people may go on."""

    NAME = "exercise.pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectNow(ExerciseCommand):
    """Bring one inject of the script, whatever the clock says; sent by a worker when it is due."""

    NAME = "exercise.inject"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipInject(ExerciseCommand):
    """Leave one inject out; ``failed`` (sent by a worker): it could not be brought, for this reason."""

    NAME = "exercise.skip"
    PRIVATE = ("reason",)
    number: int
    reason: str
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserveExercise(ExerciseCommand):
    """Note what somebody saw, for the evaluation."""

    NAME = "exercise.observe"
    PRIVATE = ("text",)
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndExercise(ExerciseCommand):
    """End it with what is to be learnt; what still runs of its cases is cancelled by a worker."""

    NAME = "exercise.end"
    PRIVATE = ("findings",)
    findings: str = ""
