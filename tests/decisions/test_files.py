"""DMN files: versions, everything that is wrong at once, hostile files, graphs of decisions, JSON and back."""

from __future__ import annotations

import json

import pytest

from tests.decisions.files import file, table
from workflow_engine.bpmn.decision_xml import NAMESPACES
from workflow_engine.bpmn.decisions import Decision, evaluate, parse_decisions, read_decisions
from workflow_engine.domain.errors import DefinitionError

LITERAL = '<decision id="{0}" name="{0}">{2}<literalExpression><text>{1}</text></literalExpression></decision>'


def literal(name, text, extra=""):
    return LITERAL.format(name, text, extra)


def requires(*names, tag="requiredDecision", requirement="informationRequirement"):
    return "".join(f'<{requirement}><{tag} href="#{name}"/></{requirement}>' for name in names)


def value_of(content, name, variables=None):
    decisions, problems = read_decisions(file(*content))
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    return evaluate(decisions.find(name), variables or {}).outputs


@pytest.mark.parametrize("namespace", sorted(NAMESPACES))
def test_every_version_is_read(namespace):
    (decision,) = parse_decisions(file(table([("-", "1")]), namespace=namespace))
    assert evaluate(decision, {}).outputs == 1


def test_all_bad_cells_are_named_at_once():
    rows = [("< ", "1"), ("1", "2 +"), ("((", "3"), ("-", "4")]
    with pytest.raises(DefinitionError) as caught:
        parse_decisions(file(table(rows, inputs=("amount",))))
    problems = [problem for problem in caught.value.problems if problem.severity == "error"]
    assert [problem.element_id for problem in problems] == ["r1", "r2", "r3"]
    assert "rule 1, column 1 (amount)" in problems[0].message
    assert "rule 2, output 1 (y)" in problems[1].message
    assert all("expected" in problem.message for problem in problems)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (table([("-", "1")], hit_policy="SOMETIMES"), "hit_policy"),
        (table([("-", "1")], hit_policy="FIRST", aggregation="SUM"), "aggregation"),
        (table([("-", "1")], hit_policy="PRIORITY"), "output_values"),
        (table([("-",)]), "row_width"),
        (table([("-", "1")], inputs=[("x", "colour")]), "type_unknown"),
        (table([("-", "1", "2")], outputs=("a", "a")), "output_name"),
        (literal("a", "b", requires("b")) + literal("b", "a", requires("a")), "requirement_cycle"),
        (literal("a", "1", requires("gone")), "requirement_unknown"),
        (literal("a", "1 +"), "feel_syntax"),
        ("", "no_decision"),
        ('<import namespace="x" locationURI="y" importType="z"/>' + literal("a", "1"), "import_kind"),
    ],
)
def test_problem_is_reported(content, code):
    _, problems = read_decisions(file(content))
    assert code in {problem.code for problem in problems if problem.severity == "error"}


def test_missing_catch_all_is_a_warning():
    _, problems = read_decisions(file(table([("1", "1")], hit_policy="FIRST")))
    assert [(problem.code, problem.severity) for problem in problems] == [("table_gap", "warning")]
    _, problems = read_decisions(file(table([("1", "1"), ("-", "2")], hit_policy="FIRST")))
    assert problems == []


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<definitions", "not_xml"),
        (b"", "not_xml"),
        (b"<html/>", "not_dmn"),
        (b'<definitions xmlns="urn:other"/>', "not_dmn"),
        (b'<!DOCTYPE d [<!ENTITY a "b">]><definitions xmlns="urn:x">&a;</definitions>', "doctype"),
        (b'<!DOCTYPE d SYSTEM "file:///etc/passwd"><definitions/>', "doctype"),
        (b"<a>" + b" " * 2_000_001 + b"</a>", "too_large"),
        (file("<list>" * 200 + "</list>" * 200), "too_large"),
    ],
)
def test_hostile_file_is_refused(xml, code):
    with pytest.raises(DefinitionError) as caught:
        parse_decisions(xml)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_required_decisions_are_evaluated_first():
    grade = table([("< 10", '"low"'), (">= 10", '"high"')], inputs=("deaths",), decision_id="grade")
    track = table(
        [('"high"', '"red"'), ('"low"', '"green"')], inputs=("grade",), decision_id="track", extra=requires("grade")
    )
    decisions, _ = read_decisions(file(track, grade))
    result = evaluate(decisions.find("track"), {"deaths": 12})
    assert result.outputs == "red"
    assert result.matched_rules == (1,)
    assert [(trace.decision_id, trace.matched_rules) for trace in result.tables] == [("grade", (2,)), ("track", (1,))]


