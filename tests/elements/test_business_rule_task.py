"""Business rule tasks: a DMN decision, asked as the token comes (BPMN 2.0.2, 13.3.3; DMN 1.5, 8)."""

from __future__ import annotations

from tests.elements.drawing import model, node
from tests.elements.kit import run
from workflow_engine.domain import events as ev


def table(*rules: tuple[str, str], hit_policy: str = "UNIQUE") -> bytes:
    lines = "".join(
        f'<rule id="r{number}"><inputEntry id="i{number}"><text>{test}</text></inputEntry>'
        f'<outputEntry id="o{number}"><text>{answer}</text></outputEntry></rule>'
        for number, (test, answer) in enumerate(rules)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:t">'
        f'<decision id="grade" name="grade"><decisionTable id="t" hitPolicy="{hit_policy}">'
        '<input id="in"><inputExpression id="ie" typeRef="number"><text>deaths</text></inputExpression></input>'
        f'<output id="out" name="level" typeRef="string"/>{lines}</decisionTable></decision></definitions>'
    ).encode()


def asks(**attributes: str) -> bytes:
    return model("start -> R -> A -> end", node("businessRuleTask", "R", camunda_decisionRef="grade", **attributes))


GRADES = table(("&lt; 3", '"IV"'), ("[3..10)", '"III"'), ("&gt;= 10", '"I"'))


def test_answer_and_how_it_was_found_are_recorded() -> None:
    case = run(asks(camunda_resultVariable="level", camunda_mapDecisionResult="singleEntry"), dmn=GRADES, deaths=5)
    assert case.seen_by("A") == {"deaths": 5, "level": "III"}
    (event,) = case.all(ev.DecisionEvaluated)
    assert (event.decision_id, event.hit_policy, event.matched_rules) == ("grade", "UNIQUE", [2])
    assert (event.inputs, event.outputs) == ({"deaths": 5}, "III")


def test_without_a_result_variable_a_single_value_is_called_like_the_decision() -> None:
    assert run(asks(), dmn=GRADES, deaths=12).seen_by("A") == {"deaths": 12, "grade": "I"}


def test_several_hits_become_a_list() -> None:
    dmn = table(("&gt; 1", '"a"'), ("&gt; 2", '"b"'), hit_policy="COLLECT")
    case = run(asks(camunda_resultVariable="x", camunda_mapDecisionResult="collectEntries"), dmn=dmn, deaths=5)
    assert case.seen_by("A")["x"] == ["a", "b"]


def test_no_match_is_an_incident_that_can_be_mended() -> None:
    case = run(asks(camunda_resultVariable="x"), dmn=table(("&gt; 10", '"I"')), deaths=1)
    assert case.faults == ["decision_error R"]
    assert case.all(ev.DecisionEvaluated) == []
    assert case.retry(1, {"deaths": 11}).open == ["A"]


def test_broken_uniqueness_is_an_incident() -> None:
    case = run(asks(), dmn=table(("&gt; 1", '"a"'), ("&gt; 2", '"b"')), deaths=5)
    assert case.faults == ["decision_error R"]


def test_decision_that_was_not_deployed_is_an_incident() -> None:
    assert run(asks(), deaths=5).faults == ["decision_error R"]


def test_without_a_decision_it_is_a_job() -> None:
    case = run(model("start -> R -> A -> end", node("businessRuleTask", "R", camunda_topic="rules")))
    assert case.jobs == ["R"]
    assert case.finish("R", {"x": 1}).seen_by("A") == {"x": 1}
