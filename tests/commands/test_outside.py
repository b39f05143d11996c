"""Questions of models to calendar and city profile: answered from the database, recorded, and answered from there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, House, chain, user_task
from workflow_engine import ChangeCalendar, DefinitionError, new_id

AFTER = 'camunda:dueDate="=working days after(now(), days)" camunda:candidateGroups="role:duty_room"'
LONG_NOON = datetime(2026, 9, 30, 4, tzinfo=UTC)
"""Noon of the Wednesday before the days off of National Day, in Shanghai."""


def change(house: House, **parts: object) -> None:
    version = house.engine.queries.organisation.calendar()[1].version
    command = ChangeCalendar(command_id=new_id(), base_version=version, reason="notice", **parts)  # type: ignore[arg-type]
    house.engine.handle(command, ADMIN)


def days_off(*days: str) -> dict[str, dict[str, str]]:
    return {day: {"kind": "off", "name": "National Day"} for day in days}


def asked(house: House, case_id: str) -> list[dict[str, Any]]:
    """Every question of a case, as its record holds it."""
    bodies = house.rows(f"SELECT body FROM audit_entry WHERE stream_id = '{case_id}' ORDER BY seq")
    events = [event for (body,) in bodies for event in json.loads(body)["events"]]
    return [event for event in events if event["event"] == "outside.asked"]


def test_answers_are_recorded_and_the_record_answers_when_the_calendar_is_another(house: House) -> None:
    house.clock.set(LONG_NOON)
    change(house, days=days_off("2026-10-01", "2026-10-02"), years={"2026": True})
    house.release(chain(user_task("A", AFTER), user_task("B", AFTER)))
    case_id = house.start(days=2)
    assert house.tasks(case_id)[0].due_at == datetime(2026, 10, 6, 15, 59, 59, 999999, tzinfo=UTC)
    change(house, days=days_off("2026-10-05", "2026-10-06"))
    (foreseen,) = house.engine.foresee_completion(ANNE, house.task(case_id, "A"), {}).tasks
    house.complete(house.task(case_id, "A"), ANNE)
    assert house.tasks(case_id)[0].due_at == datetime(2026, 10, 8, 15, 59, 59, 999999, tzinfo=UTC)
    assert foreseen.due_at == house.tasks(case_id)[0].due_at
    assert [event["source"]["calendar"] for event in asked(house, case_id)] == [1, 2]
    report = house.engine.verify_audit(sample=None)
    assert (report.ok, report.re_executed) == (True, 1), report.findings


def test_question_without_answer_stops_the_case_in_words_and_runs_again_alike(house: House) -> None:
    house.release(chain(user_task("A", AFTER)))
    case_id = house.start(days=-1)
    (incident,) = house.engine.queries.get_case(case_id, OPERATOR).incidents
    assert "Expected a whole number of working days from 0 to" in incident.message
    assert house.engine.verify_audit(sample=None).ok


def test_question_is_asked_once_in_a_command_and_an_expression_without_one_asks_nothing(house: House) -> None:
    script = (
        '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="found"><bpmn:script>[working days '
        'between("2026-05-01", "2026-05-31"), working days between("2026-05-01", "2026-05-31"), is working '
        'day("2026-05-02"), city parameter("x.days", 7)]</bpmn:script></bpmn:scriptTask>'
    )
    house.release(chain(script, user_task("A")))
    case_id = house.start()
    assert house.variables(case_id)["found"] == [20, 20, False, 7]
    functions = [event["function"] for event in asked(house, case_id)]
    assert functions == ["working days between", "is working day", "city parameter"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("working days after(now())", "takes 2 arguments, but 1 are given"),
        ('working hours after(now(), "8")', "takes a number as 'n', but \"8\" is none"),
        ("working days after(start: now(), n: 3)", "has no parameters start, n"),
    ],
)
def test_call_that_cannot_be_right_is_refused_at_upload(house: House, expression: str, message: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        house.deploy(chain(user_task("A", f"camunda:dueDate='={expression}'")))
    assert message in str(refused.value)


def test_parameter_read_otherwise_than_declared_is_told_at_upload(house: House) -> None:
    script = (
        '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="found"><bpmn:script>[city '
        'parameter("a.days", 7), city parameter("a.hours", 1), city parameter("a.nowhere", duration("P1D"))]'
        "</bpmn:script></bpmn:scriptTask>"
    )
    declared = b'{"a.days": {"default": 7}, "a.hours": {"default": 2}}'
    definition_id = house.deploy(chain(script), parameters__json=declared)
    problems = house.engine.queries.get_definition(definition_id).problems
    found = {(problem.code, problem.message.split("'")[1]) for problem in problems}
    assert found == {("parameter_default", "a.hours"), ("parameter_undeclared", "a.nowhere")}
    with pytest.raises(DefinitionError, match="the default is a number"):
        house.deploy(chain(script), parameters__json=b'{"a.days": {}}')
