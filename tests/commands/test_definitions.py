"""DeployDefinition, ReleaseDefinition, RetireDefinition: immutable versions, released by another person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.house import ADMIN, ANNE, SECOND, TWO_STEPS, House, chain, model_xml, user_task
from workflow_engine import (
    DefinitionError,
    DeployDefinition,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    ReleaseDefinition,
    RetireDefinition,
    new_id,
)


def deploy(**files: bytes) -> DeployDefinition:
    named = {name.replace("__", "."): content for name, content in files.items()}
    return DeployDefinition(command_id=new_id(), files=named)


def release(definition_id: str) -> ReleaseDefinition:
    return ReleaseDefinition(command_id=new_id(), definition_id=definition_id)


def retire(definition_id: str) -> RetireDefinition:
    return RetireDefinition(command_id=new_id(), definition_id=definition_id)


def test_deploy_makes_a_draft(house: House) -> None:
    receipt = house.engine.handle(deploy(a__bpmn=model_xml(TWO_STEPS), x__json=b'{"id": "x"}'), ADMIN)
    assert receipt.result["version"] == 1
    assert receipt.result["created"] is True
    detail = house.engine.queries.get_definition(receipt.result["definition_id"])
    assert (detail.process_id, detail.version, detail.state, detail.deployed_by) == ("p", 1, "draft", "user:admin")
    assert detail.bpmn_xml == model_xml(TWO_STEPS)
    assert detail.files["x.json"] == b'{"id": "x"}'


def test_deploy_of_the_same_content_is_no_new_version(house: House) -> None:
    first = house.engine.handle(deploy(a__bpmn=model_xml(TWO_STEPS)), ADMIN)
    again = house.engine.handle(deploy(a__bpmn=model_xml(TWO_STEPS)), SECOND)
    assert again.result["created"] is False
    assert again.result["definition_id"] == first.result["definition_id"]
    assert again.result["version"] == 1
    other = house.engine.handle(deploy(a__bpmn=model_xml(TWO_STEPS), form__json=b"{}"), ADMIN)
    assert other.result["version"] == 2


def test_deploy_again_with_the_same_command_gives_the_first_receipt(house: House) -> None:
    command = deploy(a__bpmn=model_xml(TWO_STEPS))
    first = house.engine.handle(command, ADMIN)
    again = house.engine.handle(command, ADMIN)
    assert again.replayed
    assert dict(again.result) == dict(first.result)


def test_deploy_at_the_same_time_leaves_no_gap(house: House) -> None:
    bodies = [chain(user_task(f"T{number}")) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda body: house.engine.handle(deploy(a__bpmn=model_xml(body)), ADMIN), bodies))
    assert sorted(receipt.result["version"] for receipt in receipts) == list(range(1, 9))


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.json": b"{}"},
        {"a.bpmn": model_xml(TWO_STEPS), "b.bpmn": model_xml(TWO_STEPS)},
        {"../a.bpmn": model_xml(TWO_STEPS)},
        {"/etc/a.bpmn": model_xml(TWO_STEPS)},
        {"a.bpmn": model_xml(TWO_STEPS), "big.json": b" " * 9_000_000},
    ],
)
def test_deploy_of_files_that_make_no_version_is_refused(house: House, files: dict[str, bytes]) -> None:
    with pytest.raises(DefinitionError):
        house.engine.handle(DeployDefinition(command_id=new_id(), files=files), ADMIN)
    assert house.engine.queries.list_definitions() == []


def test_deploy_of_a_broken_model_lists_its_problems(house: House) -> None:
    body = chain('<bpmn:complexGateway id="g"/>')
    with pytest.raises(DefinitionError) as refused:
        house.engine.handle(deploy(a__bpmn=model_xml(body)), ADMIN)
    assert any(problem.element_id == "g" for problem in refused.value.problems)


def test_deploy_without_the_decision_it_names_is_refused(house: House) -> None:
    rule = '<bpmn:businessRuleTask id="rule" camunda:decisionRef="grade" camunda:resultVariable="level"/>'
    with pytest.raises(DefinitionError) as refused:
        house.engine.handle(deploy(a__bpmn=model_xml(chain(rule))), ADMIN)
    errors = [problem for problem in refused.value.problems if problem.severity == "error"]
    assert [(problem.code, problem.element_id) for problem in errors] == [("decision_missing", "rule")]


def test_deploy_of_a_broken_decision_file_is_refused(house: House) -> None:
    with pytest.raises(DefinitionError):
        house.engine.handle(deploy(a__bpmn=model_xml(TWO_STEPS), d__dmn=b"<nothing"), ADMIN)


def test_deploy_of_names_that_no_column_holds_is_refused(house: House) -> None:
    with pytest.raises(DefinitionError) as refused:
        house.engine.handle(deploy(a__bpmn=model_xml(chain(user_task("x" * 151)))), ADMIN)
    assert "id_too_long" in {problem.code for problem in refused.value.problems}


def test_decisions_travel_with_the_model(house: House) -> None:
    rule = '<bpmn:businessRuleTask id="rule" camunda:decisionRef="grade" camunda:resultVariable="level"/>'
    dmn = (
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        b'<decision id="grade" name="Grade"><decisionTable id="t" hitPolicy="FIRST"><input id="i">'
        b"<inputExpression id='e'><text>deaths</text></inputExpression></input><output id='o' name='level'/>"
        b"<rule id='r1'><inputEntry id='a'><text>&gt;= 30</text></inputEntry><outputEntry id='b'><text>\"I\"</text>"
        b"</outputEntry></rule><rule id='r2'><inputEntry id='c'><text>-</text></inputEntry><outputEntry id='f'>"
        b'<text>"IV"</text></outputEntry></rule></decisionTable></decision></definitions>'
    )
    house.release(chain(rule, user_task("A")), grade__dmn=dmn)
    house.reopen()
    case_id = house.start(deaths=31)
    assert house.variables(case_id)["level"] == ["I"]


def test_deploy_takes_a_right(house: House) -> None:
    with pytest.raises(NotPermittedError):
        house.engine.handle(deploy(a__bpmn=model_xml(TWO_STEPS)), ANNE)


def test_release_by_who_deployed_it_is_not_permitted(house: House) -> None:
    definition_id = house.deploy(TWO_STEPS)
    with pytest.raises(NotPermittedError, match="another person"):
        house.engine.handle(release(definition_id), ADMIN)
    with pytest.raises(NotPermittedError):
        house.engine.handle(release(definition_id), ANNE)
    house.engine.handle(release(definition_id), SECOND)
    row = house.engine.queries.list_definitions()[0]
    assert (row.state, row.released_by) == ("released", "user:second")


def test_release_of_what_is_no_draft_is_refused(house: House) -> None:
    definition_id = house.release(TWO_STEPS)
    with pytest.raises(InvalidStateError, match="released, not a draft"):
        house.engine.handle(release(definition_id), SECOND)
    house.engine.handle(retire(definition_id), SECOND)
    with pytest.raises(InvalidStateError, match="retired, not a draft"):
        house.engine.handle(release(definition_id), SECOND)


def test_release_and_retire_of_an_unknown_version_are_refused(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.engine.handle(release("0" * 64), SECOND)
    with pytest.raises(NotFoundError):
        house.engine.handle(retire("0" * 64), SECOND)


def test_retire_twice_is_refused(house: House) -> None:
    definition_id = house.release(TWO_STEPS)
    with pytest.raises(NotPermittedError):
        house.engine.handle(retire(definition_id), ANNE)
    house.engine.handle(retire(definition_id), ADMIN)
    with pytest.raises(InvalidStateError, match="retired already"):
        house.engine.handle(retire(definition_id), ADMIN)


def test_cases_stay_on_a_retired_version(house: House) -> None:
    definition_id = house.release(TWO_STEPS)
    case_id = house.start()
    house.engine.handle(retire(definition_id), ADMIN)
    house.reopen()
    house.complete(house.task(case_id))
    house.complete(house.task(case_id))
    assert house.state(case_id) == "completed"


def test_every_step_of_a_version_is_in_its_chain(house: House) -> None:
    definition_id = house.release(TWO_STEPS)
    house.engine.handle(retire(definition_id), ADMIN)
    rows = house.rows("SELECT seq, actor FROM audit_entry WHERE stream_id = 'definition:p' ORDER BY seq")
    assert rows == [(1, "user:admin"), (2, "user:second"), (3, "user:admin")]


def test_a_called_process_is_bound_to_the_newest_version_at_the_call(house: House) -> None:
    house.release(chain(user_task("inside"), process="callee"))
    house.release(chain(user_task("first"), '<bpmn:callActivity id="call" calledElement="callee"/>'))
    case_id = house.start()
    house.release(chain(user_task("newer"), process="callee"))
    house.complete(house.task(case_id))
    assert [task.element_id for task in house.tasks(case_id)] == ["newer"]


def test_a_call_without_a_released_callee_is_an_incident_that_can_be_retried(house: House) -> None:
    from workflow_engine import RetryIncident

    house.release(chain('<bpmn:callActivity id="call" calledElement="callee"/>'))
    case_id = house.start()
    incident = house.engine.queries.get_case(case_id, ADMIN).incidents[0]
    assert (incident.element_id, incident.state) == ("call", "open")
    house.release(chain(user_task("inside"), process="callee"))
    house.engine.handle(RetryIncident(command_id=new_id(), case_id=case_id, incident_no=incident.incident_no), ADMIN)
    assert [task.element_id for task in house.tasks(case_id)] == ["inside"]
    assert house.engine.queries.get_case(case_id, ADMIN).case.incident_count == 0
