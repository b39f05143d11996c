"""Imports of other DMN files: names, types, functions, nested inputs, and everything that cannot be linked."""

from __future__ import annotations

import pytest

from workflow_engine.bpmn.decisions import Decisions, evaluate, read_decisions
from workflow_engine.feel import FeelLimitError

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def model(name, *content, imports=()):
    head = "".join(
        f'<import name="{alias}" namespace="urn:{target}" importType="{DMN}" locationURI="{target}.dmn"/>'
        for alias, target in imports
    )
    xml = f'<definitions xmlns="{DMN}" name="{name}" namespace="urn:{name}">{head}{"".join(content)}</definitions>'
    return xml.encode()


def decision(name, text, *required, type_ref=""):
    links = "".join(
        f"<{kind}Requirement><required{what} href='{href}'/></{kind}Requirement>" for kind, what, href in required
    )
    variable = f'<variable name="{name}" typeRef="{type_ref}"/>'
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    return f'<decision id="{name}" name="{name}">{variable}{links}{logic}</decision>'


PERSON = '<inputData id="person" name="Person name"><variable name="Person name" typeRef="string"/></inputData>'
GREET = (
    '<businessKnowledgeModel id="greet" name="greet"><encapsulatedLogic><formalParameter name="who"/>'
    '<literalExpression><text>"Hello, " + polite(who)</text></literalExpression></encapsulatedLogic>'
    '<knowledgeRequirement><requiredKnowledge href="#polite"/></knowledgeRequirement></businessKnowledgeModel>'
    '<businessKnowledgeModel id="polite" name="polite"><encapsulatedLogic><formalParameter name="who"/>'
    '<literalExpression><text>"dear " + who</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>'
)
NAME_TYPE = (
    '<itemDefinition name="tName"><typeRef>string</typeRef>'
    '<allowedValues><text>"Li","Wang"</text></allowedValues></itemDefinition>'
)
USES_PERSON = ("information", "Input", "#person")
A = model(
    "a",
    NAME_TYPE,
    PERSON,
    GREET,
    decision("Say Hello", "greet(Person name)", USES_PERSON, ("knowledge", "Knowledge", "#greet")),
)


def run(xml, others, name, variables):
    decisions, problems = read_decisions(xml, others)
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    again = Decisions.from_json(decisions.to_json())
    return evaluate(again.find(name), variables).outputs


def test_imported_decision_function_and_input_are_seen_by_the_import_s_name():
    b = model(
        "b",
        decision("one", "model a.Say Hello", ("information", "Decision", "urn:a#Say Hello")),
        decision("two", 'model a.greet("Wang")', ("knowledge", "Knowledge", "urn:a#greet")),
        decision("three", "upper case(model a.Person name)", ("information", "Input", "urn:a#person")),
        imports=[("model a", "a")],
    )
    files = {"a.dmn": A, "b.dmn": b}
    assert run(b, files, "one", {"model a": {"Person name": "Li"}}) == "Hello, dear Li"
    assert run(b, files, "one", {"Person name": "Li"}) == "Hello, dear Li"
    assert run(b, files, "two", {}) == "Hello, dear Wang"
    assert run(b, files, "three", {"model a": {"Person name": "Li"}}) == "LI"


def test_import_without_a_name_adds_to_the_file_s_own_names():
    b = model("b", decision("one", "Say Hello", ("information", "Decision", "urn:a#Say Hello")), imports=[("", "a")])
    assert run(b, {"a.dmn": A}, "one", {"Person name": "Li"}) == "Hello, dear Li"


def test_inputs_of_nested_imports_are_nested_too():
    middle = [
        model(
            name, decision("say", "A.Say Hello", ("information", "Decision", "urn:a#Say Hello")), imports=[("A", "a")]
        )
        for name in ("b1", "b2")
    ]
    c = model(
        "c",
        decision(
            "both", 'B one.say + "; " + B two.say',
            ("information", "Decision", "urn:b1#say"), ("information", "Decision", "urn:b2#say"),
        ),
        imports=[("B one", "b1"), ("B two", "b2")],
    )  # fmt: skip
    files = {"a.dmn": A, "b1.dmn": middle[0], "b2.dmn": middle[1]}
    variables = {"B one": {"A": {"Person name": "Li"}}, "B two": {"A": {"Person name": "Wang"}}}
    assert run(c, files, "both", variables) == "Hello, dear Li; Hello, dear Wang"


def test_imported_types_are_enforced():
    b = model("b", decision("one", "x", type_ref="A.tName"), imports=[("A", "a")])
    assert run(b, {"a.dmn": A}, "one", {"x": "Li"}) == "Li"
    assert run(b, {"a.dmn": A}, "one", {"x": "Zhao"}) is None


@pytest.mark.parametrize(
    ("imports", "others", "code"),
    [
        ([("A", "a")], {}, "import_missing"),
        ([("A", "b")], {}, "import_cycle"),
        ([("C", "c")], {"c.dmn": model("c", decision("x", "1"), imports=[("B", "b")])}, "import_cycle"),
    ],
)
def test_import_that_cannot_be_linked_is_an_error(imports, others, code):
    _, problems = read_decisions(model("b", decision("one", "1"), imports=imports), others)
    assert [(problem.code, problem.severity) for problem in problems] == [(code, "error")]


def test_imports_that_multiply_are_refused():
    files = {
        f"m{n}.dmn": model(f"m{n}", decision("x", "1"), imports=[(f"i{k}", f"m{n + 1}") for k in range(3)])
        for n in range(8)
    }
    _, problems = read_decisions(files["m0.dmn"], files)
    assert "import_too_many" in {problem.code for problem in problems}


def test_requirement_that_the_imported_file_does_not_have_is_an_error():
    b = model("b", decision("one", "1", ("information", "Decision", "urn:a#gone")), imports=[("A", "a")])
    _, problems = read_decisions(b, {"a.dmn": A})
    assert "requirement_unknown" in {problem.code for problem in problems}


def test_imported_function_runs_within_the_budget_of_its_caller():
    loop = (
        '<businessKnowledgeModel id="f" name="f"><encapsulatedLogic><formalParameter name="n"/><literalExpression>'
        "<text>f(n + 1)</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    b = model("b", decision("one", "A.f(1)", ("knowledge", "Knowledge", "urn:a#f")), imports=[("A", "a")])
    decisions, _ = read_decisions(b, {"a.dmn": model("a", loop)})
    with pytest.raises(FeelLimitError):
        evaluate(decisions.find("one"), {})
