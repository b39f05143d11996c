"""What a case records of a decision, and the sentence that the engine's door makes of it later."""

from __future__ import annotations

import pytest

from tests.decisions.files import DMN_13, file, table
from tests.support.house import House, chain
from workflow_engine import DefinitionError, explain_decision
from workflow_engine.domain.actors import OPERATOR

ASK = '<bpmn:businessRuleTask id="ask" camunda:decisionRef="track" camunda:resultVariable="track"/>'
WAIT = '<bpmn:userTask id="wait"/>'
USES = '<informationRequirement><requiredDecision href="#grade"/></informationRequirement>'


@pytest.fixture
def house(sqlite_url):
    opened = House(sqlite_url)
    yield opened
    opened.close()


def tables(limit):
    return file(
        table([(f"< {limit}", '"low"'), (f">= {limit}", '"high"')], inputs=("deaths",), decision_id="grade"),
        table([('"high"', '"red"'), ('"low"', '"green"')], inputs=("grade",), decision_id="track", extra=USES),
    )


def recorded(house, case_id):
    events = [event for row in house.engine.queries.get_history(case_id, OPERATOR) for event in row.events]
    (found,) = [event for event in events if event["event"] == "decision.evaluated"]
    return found


def test_each_case_is_explained_by_the_version_that_decided(house):
    first = house.release(chain(ASK, WAIT), rules__dmn=tables(10))
    old = house.start(deaths=7)
    second = house.release(chain(ASK, WAIT), rules__dmn=tables(3).replace(b'"high"', b'"bad"'))
    new = house.start(deaths=7)
    before, after = recorded(house, old), recorded(house, new)
    assert (before["definition_id"], after["definition_id"]) == (first, second)
    assert (before["matched_rules"], before["inputs"], before["outputs"]) == ([2], {"grade": "low"}, "green")
    assert before["required"] == [
        {"decision_id": "grade", "hit_policy": "UNIQUE", "matched_rules": [1], "inputs": {"deaths": 7}}
    ]
    assert explain_decision(house.engine, before, "en") == 'Rule 2 of “track” matched because grade = "low".'
    assert explain_decision(house.engine, after, "zh") == "《track》第 1 条规则命中，因为 grade = “bad”。"


def test_decision_of_an_unknown_version_has_no_sentence(house):
    assert explain_decision(house.engine, {"decision_id": "x", "matched_rules": [1]}, "en") is None
    gone = {"decision_id": "x", "matched_rules": [1], "definition_id": "0" * 64}
    assert explain_decision(house.engine, gone, "en") is None


def test_table_that_would_break_its_hit_policy_is_not_deployed(house):
    rows = [("<= 3", '"a"'), (">= 3", '"b"')]
    with pytest.raises(DefinitionError) as caught:
        house.deploy(chain(ASK, WAIT), rules__dmn=file(table(rows, inputs=("deaths",), decision_id="track")))
    assert any("rules 1 and 2 both match deaths = 3" in problem.message for problem in caught.value.problems)


def test_files_of_one_deployment_import_each_other(house):
    head = f'<definitions xmlns="{DMN_13}" namespace="more" name="more">'
    more = (
        f'{head}<import name="g" namespace="test" importType="{DMN_13}"/><decision id="loud" name="loud">'
        '<informationRequirement><requiredDecision href="test#track"/></informationRequirement>'
        "<literalExpression><text>upper case(g.track)</text></literalExpression></decision></definitions>"
    )
    ask = ASK.replace('"track" camunda:result', '"loud" camunda:result')
    house.release(chain(ask, WAIT), rules__dmn=tables(10), more__dmn=more.encode())
    assert house.variables(house.start(deaths=12))["track"] == ["RED"]
