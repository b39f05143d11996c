"""Groups of a kind that there is not, parties that cannot be read; and what this city does not have."""

from __future__ import annotations

import pytest

from tests.support.house import House, chain, model_xml
from workflow_engine import OPERATOR, LoadOrganisation, check_model, new_id


def task(who: str, properties: str = "") -> str:
    inside = f"<bpmn:extensionElements><camunda:properties>{properties}</camunda:properties></bpmn:extensionElements>"
    return f'<bpmn:userTask id="A" name="Do A" {who}>{inside if properties else ""}</bpmn:userTask>'


def found(body: str, house: House | None = None) -> list[tuple[str, str, str | None]]:
    in_city = None if house is None else house.engine.queries.assigning.problems_in_city
    problems = check_model({"model.bpmn": model_xml(chain(body))}, in_city).problems
    return [(one.severity, one.code, one.element_id) for one in problems if one.severity != "info"]


@pytest.mark.parametrize(
    "groups",
    [
        "hed:fire", "role:a,boss:b", "=[&quot;unit:a&quot;, &quot;chef:&quot; + x]",
        "=if x then &quot;unt:a&quot; else null", "=&quot;unit:&quot; + boss(unit)",
    ],
)
def test_a_kind_of_group_that_there_is_not_is_refused(groups: str) -> None:
    assert found(task(f'camunda:candidateGroups="{groups}"')) == [("error", "assignment_unknown", "A")]


def test_a_question_that_there_is_not_is_refused() -> None:
    assert found(task('camunda:assignee="=head of(superior of(unit))"')) == []
    for expression in ("head of(unit, unit)", "heads of(unit)", "superior(unit)"):
        assert [one[0] for one in found(task(f'camunda:assignee="={expression}"'))] == ["error"], expression


@pytest.mark.parametrize("groups", ["role:a,unit:b", "administrators", "${group}", "=x.groups", "user:anne"])
def test_what_can_be_is_taken(groups: str) -> None:
    assert found(task(f'camunda:candidateGroups="{groups}"')) == []


def test_parties_that_cannot_be_read_are_refused() -> None:
    wrong = task("", '<camunda:property name="conflictWith" value="=[applicant,"/>')
    assert found(wrong) == [("error", "feel_syntax", "A")]


def test_what_this_city_does_not_have_is_a_warning_at_the_element(sqlite_url: str) -> None:
    house = House(sqlite_url)
    units = [{"unit_id": "fire", "name_zh": "消", "name_en": "Fire", "functions": "rescue"}]
    roles = [{"group_id": "role:law", "name_zh": "法", "name_en": "Law"}]
    people = [{"person_id": "user:anne", "sign_in_name": "anne", "display_name_zh": "安", "display_name_en": "Anne"}]
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=units, roles=roles, people=people), OPERATOR)
    there = (
        "unit:fire,head:fire,duty:fire,role:law,user:anne",
        "=&quot;unit:&quot; + unit for(&quot;rescue&quot;, x)",
    )
    for groups in there:
        assert found(task(f'camunda:candidateGroups="{groups}"'), house) == []
    missing = ("unit:fir", "head:nowhere", "role:lew", "position:chief", "user:bo", "=[&quot;unit:x&quot;, y]")
    for groups in missing:
        assert found(task(f'camunda:candidateGroups="{groups}"'), house) == [("warning", "group_missing", "A")]
    asked = task('camunda:candidateGroups="=&quot;unit:&quot; + unit for(&quot;housing&quot;, x)"')
    assert found(asked, house) == [("warning", "function_missing", "A")]
    definition_id = house.deploy(chain(asked))
    (problem,) = house.engine.queries.get_definition(definition_id).problems
    assert (problem.code, problem.element_id, problem.element_name) == ("function_missing", "A", "Do A")
    house.close()
