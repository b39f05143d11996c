"""Exercises for programs."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import (
    EndExercise,
    InjectNow,
    ObserveExercise,
    PauseExercise,
    PlanExercise,
    SkipInject,
    StartExercise,
)

_ONE = "/exercises/{exercise_id}"

EXERCISES: tuple[Ask | Tell, ...] = (
    Ask("list_exercises", "/exercises", "operations:read", "exercises.page"),
    Ask("get_exercise", _ONE, "operations:read", "exercises.get"),
    Tell("plan_exercise", "/exercises", "operations:write", PlanExercise, ("exercise_id",)),
    Tell("start_exercise", f"{_ONE}/start", "operations:write", StartExercise),
    Tell("pause_exercise", f"{_ONE}/pause", "operations:write", PauseExercise),
    Tell("inject_now", f"{_ONE}/inject", "operations:write", InjectNow),
    Tell("skip_inject", f"{_ONE}/skip", "operations:write", SkipInject),
    Tell("observe_exercise", f"{_ONE}/observe", "operations:write", ObserveExercise),
    Tell("end_exercise", f"{_ONE}/end", "operations:write", EndExercise),
)
