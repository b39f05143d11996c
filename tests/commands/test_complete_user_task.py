"""CompleteUserTask: by the right person, once, in a running case, and not after its deadline."""

from __future__ import annotations

import pytest

from tests.support.house import (
    ADMIN,
    ANNE,
    BO,
    OPERATOR,
    STRANGER,
    TWO_STEPS,
    House,
    chain,
    user_task,
)
from workflow_engine import (
    CancelCase,
    CompleteUserTask,
    DuplicateCommandError,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    ResumeCase,
    SaveDraft,
    SuspendCase,
    new_id,
)

DEADLINE = (
    '<bpmn:boundaryEvent id="late" attachedToRef="A"><bpmn:outgoing>late__end2</bpmn:outgoing>'
    '<bpmn:timerEventDefinition id="t"><bpmn:timeDuration>PT10M</bpmn:timeDuration></bpmn:timerEventDefinition>'
    '</bpmn:boundaryEvent><bpmn:userTask id="escalated"/><bpmn:endEvent id="end2"/>'
    '<bpmn:sequenceFlow id="late__end2" sourceRef="late" targetRef="escalated"/>'
    '<bpmn:sequenceFlow id="escalated__end2" sourceRef="escalated" targetRef="end2"/>'
)


def test_complete_moves_the_case_on(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start(x=1)
    receipt = house.complete(house.task(case_id), ANNE, verdict="real")
    assert (receipt.case_id, receipt.seq) == (case_id, 2)
    assert [task.element_id for task in house.tasks(case_id)] == ["B"]
    assert house.variables(case_id) == {"x": 1, "verdict": "real"}
    house.complete(house.task(case_id), BO)
    assert house.state(case_id) == "completed"
    assert house.rows("SELECT count(*) FROM token") == [(0,)]
    assert house.rows("SELECT submitted_by, content FROM submission ORDER BY seq") == [
        ("user:anne", '{"verdict":"real"}'),
        ("user:bo", "{}"),
    ]


def test_complete_again_with_the_same_command_changes_nothing(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    command = CompleteUserTask(command_id=new_id(), user_task_id=house.task(case_id), variables={"n": 1})
    first = house.engine.handle(command, ANNE)
    house.reopen()
    again = house.engine.handle(command, ANNE)
    assert again.replayed
    assert (again.case_id, again.seq, again.entry_hash) == (first.case_id, first.seq, first.entry_hash)


def test_complete_with_a_used_command_id_by_another_person_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    command = CompleteUserTask(command_id=new_id(), user_task_id=house.task(case_id))
    house.engine.handle(command, ANNE)
    with pytest.raises(DuplicateCommandError):
        house.engine.handle(command, BO)


def test_complete_by_a_second_person_names_the_first(house: House) -> None:
    house.release(TWO_STEPS)
    task_id = house.task(house.start())
    house.complete(task_id, ANNE)
    with pytest.raises(InvalidStateError, match="completed by user:anne already") as refused:
        house.complete(task_id, BO)
    assert refused.value.details["completed_by"] == "user:anne"


def test_complete_by_somebody_outside_finds_nothing(house: House) -> None:
    house.release(TWO_STEPS)
    task_id = house.task(house.start())
    with pytest.raises(NotFoundError):
        house.complete(task_id, STRANGER)
    house.complete(task_id, ANNE)
    with pytest.raises(NotFoundError):
        house.complete(task_id, STRANGER)


def test_complete_of_a_task_that_another_has_is_not_permitted(house: House) -> None:
    house.release(TWO_STEPS)
    task_id = house.task(house.start())
    house.claim(task_id, ANNE)
    with pytest.raises(NotPermittedError, match="claimed by user:anne"):
        house.complete(task_id, BO)
    house.complete(task_id, ANNE)


def test_complete_of_a_task_that_names_nobody_is_open_to_all(house: House) -> None:
    house.release(chain(user_task("A")))
    case_id = house.start()
    house.complete(house.task(case_id), STRANGER)
    assert house.state(case_id) == "completed"


def test_complete_of_a_task_assigned_by_the_model(house: House) -> None:
    house.release(chain(user_task("A", 'camunda:assignee="user:anne"')))
    case_id = house.start()
    with pytest.raises(NotFoundError):
        house.complete(house.task(case_id), BO)
    house.complete(house.task(case_id), ANNE)


@pytest.mark.parametrize("user_task_id", ["nothing.1", "nothing", "", ".3", "a.b.c", "x.99999999999999999999"])
def test_complete_of_an_unknown_task_is_refused(house: House, user_task_id: str) -> None:
    house.release(TWO_STEPS)
    house.start()
    with pytest.raises(NotFoundError):
        house.complete(user_task_id)


def test_complete_of_another_element_of_a_case_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    with pytest.raises(NotFoundError):
        house.complete(f"{case_id}.1")


def test_complete_in_an_ended_case_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    task_id = house.task(case_id)
    house.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="test"), ADMIN)
    with pytest.raises(InvalidStateError, match="cancelled"):
        house.complete(task_id, ANNE)


