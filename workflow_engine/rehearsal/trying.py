"""One try of a draft: a case on the real engine over a database of its own, with a clock that only moves when told.

Whatever is thrown stays inside: no worker looks at this database, so nothing leaves it. What was done is kept as the
steps of a scenario, so that it can be played again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from workflow_engine.domain.actors import CLOCK, OPERATOR, Actor
from workflow_engine.domain.ballot_commands import CastVote
from workflow_engine.domain.ballot_speaking import somebody_for
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.domain.commands import (
    BroadcastSignal,
    CompleteJob,
    CompleteUserTask,
    FailJob,
    FireTimer,
    PublishMessage,
    StartCase,
    ThrowJobError,
)
from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.intake_commands import ImportAlert
from workflow_engine.engine import Engine
from workflow_engine.queries import Queries
from workflow_engine.queries.ballot_rows import BallotDetail
from workflow_engine.queries.rows import CaseDetail, JobRow, TimerRow

MOST_STEPS = 300
MOST_FIRINGS = 500
"""Timers that may fall due within one step."""


@dataclass(slots=True)
class TrialState:
    """What is kept of a try beside its database; plain JSON."""

    owner: str
    title: str
    origin: Mapping[str, str]
    """Where its files came from, for going back there."""
    process_id: str
    definition_id: str
    started_at: str
    now: str
    start: Mapping[str, Any]
    case_id: str
    steps: list[dict[str, Any]] = field(default_factory=list)


class Trial:
    """A try under way; used inside ``TryOuts.open``."""

    def __init__(self, engine: Engine, clock: VirtualClock, state: TrialState) -> None:
        self._engine = engine
        self._clock = clock
        self.state = state

    # ---- looking
    @property
    def queries(self) -> Queries:
        """Everything that can be looked at in the try's own database."""
        return self._engine.queries

    @property
    def now(self) -> datetime:
        """The instant at which its clock stands."""
        return self._clock.now()

    def case(self) -> CaseDetail:
        """The case as it stands."""
        return self._engine.queries.get_case(self.state.case_id, OPERATOR)

    def next_timer(self) -> TimerRow | None:
        """The timer that falls due first."""
        timers = [timer for timer in self.case().timers if timer.state == "scheduled"]
        return min(timers, key=lambda timer: (timer.due_at, timer.timer_id), default=None)

    def scenario(self, name: str) -> dict[str, Any]:
        """What was done, as a scenario that ``processes/*/scenarios`` may keep."""
        case = self.case()
        expected: dict[str, Any] = {"state": case.case.state}
        if case.case.state == "active":
            waiting = sorted({task.element_id for task in case.user_tasks if task.state in ("ready", "claimed")})
            expected.update({"waiting": waiting} if waiting else {})
        return {
            "name": name, "about": self.state.title, "process_id": self.state.process_id,
            "start_at": self.state.started_at, "start": dict(self.state.start),
            "steps": [*self.state.steps, {"expect": expected}],
        }  # fmt: skip

    # ---- acting
    def start(self, alert: Mapping[str, Any] | None = None) -> None:
        """Start the case, or let the alert start it. Raises RejectedError when it cannot be started so."""
        start = self.state.start
        if alert is not None:
            self.state.case_id = self._import(alert)
            return
        command = StartCase(
            command_id=new_id(), case_id=self.state.case_id, process_id=self.state.process_id,
            variables=start.get("variables", {}), title=start.get("title"), start_element_id=start.get("element"),
        )  # fmt: skip
        self._engine.handle(command, OPERATOR)
        self._engine.pump()

    def complete(self, user_task_id: str, actor: Actor, who: str, form: Mapping[str, Any]) -> None:
        """Somebody completes a task; ``who`` is how a scenario names them. Raises RejectedError."""
        self._require_room()
        task = self.queries.get_user_task(user_task_id, OPERATOR)
        command = CompleteUserTask(command_id=new_id(), user_task_id=user_task_id, variables=form)
        self._engine.handle(command, actor)
        self._engine.pump()
        step: dict[str, Any] = {"do": task.element_id, "as": who, "form": dict(form)}
        alike = [other for other in self.case().user_tasks if other.element_id == task.element_id]
        if len(alike) > 1 and task.candidate_groups:
            step["for"] = task.candidate_groups[0]
        self.state.steps.append(step)

    def ballot(self, ballot_id: str) -> BallotDetail | None:
        """The ballot that this open task is; None when nobody votes on it."""
        running = {row.ballot_id for row in self.queries.ballots.of_case(self.state.case_id, OPERATOR)}
        return self.queries.ballots.get(ballot_id, OPERATOR) if ballot_id in running else None

    def vote(self, ballot_id: str, voter: str, choice: str, reason: str = "", item: str = "") -> None:
        """A voter votes, whoever that is in the real organisation. Raises RejectedError."""
        self._require_room()
        detail = self.queries.ballots.get(ballot_id, OPERATOR)
        command = CastVote(
            command_id=new_id(), ballot_id=ballot_id, choice=choice, voter=voter, reason=reason or None, item=item
        )
        self._engine.handle(command, somebody_for(voter))
        self._engine.pump()
        step: dict[str, Any] = {"vote": detail.ballot.element_id, "for": voter, "choice": choice}
        step.update({name: value for name, value in (("reason", reason), ("item", item)) if value})
        self.state.steps.append(step)

    def jump(self) -> None:
        """Let time pass until the next timer falls due, and fire it with whatever is due at that instant."""
        timer = self.next_timer()
        if timer is None:
            raise InvalidStateError("Expected a timer to jump to, but none is set.")
        self._pass(max(timer.due_at, self.now))

    def wait(self, duration: str) -> None:
        """Let time pass; timers fall due on the way, each at its own instant. Raises InvalidVariablesError."""
        try:
            until = add(self.now, parse_duration(duration))
        except ValueError as error:
            raise InvalidVariablesError(f"Expected a duration, but {error}", {"duration": str(error)}) from error
        if until < self.now:
            raise InvalidVariablesError("Expected a duration forward.", {"duration": "forward"})
        self._pass(until)

    def send(self, name: str, payload: Mapping[str, Any]) -> None:
        """A message comes to the case."""
        self._require_room()
        command = PublishMessage(
            command_id=new_id(), name=name, message_id=new_id(), payload=payload, case_id=self.state.case_id
        )
        self._engine.handle(command, OPERATOR)
        self._engine.pump()
        self.state.steps.append({"message": name, "payload": dict(payload)})

    def bring(self, name: str, alert: Mapping[str, Any]) -> None:
        """Another alert comes in."""
        self._require_room()
        self._import(alert)
        self.state.steps.append({"alert": name})

    def broadcast(self, name: str, payload: Mapping[str, Any]) -> None:
        """A signal goes to whoever waits for it."""
        self._require_room()
        self._engine.handle(
            BroadcastSignal(command_id=new_id(), name=name, signal_id=new_id(), payload=payload), OPERATOR
        )
        self._engine.pump()
        self.state.steps.append({"signal": name, "payload": dict(payload)})

    def finish_job(self, job_id: str, variables: Mapping[str, Any]) -> None:
        """The work outside is done."""
        job = self._require_job(job_id)
        command = CompleteJob(
            command_id=new_id(), case_id=job.case_id, token_id=job.token_id, lock_token=None, variables=variables
        )
        self._engine.handle(command, OPERATOR)
        self._engine.pump()
        self.state.steps.append({"job": job.element_id, "variables": dict(variables)})

    def break_job(self, job_id: str, code: str) -> None:
        """The work outside ends in a BPMN error; without a code it fails for good, which stops the case."""
        job = self._require_job(job_id)
        ids = {"command_id": new_id(), "case_id": job.case_id, "token_id": job.token_id}
        if code:
            self._engine.handle(ThrowJobError(**ids, code=code, message=""), OPERATOR)  # type: ignore[arg-type]
        else:
            self._engine.handle(FailJob(**ids, error="failed in a try", retries_left=0), OPERATOR)  # type: ignore[arg-type]
        self._engine.pump()
        self.state.steps.append({"job": job.element_id, "error": code})

    # ---- inside
    def _import(self, alert: Mapping[str, Any]) -> str:
        command = ImportAlert(command_id=new_id(), alert=alert, source="trial", process_id=self.state.process_id)
        receipt = self._engine.handle(command, OPERATOR)
        self._engine.pump()
        case_id = receipt.case_id or receipt.result.get("case_id")
        if case_id is None:
            raise InvalidStateError(f"Expected the alert to reach a case, but: {receipt.result.get('disposition')}.")
        return str(case_id)

    def _pass(self, until: datetime) -> None:
        self._require_room()
        begun = self.now
        for _ in range(MOST_FIRINGS):
            timer = self.next_timer()
            if timer is None or timer.due_at > until:
                break
            self._clock.set(max(self.now, timer.due_at))
            due_at = timer.due_at.isoformat().replace("+00:00", "Z")
            command = FireTimer(
                command_id=new_id(), case_id=self.state.case_id, token_id=timer.token_id or 0,
                position=timer.position, due_at=due_at,
            )  # fmt: skip
            self._engine.handle(command, CLOCK)
            self._engine.pump()
        else:
            raise InvalidStateError(f"Expected fewer than {MOST_FIRINGS} timers to fall due in one step.")
        self._clock.set(max(until, self.now))
        self.state.now = self.now.isoformat()
        self.state.steps.append({"advance": _iso_duration(self.now - begun)})

    def _require_room(self) -> None:
        if len(self.state.steps) >= MOST_STEPS:
            raise InvalidStateError(f"Expected at most {MOST_STEPS} steps in one try; begin another one.")

    def _require_job(self, job_id: str) -> JobRow:
        self._require_room()
        for job in self.case().jobs:
            if job.job_id == job_id:
                return job
        raise NotFoundError("Expected such a job in this try, but there is none.")


def _iso_duration(passed: timedelta) -> str:
    seconds = passed.total_seconds() - passed.days * 86_400
    whole = int(seconds) if seconds == int(seconds) else round(seconds, 6)
    return f"P{passed.days}DT{whole}S" if passed.days else f"PT{whole}S"
