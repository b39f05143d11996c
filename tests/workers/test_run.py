"""What runs beside the requests: woken by commits, not disturbed by failures, stopped without losing anything."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.workers.models import END, START, begin, chain, deploy, model, service_task, state_of, timer_event
from workflow_engine import engine as engine_module
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import OPERATOR
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.domain.commands import PublishMessage, StartCase
from workflow_engine.engine import Engine
from workflow_engine.failpoints import FailpointError, Failpoints
from workflow_engine.settings import Settings
from workflow_engine.workers.clock import AlarmClock
from workflow_engine.workers.connectors import Registry, Work
from workflow_engine.workers.loop import Loop
from workflow_engine.workers.outbox import OutboxRunner
from workflow_engine.workers.run import Workers

PATIENCE_SECONDS = 60.0
NEVER = 3600.0
MESSAGE = '<message id="hello" name="hello"/>'
THROWING = '<intermediateThrowEvent id="tell"><messageEventDefinition messageRef="hello"/></intermediateThrowEvent>'
CATCHING = '<intermediateCatchEvent id="hear"><messageEventDefinition messageRef="hello"/></intermediateCatchEvent>'


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def real_engine(database_url: str) -> Iterator[Engine]:
    """An engine with the machine's clock."""
    engine = open_engine(Settings(database_url=database_url), migrate=True)
    yield engine
    engine.close()


def test_commit_wakes_the_clock_before_its_tick(real_engine: Engine) -> None:
    deploy(real_engine, model("waiting", chain(START, timer_event("pause", "timeDuration", "PT0.2S"), END)))
    alarm = AlarmClock(real_engine, worker_id="tests", tick_seconds=NEVER)
    alarm.start()
    cases = [begin(real_engine, "waiting") for _ in range(3)]
    _until(lambda: {state_of(real_engine, case_id) for case_id in cases} == {"completed"})
    alarm.stop()


def test_timer_armed_before_the_start_is_woken_for(real_engine: Engine) -> None:
    deploy(real_engine, model("waiting", chain(START, timer_event("pause", "timeDuration", "PT1S"), END)))
    case_id = begin(real_engine, "waiting")
    alarm = AlarmClock(real_engine, worker_id="tests", tick_seconds=NEVER)
    alarm.start()
    _until(lambda: state_of(real_engine, case_id) == "completed")
    alarm.stop()
    begin(real_engine, "waiting")  # Nobody listens any more, and nobody minds.


def test_workers_do_jobs_as_soon_as_they_are_made_and_finish_them_before_they_stop(real_engine: Engine) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow(_work: Work) -> Mapping[str, Any]:
        began.set()
        go_on.wait(PATIENCE_SECONDS)
        return {}

    deploy(real_engine, model("calling", chain(START, service_task("call", "own"), END)))
    workers = Workers(real_engine, Registry({"own": slow}), Settings())
    workers.start()
    case_id = begin(real_engine, "calling")
    assert began.wait(PATIENCE_SECONDS)
    stopping = threading.Thread(target=workers.stop)
    stopping.start()
    assert state_of(real_engine, case_id) == "active"
    go_on.set()
    stopping.join(PATIENCE_SECONDS)
    assert not stopping.is_alive()
    assert state_of(real_engine, case_id) == "completed"


def test_message_whose_time_is_over_is_given_up_and_stays_visible(engine: Engine, clock: VirtualClock) -> None:
    command = PublishMessage(command_id=new_id(), name="hello", message_id="m1", time_to_live_seconds=60)
    engine.handle(command, OPERATOR)
    runner = OutboxRunner(engine)
    clock.advance(59)
    assert runner.expire() == 0
    clock.advance(2)
    assert runner.expire() == 1
    (message,) = engine.queries.list_messages("expired").items
    assert message.message_id == "m1"
    assert runner.expire() == 0


def test_what_a_broken_process_left_undelivered_is_delivered_once(
    engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(engine, model("hearing", chain(START, CATCHING, END), MESSAGE))
    deploy(engine, model("telling", chain(START, THROWING, END), MESSAGE))
    hearing = begin(engine, "hearing")
    monkeypatch.setattr(engine_module, "failpoint", Failpoints("after_commit:1:raise"))
    with pytest.raises(FailpointError):
        engine.handle(StartCase(command_id=new_id(), case_id=new_id(), process_id="telling"), OPERATOR)
    monkeypatch.undo()
    assert state_of(engine, hearing) == "active"
    assert [row.state for row in engine.queries.list_outbox()] == ["pending"]
    runner = OutboxRunner(engine)
    assert runner.run_once() == 1
    assert state_of(engine, hearing) == "completed"
    assert runner.run_once() == 0
    assert not engine.queries.list_outbox()


def test_loop_goes_on_after_a_failure_and_ends_when_asked(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="workflow_engine.workers.loop")
    rounds: list[int] = []

    def step() -> int:
        rounds.append(1)
        if len(rounds) == 1:
            raise ValueError("once")
        return 1 if len(rounds) < 5 else 0

    loop = Loop("tests", step, 0.01)
    loop.start()
    _until(lambda: len(rounds) >= 6)
    assert loop.stop(PATIENCE_SECONDS)
    ended_with = len(rounds)
    loop.wake()
    assert len(rounds) == ended_with


def test_loop_is_woken_from_its_rest() -> None:
    rounds: list[int] = []
    loop = Loop("tests", lambda: rounds.append(1) or 0, NEVER)
    loop.start()
    _until(lambda: len(rounds) == 1)
    loop.wake()
    _until(lambda: len(rounds) == 2)
    assert loop.stop(PATIENCE_SECONDS)
