"""Runs one scenario: every step is an ordinary command of an ordinary person, only the clock is ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from workflow_engine.domain.actors import CLOCK, OPERATOR, Actor
from workflow_engine.domain.clock import Clock, VirtualClock, new_id
from workflow_engine.domain.commands import (
    BroadcastSignal,
    ClaimUserTask,
    Command,
    CompleteUserTask,
    FireTimer,
    PublishMessage,
    ReleaseUserTask,
    StartCase,
)
from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.intake_commands import ImportAlert
from workflow_engine.engine import Engine
from workflow_engine.interchange.cap import parse_alert
from workflow_engine.queries.rows import CaseDetail, InboxRow, TimerRow
from workflow_engine.rehearsal import consulting
from workflow_engine.rehearsal.attaching import file_command
from workflow_engine.rehearsal.balloting import BALLOT_STEPS, ballot_actor, ballot_command
from workflow_engine.rehearsal.casting import find_actor
from workflow_engine.rehearsal.expecting import unmet
from workflow_engine.rehearsal.indicating import VISITOR, indicator_command
from workflow_engine.rehearsal.requesting import Reports, unmet_of_request
from workflow_engine.rehearsal.resourcing import resource_commands
from workflow_engine.rehearsal.scenario import Scenario, Step
from workflow_engine.rehearsal.telling import Line, ScenarioResult
from workflow_engine.rehearsal.working import job_command

EngineFactory = Callable[[Clock], Engine]
"""Opens an engine on this clock, with the organisation loaded and the definitions released."""
SOURCE = "scenario"
_MOST_FIRINGS = 10_000


class _Broken(Exception):  # noqa: N818 - ends a scenario early; never leaves this module
    pass


def run_scenario(engine_factory: EngineFactory, scenario: Scenario) -> ScenarioResult:
    """Play the scenario from its start; it stops at the first step that cannot be done. Closes the engine."""
    clock = VirtualClock(scenario.start_at)
    engine = engine_factory(clock)
    try:
        return _Run(engine, clock, scenario).play()
    finally:
        engine.close()


class _Run:
    """One scenario under way."""

    def __init__(self, engine: Engine, clock: VirtualClock, scenario: Scenario) -> None:
        self._engine = engine
        self._clock = clock
        self._scenario = scenario
        self._case_id: str | None = None
        self._reports = Reports(scenario.process_id)
        self._lines: list[Line] = []
        self._findings: list[str] = []

    def play(self) -> ScenarioResult:
        acts: dict[str, Callable[[Step], None]] = {
            "do": self._do, "each": self._each, "claim": self._claim, "release": self._release,
            "advance": self._advance, "alert": self._alert, "message": self._message, "expect": self._expect,
            "attach": self._attach,
            "signal": self._signal, "job": self._job, "consultation": self._consultation,
            "service_request": self._service_request,
            "indicator": self._indicator, "resource": self._resource,
            **dict.fromkeys(BALLOT_STEPS, self._ballot),
        }  # fmt: skip
        try:
            self._start()
            for step in self._scenario.steps:
                if step.at is not None:
                    self._wait_for(step, self._scenario.start_at + step.at)
                acts[step.kind](step)
        except _Broken as broken:
            self._findings.append(str(broken))
        case = self._engine.queries.get_case(self._case_id, OPERATOR) if self._case_id else None
        return ScenarioResult(
            name=self._scenario.name,
            case_id=self._case_id,
            state=case.case.state if case else None,
            findings=tuple(self._findings),
            lines=tuple(self._lines),
            variables=case.variables if case else {},
            passed_elements=tuple(case.completed_elements) if case else (),
        )

    # ---- steps
    def _start(self) -> None:
        start = self._scenario.start
        if "alert" in start:
            receipt = self._import(str(start["alert"]), bool(start.get("exercise", False)))
            self._case_id = receipt.get("case_id")
            if self._case_id is None:
                raise _Broken(f"expected alert {start['alert']} to start a case, but it was {receipt}")
            return
        if "service_request" in start:
            self._report({"exercise": bool(start.get("exercise", False)), **start["service_request"]})
            return
        self._case_id = new_id()
        command = StartCase(
            command_id=new_id(),
            case_id=self._case_id,
            process_id=self._scenario.process_id,
            variables=start.get("variables", {}),
            title=start.get("title"),
            business_key=start.get("business_key"),
            start_element_id=start.get("element"),
        )
        self._engine.handle(command, OPERATOR)
        self._tell(OPERATOR, f"starts {self._scenario.process_id}")

    def _do(self, step: Step) -> None:
        task = self._task(step)
        form = step.details.get("form", {})
        actor = self._actor(step.details.get("as"), task)
        command = CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=form)
        self._person_does(step, actor, command, f"completes {task.element_id}")

    def _each(self, step: Step) -> None:
        """Everybody who is asked does it, but those in ``except``."""
        left_out = set(step.details.get("except", ()))
        tasks = [task for task in self._tasks(str(step.value)) if left_out.isdisjoint(task.candidate_groups)]
        if not tasks:
            raise _Broken(f"{step}: no such task is open")
        for task in tasks:
            form = step.details.get("form", {})
            command = CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=form)
            self._person_does(step, self._actor(None, task), command, f"completes {task.element_id}")

    def _claim(self, step: Step) -> None:
        self._handle_task(step, ClaimUserTask, "takes")

    def _release(self, step: Step) -> None:
        self._handle_task(step, ReleaseUserTask, "gives back")

    def _handle_task(self, step: Step, kind: type[ClaimUserTask] | type[ReleaseUserTask], what: str) -> None:
        task = self._task(step)
        reason = step.details.get("note") or ("given back" if kind is ReleaseUserTask else None)
        command = kind(command_id=new_id(), user_task_id=task.user_task_id, reason=reason)
        self._person_does(step, self._actor(step.details.get("as"), task), command, f"{what} {task.element_id}")

    def _ballot(self, step: Step) -> None:
        """Somebody votes, steps aside, or conducts the ballot at this element."""
        ballot_id = self._task(step).user_task_id
        queries = self._engine.queries
        detail = queries.ballots.get(ballot_id, OPERATOR)
        actor = ballot_actor(queries.list_people(), queries.organisation.find_actor, step, detail)
        if actor is None:
            raise _Broken(f"{step}: expected somebody who is {step.details.get('as')}, but there is nobody")
        self._person_does(step, actor, ballot_command(step, ballot_id), f"{step.kind} at {step.value}")

    def _advance(self, step: Step) -> None:
        self._pass(step, add(self._clock.now(), parse_duration(str(step.value))))

    def _wait_for(self, step: Step, instant: datetime) -> None:
        """Until the time of the step has come."""
        if instant < self._clock.now():
            raise _Broken(f"{step}: expected it at {_iso(instant)}, but it is {_iso(self._clock.now())} already")
        self._pass(step, instant)

    def _pass(self, step: Step, until: datetime) -> None:
        """Let time pass; timers fall due one after the other on the way, each at its own instant."""
        for _ in range(_MOST_FIRINGS):
            timer = next(self._due_timers(until), None)
            if timer is None:
                self._clock.set(until)
                return
            self._clock.set(max(self._clock.now(), timer.due_at))
            self._fire(timer)
        raise _Broken(f"{step}: more than {_MOST_FIRINGS} timers fell due")

    def _alert(self, step: Step) -> None:
        try:
            self._import(str(step.value), bool(self._scenario.start.get("exercise")))
        except RejectedError as refused:
            self._note_refusal(step, refused)
        else:
            self._require_accepted(step)

    def _message(self, step: Step) -> None:
        command = PublishMessage(
            command_id=new_id(),
            name=str(step.value),
            message_id=new_id(),
            payload=step.details.get("payload", {}),
            case_id=self._case_id,
        )
        self._engine.handle(command, OPERATOR)
        self._engine.pump()
        self._tell(OPERATOR, f"sends message {step.value}")

    def _signal(self, step: Step) -> None:
        payload = step.details.get("payload", {})
        command = BroadcastSignal(command_id=new_id(), name=str(step.value), signal_id=new_id(), payload=payload)
        self._engine.handle(command, OPERATOR)
        self._engine.pump()
        self._tell(OPERATOR, f"sends signal {step.value}")

    def _job(self, step: Step) -> None:
        """A worker outside ends its job."""
        command = job_command(step, self._case().jobs)
        if command is None:
            raise _Broken(f"{step}: no such job is open")
        self._engine.handle(command, OPERATOR)
        self._engine.pump()
        self._tell(OPERATOR, f"{'breaks' if 'error' in step.details else 'does'} job {step.value}")

    def _consultation(self, step: Step) -> None:
        """The public says something, or the office works on what was said."""
        asked = consulting.ask(self._engine.queries.consultations, self._the_case_id, step)
        if asked is None:
            raise _Broken(f"{step}: there is nothing of this kind to do")
        commands, speaker = asked
        for command in commands:
            self._spoken(step, command, speaker, f"{step.value}s at the consultation")

    def _indicator(self, step: Step) -> None:
        """A number comes from outside, or somebody reports an error in one that is published."""
        asked = indicator_command(self._engine.queries.indicators, step)
        if asked is None:
            raise _Broken(f"{step}: nothing is published yet")
        self._spoken(step, *asked, f"{step.value}s of indicators")

    def _resource(self, step: Step) -> None:
        """Owners, coordinators and the register."""
        commands = list(resource_commands(self._engine.queries.resources, step, self._case_id))
        if not commands:
            raise _Broken(f"{step}: there is nothing of this kind to do")
        for command, speaker in commands:
            self._spoken(step, command, speaker, f"{step.value}s resources")

    def _spoken(self, step: Step, command: Command, speaker: str | None, told: str) -> None:
        """Somebody who is named, or a visitor, does it."""
        queries, actor = self._engine.queries, VISITOR
        if speaker is not None:
            found = find_actor(queries.list_people(), queries.organisation.find_actor, speaker, None)
            if found is None:
                raise _Broken(f"{step}: expected somebody who is {speaker}, but there is nobody")
            actor = found
        self._person_does(step, actor, command, told)

    def _report(self, said: Mapping[str, Any]) -> None:
        """Somebody reports something, and the case begins."""
        command, actor = self._reports.begin(said, self._clock.now())
        self._engine.handle(command, actor)
        self._engine.pump()
        self._case_id = self._reports.own
        self._tell(actor, f"reports {said.get('category', 'something')}")

    def _service_request(self, step: Step) -> None:
        """The reporter says more, or staff works on the report; a case that follows is the case from then on."""
        asked = self._reports.command(step)
        if asked is None:
            raise _Broken(f"{step}: there is no report")
        command, who = asked
        actor: Actor | None
        if isinstance(who, Actor):
            actor = who
        else:
            queries = self._engine.queries
            actor = find_actor(queries.list_people(), queries.organisation.find_actor, who, None)
        if actor is None:
            raise _Broken(f"{step}: expected somebody who is {who}, but there is nobody")
        self._person_does(step, actor, command, f"{step.value}s the report")
        if self._reports.own is not None:
            self._case_id = self._engine.queries.service_requests.get(self._reports.own, OPERATOR).row.case_id

    def _attach(self, step: Step) -> None:
        """Somebody puts a file to the case."""
        queries = self._engine.queries
        who = str(step.details.get("as"))
        actor = find_actor(queries.list_people(), queries.organisation.find_actor, who, None)
        if actor is None:
            raise _Broken(f"{step}: expected somebody who is {who}, but there is nobody")
        command = file_command(step, self._scenario.name, self._the_case_id)
        self._person_does(step, actor, command, f"attaches {step.value}")

    def _expect(self, step: Step) -> None:
        wanted = dict(step.value)
        of_request = wanted.pop("service_request", None)
        self._findings.extend(f"{step}: {text}" for text in unmet(wanted, self._case(), self._clock.now()))
        if of_request is not None:
            found = self._engine.queries.service_requests.get(self._reports.own or "", OPERATOR)
            told = unmet_of_request(of_request, found, self._clock.now())
            self._findings.extend(f"{step}: {text}" for text in told)

    # ---- parts of steps
    def _import(self, name: str, exercise: bool) -> Mapping[str, Any]:
        alert = parse_alert((self._scenario.folder / name).read_bytes()).to_dict()
        command = ImportAlert(
            command_id=new_id(),
            alert=alert,
            source=SOURCE,
            process_id=self._scenario.process_id,
            exercise=exercise,
        )
        receipt = self._engine.handle(command, OPERATOR)
        self._engine.pump()
        self._tell(OPERATOR, f"brings alert {alert['identifier']} ({alert['msg_type']})")
        return {**receipt.result, "case_id": receipt.case_id or receipt.result.get("case_id")}

    def _person_does(self, step: Step, actor: Actor, command: Command, what: str) -> None:
        try:
            self._engine.handle(command, actor)
        except RejectedError as refused:
            self._tell(actor, f"{what}: refused ({refused.code})")
            self._note_refusal(step, refused)
            return
        self._engine.pump()
        self._tell(actor, what)
        self._require_accepted(step)

    def _note_refusal(self, step: Step, refused: RejectedError) -> None:
        wanted = step.details.get("refused")
        if wanted is None:
            raise _Broken(f"{step}: {refused.message}")
        if refused.code != wanted:
            self._findings.append(f"{step}: expected to be refused with {wanted}, but it was with {refused.code}")

    def _require_accepted(self, step: Step) -> None:
        if "refused" in step.details:
            self._findings.append(f"{step}: expected to be refused with {step.details['refused']}, but it was accepted")

    def _fire(self, timer: TimerRow) -> None:
        command = FireTimer(
            command_id=new_id(),
            case_id=self._the_case_id,
            token_id=timer.token_id or 0,
            position=timer.position,
            due_at=_iso(timer.due_at),
        )
        self._engine.handle(command, CLOCK)
        self._engine.pump()
        self._tell(CLOCK, f"{timer.element_id} falls due")

    def _due_timers(self, until: datetime) -> Iterator[TimerRow]:
        timers = [timer for timer in self._case().timers if timer.state == "scheduled" and timer.due_at <= until]
        yield from sorted(timers, key=lambda timer: (timer.due_at, timer.timer_id))

    # ---- looking
    @property
    def _the_case_id(self) -> str:
        if self._case_id is None:
            raise _Broken("expected a case, but none was started")
        return self._case_id

    def _case(self) -> CaseDetail:
        return self._engine.queries.get_case(self._the_case_id, OPERATOR)

    def _tasks(self, element_id: str) -> list[InboxRow]:
        open_ones = [task for task in self._case().user_tasks if task.state in ("ready", "claimed")]
        return [task for task in open_ones if task.element_id == element_id]

    def _task(self, step: Step) -> InboxRow:
        """The open task that a step means: of this element, and offered to ``for`` where it says so."""
        tasks = self._tasks(str(step.value))
        group = None if step.kind in BALLOT_STEPS else step.details.get("for")
        if group is not None:
            tasks = [task for task in tasks if group in task.candidate_groups]
        if not tasks:
            open_now = ", ".join(sorted({task.element_id for task in self._case().user_tasks})) or "none"
            raise _Broken(f"{step}: no such task is open; open are: {open_now}")
        return tasks[0]

    def _actor(self, who: str | None, task: InboxRow) -> Actor:
        queries = self._engine.queries
        actor = find_actor(queries.list_people(), queries.organisation.find_actor, who, task)
        if actor is None:
            raise _Broken(f"expected somebody who is {who or ' or '.join(task.candidate_groups)}, but there is nobody")
        return actor

    def _tell(self, actor: Actor, what: str) -> None:
        self._lines.append(Line(self._clock.now(), actor.actor_id, what))


def _iso(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