def test_complete_in_a_suspended_case_is_refused_until_it_goes_on(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    task_id = house.task(case_id)
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="test"), ADMIN)
    with pytest.raises(InvalidStateError, match="suspended"):
        house.complete(task_id, ANNE)
    house.engine.handle(ResumeCase(command_id=new_id(), case_id=case_id), ADMIN)
    house.complete(task_id, ANNE)


def test_complete_with_values_that_are_not_json_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    task_id = house.task(house.start())
    with pytest.raises(InvalidVariablesError) as refused:
        house.complete(task_id, ANNE, deep={"a": [float("inf")]})
    assert "deep.a[0]" in refused.value.problems


def test_complete_after_the_deadline_is_refused_also_when_no_clock_looked(house: House) -> None:
    house.release(chain(user_task("A"), more=DEADLINE))
    case_id = house.start()
    task_id = house.task(case_id)
    house.clock.advance(601)
    with pytest.raises(InvalidStateError, match="deadline has passed"):
        house.complete(task_id, ANNE)
    house.engine.handle(house.timer_command(case_id), OPERATOR)
    assert [task.element_id for task in house.tasks(case_id)] == ["escalated"]


def test_complete_before_the_deadline_withdraws_the_timer(house: House) -> None:
    house.release(chain(user_task("A"), more=DEADLINE))
    case_id = house.start()
    house.clock.advance(599)
    house.complete(house.task(case_id), ANNE)
    assert house.state(case_id) == "completed"
    assert house.rows("SELECT state FROM timer") == [("cancelled",)]


def test_complete_fires_an_overdue_reminder_first(house: House) -> None:
    reminder = (
        '<bpmn:boundaryEvent id="late" attachedToRef="A" cancelActivity="false">'
        '<bpmn:timerEventDefinition id="t"><bpmn:timeDuration>PT10M</bpmn:timeDuration></bpmn:timerEventDefinition>'
        '</bpmn:boundaryEvent><bpmn:userTask id="reminder"/><bpmn:endEvent id="end2"/>'
        '<bpmn:sequenceFlow id="f1" sourceRef="late" targetRef="reminder"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="reminder" targetRef="end2"/>'
    )
    house.release(chain(user_task("A"), more=reminder))
    case_id = house.start()
    house.clock.advance(700)
    house.complete(house.task(case_id), ANNE)
    assert [task.element_id for task in house.tasks(case_id)] == ["reminder"]
    assert house.rows("SELECT state FROM timer") == [("fired",)]
    history = house.engine.queries.get_history(case_id, OPERATOR)[-1]
    kinds = [event["event"] for event in history.events]
    assert kinds.index("timer.fired") < kinds.index("user_task.completed")


def test_completing_removes_everybodys_drafts_of_the_task(house: House) -> None:
    house.release(TWO_STEPS)
    task_id = house.task(house.start())
    for actor in (ANNE, BO):
        house.engine.handle(SaveDraft(command_id=new_id(), user_task_id=task_id, content={"a": "half"}), actor)
    house.complete(task_id, ANNE)
    assert house.rows("SELECT * FROM task_draft") == []
