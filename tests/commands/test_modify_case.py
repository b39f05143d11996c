"""Moving tokens by hand: what it does to rows and record, and everything it is refused for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, AUDITOR, OFFERED, House, chain, user_task
from workflow_engine import (
    DryRun,
    InvalidStateError,
    ModifyCase,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    StaleVersionError,
    SuspendCase,
    new_id,
)

THREE = chain(user_task("A", OFFERED), user_task("B", OFFERED), user_task("C", OFFERED))
FORKED = """
<bpmn:process id="p" isExecutable="true">
  <bpmn:startEvent id="start"/><bpmn:parallelGateway id="fork"/><bpmn:userTask id="A"/><bpmn:userTask id="B"/>
  <bpmn:userTask id="A2"/><bpmn:parallelGateway id="join"/><bpmn:userTask id="C"/><bpmn:endEvent id="end"/>
  <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="fork"/>
  <bpmn:sequenceFlow id="f2" sourceRef="fork" targetRef="A"/><bpmn:sequenceFlow id="f3" sourceRef="fork" targetRef="B"/>
  <bpmn:sequenceFlow id="f4" sourceRef="A" targetRef="A2"/><bpmn:sequenceFlow id="f5" sourceRef="A2" targetRef="join"/>
  <bpmn:sequenceFlow id="f6" sourceRef="B" targetRef="join"/><bpmn:sequenceFlow id="f7" sourceRef="join" targetRef="C"/>
  <bpmn:sequenceFlow id="f8" sourceRef="C" targetRef="end"/>
