"""PublishMessage, CorrelateMessage, RouteMessage, ExpireMessages: exactly one catcher, or a new case, or waiting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.house import ADMIN, ANNE, NOON, OPERATOR, House, chain, user_task
from workflow_engine import (
    CorrelateMessage,
    ExpireMessages,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    PublishMessage,
    ResumeCase,
    SuspendCase,
    new_id,
)
from workflow_engine.domain.internal_commands import RouteMessage

MESSAGE = '<bpmn:message id="M" name="reply"/>'
CATCH = (
    '<bpmn:intermediateCatchEvent id="catch"><bpmn:messageEventDefinition id="m" messageRef="M"/>'
    "</bpmn:intermediateCatchEvent>"
)
WAITS = MESSAGE + chain(CATCH, user_task("after"))
KEYED = (
    '<bpmn:message id="M" name="reply"><bpmn:extensionElements><zeebe:subscription correlationKey="=order"/>'
    "</bpmn:extensionElements></bpmn:message>" + chain(CATCH, user_task("after"))
)
LATER = MESSAGE + chain(user_task("before"), CATCH, user_task("after"))
STARTS = (
    '<bpmn:message id="N" name="new order"/><bpmn:process id="orders" isExecutable="true"><bpmn:startEvent id="s">'
    '<bpmn:messageEventDefinition id="m" messageRef="N"/></bpmn:startEvent><bpmn:userTask id="A"/>'
    '<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="A"/>'
    '<bpmn:sequenceFlow id="g" sourceRef="A" targetRef="e"/></bpmn:process>'
)
THROW = MESSAGE + chain(
    '<bpmn:intermediateThrowEvent id="throw"><bpmn:messageEventDefinition id="m" messageRef="M"/>'
    "</bpmn:intermediateThrowEvent>",
    process="thrower",
)


def at(house: House, case_id: str) -> list[str]:
    return [task.element_id for task in house.tasks(case_id)]


def test_publish_reaches_the_one_that_waits(house: House) -> None:
    house.release(WAITS)
    case_id = house.start()
    receipt = house.publish("reply", "m-1", payload={"answer": 42})
    assert (receipt.case_id, receipt.result["state"]) == (case_id, "correlated")
    assert at(house, case_id) == ["after"]
    assert house.variables(case_id) == {"answer": 42}
    (message,) = house.engine.queries.list_messages().items
    assert (message.message_id, message.state, message.case_id) == ("m-1", "correlated", case_id)


def test_publish_reaches_only_one_of_several(house: House) -> None:
    house.release(WAITS)
    first = house.start()
    house.clock.advance(1)
    second = house.start()
    assert house.publish("reply").case_id == first
    assert (at(house, first), at(house, second)) == (["after"], [])
    assert house.publish("reply").case_id == second


def test_publish_goes_by_its_correlation(house: House) -> None:
    house.release(KEYED)
    a, b = house.start(order="A-1"), house.start(order="B-2")
    assert house.publish("reply", correlation={"": "B-2"}).case_id == b
    assert house.publish("reply", correlation={"": "C-3"}).case_id is None
    assert (at(house, a), at(house, b)) == ([], ["after"])


def test_publish_again_with_the_same_message_id_changes_nothing(house: House) -> None:
    house.release(WAITS)
    first = house.start()
    house.clock.advance(1)
    second = house.start()
    house.publish("reply", "m-1")
    again = house.publish("reply", "m-1")
    assert again.result == {"duplicate": True, "state": "correlated", "case_id": first}
    assert at(house, second) == []


def test_publish_of_the_same_message_at_once_is_correlated_once(house: House) -> None:
    house.release(WAITS)
    cases = [house.start() for _ in range(4)]
    commands = [
        PublishMessage(command_id=new_id(), name="reply", message_id="m-1", payload={"n": 1}) for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda command: house.engine.handle(command, OPERATOR), commands))
    assert sum(at(house, case_id) == ["after"] for case_id in cases) == 1
    assert sum(bool(receipt.result.get("duplicate")) for receipt in receipts) == 3


def test_publish_before_its_catcher_waits_for_it(house: House) -> None:
    house.release(LATER)
    case_id = house.start()
    receipt = house.publish("reply", "m-1", payload={"early": True})
    assert receipt.result["state"] == "waiting"
    house.complete(house.task(case_id))
    assert at(house, case_id) == ["after"]
    assert house.variables(case_id) == {"early": True}
    assert house.engine.queries.list_messages("correlated").items[0].case_id == case_id


def test_a_message_that_waits_survives_a_restart(house: House) -> None:
    house.release(LATER)
    house.publish("reply", "m-1")
    house.reopen()
    case_id = house.start()
    house.complete(house.task(case_id))
    assert at(house, case_id) == ["after"]


def test_pump_delivers_what_a_crash_left_behind(house: House) -> None:
    house.release(LATER)
    case_id = house.start()
    house.publish("reply", "m-1")
    house.engine._pump.run = lambda _openings=None: 0  # type: ignore[method-assign]  # the process dies after its commit
    house.complete(house.task(case_id))
    assert at(house, case_id) == []
    house.reopen()
    assert house.engine.pump() == 1
    assert at(house, case_id) == ["after"]


def test_a_message_expires_and_stays_visible(house: House) -> None:
    house.release(LATER)
    case_id = house.start()
    house.publish("reply", "m-1", time_to_live_seconds=60)
    assert house.engine.handle(ExpireMessages(command_id=new_id()), OPERATOR).result["expired"] == 0
    house.clock.advance(61)
    assert house.engine.handle(ExpireMessages(command_id=new_id()), OPERATOR).result["expired"] == 1
    assert [row.message_id for row in house.engine.queries.list_messages("expired").items] == ["m-1"]
    house.complete(house.task(case_id))
    assert at(house, case_id) == []
    with pytest.raises(NotPermittedError):
        house.engine.handle(ExpireMessages(command_id=new_id()), ANNE)


def test_publish_to_a_named_case_reaches_no_other(house: House) -> None:
    house.release(LATER)
    house.release(WAITS.replace('id="p"', 'id="other"').replace("Process p", "Other"))
    waiting, named = house.start("other"), house.start("p")
    assert house.publish("reply", case_id=named).result["state"] == "waiting"
    assert at(house, waiting) == []
    house.complete(house.task(named))
    assert at(house, named) == ["after"]
    with pytest.raises(NotFoundError):
        house.publish("reply", case_id="nothing")


def test_publish_starts_a_case_where_only_a_start_event_catches_it(house: House) -> None:
    house.release(STARTS)
    assert house.publish("new order", "m-1").result["state"] == "waiting"
    case_id = new_id()
    receipt = house.publish("new order", "m-2", payload={"item": "pump"}, new_case_id=case_id)
    assert receipt.case_id == case_id
    assert (at(house, case_id), house.variables(case_id)) == (["A"], {"item": "pump"})


def test_publish_to_a_suspended_case_waits_until_it_goes_on(house: House) -> None:
    house.release(WAITS)
    case_id = house.start()
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="x"), ADMIN)
    assert house.publish("reply").result["state"] == "waiting"
    house.engine.handle(ResumeCase(command_id=new_id(), case_id=case_id), ADMIN)
    assert at(house, case_id) == ["after"]


def test_publish_takes_a_right(house: House) -> None:
    with pytest.raises(NotPermittedError):
        house.engine.handle(PublishMessage(command_id=new_id(), name="reply", message_id="m-1"), ANNE)


def test_a_thrown_message_reaches_another_case(house: House) -> None:
    house.release(WAITS)
    house.release(THROW)
    waiting = house.start()
    house.start("thrower")
    assert at(house, waiting) == ["after"]
    assert house.rows("SELECT state FROM outbox") == [("sent",)]


def test_a_thrown_message_that_nobody_wants_waits(house: House) -> None:
    house.release(WAITS)
    house.release(THROW)
    house.start("thrower")
    assert house.engine.queries.list_messages("waiting").items[0].published_by.startswith("case:")
    case_id = house.start()
    assert at(house, case_id) == ["after"]


def test_correlate_needs_the_catcher_it_names(house: House) -> None:
    house.release(WAITS)
    case_id = house.start()
    (subscription,) = house.engine.queries.get_case(case_id, OPERATOR).subscriptions
    token_id = int(subscription.subscription_id.split(".")[1])
    fields = {"case_id": case_id, "name": "reply", "message_id": "m-1", "position": 0}
    with pytest.raises(InvalidStateError, match="does not wait"):
        house.engine.handle(CorrelateMessage(command_id=new_id(), token_id=99, **fields), OPERATOR)
    with pytest.raises(NotPermittedError):
        house.engine.handle(CorrelateMessage(command_id=new_id(), token_id=token_id, **fields), ANNE)
    house.engine.handle(CorrelateMessage(command_id=new_id(), token_id=token_id, **fields), OPERATOR)
    assert at(house, case_id) == ["after"]


def test_route_of_an_unknown_message_is_refused(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.engine.handle(RouteMessage(command_id=new_id(), message_id="nothing"), OPERATOR)


def test_the_correlation_is_read_from_the_payload_when_none_is_given(house: House) -> None:
    body = (
        '<bpmn:collaboration id="c"><bpmn:participant id="pt" processRef="p"/><bpmn:correlationKey id="k" name="order">'
        "<bpmn:correlationPropertyRef>prop</bpmn:correlationPropertyRef></bpmn:correlationKey></bpmn:collaboration>"
        '<bpmn:correlationProperty id="prop" name="number"><bpmn:correlationPropertyRetrievalExpression messageRef="M">'
        "<bpmn:messagePath>order_number</bpmn:messagePath></bpmn:correlationPropertyRetrievalExpression>"
        "</bpmn:correlationProperty>" + MESSAGE
    )
    subscription = (
        '<bpmn:correlationSubscription id="cs" correlationKeyRef="k"><bpmn:correlationPropertyBinding id="b" '
        'correlationPropertyRef="prop"><bpmn:dataPath>wanted</bpmn:dataPath></bpmn:correlationPropertyBinding>'
        "</bpmn:correlationSubscription>"
    )
    house.release(body + chain(CATCH, user_task("after"), more=subscription))
    one, two = house.start(wanted=1), house.start(wanted=2)
    assert house.publish("reply", payload={"order_number": 2}).case_id == two
    assert house.publish("reply", payload={"order_number": 3}).case_id is None
    assert (at(house, one), at(house, two)) == ([], ["after"])


def test_noon_is_the_first_instant_of_the_record(house: House) -> None:
    house.release(WAITS)
    case_id = house.start()
    assert house.engine.queries.get_history(case_id, OPERATOR)[0].at == NOON
