"""BroadcastSignal, FanOutSignal, DeliverSignal: every case that waits gets it, once."""

from __future__ import annotations

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, House, chain, user_task
from workflow_engine import (
    BroadcastSignal,
    DeliverSignal,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    ResumeCase,
    SuspendCase,
    new_id,
)
from workflow_engine.domain.internal_commands import FanOutSignal

SIGNAL = '<bpmn:signal id="S" name="all clear"/>'
WAITS = SIGNAL + chain(
    '<bpmn:intermediateCatchEvent id="catch"><bpmn:signalEventDefinition id="s" signalRef="S"/>'
    "</bpmn:intermediateCatchEvent>",
    user_task("after"),
)
THROWS = SIGNAL + chain(
    '<bpmn:intermediateThrowEvent id="throw"><bpmn:signalEventDefinition id="s" signalRef="S">'
    '<bpmn:extensionElements><camunda:in source="news" target="news"/></bpmn:extensionElements>'
    "</bpmn:signalEventDefinition>"
    "</bpmn:intermediateThrowEvent>",
    process="thrower",
)
STARTS = (
    SIGNAL + '<bpmn:process id="started" isExecutable="true"><bpmn:startEvent id="s">'
    '<bpmn:signalEventDefinition id="d" signalRef="S"/></bpmn:startEvent><bpmn:userTask id="A"/><bpmn:endEvent id="e"/>'
    '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="A"/><bpmn:sequenceFlow id="g" sourceRef="A" targetRef="e"/>'
    "</bpmn:process>"
)


def broadcast(signal_id: str = "s-1", **payload: object) -> BroadcastSignal:
    return BroadcastSignal(command_id=new_id(), name="all clear", signal_id=signal_id, payload=payload)


def test_broadcast_reaches_every_case_that_waits(house: House) -> None:
    house.release(WAITS)
    cases = [house.start() for _ in range(3)]
    receipt = house.engine.handle(broadcast(by="chief"), OPERATOR)
    assert receipt.result["cases"] == 3
    assert all(house.variables(case_id) == {"by": "chief"} for case_id in cases)
    assert house.rows("SELECT DISTINCT state FROM signal_delivery") == [("delivered",)]
    late = house.start()
    assert house.tasks(late) == []


def test_broadcast_again_with_the_same_signal_id_changes_nothing(house: House) -> None:
    house.release(WAITS)
    house.start()
    house.engine.handle(broadcast(), OPERATOR)
    late = house.start()
    assert house.engine.handle(broadcast(), OPERATOR).result == {"duplicate": True}
    assert house.tasks(late) == []


def test_broadcast_takes_a_right(house: House) -> None:
    with pytest.raises(NotPermittedError):
        house.engine.handle(broadcast(), ANNE)


def test_broadcast_starts_cases_once(house: House) -> None:
    house.release(STARTS)
    house.engine.handle(broadcast(reason="drill"), OPERATOR)
    house.engine.pump()
    (case,) = house.engine.queries.find_cases(OPERATOR, process_id="started").items
    assert house.variables(case.case_id) == {"reason": "drill"}


def test_a_thrown_signal_reaches_other_cases(house: House) -> None:
    house.release(WAITS)
    house.release(THROWS)
    waiting = house.start()
    house.start("thrower", news="good")
    assert house.variables(waiting) == {"news": "good"}
    assert house.rows("SELECT state FROM outbox") == [("sent",)]


def test_a_suspended_case_gets_it_when_it_goes_on(house: House) -> None:
    house.release(WAITS)
    case_id = house.start()
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="x"), ADMIN)
    house.engine.handle(broadcast(), OPERATOR)
    assert house.rows("SELECT state FROM signal_delivery") == [("pending",)]
    house.engine.handle(ResumeCase(command_id=new_id(), case_id=case_id), ADMIN)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]


def test_a_delivery_takes_effect_once(house: House) -> None:
    house.release(WAITS)
    case_id = house.start()
    house.engine.handle(broadcast(), OPERATOR)
    again = DeliverSignal(command_id=new_id(), case_id=case_id, name="all clear", signal_id="s-1")
    with pytest.raises(InvalidStateError, match="delivered already"):
        house.engine.handle(again, OPERATOR)
    with pytest.raises(NotPermittedError):
        house.engine.handle(again, ANNE)


def test_a_delivery_that_was_not_sent_is_refused(house: House) -> None:
    house.release(WAITS)
    case_id = house.start()
    with pytest.raises(NotFoundError, match="not sent to it"):
        house.engine.handle(
            DeliverSignal(command_id=new_id(), case_id=case_id, name="all clear", signal_id="s-9"), OPERATOR
        )
    with pytest.raises(NotFoundError):
        house.engine.handle(FanOutSignal(command_id=new_id(), signal_id="s-9"), OPERATOR)


def test_a_case_that_moved_on_meanwhile_is_skipped(house: House) -> None:
    body = SIGNAL + chain(
        user_task("A"),
        more='<bpmn:boundaryEvent id="b" attachedToRef="A"><bpmn:signalEventDefinition id="s" signalRef="S"/>'
        '</bpmn:boundaryEvent><bpmn:endEvent id="e2"/><bpmn:sequenceFlow id="f" sourceRef="b" targetRef="e2"/>',
    )
    house.release(body)
    case_id = house.start()
    house.engine._pump.run = lambda _openings=None: 0  # type: ignore[method-assign]  # nothing is delivered meanwhile
    house.engine.handle(broadcast(), OPERATOR)
    house.complete(house.task(case_id))
    house.reopen()
    house.engine.pump()
    assert house.rows("SELECT state FROM signal_delivery") == [("skipped",)]
