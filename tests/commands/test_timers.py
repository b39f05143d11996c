"""FireTimer, ClaimTimers and FireStartTimer: once per (timer, due instant), never early, fenced."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, SECOND, House, chain, user_task
from workflow_engine import (
    CLOCK,
    ClaimTimers,
    FireStartTimer,
    FireTimer,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    RetireDefinition,
    StaleVersionError,
    new_id,
)

WAIT = (
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition id="t"><bpmn:timeDuration>PT1H'
    "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
)
TIMED = chain(WAIT, user_task("after"))
EVERY_HOUR = (
    '<bpmn:process id="hourly" isExecutable="true"><bpmn:startEvent id="tick"><bpmn:timerEventDefinition id="t">'
    "<bpmn:timeCycle>R3/PT1H</bpmn:timeCycle></bpmn:timerEventDefinition></bpmn:startEvent>"
    '<bpmn:userTask id="A"/><bpmn:endEvent id="end"/><bpmn:sequenceFlow id="f" sourceRef="tick" targetRef="A"/>'
    '<bpmn:sequenceFlow id="g" sourceRef="A" targetRef="end"/></bpmn:process>'
)


def claim(worker: str = "w1", **fields: Any) -> ClaimTimers:
    return ClaimTimers(command_id=new_id(), worker_id=worker, **fields)


def test_fire_when_due(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    house.clock.advance(3600)
    receipt = house.engine.handle(house.timer_command(case_id), CLOCK)
    assert (receipt.case_id, receipt.seq) == (case_id, 2)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]
    assert house.engine.queries.next_due_at() is None


def test_fire_before_due_is_refused(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    house.clock.advance(3599)
    with pytest.raises(InvalidStateError, match="not due yet"):
        house.engine.handle(house.timer_command(case_id), CLOCK)


def test_fire_twice_takes_effect_once(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    house.clock.advance(3600)
    fire = house.timer_command(case_id)
    house.engine.handle(fire, CLOCK)
    again = house.engine.handle(replace(fire, command_id=new_id()), CLOCK)
    assert again.replayed
    assert house.rows("SELECT count(*) FROM audit_entry WHERE stream_id = '" + case_id + "'") == [(2,)]


def test_fire_of_another_instant_or_case_is_refused(house: House) -> None:
    house.release(TIMED)
    fire = house.timer_command(house.start())
    with pytest.raises(NotFoundError, match="no such timer"):
        house.engine.handle(replace(fire, due_at="2030-01-01T00:00:00Z"), CLOCK)
    with pytest.raises(NotFoundError, match="no case"):
        house.engine.handle(replace(fire, case_id="nothing"), CLOCK)


@pytest.mark.parametrize("due_at", ["tomorrow", "2030-01-01T00:00:00", ""])
def test_fire_at_no_instant_is_refused(house: House, due_at: str) -> None:
    house.release(TIMED)
    fire = house.timer_command(house.start())
    with pytest.raises(RejectedError):
        house.engine.handle(replace(fire, due_at=due_at), CLOCK)


def test_fire_by_a_person_takes_a_right(house: House) -> None:
    house.release(TIMED)
    with pytest.raises(NotPermittedError):
        house.engine.handle(house.timer_command(house.start()), ANNE)


def test_claim_hands_due_timers_to_one_clock(house: House) -> None:
    house.release(TIMED)
    case_ids = {house.start() for _ in range(3)}
    assert house.engine.handle(claim(), CLOCK).result["timers"] == []
    house.clock.advance(3600)
    first = house.engine.handle(claim("w1", most=2), CLOCK).result["timers"]
    second = house.engine.handle(claim("w2"), CLOCK).result["timers"]
    assert (len(first), len(second)) == (2, 1)
    assert {timer["case_id"] for timer in [*first, *second]} == case_ids
    assert house.engine.handle(claim("w3"), CLOCK).result["timers"] == []


def test_an_old_claim_is_refused_after_its_lease(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    house.clock.advance(3600)
    (old,) = house.engine.handle(claim("w1", lease_seconds=30), CLOCK).result["timers"]
    house.clock.advance(31)
    (new,) = house.engine.handle(claim("w2", lease_seconds=30), CLOCK).result["timers"]
    assert new["fence"] == old["fence"] + 1
    with pytest.raises(StaleVersionError, match="another clock"):
        house.engine.handle(_fire(old), CLOCK)
    house.engine.handle(_fire(new), CLOCK)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]


def test_claims_out_of_bounds_are_refused(house: House) -> None:
    for fields in ({"most": 0}, {"most": 5000}, {"lease_seconds": 0}):
        with pytest.raises(RejectedError):
            house.engine.handle(claim(**fields), CLOCK)
    with pytest.raises(NotPermittedError):
        house.engine.handle(claim(), ANNE)


def test_many_firings_share_one_commit(house: House) -> None:
    house.release(TIMED)
    case_ids = [house.start() for _ in range(5)]
    house.clock.advance(3600)
    commands = [house.timer_command(case_id) for case_id in case_ids]
    commands.insert(2, replace(commands[0], command_id=new_id(), case_id="nothing"))
    answers = house.engine.handle_many([(command, CLOCK) for command in commands])
    assert [isinstance(answer, NotFoundError) for answer in answers] == [False, False, True, False, False, False]
    assert all(house.tasks(case_id)[0].element_id == "after" for case_id in case_ids)


def test_emergency_timers_come_first(house: House) -> None:
    house.release(TIMED)
    ordinary = house.start()
    house.rows("SELECT 1")
    with house.engine._database.write() as unit:
        unit._cursor.execute("UPDATE definition_process SET lane = 0")
        unit.commit()
    house.clock.advance(60)
    urgent = house.start()
    house.clock.advance(7200)
    timers = house.engine.handle(claim(), CLOCK).result["timers"]
    assert [timer["case_id"] for timer in timers] == [urgent, ordinary]


def test_a_start_timer_starts_cases_on_its_cycle(house: House) -> None:
    house.release(EVERY_HOUR)
    started = []
    for _ in range(3):
        house.clock.advance(3600)
        (timer,) = house.engine.handle(claim(lease_seconds=1), CLOCK).result["timers"]
        command = _fire_start(timer)
        started.append(house.engine.handle(command, CLOCK).case_id)
        with pytest.raises(InvalidStateError, match="fired already"):
            house.engine.handle(replace(command, command_id=new_id(), case_id=new_id()), CLOCK)
    house.clock.advance(86400)
    assert house.engine.handle(claim(), CLOCK).result["timers"] == []
    assert len(house.engine.queries.find_cases(OPERATOR, process_id="hourly").items) == len(set(started)) == 3


def test_a_start_timer_that_was_missed_fires_once_for_all(house: House) -> None:
    house.release(EVERY_HOUR)
    house.clock.advance(2 * 3600 + 1800)
    (timer,) = house.engine.handle(claim(), CLOCK).result["timers"]
    house.engine.handle(_fire_start(timer), CLOCK)
    due_at = house.engine.queries.next_due_at()
    assert due_at is not None
    assert (due_at - house.clock.now()).total_seconds() == 1800


def test_a_newer_version_takes_over_the_start_timer(house: House) -> None:
    old = house.release(EVERY_HOUR)
    house.release(EVERY_HOUR.replace('id="A"', 'id="A" name="newer"'))
    assert house.rows("SELECT state FROM timer ORDER BY state") == [("cancelled",), ("scheduled",)]
    newest = house.engine.queries.list_definitions()[0].definition_id
    house.engine.handle(RetireDefinition(command_id=new_id(), definition_id=newest), SECOND)
    scheduled = house.rows("SELECT definition_id FROM timer WHERE state = 'scheduled'")
    assert scheduled == [(old,)]
    house.engine.handle(RetireDefinition(command_id=new_id(), definition_id=old), SECOND)
    assert house.engine.queries.next_due_at() is None


def test_a_start_timer_refuses_what_is_not_due_or_unknown(house: House) -> None:
    house.release(EVERY_HOUR)
    ((timer_id,),) = house.rows("SELECT timer_id FROM timer")
    due_at = house.engine.queries.next_due_at()
    assert due_at is not None
    fields = {"command_id": new_id(), "case_id": new_id(), "timer_id": timer_id, "due_at": due_at.isoformat()}
    with pytest.raises(InvalidStateError, match="not due yet"):
        house.engine.handle(FireStartTimer(**fields), CLOCK)
    with pytest.raises(NotFoundError):
        house.engine.handle(FireStartTimer(**{**fields, "timer_id": "start:nothing"}), CLOCK)
    with pytest.raises(NotPermittedError):
        house.engine.handle(FireStartTimer(**fields), ANNE)


def test_operators_may_fire_by_hand(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    house.clock.advance(3600)
    house.engine.handle(house.timer_command(case_id), ADMIN)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]


def _fire(timer: dict[str, Any]) -> FireTimer:
    names = ("case_id", "token_id", "position", "due_at", "fence")
    return FireTimer(command_id=new_id(), **{name: timer[name] for name in names})


def _fire_start(timer: dict[str, Any]) -> FireStartTimer:
    return FireStartTimer(command_id=new_id(), case_id=new_id(), timer_id=timer["timer_id"], due_at=timer["due_at"])
