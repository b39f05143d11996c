"""Exercises: planned, run, brought their injects, observed, ended. All that they begin is an exercise for ever."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.actors import EXERCISE_WORLD
from workflow_engine.domain.commands import BroadcastSignal, Command, PublishMessage, Receipt, StartCase
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, RejectedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_exercises import ExerciseMoved, ExerciseObserved, ExercisePlanned, InjectSettled
from workflow_engine.domain.exercise_commands import (
    EndExercise,
    ExerciseCommand,
    InjectNow,
    ObserveExercise,
    PauseExercise,
    PlanExercise,
    SkipInject,
    StartExercise,
)
from workflow_engine.domain.exercises import (
    EXERCISE,
    FASTEST,
    INJECT,
    LONGEST_TEXT,
    LONGEST_TITLE,
    SLOWEST,
    Running,
    played_alert,
    problems_of,
)
from workflow_engine.domain.intake_commands import ImportAlert
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.service_request_commands import SubmitServiceRequest
from workflow_engine.handlers import cases
from workflow_engine.handlers.alerts import import_alert
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.messages import publish_message
from workflow_engine.handlers.service_requests import submit_service_request
from workflow_engine.handlers.signals import broadcast_signal
from workflow_engine.storage import exercises as store
from workflow_engine.storage.exercise_marks import EXERCISES
from workflow_engine.storage.exercises import Exercise, Inject

CONDUCT = "exercise.conduct"
SOURCE = "exercise"
Content = Mapping[str, Any]


def plan_exercise(work: Handling, command: PlanExercise) -> Receipt:
    """Keep it with its script; refused with every problem of the script."""
    require_permission(work.actor, CONDUCT, "plan an exercise")
    title, goal = command.title.strip(), command.goal.strip()
    problems = problems_of(command.script)
    if not 0 < len(title) <= LONGEST_TITLE:
        problems["title"] = f"Expected 1 to {LONGEST_TITLE} characters."
    if len(goal) > LONGEST_TEXT:
        problems["goal"] = f"Expected at most {LONGEST_TEXT} characters."
    if not SLOWEST <= command.pace <= FASTEST:
        problems["pace"] = f"Expected a pace from {SLOWEST} to {FASTEST}."
    if problems:
        raise InvalidVariablesError("Expected an exercise that can be played.", problems)
    cases.require_released(work, command.process_id, None)
    if store.find(work.unit, command.exercise_id) is not None:
        raise InvalidStateError("Expected a new id for an exercise, but it is taken.")
    script = {name: command.script[name] for name in ("answers", "expected") if name in command.script}
    whole = orjson.dumps(dict(command.script), option=orjson.OPT_SORT_KEYS)
    row = {
        "exercise_id": command.exercise_id, "title": title, "goal": goal, "process_id": command.process_id,
        "unit_id": work.actor.unit_id, "script": orjson.dumps(script).decode(), "pace": command.pace,
        "simulated": orjson.dumps(list(command.simulated)).decode(), "spans": "[]", "state": "planned",
        "planned_at": work.now, "planned_by": work.actor.actor_id,
    }  # fmt: skip
    store.add(work.unit, row, command.script["injects"])
    event = ExercisePlanned(
        exercise_id=command.exercise_id, process_id=command.process_id, injects=len(command.script["injects"]),
        pace=command.pace, digest=sha256(whole).hexdigest(),
    )  # fmt: skip
    return _record(work, command, event)


def start_exercise(work: Handling, command: StartExercise) -> Receipt:
    """Its clock runs from now on."""
    found = _require(work, command, "start the exercise", "running")
    return _move(work, command, "running", found.running.begun(work.now))


def pause_exercise(work: Handling, command: PauseExercise) -> Receipt:
    """Its clock stands."""
    found = _require(work, command, "pause the exercise", "paused")
    return _move(work, command, "paused", found.running.stopped(work.now))


def inject_now(work: Handling, command: InjectNow) -> Receipt:
    """Bring it as the world outside would; nothing of it happens when it is refused."""
    what = f"bring inject {command.number}"
    found = _require(work, command, what, None)
    if found.state not in ("running", "paused"):
        raise InvalidStateError(f"Expected to {what}, but the exercise is {found.state}.", state=found.state)
    inject = _require_inject(work, command.exercise_id, command.number, what, "given")
    case_id, outcome = _PLAYED[inject.kind](work, found, inject)
    if case_id is not None:
        store.add_case(work.unit, found.exercise_id, case_id, work.now)
    store.settle_inject(
        work.unit, found.exercise_id, inject.number, "given", work.now, work.actor.actor_id, outcome=outcome,
        case_id=case_id,
    )  # fmt: skip
    return _record(work, command, _settled(found, inject, "given", case_id), case_id=case_id)


def skip_inject(work: Handling, command: SkipInject) -> Receipt:
    """Leave it out, with the reason."""
    what = f"skip inject {command.number}"
    found = _require(work, command, what, None)
    if found.state == "ended":
        raise InvalidStateError(f"Expected to {what}, but the exercise is over.", state=found.state)
    reason = _text(command.reason, "reason", what)
    state = "failed" if command.failed else "skipped"
    inject = _require_inject(work, command.exercise_id, command.number, what, state)
    store.settle_inject(
        work.unit, found.exercise_id, inject.number, state, work.now, work.actor.actor_id, outcome=reason
    )  # fmt: skip
    return _record(work, command, _settled(found, inject, state, None))


def observe_exercise(work: Handling, command: ObserveExercise) -> Receipt:
    """Keep the note; also after the end, while it is evaluated."""
    found = _require(work, command, "note something about the exercise", None)
    text = _text(command.text, "text", "note something about the exercise")
    number = store.add_note(work.unit, found.exercise_id, work.now, work.actor.actor_id, text)
    return _record(work, command, ExerciseObserved(exercise_id=found.exercise_id, note=number))


def end_exercise(work: Handling, command: EndExercise) -> Receipt:
    """Its clock stands for good; what still runs is cancelled afterwards, case by case."""
    found = _require(work, command, "end the exercise", "ended")
    if len(command.findings) > LONGEST_TEXT:
        raise InvalidVariablesError(
            "Expected findings that can be kept.", {"findings": f"Expected at most {LONGEST_TEXT} characters."}
        )
    running = found.running.stopped(work.now)
    store.end(
        work.unit, found.exercise_id, running, work.now, work.actor.actor_id, command.findings.strip()
    )  # fmt: skip
    event = ExerciseMoved(exercise_id=found.exercise_id, state="ended", seconds=int(running.seconds(work.now)))
    return _record(work, command, event)


# ------------------------------------------------------------------------------------------------ what injects do
def _start(work: Handling, found: Exercise, inject: Inject) -> tuple[str | None, str]:
    said = inject.content
    case_id = work.part_id("case", str(inject.number))
    command = StartCase(
        command_id=work.part_id("start", str(inject.number)), case_id=case_id, process_id=found.process_id,
        variables={**said.get("variables", {}), cases.EXERCISE: True}, title=said.get("title"),
        start_element_id=said.get("element"), unit_id=found.unit_id,
    )  # fmt: skip
    _as_the_world(work, command, cases.start_case)
    return case_id, ""


def _alert(work: Handling, found: Exercise, inject: Inject) -> tuple[str | None, str]:
    sent = store.alerts_sent(work.unit, found.exercise_id)
    try:
        alert = played_alert(inject.content, found.exercise_id[-8:], work.now, sent, status="Exercise")
    except (KeyError, TypeError, ValueError) as error:
        raise RejectedError(f"Expected an alert with its identifier and instants, but {error!r}.") from error
    command = ImportAlert(
        command_id=work.part_id("alert", str(inject.number)), alert=alert, source=SOURCE, process_id=found.process_id,
        exercise=True, unit_id=found.unit_id,
    )  # fmt: skip
    receipt = _as_the_world(work, command, import_alert)
    return receipt.case_id or receipt.result.get("case_id"), str(alert["sent"])


def _message(work: Handling, found: Exercise, inject: Inject) -> tuple[str | None, str]:
    """To the newest case of the exercise; without one it may begin one."""
    said, case_id = inject.content, store.newest_case(work.unit, found.exercise_id)
    command = PublishMessage(
        command_id=work.part_id("message", str(inject.number)), name=str(said.get("name")),
        message_id=work.part_id("message id", str(inject.number)),
        payload={**said.get("payload", {}), cases.EXERCISE: True}, case_id=case_id,
        new_case_id=None if case_id else work.part_id("case", str(inject.number)),
    )  # fmt: skip
    receipt = _as_the_world(work, command, publish_message)
    return case_id or receipt.case_id, str(receipt.result.get("state", ""))


def _signal(work: Handling, _found: Exercise, inject: Inject) -> tuple[str | None, str]:
    said = inject.content
    command = BroadcastSignal(
        command_id=work.part_id("signal", str(inject.number)), name=str(said.get("name")),
        signal_id=work.part_id("signal id", str(inject.number)),
        payload={**said.get("payload", {}), cases.EXERCISE: True},
    )  # fmt: skip
    _as_the_world(work, command, broadcast_signal)
    return None, ""


def _service_request(work: Handling, _found: Exercise, inject: Inject) -> tuple[str | None, str]:
    number = str(inject.number)
    try:
        command = SubmitServiceRequest(
            **{"source": "phone", **inject.content, "exercise": True},
            command_id=work.part_id("request", number), request_id=work.part_id("case", number),
        )  # fmt: skip
    except TypeError as error:
        raise RejectedError(f"Expected the fields of a report, but {error}.") from error
    _as_the_world(work, command, submit_service_request)
    return command.request_id, ""


_PLAYED: dict[str, Callable[[Handling, Exercise, Inject], tuple[str | None, str]]] = {
    "start": _start, "alert": _alert, "message": _message, "signal": _signal, "service_request": _service_request,
}  # fmt: skip


def _as_the_world(work: Handling, command: Command, handle: Callable[[Handling, Any], Receipt]) -> Receipt:
    """In a chain of its own, in this transaction; a person conducts, but it is the world that acts."""
    part = work.apart(command)
    part = replace(part, envelope=replace(part.envelope, actor=EXERCISE_WORLD))
    receipt = handle(part, command)
    work.outgoing = work.outgoing or part.outgoing
    return receipt


# ------------------------------------------------------------------------------------------------ inside
def _require(work: Handling, command: ExerciseCommand, what: str, state: str | None) -> Exercise:
    require_permission(work.actor, CONDUCT, what)
    found = store.find(work.unit, command.exercise_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no exercise {command.exercise_id[:64]!r}.")
    if state is not None and state not in EXERCISE[found.state]:
        raise InvalidStateError(f"Expected to {what}, but it is {found.state}.", state=found.state)
    return found


def _require_inject(work: Handling, exercise_id: str, number: int, what: str, state: str) -> Inject:
    inject = store.find_inject(work.unit, exercise_id, number)
    if inject is None:
        raise NotFoundError(f"Expected to {what}, but there is none of this number.")
    if state not in INJECT[inject.state]:
        raise InvalidStateError(f"Expected to {what}, but it is {inject.state} already.", state=inject.state)
    return inject


def _move(work: Handling, command: ExerciseCommand, state: str, running: Running) -> Receipt:
    store.move(work.unit, command.exercise_id, state, running, work.now)
    seconds = int(running.seconds(work.now))
    return _record(work, command, ExerciseMoved(exercise_id=command.exercise_id, state=state, seconds=seconds))


def _settled(found: Exercise, inject: Inject, state: str, case_id: str | None) -> InjectSettled:
    return InjectSettled(exercise_id=found.exercise_id, number=inject.number, state=state, case_id=case_id)


def _record(work: Handling, command: ExerciseCommand, event: Event, case_id: str | None = None) -> Receipt:
    result = {"exercise_id": command.exercise_id, **({} if case_id is None else {"case_id": case_id})}
    return work.record_in_stream(f"{EXERCISES}{command.exercise_id}", [event], result)


def _text(text: str, field: str, what: str) -> str:
    text = text.strip()
    if not 0 < len(text) <= LONGEST_TEXT:
        problem = {field: f"Expected 1 to {LONGEST_TEXT} characters."}
        raise InvalidVariablesError(f"Expected to {what} with some words.", problem)
    return text
