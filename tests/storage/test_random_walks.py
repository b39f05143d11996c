"""Random walks over models with everything in them: whatever happens, the record explains the rows.

After each walk the whole record is verified, every case is run again from it byte for byte, and its rows are rebuilt
and compared. Hot copies are forgotten and the engine reopened at random, so that hot and cold cases mix.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.house import ADMIN, ANNE, BO, OPERATOR, House, chain, user_task
from workflow_engine import (
    CLOCK,
    WORKER,
    AssignUserTask,
    BroadcastSignal,
    CancelCase,
    ChangeVariables,
    ClaimTimers,
    CompleteJob,
    FailJob,
    FireTimer,
    InvalidStateError,
    LockJobs,
    NotFoundError,
    NotPermittedError,
    ReleaseUserTask,
    ResumeCase,
    RetryIncident,
    StaleVersionError,
    SuspendCase,
    ThrowJobError,
    new_id,
)

_TIMER = '<bpmn:timerEventDefinition id="{0}"><bpmn:timeDuration>{1}</bpmn:timeDuration></bpmn:timerEventDefinition>'
_BOUNDARIES = (
    f'<bpmn:boundaryEvent id="remind" attachedToRef="A" cancelActivity="false">{_TIMER.format("t1", "PT10M")}'
    '</bpmn:boundaryEvent><bpmn:userTask id="reminder"/><bpmn:endEvent id="r_end"/>'
    '<bpmn:sequenceFlow id="r1" sourceRef="remind" targetRef="reminder"/>'
    '<bpmn:sequenceFlow id="r2" sourceRef="reminder" targetRef="r_end"/>'
    f'<bpmn:boundaryEvent id="deadline" attachedToRef="A">{_TIMER.format("t2", "PT1H")}</bpmn:boundaryEvent>'
    '<bpmn:userTask id="deputy"/><bpmn:sequenceFlow id="d1" sourceRef="deadline" targetRef="deputy"/>'
    '<bpmn:sequenceFlow id="d2" sourceRef="deputy" targetRef="calc"/>'
    '<bpmn:boundaryEvent id="no_data" attachedToRef="job"><bpmn:errorEventDefinition id="ed" errorRef="E"/>'
    '</bpmn:boundaryEvent><bpmn:sequenceFlow id="n1" sourceRef="no_data" targetRef="many"/>'
)
MODEL = (
    '<bpmn:message id="M" name="reply"/><bpmn:signal id="S" name="all clear"/><bpmn:error id="E" errorCode="no_data"/>'
    + chain(
        user_task("A", 'camunda:candidateGroups="role:duty_room"'),
        '<bpmn:scriptTask id="calc" scriptFormat="python"><bpmn:script>y = 10 / x</bpmn:script></bpmn:scriptTask>',
        '<bpmn:serviceTask id="job" camunda:type="external" camunda:topic="weather"/>',
        '<bpmn:userTask id="many" camunda:candidateUsers="user:anne,user:bo"><bpmn:multiInstanceLoopCharacteristics '
        'camunda:collection="people" camunda:elementVariable="person"/></bpmn:userTask>',
        '<bpmn:eventBasedGateway id="race"/>',
        more=_BOUNDARIES
        + '<bpmn:intermediateCatchEvent id="by_message"><bpmn:messageEventDefinition id="m" messageRef="M"/>'
        '</bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="by_signal"><bpmn:signalEventDefinition id="s" '
        'signalRef="S"/></bpmn:intermediateCatchEvent><bpmn:intermediateCatchEvent id="by_time">'
        + _TIMER.format("t3", "P1D")
        + '</bpmn:intermediateCatchEvent><bpmn:userTask id="last"/>'
        '<bpmn:sequenceFlow id="e1" sourceRef="race" targetRef="by_message"/>'
        '<bpmn:sequenceFlow id="e2" sourceRef="race" targetRef="by_signal"/>'
        '<bpmn:sequenceFlow id="e3" sourceRef="race" targetRef="by_time"/>'
        '<bpmn:sequenceFlow id="l1" sourceRef="by_message" targetRef="last"/>'
        '<bpmn:sequenceFlow id="l2" sourceRef="by_signal" targetRef="last"/>'
        '<bpmn:sequenceFlow id="l3" sourceRef="by_time" targetRef="last"/>'
        '<bpmn:sequenceFlow id="l4" sourceRef="last" targetRef="end"/>',
    ).replace('<bpmn:sequenceFlow id="race__end" sourceRef="race" targetRef="end"/>', "")
)


class Walk:
    """One walk: a house, its cases, and what can be done to them. Every action may be refused."""

    def __init__(self, database_url: str) -> None:
        self.house = House(database_url)
        self.house.release(MODEL)
        self.cases: list[str] = []
        self.jobs: list[dict[str, Any]] = []

    def step(self, action: str, pick: int) -> None:
        """Do one thing, to whichever case, task or job ``pick`` chooses."""
        if action in ("start", "forget", "reopen", "wait", "signal", "fetch", "publish") or self.cases:
            getattr(self, f"do_{action}")(pick)

    # ---- for all
    def do_start(self, pick: int) -> None:
        self.cases.append(self.house.start(x=pick % 3, people=list(range(pick % 4))))

    def do_forget(self, _pick: int) -> None:
        self.house.engine.forget_hot_copies()

    def do_reopen(self, _pick: int) -> None:
        self.house.reopen()

    def do_wait(self, pick: int) -> None:
        self.house.clock.advance((60, 900, 4000, 90_000)[pick % 4])

    def do_signal(self, pick: int) -> None:
        self.try_to(BroadcastSignal(command_id=new_id(), name="all clear", signal_id=new_id(), payload={"n": pick}))

    def do_publish(self, pick: int) -> None:
        self.house.publish("reply", payload={"answer": pick})

    def do_fire(self, pick: int) -> None:
        claim = ClaimTimers(command_id=new_id(), worker_id="w", lease_seconds=1, most=3)
        for timer in self.house.engine.handle(claim, CLOCK).result["timers"]:
            names = ("case_id", "token_id", "position", "due_at", "fence")
            self.try_to(FireTimer(command_id=new_id(), **{name: timer[name] for name in names}))

    def do_fetch(self, pick: int) -> None:
        command = LockJobs(command_id=new_id(), topics=("weather",), worker_id="w", lock_seconds=60, most=2)
        self.jobs += self.house.engine.handle(command, WORKER).result["jobs"]

    # ---- for one case
    def do_complete(self, pick: int) -> None:
        if (task := self.some_task(pick)) is not None:
            self.refusable(lambda: self.house.complete(task, (ANNE, BO, OPERATOR)[pick % 3], **{f"v{pick % 5}": pick}))

    def do_claim(self, pick: int) -> None:
        if (task := self.some_task(pick)) is not None:
            self.refusable(lambda: self.house.claim(task, (ANNE, BO)[pick % 2]))

    def do_release(self, pick: int) -> None:
        if (task := self.some_task(pick)) is not None:
            self.try_to(ReleaseUserTask(command_id=new_id(), user_task_id=task, reason="not mine"))

    def do_assign(self, pick: int) -> None:
        if (task := self.some_task(pick)) is not None:
            assignee = f"user:{'ab'[pick % 2]}"
            self.try_to(AssignUserTask(command_id=new_id(), user_task_id=task, assignee=assignee, reason="away"))

    def do_job(self, pick: int) -> None:
        if not self.jobs:
            return
        job = self.jobs.pop(pick % len(self.jobs))
        fields = {name: job[name] for name in ("case_id", "token_id", "lock_token")}
        self.try_to(
            (
                CompleteJob(command_id=new_id(), **fields, variables={"rain": pick}),
                FailJob(command_id=new_id(), **fields, error="down", retry_in_seconds=pick % 100),
                FailJob(command_id=new_id(), **fields, error="gone", retries_left=0),
                ThrowJobError(command_id=new_id(), **fields, code="no_data", variables={"why": "empty"}),
            )[pick % 4]
        )

    def do_change(self, pick: int) -> None:
        self.try_to(ChangeVariables(command_id=new_id(), case_id=self.some_case(pick), variables={"x": pick % 3}))

    def do_retry(self, pick: int) -> None:
        self.try_to(
            RetryIncident(
                command_id=new_id(), case_id=self.some_case(pick), incident_no=1 + pick % 3, variables={"x": pick % 4}
            )
        )

    def do_suspend(self, pick: int) -> None:
        self.try_to(SuspendCase(command_id=new_id(), case_id=self.some_case(pick), reason="r"))

    def do_resume(self, pick: int) -> None:
        self.try_to(ResumeCase(command_id=new_id(), case_id=self.some_case(pick)))

    def do_cancel(self, pick: int) -> None:
        if pick % 5 == 0:
            self.try_to(CancelCase(command_id=new_id(), case_id=self.some_case(pick), reason="r"))

    # ---- inside
    def some_case(self, pick: int) -> str:
        return self.cases[pick % len(self.cases)]

    def some_task(self, pick: int) -> str | None:
        tasks = self.house.tasks(self.some_case(pick))
        return tasks[pick % len(tasks)].user_task_id if tasks else None

    def try_to(self, command: Any) -> None:
        self.refusable(lambda: self.house.engine.handle(command, ADMIN if "case_id" in dir(command) else OPERATOR))

    def refusable(self, act: Callable[[], object]) -> None:
        """Refusals are part of the walk; anything else is a bug."""
        with suppress(NotFoundError, NotPermittedError, InvalidStateError, StaleVersionError):
            act()


ACTIONS = sorted(name.removeprefix("do_") for name in dir(Walk) if name.startswith("do_"))
WEIGHTED = [*ACTIONS, *(["start"] * 2), *(["complete"] * 8), *(["fetch"] * 3), *(["job"] * 3), *(["fire"] * 3)]
STEPS = st.lists(st.tuples(st.sampled_from(WEIGHTED), st.integers(0, 10_000)), min_size=5, max_size=60)


@settings(max_examples=25)
@given(steps=STEPS)
def test_the_record_explains_the_rows_whatever_happens(sqlite_template: Path, steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = shutil.copy(sqlite_template, Path(folder) / "walk.db")
        walk_and_verify(f"sqlite:///{database}", steps)


@pytest.mark.parametrize("seed", range(3))
def test_a_long_walk_on_each_database(database_url: str, seed: int) -> None:
    import random

    source = random.Random(seed)
    walk_and_verify(database_url, [(source.choice(WEIGHTED), source.randrange(10_000)) for _ in range(250)])


def walk_and_verify(database_url: str, steps: list[tuple[str, int]]) -> None:
    walk = Walk(database_url)
    try:
        walk.do_start(1)
        for action, pick in steps:
            walk.step(action, pick)
        report = walk.house.engine.verify_audit(sample=None)
        assert report.ok, [str(finding) for finding in report.findings]
        assert report.re_executed == len(walk.cases) == len(walk.house.rows("SELECT 1 FROM process_instance"))
    finally:
        walk.house.close()