def test_shared_requirement_is_evaluated_once():
    content = (
        table([("-", "1")], decision_id="base"),
        literal("one", "base + 1", requires("base")),
        literal("two", "base + 2", requires("base")),
        literal("both", "one + two", requires("one", "two")),
    )
    decisions, _ = read_decisions(file(*content))
    result = evaluate(decisions.find("both"), {})
    assert result.outputs == 5
    assert len(result.tables) == 1


def test_names_with_blanks_are_found():
    content = (
        '<inputData id="i" name="Full  Name"><variable name="Full Name" typeRef="string"/></inputData>',
        literal("greeting", '"Hello " + Full Name', requires("i", tag="requiredInput")),
    )
    assert value_of(content, "greeting", {"Full Name": "Li"}) == "Hello Li"


def test_knowledge_model_is_callable():
    model = (
        '<businessKnowledgeModel id="k" name="twice"><encapsulatedLogic>'
        '<formalParameter name="n" typeRef="number"/><literalExpression><text>n * 2</text></literalExpression>'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    uses = requires("k", tag="requiredKnowledge", requirement="knowledgeRequirement")
    assert value_of((model, literal("a", "twice(21)", uses)), "a") == 42


def test_boxed_context_gives_its_result():
    boxed = (
        '<decision id="a" name="a"><context>'
        '<contextEntry><variable name="net amount"/><literalExpression><text>x / 2</text></literalExpression>'
        "</contextEntry>"
        "<contextEntry><literalExpression><text>net amount + 1</text></literalExpression></contextEntry>"
        "</context></decision>"
    )
    assert value_of((boxed,), "a", {"x": 10}) == 6


def test_item_definition_limits_a_value():
    level = (
        '<itemDefinition name="level"><typeRef>string</typeRef>'
        '<allowedValues><text>"low","high"</text></allowedValues></itemDefinition>'
    )
    decision = (
        '<decision id="a" name="a"><variable name="a" typeRef="level"/>'
        "<literalExpression><text>x</text></literalExpression></decision>"
    )
    assert value_of((level, decision), "a", {"x": "high"}) == "high"
    assert value_of((level, decision), "a", {"x": "middle"}) is None


def test_juel_in_a_camunda_file_is_translated():
    content = (table([("> 5", '${customer.name == "Li" ? 1 : 2}')], inputs=("${amount}",)),)
    assert value_of(content, "d", {"amount": 6, "customer": {"name": "Li"}}) == 1


def test_script_language_is_refused():
    xml = file(
        (
            '<decision id="a" name="a"><literalExpression expressionLanguage="javascript"><text>1</text>'
            "</literalExpression></decision>"
        ),
    )
    with pytest.raises(DefinitionError, match="javascript"):
        parse_decisions(xml)


def test_decision_survives_json():
    (decision,) = parse_decisions(file(table([("> 5", '"a"'), ("-", '"b"')], hit_policy="FIRST")))
    again = Decision.from_json(json.loads(json.dumps(decision.to_json())))
    assert evaluate(again, {"x": 6}) == evaluate(decision, {"x": 6})
    assert again.owner.file == decision.owner.file
