"""The alarm clock: nothing early, nothing twice, nothing lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workers.models import END, START, begin, chain, deploy, events_of, model, state_of, timer_event
from workflow_engine.bootstrap import open_engine
from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.domain.errors import EngineError
from workflow_engine.domain.internal_commands import ClaimTimers
from workflow_engine.engine import Engine
from workflow_engine.settings import Settings
from workflow_engine.workers.clock import AlarmClock, Tick, firing

WAITING = model("waiting", chain(START, timer_event("pause", "timeDuration", "PT1H"), END))


def _clock(engine: Engine, name: str = "one", lease_seconds: int = 30) -> AlarmClock:
    return AlarmClock(engine, worker_id=name, lease_seconds=lease_seconds)


def test_timer_fires_when_it_is_due_and_not_before(engine: Engine, clock: VirtualClock) -> None:
    deploy(engine, WAITING)
    case_id = begin(engine, "waiting")
    clock.advance(3599)
    assert _clock(engine).tick() == Tick()
    assert state_of(engine, case_id) == "active"
    clock.advance(1)
    assert _clock(engine).tick().fired == 1
    assert state_of(engine, case_id) == "completed"
    assert _clock(engine).tick() == Tick()


@pytest.mark.parametrize("downtime", [timedelta(hours=1, seconds=3), timedelta(hours=2), timedelta(days=2)])
def test_timers_that_fell_due_while_nothing_ran_fire_once(
    database_url: str, clock: VirtualClock, downtime: timedelta
) -> None:
    first = open_engine(Settings(database_url=database_url), clock=clock, migrate=True)
    deploy(first, WAITING)
    cases = [begin(first, "waiting") for _ in range(20)]
    first.close()
    clock.advance(downtime.total_seconds())
    second = open_engine(Settings(database_url=database_url), clock=clock)
    tick = _clock(second).tick()
    assert (tick.fired, tick.refused) == (20, 0)
    assert tick.lag_seconds == pytest.approx((downtime - timedelta(hours=1)).total_seconds())
    assert {state_of(second, case_id) for case_id in cases} == {"completed"}
    assert all(len(events_of(second, case_id, "timer.fired")) == 1 for case_id in cases)
    second.close()


def test_cycle_fires_once_for_all_that_was_missed(engine: Engine, clock: VirtualClock) -> None:
    cycle = (
        '<userTask id="work"/><boundaryEvent id="remind" attachedToRef="work" cancelActivity="false">'
        "<timerEventDefinition><timeCycle>R5/PT60S</timeCycle></timerEventDefinition></boundaryEvent>"
        '<endEvent id="reminded"/><sequenceFlow id="r" sourceRef="remind" targetRef="reminded"/>'
    )
    body = (
        f'{START}{cycle}{END}<sequenceFlow id="a" sourceRef="begin" targetRef="work"/>'
        '<sequenceFlow id="b" sourceRef="work" targetRef="finish"/>'
    )
    deploy(engine, model("cycling", body))
    case_id = begin(engine, "cycling")
    clock.advance(200)
    assert _clock(engine).tick().fired == 1
    assert len(events_of(engine, case_id, "timer.fired")) == 1
    clock.advance(3600)
    assert _clock(engine).tick().fired == 1
    assert _clock(engine).tick() == Tick()
    assert state_of(engine, case_id) == "active"


def test_timer_start_event_starts_one_case_for_each_instant(engine: Engine, clock: VirtualClock) -> None:
    started = timer_event("begin", "timeCycle", "R3/PT1H").replace("intermediateCatchEvent", "startEvent")
    deploy(engine, model("hourly", chain(started, END)))
    for _hour in range(5):
        clock.advance(3600)
        _clock(engine, "one").tick()
        _clock(engine, "two").tick()
    assert engine.queries.count_cases() == {"completed": 3}


def test_two_clocks_share_what_is_due(engine: Engine, clock: VirtualClock) -> None:
    deploy(engine, WAITING)
    for _ in range(6):
        begin(engine, "waiting")
    clock.advance(3600)
    for name in ("one", "two"):
        command = ClaimTimers(command_id=new_id(), worker_id=name, most=3)
        assert len(engine.handle(command, CLOCK).result["timers"]) == 3
    assert _clock(engine, "three").tick() == Tick()


def test_clock_that_slept_through_its_lease_changes_nothing(engine: Engine, clock: VirtualClock) -> None:
    deploy(engine, WAITING)
    case_id = begin(engine, "waiting")
    clock.advance(3600)
    slept = engine.handle(ClaimTimers(command_id=new_id(), worker_id="zombie", lease_seconds=30), CLOCK)
    (timer,) = slept.result["timers"]
    assert _clock(engine, "other").tick() == Tick(), "the lease still holds"
    clock.advance(31)
    (again,) = engine.handle(ClaimTimers(command_id=new_id(), worker_id="other"), CLOCK).result["timers"]
    assert again["fence"] == timer["fence"] + 1
    with pytest.raises(EngineError) as refused:
        engine.handle(firing(timer), CLOCK)
    assert refused.value.code == "stale_version"
    engine.handle(firing(again), CLOCK)
    with pytest.raises(EngineError):
        engine.handle(firing(timer), CLOCK)
    assert engine.handle(firing(again), CLOCK).replayed
    assert state_of(engine, case_id) == "completed"
    assert len(events_of(engine, case_id, "timer.fired")) == 1


def test_broken_case_does_not_stop_the_clock_of_the_others(
    engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(engine, WAITING)
    broken, *others = [begin(engine, "waiting") for _ in range(5)]
    clock.advance(3600)
    from workflow_engine.domain.commands import FireTimer
    from workflow_engine.handlers import registry

    real = registry.HANDLERS[FireTimer]

    def failing(work: object, command: FireTimer) -> object:
        if command.case_id == broken:
            raise KeyError("a row that cannot be read")
        return real(work, command)  # type: ignore[arg-type]

    monkeypatch.setitem(registry.HANDLERS, FireTimer, failing)
    tick = _clock(engine).tick()
    assert (tick.fired, tick.refused) == (4, 1)
    assert {state_of(engine, case_id) for case_id in others} == {"completed"}
    monkeypatch.setitem(registry.HANDLERS, FireTimer, real)
    clock.advance(31)
    assert _clock(engine).tick().fired == 1
    assert state_of(engine, broken) == "completed"


def test_timer_of_a_suspended_case_waits(engine: Engine, clock: VirtualClock) -> None:
    from workflow_engine.domain.actors import OPERATOR
    from workflow_engine.domain.commands import ResumeCase, SuspendCase

    deploy(engine, WAITING)
    case_id = begin(engine, "waiting")
    engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="inquiry"), OPERATOR)
    clock.advance(4000)
    assert _clock(engine).tick() == Tick()
    engine.handle(ResumeCase(command_id=new_id(), case_id=case_id), OPERATOR)
    assert _clock(engine).tick().fired == 1


def test_many_due_timers_share_commits(
    engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow_engine.workers.clock._LONGEST_COMMIT_SECONDS", 600.0)  # however slow the machine is
    deploy(engine, WAITING)
    for _ in range(120):
        begin(engine, "waiting")
    clock.advance(3600)
    commits: list[object] = []
    from workflow_engine.storage.unit_of_work import UnitOfWork

    real = UnitOfWork.commit
    try:
        UnitOfWork.commit = lambda unit: (commits.append(unit), real(unit))[1]  # type: ignore[method-assign]
        assert _clock(engine).tick().fired == 120
    finally:
        UnitOfWork.commit = real  # type: ignore[method-assign]
    assert len(commits) <= 120 // 10


def test_emergencies_fire_first(engine: Engine, clock: VirtualClock) -> None:
    extension = (
        '<extensionElements><zeebe:properties><zeebe:property name="priorityLane" value="emergency"/>'
        "</zeebe:properties></extensionElements>"
    )
    deploy(engine, WAITING)
    deploy(engine, model("urgent", extension + chain(START, timer_event("pause", "timeDuration", "PT61M"), END)))
    begin(engine, "waiting")
    urgent = begin(engine, "urgent")
    clock.advance(7200)
    (first,) = engine.handle(ClaimTimers(command_id=new_id(), worker_id="one", most=1), CLOCK).result["timers"]
    assert first["case_id"] == urgent


def test_health_says_when_nobody_fires_timers(engine: Engine, clock: VirtualClock) -> None:
    deploy(engine, WAITING)
    begin(engine, "waiting")
    alarm = _clock(engine)
    alarm.tick()
    engine.beat("clock", {"lag_seconds": 0.0})
    assert engine.health()["late"] == []
    clock.advance(3700)
    late = engine.health()["late"]
    assert "1 timers are overdue, one by 100 seconds" in late[0]
    assert "The clock has given no sign of life for 3700 seconds." in late
    alarm.tick()
    engine.beat("clock")
    assert engine.health()["late"] == []
