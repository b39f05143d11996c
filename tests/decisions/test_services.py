"""Decision services and functions with types: arguments are fitted or refused, results are of the declared type."""

from __future__ import annotations

import pytest

from tests.decisions.files import file
from workflow_engine.bpmn.decisions import evaluate, read_decisions

DATA = '<inputData id="n" name="n"><variable name="n" typeRef="number"/></inputData>'


def literal(name, text, extra="", type_ref=""):
    variable = f'<variable name="{name}" typeRef="{type_ref}"/>' if type_ref else ""
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    return f'<decision id="{name}" name="{name}">{variable}{extra}{logic}</decision>'


def needs(what, name):
    kind = "knowledge" if what == "Knowledge" else "information"
    return f'<{kind}Requirement><required{what} href="#{name}"/></{kind}Requirement>'


TWICE = literal("twice", "n * 2", needs("Input", "n"))
THRICE = literal("thrice", "twice + n", needs("Decision", "twice") + needs("Input", "n"))
SERVICE = (
    '<decisionService id="s" name="s"><variable name="s"/><outputDecision href="#thrice"/>'
    '<encapsulatedDecision href="#twice"/><inputData href="#n"/></decisionService>'
)
BOTH = (
    '<decisionService id="both" name="both"><variable name="both"/><outputDecision href="#twice"/>'
    '<outputDecision href="#thrice"/><inputData href="#n"/></decisionService>'
)
GIVEN = (
    '<decisionService id="given" name="given"><variable name="given"/><outputDecision href="#thrice"/>'
    '<inputDecision href="#twice"/><inputData href="#n"/></decisionService>'
)


def run(expression, *content, variables=None):
    uses = "".join(
        needs("Knowledge", name) for name in ("s", "both", "given", "f") if f'id="{name}"' in "".join(content)
    )
    decisions, problems = read_decisions(file(*content, literal("asked", expression, uses)))
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    return evaluate(decisions.find("asked"), variables or {}).outputs


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("s(5)", 15),
        ("s(n: 5)", 15),
        ("s([5])", 15),
        ('s("5")', None),
        ("s()", None),
        ("s(1, 2)", None),
        ("s(m: 1)", None),
        ("s(null)", None),
        ('if s("x") = null then "no number" else s(1)', "no number"),
        ("both(5)", {"twice": 10, "thrice": 15}),
        ("both(5).twice", 10),
        ("given(5, 100)", 105),
        ("given(twice: 100, n: 5)", 105),
        ("for i in [1, 2] return s(i)", [3, 6]),
    ],
)
def test_service_is_a_function_of_its_inputs(expression, expected):
    assert run(expression, DATA, TWICE, THRICE, SERVICE, BOTH, GIVEN) == expected


def function(body, parameter_type="number", type_ref="", attributes=""):
    return (
        f'<businessKnowledgeModel id="f" name="f"><encapsulatedLogic {attributes} typeRef="{type_ref}">'
        f'<formalParameter name="x" typeRef="{parameter_type}"/>'
        f"<literalExpression><text>{body}</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )


@pytest.mark.parametrize(
    ("expression", "model", "expected"),
    [
        ("f(5)", function("x * 2"), 10),
        ("f(x: 5)", function("x * 2"), 10),
        ('f("5")', function("x"), None),
        ("f([5])", function("x * 2"), 10),
        ("f(5)", function("string(x)", type_ref="string"), "5"),
        ("f(5)", function("x", type_ref="string"), None),
        ("f(5)", function("[x]", type_ref="number"), 5),
        ('f(date("2026-01-31"))', function("x", "date and time"), "2026-01-31T00:00:00Z"),
        ("f(4)", function("if x &lt;= 1 then 1 else x * f(x - 1)"), 24),
        ("f instance of function&lt;number> -> Any", function("x"), True),
    ],
)
def test_knowledge_model_fits_arguments_and_result(expression, model, expected):
    assert run(expression, model) == expected


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_function_of_another_language_is_refused(kind):
    _, problems = read_decisions(file(function("x", attributes=f'kind="{kind}"'), literal("a", "1")))
    assert [(problem.code, problem.severity) for problem in problems] == [("external_function", "error")]
    assert kind in problems[0].message
