"""The pump and RetryDelivery: what a commit left behind is tried again, and shown when it is given up."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, House, chain, user_task
from workflow_engine import InvalidStateError, NotFoundError, NotPermittedError, RetryDelivery, new_id

MESSAGE = '<bpmn:message id="M" name="reply"/>'
WAITS = MESSAGE + chain(
    '<bpmn:intermediateCatchEvent id="catch"><bpmn:messageEventDefinition id="m" messageRef="M"/>'
    "</bpmn:intermediateCatchEvent>",
    user_task("after"),
)
THROWS = MESSAGE + chain(
    '<bpmn:intermediateThrowEvent id="throw"><bpmn:messageEventDefinition id="m" messageRef="M"/>'
    "</bpmn:intermediateThrowEvent>",
    process="thrower",
)


def retry(outbox_id: str) -> RetryDelivery:
    return RetryDelivery(command_id=new_id(), outbox_id=outbox_id)


def set_case(house: House, case_id: str, **columns: Any) -> None:
    with house.engine._database.write() as unit:
        changes = ", ".join(f"{name} = '{value}'" for name, value in columns.items())
        unit._cursor.execute(f"UPDATE process_instance SET {changes} WHERE case_id = '{case_id}'")
        unit.commit()
    house.engine.forget_hot_copies()


def test_a_delivery_that_fails_is_tried_again_and_given_up_at_last(house: House) -> None:
    house.release(WAITS)
    house.release(THROWS)
    waiting = house.start()
    ((head,),) = house.rows(f"SELECT chain_head FROM process_instance WHERE case_id = '{waiting}'")
    ((header,),) = house.rows(f"SELECT header FROM process_instance WHERE case_id = '{waiting}'")
    set_case(house, waiting, header='{"format": 99}')  # stored by another version: no command to this case succeeds
    house.start("thrower")
    (row,) = house.engine.queries.list_outbox("pending")
    assert (row.attempts, "format" in (row.last_error or "")) == (1, True)
    assert house.engine.pump() == 0
    assert house.engine.queries.list_outbox("pending")[0].attempts == 1
    for _ in range(12):
        house.clock.advance(3700)
        house.engine.pump()
    (dead,) = house.engine.queries.list_outbox("dead")
    assert dead.attempts == 12
    assert house.engine.health()["dead_deliveries"] == 1
    with pytest.raises(NotPermittedError):
        house.engine.handle(retry(dead.outbox_id), ANNE)
    set_case(house, waiting, header=bytes(header).decode(), chain_head=head)
    house.engine.handle(retry(dead.outbox_id), ADMIN)
    assert [task.element_id for task in house.tasks(waiting)] == ["after"]
    with pytest.raises(InvalidStateError, match="sent, not dead"):
        house.engine.handle(retry(dead.outbox_id), ADMIN)


def test_retry_of_an_unknown_delivery_is_refused(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.engine.handle(retry("message:nothing"), OPERATOR)


def test_one_delivery_that_fails_stops_no_other(house: House) -> None:
    house.release(WAITS)
    house.release(THROWS)
    broken = house.start()
    house.clock.advance(1)
    set_case(house, broken, header='{"format": 99}')
    house.start("thrower")
    sound = house.start()
    house.publish("reply", case_id=sound)
    assert [task.element_id for task in house.tasks(sound)] == ["after"]
