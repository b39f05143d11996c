"""What is told of tables at upload: gaps, overlaps, dead rows, types and names; and that it is true, by brute force."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decisions.files import file, table
from workflow_engine.bpmn.decisions import evaluate, read_decisions
from workflow_engine.domain.errors import DecisionError


def findings(*content):
    _, problems = read_decisions(file(*content))
    return [(problem.code, problem.severity, problem.message.partition(": ")[2]) for problem in problems]


def codes(*content):
    return [code for code, _, _ in findings(*content)]


CASES = [
    ([("< 3", "1"), ("[3..10)", "2"), ("> 10", "3")], {"inputs": ["dead"]}, "nothing matches dead = 10"),
    (
        [("< 3", "-", "1"), (">= 3", "< 9", "2")],
        {"inputs": ["casualties", "loss"], "hit_policy": "FIRST"},
        "nothing matches casualties = 3, loss = 9",
    ),
    ([("<= 3", "1"), (">= 3", "2")], {"inputs": ["dead"]}, "rules 1 and 2 both match dead = 3"),
    ([("> 1", "1"), ("> 2", "2"), ("-", "2")], {"hit_policy": "ANY"}, "rules 1 and 2 both match x = 3"),
    ([('"gold"', "1")], {"input_values": '"gold","silver"'}, 'nothing matches x = "silver"'),
    ([('"gold"', "1"), ('"silver"', "2")], {}, "nothing matches x = any other text"),
    ([("true", "1")], {}, "nothing matches x = false"),
    ([('<= date("2026-01-01")', "1"), ('> @"2026-01-02"', "2")], {}, "nothing matches x = 2026-01-02"),
    ([('< duration("P1D")', "1")], {}, "nothing matches x = P1D"),
    ([("null", "1"), ("> 1", "2")], {}, "nothing matches x = 1"),
    ([("? > 3 and ? < 9", "1"), ("not(? > 3)", "2")], {}, "nothing matches x = 9"),
    ([("not(1, 2)", "1"), ("1", "2")], {}, "nothing matches x = 2"),
    ([("[1..3]", "1"), ("4", "2"), ("< 1", "3")], {"inputs": [("x", "integer")]}, "nothing matches x = 5"),
]


@pytest.mark.parametrize(("rows", "how", "said"), CASES)
def test_gap_or_overlap_is_told_by_an_example(rows, how, said):
    assert any(said in message for _, _, message in findings(table(rows, **how)))


COMPLETE = [
    ([("< 3", "1"), (">= 3", "2")], {}),
    ([("true", "1"), ("false", "2")], {}),
    ([('"a"', "1"), ('not("a")', "2")], {}),
    ([('"a"', "1"), ('"b"', "2")], {"input_values": '"a","b"'}),
    ([("<= 3", "1"), (">= 3", "1")], {"hit_policy": "ANY"}),
    ([("> 3", "1")], {"hit_policy": "COLLECT"}),
    ([("> 3", "1")], {"hit_policy": "UNIQUE", "default": "0"}),
    ([("[0..5]", "1"), ("[6..10]", "2")], {"inputs": [("x", "integer")], "input_values": "[0..10]"}),
    ([("> y", "1"), ("-", "2")], {"hit_policy": "FIRST", "inputs": ["x", "y"][:1], "extra": ""}),
]


@pytest.mark.parametrize(("rows", "how"), COMPLETE)
def test_complete_table_has_no_remark(rows, how):
    assert [code for code in codes(table(rows, **how)) if code != "name_unknown"] == []


def test_gap_is_no_problem_where_a_decision_gives_only_what_is_listed():
    grade = table([("< 10", '"low"'), (">= 10", '"high"')], inputs=("deaths",), decision_id="grade")
    uses = '<informationRequirement><requiredDecision href="#grade"/></informationRequirement>'
    rows = [('"high"', '"red"'), ('"low"', '"green"')]
    assert codes(grade, table(rows, inputs=("grade",), decision_id="track", extra=uses)) == []


def test_overlap_of_related_inputs_is_no_error():
    rows = [("> 3", "-", "1"), ("-", "> 3", "2")]
    found = findings(table(rows, inputs=("amount", "amount * 2")))
    assert {severity for code, severity, _ in found if code == "table_overlap"} == {"warning"}


def test_same_input_twice_is_one_input():
    rows = [(">= 3", "< 9", "1"), ("< 3", "-", "2"), ("-", ">= 9", "3")]
    assert codes(table(rows, inputs=("loss", "loss"))) == []


def test_cells_that_cannot_be_decided_are_told_and_never_an_error():
    rows = [("string length(?) > 3", "1"), ('"ab"', "2")]
    found = findings(table(rows, inputs=("name",)))
    assert ("table_not_decided", "info") in {(code, severity) for code, severity, _ in found}
    assert all(severity == "info" for _, severity, _ in found)
    assert codes(table([*rows, ("-", "3")], inputs=("name",), hit_policy="FIRST")) == []


@pytest.mark.parametrize(
    ("rows", "how", "row"),
    [
        ([("> 1", "1"), ("> 2", "2"), ("-", "3")], {"hit_policy": "FIRST"}, 2),
        ([("-", "1"), ("1", "2")], {"hit_policy": "FIRST"}, 2),
        ([("[5..3]", "1"), ("-", "2")], {"hit_policy": "FIRST"}, 1),
        ([('"c"', "1"), ("-", "2")], {"hit_policy": "FIRST", "input_values": '"a","b"'}, 1),
        ([("> 5", '"low"'), ("> 1", '"high"'), ("-", '"low"')],
         {"hit_policy": "PRIORITY", "output_values": '"high","low"'}, 1),
    ],
)  # fmt: skip
def test_row_that_never_decides_is_told(rows, how, row):
    assert any(f"rule {row} " in said for code, _, said in findings(table(rows, **how)) if code == "row_unreachable")


@pytest.mark.parametrize(
    ("rows", "how", "said"),
    [
        ([('"3"', "1"), ("-", "2")], {"inputs": [("x", "number")]}, 'rule 1, column 1 (x): "3" is a string'),
        ([("> 3", "1"), ("-", "2")], {"inputs": [("x", "string")]}, "rule 1, column 1 (x): > 3 is a number"),
        (
            [('"2026-01-01"', "1"), ("-", "2")],
            {"inputs": [("x", "date")]},
            "but the column is of type date",
        ),
        ([("-", '"x"')], {"outputs": [("y", "number")]}, "rule 1, output 1 (y)"),
    ],
)
def test_cell_of_the_wrong_type_is_an_error(rows, how, said):
    found = findings(table(rows, hit_policy="FIRST", **how))
    assert [(code, severity) for code, severity, _ in found] == [("type_mismatch", "error")]
    assert said in found[0][2]


def test_priority_needs_every_result_in_its_output_values():
    found = findings(table([("> 1", '"c"'), ("-", '"a"')], hit_policy="PRIORITY", output_values='"a","b"'))
    assert [(code, severity) for code, severity, _ in found] == [("output_values", "error")]


def test_unquoted_text_is_told():
    found = findings(table([("gold", "1"), ("-", "2")], hit_policy="FIRST", inputs=("status",)))
    assert [(code, severity) for code, severity, _ in found] == [("name_unknown", "warning")]
    assert "nothing gives 'gold'" in found[0][2]


def test_name_beside_the_declared_inputs_is_told():
    data = '<inputData id="i" name="deaths"><variable name="deaths" typeRef="number"/></inputData>'
    uses = '<informationRequirement><requiredInput href="#i"/></informationRequirement>'
    good = table([("-", "deaths + 1")], inputs=("deaths",), extra=uses)
    assert codes(data, good) == []
    bad = table([("-", "dead + 1")], inputs=("deaths",), extra=uses)
    assert codes(data, bad) == ["name_unknown"]


def test_decision_used_without_a_requirement_is_told():
    other = table([("-", "1")], decision_id="other")
    assert codes(other, table([("-", "other + 1")])) == ["requirement_missing"]


def test_item_definitions_in_a_circle_are_refused():
    types = '<itemDefinition name="a"><typeRef>b</typeRef></itemDefinition>'
    types += '<itemDefinition name="b"><typeRef>a</typeRef></itemDefinition>'
    assert set(codes(types, table([("-", "1")]))) == {"type_cycle"}
    tree = '<itemDefinition name="t"><itemComponent name="more" isCollection="true"><typeRef>t</typeRef>'
    assert codes(f"{tree}</itemComponent></itemDefinition>", table([("-", "1")])) == ["type_recursive"]


def test_problems_name_the_line_of_their_rule():
    rows = table([("<= 3", "1"), (">= 3", "2")]).replace("<rule", "\n<rule")
    _, problems = read_decisions(file(rows))
    assert [(problem.code, problem.line, problem.element_id) for problem in problems] == [("table_overlap", 3, "r2")]


# -- against brute force --------------------------------------------------------------------------------------

NUMBERS = st.sampled_from(("-", "< 1", "<= 1", "> 1", ">= 2", "[1..2]", "(1..2)", "1, 2", "not(1)", "? > 1 and ? < 3"))
TEXTS = st.sampled_from(("-", '"a"', '"a","b"', 'not("a")', 'not("a","b")', '? = "b"'))
TRUTHS = st.sampled_from(("-", "true", "false", "? = true"))
VALUES = {
    "n": [Decimal(text) for text in ("0", "0.5", "1", "1.5", "2", "2.5", "3", "4")],
    "t": ["a", "b", "c"],
    "b": [True, False],
}


@st.composite
def tables(draw):
    policy = draw(st.sampled_from(("UNIQUE", "FIRST", "ANY")))
    row = st.tuples(NUMBERS, TEXTS, TRUTHS, st.sampled_from(("1", "2")))
    return policy, draw(st.lists(row, min_size=1, max_size=6))


@given(tables())
def test_findings_agree_with_trying_everything(made):
    policy, rows = made
    decisions, problems = read_decisions(file(table(rows, inputs=("n", "t", "b"), hit_policy="COLLECT")))
    _, problems = read_decisions(file(table(rows, inputs=("n", "t", "b"), hit_policy=policy)))
    (collect,) = decisions
    used = set()
    gap = clash = False
    for values in itertools.product(*VALUES.values()):
        matched = evaluate(collect, dict(zip(VALUES, values, strict=True))).matched_rules
        results = {rows[number - 1][3] for number in matched}
        gap = gap or not matched
        clash = clash or (len(matched) > 1 if policy == "UNIQUE" else len(results) > 1)
        used.update(f"r{number}" for number in (matched[:1] if policy == "FIRST" else matched))
    found = {problem.code for problem in problems}
    assert ("table_gap" in found) is gap
    assert ("table_overlap" in found) is (clash and policy != "FIRST")
    dead = {problem.element_id for problem in problems if problem.code == "row_unreachable"}
    assert dead == {f"r{number}" for number in range(1, len(rows) + 1)} - used
    assert "table_not_decided" not in found


@given(tables())
def test_example_of_a_gap_is_one(made):
    _, rows = made
    decisions, problems = read_decisions(file(table(rows, inputs=("n", "t", "b"), hit_policy="FIRST")))
    (decision,) = decisions
    for problem in problems:
        if problem.code != "table_gap":
            continue
        said = problem.message.partition("nothing matches ")[2].partition(";")[0]
        pairs = (part.split(" = ") for part in said.split(", ") if " = " in part)
        texts = {"any other text": "c", "true": True, "false": False}
        given_values = {name: texts.get(text, text.strip('"')) for name, text in pairs}
        if "n" in given_values:
            given_values["n"] = Decimal(given_values["n"])
        for rest in itertools.product(*VALUES.values()):
            with pytest.raises(DecisionError):
                evaluate(decision, {**dict(zip(VALUES, rest, strict=True)), **given_values})