</bpmn:process>"""
NESTED = chain(
    '<bpmn:subProcess id="S"><bpmn:startEvent id="s1"/><bpmn:userTask id="X"/><bpmn:userTask id="Y"/>'
    '<bpmn:endEvent id="s2"/><bpmn:sequenceFlow id="n1" sourceRef="s1" targetRef="X"/>'
    '<bpmn:sequenceFlow id="n2" sourceRef="X" targetRef="Y"/><bpmn:sequenceFlow id="n3" sourceRef="Y" targetRef="s2"/>'
    "</bpmn:subProcess>",
    user_task("after"),
)
EACH = chain(
    '<bpmn:userTask id="A"><bpmn:multiInstanceLoopCharacteristics camunda:collection="people" camunda:elementVariable='
    '"who"/></bpmn:userTask>',
    user_task("B"),
)
WATCHED = chain(
    '<bpmn:userTask id="draft"><bpmn:extensionElements><camunda:properties><camunda:property name="completedBy" '
    'value="author"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>',
    '<bpmn:userTask id="check"><bpmn:extensionElements><camunda:properties><camunda:property name="notCompletedBy" '
    'value="author"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>',
    user_task("send"),
)


def tokens(house: House, case_id: str) -> dict[str, int]:
    return {
        place.element_id: place.token_id
        for place in house.engine.queries.operation.get_plan_basis(case_id, ADMIN).places
    }


def plan(case_id: str, *instructions: dict[str, Any], **fields: Any) -> ModifyCase:
    return ModifyCase(
        command_id=new_id(), case_id=case_id, instructions=instructions, **{"reason": "put right", **fields}
    )


def move(house: House, case_id: str, source: str, target: str, **fields: Any) -> DryRun:
    """First dry, then for good: both must tell the same."""
    command = plan(case_id, {"do": "move", "token_id": tokens(house, case_id)[source], "element_id": target}, **fields)
    dry = house.engine.dry_run(command, ADMIN)
    receipt = house.engine.handle(command, ADMIN)
    (entry,) = [row for row in house.engine.queries.get_history(case_id, ADMIN) if row.seq == receipt.seq]
    assert [dict(event) for event in entry.events] == [dict(event) for event in dry.events]
    return dry


def check_record(house: House) -> None:
    report = house.engine.verify_audit(sample=None)
    assert report.findings == []
    assert report.re_executed > 0


def open_at(house: House, case_id: str) -> list[str]:
    return sorted(task.element_id for task in house.tasks(case_id))


@pytest.mark.parametrize("hot", [True, False])
def test_move_withdraws_the_task_and_opens_the_other(house: House, hot: bool) -> None:
    house.release(THREE)
    case_id = house.start(x=1)
    if not hot:
        house.reopen()
    dry = move(house, case_id, "A", "C", variables={"x": 2})
    assert (dry.variables_before["x"], dry.variables_after["x"]) == (1, 2)
    assert [place.element_id for place in dry.places_after] == ["C"]
    assert open_at(house, case_id) == ["C"]
    assert house.variables(case_id) == {"x": 2}
    house.complete(house.task(case_id))
    assert house.state(case_id) == "completed"
    check_record(house)


def test_move_past_a_join_lets_the_other_branch_come_through(house: House) -> None:
    house.release(FORKED)
    case_id = house.start()
    move(house, case_id, "A", "C")
    assert open_at(house, case_id) == ["B", "C"]
    house.complete(house.task(case_id, "B"))
    assert open_at(house, case_id) == ["C", "C"]
    check_record(house)


def test_move_within_a_branch_still_joins(house: House) -> None:
    house.release(FORKED)
    case_id = house.start()
    move(house, case_id, "A", "A2")
    house.complete(house.task(case_id, "B"), b=1)
    assert open_at(house, case_id) == ["A2"]
    house.complete(house.task(case_id, "A2"), a=1)
    assert open_at(house, case_id) == ["C"]
    assert house.variables(case_id) == {"a": 1, "b": 1}
    check_record(house)


def test_move_into_and_out_of_a_sub_process(house: House) -> None:
    house.release(NESTED)
    case_id = house.start(x=1)
    move(house, case_id, "X", "after")
    assert open_at(house, case_id) == ["after"]
    move(house, case_id, "after", "Y")
    assert open_at(house, case_id) == ["Y"]
    house.complete(house.task(case_id))
    assert open_at(house, case_id) == ["after"]
    check_record(house)


def test_add_and_cancel(house: House) -> None:
    house.release(FORKED)
    case_id = house.start()
    house.engine.handle(plan(case_id, {"do": "add", "element_id": "C"}), ADMIN)
    assert open_at(house, case_id) == ["A", "B", "C"]
    here = tokens(house, case_id)
    house.engine.handle(
        plan(case_id, {"do": "cancel", "token_id": here["A"]}, {"do": "cancel", "token_id": here["B"]}), ADMIN
    )
    assert open_at(house, case_id) == ["C"]
    house.complete(house.task(case_id))
    assert house.state(case_id) == "completed"
    check_record(house)


def test_whole_multi_instance_activity_moves(house: House) -> None:
    house.release(EACH)
    case_id = house.start(people=["a", "b"])
    frame = next(
        place for place in house.engine.queries.operation.get_plan_basis(case_id, ADMIN).places if place.bound is None
    )
    house.engine.handle(plan(case_id, {"do": "move", "token_id": frame.token_id, "element_id": "B"}), ADMIN)
    assert open_at(house, case_id) == ["B"]
    check_record(house)


@pytest.mark.parametrize(
    ("model", "where", "instruction", "error", "words"),
    [
        (THREE, "A", {"do": "move", "element_id": "nowhere"}, NotFoundError, "there is none"),
        (THREE, "A", {"do": "move", "element_id": "start"}, InvalidStateError, "it is a start"),
        (THREE, "A", {"do": "cancel"}, InvalidStateError, "takes everything"),
        (THREE, "A", {"do": "jump", "element_id": "B"}, RejectedError, "to move, add or cancel"),
        (THREE, "A", {"do": "move"}, RejectedError, "element_id"),
        (THREE, None, {"do": "move", "token_id": 999, "element_id": "B"}, NotFoundError, "open token 999"),
        (THREE, None, {"do": "move", "token_id": "1", "element_id": "B"}, RejectedError, "to be a number"),
        (THREE, None, {"do": "add", "element_id": "B", "scope_id": 7}, NotFoundError, "running scope 7"),
        (FORKED, "A", {"do": "move", "element_id": "join"}, InvalidStateError, "joins several flows"),
        (WATCHED, "draft", {"do": "move", "element_id": "send"}, NotPermittedError, "a second person"),
        (WATCHED, "draft", {"do": "move", "element_id": "check"}, NotPermittedError, "nobody stands there"),
        (WATCHED, None, {"do": "add", "element_id": "send"}, NotPermittedError, "a second person"),
    ],
)
def test_plan_is_refused(
    house: House, model: str, where: str | None, instruction: dict[str, Any], error: type[RejectedError], words: str
) -> None:
    house.release(model)
    case_id = house.start()
    if where is not None:
        instruction = {**instruction, "token_id": tokens(house, case_id)[where]}
    before = house.engine.queries.get_history(case_id, ADMIN)
    with pytest.raises(error, match=words):
        house.engine.dry_run(plan(case_id, instruction), ADMIN)
    with pytest.raises(error, match=words):
        house.engine.handle(plan(case_id, instruction), ADMIN)
    assert house.engine.queries.get_history(case_id, ADMIN) == before
    check_record(house)


def test_one_instance_cannot_be_torn_out(house: House) -> None:
    house.release(EACH)
    case_id = house.start(people=["a", "b"])
    body = next(
        place
        for place in house.engine.queries.operation.get_plan_basis(case_id, ADMIN).places
        if place.bound is not None
    )
    with pytest.raises(InvalidStateError, match="take the whole activity"):
        house.engine.handle(plan(case_id, {"do": "move", "token_id": body.token_id, "element_id": "B"}), ADMIN)


def test_persons_of_a_rule_cannot_be_typed(house: House) -> None:
    house.release(WATCHED)
    case_id = house.start()
    with pytest.raises(NotPermittedError, match="author"):
        house.engine.handle(plan(case_id, variables={"author": "user:somebody"}), ADMIN)


def test_who_and_when_is_refused(house: House) -> None:
    house.release(THREE)
    case_id = house.start()
    step = {"do": "move", "token_id": tokens(house, case_id)["A"], "element_id": "B"}
    for actor, error in ((ANNE, NotPermittedError), (AUDITOR, NotPermittedError)):
        with pytest.raises(error):
            house.engine.handle(plan(case_id, step), actor)
    for fields, error in (({"reason": " "}, RejectedError), ({"case_version": 7}, StaleVersionError)):
        with pytest.raises(error):
            house.engine.handle(plan(case_id, step, **fields), ADMIN)
    with pytest.raises(RejectedError, match="plan is empty"):
        house.engine.handle(plan(case_id), ADMIN)
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="wait"), ADMIN)
    with pytest.raises(InvalidStateError, match="suspended"):
        house.engine.handle(plan(case_id, step), ADMIN)


def test_repeated_command_moves_once(house: House) -> None:
    house.release(THREE)
    case_id = house.start()
    command = plan(case_id, {"do": "move", "token_id": tokens(house, case_id)["A"], "element_id": "B"})
    first = house.engine.handle(command, ADMIN)
    again = house.engine.handle(command, ADMIN)
    assert (again.replayed, again.seq) == (True, first.seq)
    assert open_at(house, case_id) == ["B"]
