"""The part of the public door that is about exercises."""

from __future__ import annotations

from workflow_engine.domain.exercise_commands import (
    EndExercise,
    InjectNow,
    ObserveExercise,
    PauseExercise,
    PlanExercise,
    SkipInject,
    StartExercise,
)
from workflow_engine.domain.exercises import EVERYBODY as EVERYBODY_SIMULATED
from workflow_engine.exercise_files import OfferedScript, offered_scripts, script_of, uploaded_script
from workflow_engine.queries.exercises import ExerciseRow, ExerciseStory, InjectRow, Judged
from workflow_engine.rehearsal.showing import BEGINNINGS as SHOW_BEGINNINGS
from workflow_engine.rehearsal.showing import Show, ShowState

__all__ = [
    "EVERYBODY_SIMULATED",
    "SHOW_BEGINNINGS",
    "EndExercise",
    "ExerciseRow",
    "ExerciseStory",
    "InjectNow",
    "InjectRow",
    "Judged",
    "ObserveExercise",
    "OfferedScript",
    "PauseExercise",
    "PlanExercise",
    "Show",
    "ShowState",
    "SkipInject",
    "StartExercise",
    "offered_scripts",
    "script_of",
    "uploaded_script",
]
