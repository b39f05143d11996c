"""CancelCase, SuspendCase, ResumeCase, ChangeVariables and RetryIncident: for those who operate cases."""

from __future__ import annotations

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, TWO_STEPS, House, chain, user_task
from workflow_engine import (
    CancelCase,
    CaseCommand,
    ChangeVariables,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    ResumeCase,
    RetryIncident,
    SuspendCase,
    new_id,
)

BROKEN = chain(
    '<bpmn:scriptTask id="divide" scriptFormat="python"><bpmn:script>y = 10 / x</bpmn:script></bpmn:scriptTask>',
    user_task("after"),
)
TIMED = chain(
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition id="t"><bpmn:timeDuration>PT1H'
    "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>",
    user_task("after"),
)


def cancel(case_id: str) -> CancelCase:
    return CancelCase(command_id=new_id(), case_id=case_id, reason="not needed")


def suspend(case_id: str) -> SuspendCase:
    return SuspendCase(command_id=new_id(), case_id=case_id, reason="inquiry")


def resume(case_id: str) -> ResumeCase:
    return ResumeCase(command_id=new_id(), case_id=case_id)


def change(case_id: str, **variables: object) -> ChangeVariables:
    return ChangeVariables(command_id=new_id(), case_id=case_id, variables=variables)


def retry(case_id: str, number: int = 1, **variables: object) -> RetryIncident:
    return RetryIncident(command_id=new_id(), case_id=case_id, incident_no=number, variables=variables)


@pytest.mark.parametrize("make", [cancel, suspend, resume, change, retry])
def test_operating_takes_a_right_and_a_case(house: House, make: type[CaseCommand]) -> None:
    house.release(TWO_STEPS)
    with pytest.raises(NotPermittedError):
        house.engine.handle(make(house.start()), ANNE)  # type: ignore[call-arg,arg-type]
    with pytest.raises(NotFoundError):
        house.engine.handle(make("nothing"), ADMIN)  # type: ignore[call-arg,arg-type]


@pytest.mark.parametrize("make", [cancel, suspend, resume, change, retry])
def test_nothing_can_be_done_to_an_ended_case(house: House, make: type[CaseCommand]) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    house.engine.handle(cancel(case_id), ADMIN)
    with pytest.raises(InvalidStateError, match="cancelled"):
        house.engine.handle(make(case_id), ADMIN)  # type: ignore[call-arg,arg-type]


def test_cancel_withdraws_everything(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    house.engine.handle(cancel(case_id), ADMIN)
    assert house.state(case_id) == "cancelled"
    assert house.rows("SELECT state FROM timer") == [("cancelled",)]
    assert house.rows("SELECT count(*) FROM token") == [(0,)]
    assert house.rows("SELECT next_due_at FROM process_instance") == [(None,)]
    reason = house.engine.queries.get_history(case_id, ADMIN)[-1].command["reason"]
    assert reason == "not needed"


def test_cancel_of_a_suspended_case(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    house.engine.handle(suspend(case_id), ADMIN)
    house.engine.handle(cancel(case_id), ADMIN)
    assert house.state(case_id) == "cancelled"


def test_cancel_closes_open_incidents(house: House) -> None:
    house.release(BROKEN)
    case_id = house.start(x=0)
    house.engine.handle(cancel(case_id), ADMIN)
    assert house.rows("SELECT state, resolution FROM incident") == [("resolved", "cancelled")]
    assert house.rows("SELECT incident_count FROM process_instance") == [(0,)]


def test_suspend_holds_timers_until_resume(house: House) -> None:
    house.release(TIMED)
    case_id = house.start()
    fire = house.timer_command(case_id)
    house.engine.handle(suspend(case_id), ADMIN)
    house.clock.advance(3700)
    assert house.engine.queries.next_due_at() is None
    with pytest.raises(InvalidStateError, match="suspended"):
        house.engine.handle(fire, OPERATOR)
    house.engine.handle(resume(case_id), ADMIN)
    assert house.engine.queries.next_due_at() is not None
    house.engine.handle(fire, OPERATOR)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]


def test_suspend_and_resume_need_the_other_state(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    with pytest.raises(InvalidStateError, match="active, not suspended"):
        house.engine.handle(resume(case_id), ADMIN)
    house.engine.handle(suspend(case_id), ADMIN)
    with pytest.raises(InvalidStateError, match="suspended"):
        house.engine.handle(suspend(case_id), ADMIN)
    with pytest.raises(InvalidStateError, match="suspended"):
        house.engine.handle(change(case_id, x=1), ADMIN)


def test_change_variables_is_seen_by_what_follows(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start(x=1)
    house.engine.handle(change(case_id, x=2, y=[1]), ADMIN)
    assert house.variables(case_id) == {"x": 2, "y": [1]}
    house.complete(house.task(case_id))
    assert house.variables(case_id) == {"x": 2, "y": [1]}


def test_change_variables_refuses_what_is_no_json(house: House) -> None:
    house.release(TWO_STEPS)
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(change(house.start(), x=float("inf")), ADMIN)


def test_a_fault_is_an_incident_on_its_case_only(house: House) -> None:
    house.release(BROKEN)
    broken, sound = house.start(x=0), house.start(x=5)
    assert [task.element_id for task in house.tasks(sound)] == ["after"]
    incident = house.engine.queries.get_case(broken, ADMIN).incidents[0]
    assert (incident.element_id, incident.code, incident.state) == ("divide", "script_error", "open")
    assert house.engine.queries.list_incidents().items[0].case_id == broken
    assert house.engine.queries.get_case(broken, ADMIN).case.incident_count == 1


def test_retry_after_mending_goes_on(house: House) -> None:
    house.release(BROKEN)
    case_id = house.start(x=0)
    house.engine.handle(retry(case_id), ADMIN)
    incidents = house.engine.queries.get_case(case_id, ADMIN).incidents
    assert [incident.state for incident in incidents] == ["resolved", "open"]
    house.reopen()
    house.engine.handle(retry(case_id, 2, x=5), ADMIN)
    assert house.variables(case_id)["y"] == 2
    assert house.engine.queries.get_case(case_id, ADMIN).case.incident_count == 0


def test_retry_of_what_is_no_open_incident_is_refused(house: House) -> None:
    house.release(BROKEN)
    case_id = house.start(x=0)
    with pytest.raises(NotFoundError, match="incident 9"):
        house.engine.handle(retry(case_id, 9), ADMIN)
    house.engine.handle(retry(case_id, 1, x=5), ADMIN)
    with pytest.raises(NotFoundError, match="incident 1"):
        house.engine.handle(retry(case_id, 1), ADMIN)


def test_retry_in_a_suspended_case_is_refused(house: House) -> None:
    house.release(BROKEN)
    case_id = house.start(x=0)
    house.engine.handle(suspend(case_id), ADMIN)
    with pytest.raises(InvalidStateError, match="suspended"):
        house.engine.handle(retry(case_id, 1, x=5), ADMIN)
