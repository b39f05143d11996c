"""Shows a scenario live: its people act on the running engine in their own names, one step after the other.

For demos. Steps are those of a scenario that tests play as well; time does not jump, so that what waits for a time is
waited for, and a reporting interval is shortened. Nothing is kept but what the commands themselves record.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import ChangeVariables, Command, CompleteUserTask, PublishMessage
from workflow_engine.domain.errors import EngineError, InvalidStateError, UnavailableError
from workflow_engine.domain.exercises import played_alert
from workflow_engine.domain.intake_commands import ImportAlert
from workflow_engine.domain.service_request_commands import SubmitServiceRequest
from workflow_engine.engine import Engine
from workflow_engine.interchange.cap import parse_alert
from workflow_engine.queries.rows import InboxRow
from workflow_engine.rehearsal.casting import find_actor
from workflow_engine.rehearsal.scenario import Scenario, ScenarioError, Step, read_scenario
from workflow_engine.rehearsal.showing_resources import COORDINATOR, Supply

log = logging.getLogger(__name__)

BEGINNINGS = {"alert": "gas_leak", "report": "gas_leak_reported"}
"""How it may begin, and the scenario that is shown then."""
STEP_SECONDS, EACH_SECONDS, LONGEST_WAIT_SECONDS = 2.2, 0.5, 60.0
_SHIPPED = Path(__file__).parents[2] / "processes"
_PROCESS = "emergency_response"
_QUICK = {"dense_cadence": "PT50S", "cadence": "PT50S"}
"""After how long the first situation report is asked for: an hour is too long for a show."""
_BEFORE_PLANNING = "activate"
_SET_BY, _CLERK = "user:jiang_fan", "user:yao_xin"
_REPORT: dict[str, Any] = {
    "category": "gas.smell", "kind": "report", "source": "phone", "address": "桥北路 12 号", "lat": 28.231,
    "lon": 112.972, "place_code": "439901001001", "reporter_name": "张女士", "reporter_contact": "139-0000-0001",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShowState:
    """How far it is. ``now_playing``: the element or the kind of the step, and who acts."""

    beginning: str = ""
    is_playing: bool = False
    case_id: str | None = None
    done: int = 0
    steps: int = 0
    now_playing: tuple[str, str] = ("", "")
    told: str = ""
    """What happens now, in the words of the scenario."""
    error: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Show:
    """One at a time per process; begun, watched and stopped from the pages of a demo."""

    def __init__(
        self, engine: Engine, folder: Path | None = None, *, step_seconds: float = STEP_SECONDS,
        each_seconds: float = EACH_SECONDS,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._folder = (folder or _SHIPPED) / _PROCESS / "scenarios"
        self._step_seconds, self._each_seconds = step_seconds, each_seconds
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._begun = threading.Event()
        self._thread: threading.Thread | None = None
        self._state = ShowState()

    @property
    def state(self) -> ShowState:
        """How far it is now."""
        with self._lock:
            return self._state

    @property
    def is_there(self) -> bool:
        """Whether the processes of this demo hold what is shown."""
        return all((self._folder / f"{name}.json").exists() for name in BEGINNINGS.values())

    def start(self, beginning: str, *, exercise: bool = False) -> None:
        """Begin. Raises InvalidStateError while one is playing."""
        with self._lock:
            if self._state.is_playing:
                raise InvalidStateError("Expected no show to be playing, but one is.")
            try:
                scenario = read_scenario(self._folder / f"{BEGINNINGS[beginning]}.json")
            except (KeyError, ScenarioError) as error:
                raise InvalidStateError(f"Expected a show that begins by {beginning!r}, but: {error}") from error
            self._stop.clear()
            self._begun.clear()
            self._state = ShowState(
                beginning, True, steps=sum(1 for step in scenario.steps if step.kind in _PLAYED),
                started_at=self._engine.clock.now(),
            )  # fmt: skip
            self._thread = threading.Thread(
                target=self._play, args=(scenario, beginning, exercise), name="show", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End it after the present step; its case stays as it is."""
        self._stop.set()

    def wait_for_case(self, seconds: float) -> str | None:
        """The case, once it has begun; None when it had not by then."""
        self._begun.wait(seconds)
        return self.state.case_id

    def wait(self, seconds: float) -> bool:
        """Until it has ended; False when it had not by then."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self.state.is_playing

    def _play(self, scenario: Scenario, beginning: str, exercise: bool) -> None:
        performance = _Performance(self._engine, scenario, exercise, self._stop, self._tell)
        try:
            case_id = performance.begin(beginning)
            self._tell(case_id=case_id)
            self._begun.set()
            for step in scenario.steps:
                if step.kind in _PLAYED and not self._stop.wait(self._step_seconds):
                    performance.take(step, self._each_seconds)
                    self._tell(done=self.state.done + 1)
                if self._stop.is_set():
                    break
        except UnavailableError:
            log.info("the show ends with the engine", exc_info=True)
        except EngineError as refused:
            log.warning("the show stops at %s: %s", self.state.now_playing, refused)
            self._tell(error=str(refused))
        finally:
            self._begun.set()
            self._tell(is_playing=False, ended_at=self._engine.clock.now())

    def _tell(self, **changed: Any) -> None:
        with self._lock:
            self._state = replace(self._state, **changed)


class _Performance:
    """One run of a scenario on the running engine."""

    def __init__(
        self, engine: Engine, scenario: Scenario, exercise: bool, stop: threading.Event, tell: Callable[..., None]
    ) -> None:
        self._engine, self._scenario, self._exercise = engine, scenario, exercise
        self._stop, self._tell = stop, tell
        self._tag = new_id()[-8:]
        self._sent: dict[str, str] = {}
        self._case_id = ""

    def begin(self, beginning: str) -> str:
        """The case, begun by the alert or handed over by the hotline."""
        self._case_id = self._by_report() if beginning == "report" else self._alert(str(self._scenario.start["alert"]))
        return self._case_id

    def take(self, step: Step, pause: float) -> None:
        """One step by whoever takes it."""
        if step.details.get("note"):
            self._tell(told=str(step.details["note"]))
        if step.value == _BEFORE_PLANNING:
            self._hurry()
        _PLAYED[step.kind](self, step, pause)
        self._supply(step, pause)

    def _hurry(self) -> None:
        """Bring the first situation report forward, by hand of an administrator, on record."""
        clock = self._engine.queries.get_case(self._case_id, OPERATOR).variables.get("clock", {})
        change = ChangeVariables(command_id=new_id(), case_id=self._case_id, variables={"clock": {**clock, **_QUICK}})
        self._do(change, self._person(_SET_BY, None))

    def _supply(self, step: Step, pause: float) -> None:
        """The coordinator of resources acts beside the others."""
        wanted = step.details.get("form", {}).get("decision") if step.value == "command_decision" else step.value
        act = _SUPPLY.get(str(wanted)) if step.kind == "do" else None
        if act is not None:
            coordinator = self._person(COORDINATOR, None)
            act(Supply(self._engine, self._case_id, coordinator, lambda: self._stop.wait(pause)))

    def do(self, step: Step, _pause: float) -> None:
        task = self._task(step)
        if task is not None:
            self._complete(task, self._person(step.details.get("as"), task), step)

    def each(self, step: Step, pause: float) -> None:
        left_out = set(step.details.get("except", ()))
        for task in list(self._open(str(step.value))):
            if left_out.isdisjoint(task.candidate_groups) and not self._stop.wait(pause):
                self._complete(task, self._person(None, task), step)

    def alert(self, step: Step, _pause: float) -> None:
        self._tell(now_playing=("alert", OPERATOR.actor_id))
        self._alert(str(step.value))

    def message(self, step: Step, _pause: float) -> None:
        self._tell(now_playing=(str(step.value), OPERATOR.actor_id))
        command = PublishMessage(
            command_id=new_id(), name=str(step.value), message_id=new_id(), payload=step.details.get("payload", {}),
            case_id=self._case_id,
        )  # fmt: skip
        self._do(command, OPERATOR)

    def _complete(self, task: InboxRow, actor: Actor, step: Step) -> None:
        self._tell(now_playing=(task.name or task.element_id, actor.actor_id))
        form = step.details.get("form", {})
        self._do(CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=form), actor)

    def _alert(self, name: str) -> str:
        alert = parse_alert((self._scenario.folder / name).read_bytes()).to_dict()
        status = "Exercise" if self._exercise else "Actual"
        played = played_alert(alert, self._tag, self._engine.clock.now(), self._sent, status=status)
        self._sent[alert["identifier"]] = played["sent"]
        receipt = self._do(ImportAlert(command_id=new_id(), alert=played, source="show"), OPERATOR)
        return str(receipt.case_id or receipt.result.get("case_id"))

    def _by_report(self) -> str:
        """A resident calls, the hotline hands it over, and the response begins by that."""
        said, clerk = self._scenario.start["variables"], self._person(_CLERK, None)
        report = SubmitServiceRequest(
            command_id=new_id(), request_id=new_id(), title=said["headline"], description=said["description"],
            exercise=self._exercise, **_REPORT,
        )  # fmt: skip
        receipt = self._do(report, clerk)
        self._case_id = str(receipt.result["request_id"])
        take_up = Step(0, "do", "take_up", {"form": {"take_up_result": "emergency", "emergency_kind": "accident"}})
        self.do(take_up, 0)
        self._engine.pump()
        number = receipt.result["tracking_number"]
        for row in self._engine.queries.find_cases(OPERATOR, process_id=_PROCESS, limit=20).items:
            found = self._engine.queries.get_case(row.case_id, OPERATOR)
            if found.variables.get("source_request") == number:
                return row.case_id
        raise InvalidStateError("Expected the hotline's report to begin a response, but it did not.")

    def _task(self, step: Step) -> InboxRow | None:
        """The task that the step means, waited for; None when the show is stopped meanwhile."""
        group, waited = step.details.get("for"), 0.0
        while waited < LONGEST_WAIT_SECONDS:
            for task in self._open(str(step.value)):
                if group is None or group in task.candidate_groups:
                    return task
            if self._stop.wait(0.5):
                return None
            waited += 0.5
        raise InvalidStateError(f"Expected a task at {step.value}, but none has come.")

    def _open(self, element_id: str) -> Iterator[InboxRow]:
        for task in self._engine.queries.get_case(self._case_id, OPERATOR).user_tasks:
            if task.element_id == element_id and task.state in ("ready", "claimed"):
                yield task

    def _person(self, who: str | None, task: InboxRow | None) -> Actor:
        queries = self._engine.queries
        actor = find_actor(queries.list_people(), queries.organisation.find_actor, who, task)
        if actor is None:
            raise InvalidStateError(f"Expected somebody of the demo who is {who or 'offered the task'}.")
        return actor

    def _do(self, command: Command, actor: Actor) -> Any:
        return self._engine.handle(command, actor)


_SUPPLY: dict[str, Callable[[Supply], None]] = {
    "resources": Supply.assign, "take_over_shift": Supply.assign, "department_work": Supply.move,
    "enterprise_work": Supply.move, "recovery": Supply.bring_home,
}  # fmt: skip
"""After which steps something happens to resources; ``resources`` is the decision to ask for some."""
_PLAYED: dict[str, Callable[[_Performance, Step, float], None]] = {
    "do": _Performance.do, "each": _Performance.each, "alert": _Performance.alert, "message": _Performance.message,
}  # fmt: skip
"""Steps that are shown; what is expected is for tests, and time passes by itself."""
