"""Who gets the next task, tried on a copy: the real step, and no trace of it. What can be started, and by whom."""

from __future__ import annotations

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, STRANGER, House, chain, user_task
from workflow_engine import NotFoundError, NotPermittedError, StartCase, new_id

WHO_NEXT = chain(
    '<bpmn:userTask id="A" name="Ask" camunda:assignee="${boss}"/>',
    user_task("B", 'camunda:candidateGroups="unit:fire,role:duty_room"'),
)
FORM = (
    '<bpmn:process id="p" name="Fire" isExecutable="true" camunda:candidateStarterGroups="unit:fire, role:chief">'
    "<bpmn:documentation>For fires.</bpmn:documentation><bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="liandong:objects" value="environment, people"/>'
    '<camunda:property name="liandong:stage" value="creation"/></camunda:properties></bpmn:extensionElements>'
    '<bpmn:startEvent id="s"><bpmn:extensionElements><camunda:formData>'
    '<camunda:formField id="street" label="Street" type="string"/></camunda:formData></bpmn:extensionElements>'
    '</bpmn:startEvent><bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="e"/></bpmn:process>'
)


def everything(house: House) -> list[tuple[object, ...]]:
    tables = ("process_instance", "token", "user_task", "offer", "audit_entry", "command", "entry_payload")
    return [tuple(house.rows(f"SELECT count(*) FROM {table}")) for table in tables]


def test_starting_tells_whose_the_first_task_would_be_and_leaves_no_trace(house: House) -> None:
    house.release(WHO_NEXT)
    before = everything(house)
    found = house.engine.foresee_start(ANNE, "p", {"boss": "user:bo"})
    assert [(task.element_id, task.assignee) for task in found.tasks] == [("A", "user:bo")]
    assert not found.ends
    assert everything(house) == before


def test_completing_tells_who_comes_next_and_the_case_stays(house: House) -> None:
    house.release(WHO_NEXT)
    case_id = house.start(boss="user:anne")
    before = everything(house)
    first = house.engine.foresee_completion(ANNE, house.task(case_id), {"x": 1})
    assert [task.candidate_groups for task in first.tasks] == [("unit:fire", "role:duty_room")]
    assert everything(house) == before
    house.complete(house.task(case_id), ANNE)
    assert house.engine.foresee_completion(ANNE, house.task(case_id), {}).ends
    with pytest.raises(NotFoundError):
        house.engine.foresee_completion(STRANGER, house.task(case_id), {})


def test_a_step_that_would_stop_is_told(house: House) -> None:
    house.release(WHO_NEXT)
    found = house.engine.foresee_start(ANNE, "p", {})
    assert found.stops_at == "A" or found.refused or found.tasks
    with pytest.raises(NotFoundError):
        house.engine.foresee_start(ANNE, "unknown", {})


def test_catalogue_tells_object_stage_form_and_starters(house: House) -> None:
    house.release(FORM)
    (row,) = house.engine.queries.catalogue.list_startable(ANNE)
    assert (row.objects, row.stage, row.starters) == (
        ("environment", "people"), "creation", ("unit:fire", "role:chief"),
    )  # fmt: skip
    assert row.documentation == "For fires."
    assert [field["id"] for field in row.fields] == ["street"]
    assert row.may_start
    assert not house.engine.queries.catalogue.list_startable(STRANGER)[0].may_start
    assert house.engine.queries.catalogue.get_start("p", ADMIN).row.version == 1


def test_only_starters_of_the_model_may_start_it(house: House) -> None:
    house.release(FORM)
    house.start(actor=ANNE)
    with pytest.raises(NotPermittedError, match="role:chief"):
        house.start(actor=STRANGER)
    command = StartCase(command_id=new_id(), case_id=new_id(), process_id="p")
    house.engine.handle(command, OPERATOR)
