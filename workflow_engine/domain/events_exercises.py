"""What happened to exercises."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ExercisePlanned(Event):
    """There is one, of so many injects; the digest is that of its script."""

    KIND = "exercise.planned"
    exercise_id: str
    process_id: str
    injects: int
    pace: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseMoved(Event):
    """Its clock runs, stands or has ended, at so many seconds of the script."""

    KIND = "exercise.moved"
    exercise_id: str
    state: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectSettled(Event):
    """An inject was given (to or as this case, if any), skipped, or could not be given."""

    KIND = "exercise.inject_settled"
    exercise_id: str
    number: int
    state: str
    case_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseObserved(Event):
    """Somebody noted something."""

    KIND = "exercise.observed"
    exercise_id: str
    note: int


EXERCISE_EVENTS: tuple[type[Event], ...] = (ExercisePlanned, ExerciseMoved, InjectSettled, ExerciseObserved)
EVENT_KINDS.update({kind.KIND: kind for kind in EXERCISE_EVENTS})
