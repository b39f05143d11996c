"""Decision tables: matching, every hit policy, types, and what stops a case instead of passing in silence."""

from __future__ import annotations

import pytest

from tests.decisions.files import file, table
from workflow_engine.bpmn.decisions import evaluate, parse_decisions
from workflow_engine.domain.errors import DecisionError

GRADES = [("< 3", '"IV"'), ("[3..10)", '"III"'), ("[10..30)", '"II"'), (">= 30", '"I"')]
OVERLAPPING = [("> 0", '"a"'), ("> 5", '"b"'), ("> 7", '"c"')]


def decide(content, variables, **options):
    (decision,) = parse_decisions(file(content))
    return evaluate(decision, variables, **options)


@pytest.mark.parametrize(
    ("deaths", "grade", "row"), [(0, "IV", 1), (3, "III", 2), (9.5, "III", 2), (10, "II", 3), (99, "I", 4)]
)
def test_unique_table_gives_the_matching_row(deaths, grade, row):
    result = decide(table(GRADES, inputs=("deaths",), outputs=("grade",)), {"deaths": deaths})
    assert (result.outputs, result.matched_rules, result.hit_policy) == (grade, (row,), "UNIQUE")
    assert result.inputs == {"deaths": deaths}


def test_unique_table_with_two_matches_raises():
    with pytest.raises(DecisionError, match="rules 1, 2 match") as caught:
        decide(table(OVERLAPPING), {"x": 6})
    assert caught.value.details["rules"] == [1, 2]


def test_no_match_raises_unless_allowed():
    content = table([("1", '"a"')])
    with pytest.raises(DecisionError, match="expected a rule to match"):
        decide(content, {"x": 2})
    assert decide(content, {"x": 2}, allow_no_match=True).outputs is None


def test_default_output_answers_when_nothing_matches():
    assert decide(table([("1", '"a"')], default='"other"'), {"x": 2}).outputs == "other"


def test_first_stops_at_the_first_row():
    result = decide(table(OVERLAPPING, hit_policy="FIRST"), {"x": 9})
    assert (result.outputs, result.matched_rules) == ("a", (1,))


def test_any_accepts_equal_results_only():
    same = [("> 0", '"a"'), ("> 5", '"a"')]
    assert decide(table(same, hit_policy="ANY"), {"x": 9}).outputs == "a"
    with pytest.raises(DecisionError, match="the same"):
        decide(table(OVERLAPPING, hit_policy="ANY"), {"x": 9})


def test_priority_takes_the_highest_output_value():
    content = table(OVERLAPPING, hit_policy="PRIORITY", output_values='"c","a","b"')
    assert decide(content, {"x": 9}).outputs == "c"
    assert decide(content, {"x": 6}).outputs == "a"


def test_output_order_sorts_by_output_values():
    content = table(OVERLAPPING, hit_policy="OUTPUT ORDER", output_values='"c","a","b"')
    assert decide(content, {"x": 9}).outputs == ["c", "a", "b"]


def test_rule_order_lists_in_row_order():
    assert decide(table(OVERLAPPING, hit_policy="RULE ORDER"), {"x": 9}).outputs == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("aggregation", "expected"), [("", [1, 2.5, 4]), ("SUM", 7.5), ("MIN", 1), ("MAX", 4), ("COUNT", 3)]
)
def test_collect_aggregates(aggregation, expected):
    rows = [("> 0", "1"), ("> 1", "2.5"), ("> 2", "4"), ("> 100", "1000")]
    result = decide(table(rows, hit_policy="COLLECT", aggregation=aggregation), {"x": 9})
    assert result.outputs == expected
    assert result.matched_rules == (1, 2, 3)
    assert result.hit_policy == f"COLLECT {aggregation}".strip()


@pytest.mark.parametrize(("aggregation", "expected"), [("", []), ("COUNT", 0)])
def test_collect_without_match_is_empty(aggregation, expected):
    content = table([("> 0", "1")], hit_policy="COLLECT", aggregation=aggregation)
    assert decide(content, {"x": -1}).outputs == expected


def test_collect_sum_without_match_raises():
    with pytest.raises(DecisionError, match="expected a rule to match"):
        decide(table([("> 0", "1")], hit_policy="COLLECT", aggregation="SUM"), {"x": -1})


def test_collect_of_mixed_types_raises():
    rows = [("> 0", "1"), ("> 0", '"a"')]
    with pytest.raises(DecisionError, match="aggregated"):
        decide(table(rows, hit_policy="COLLECT", aggregation="MAX"), {"x": 1})


def test_several_outputs_make_an_object():
    content = table([("-", '"fire"', "2 * x")], outputs=("department", "hours"))
    assert decide(content, {"x": 3}).outputs == {"department": "fire", "hours": 6}


@pytest.mark.parametrize("cell", ["-", "", " - "])
def test_empty_cell_takes_any_value(cell):
    assert decide(table([(cell, "1")]), {"x": None}).outputs == 1


@pytest.mark.parametrize(
    ("cell", "value", "fits"),
    [
        ('"a","b"', "b", True),
        ('not("a","b")', "c", True),
        ('not("a","b")', "a", False),
        ("null", None, True),
        ("not(null)", 1, True),
        ("true", True, True),
        ("false", True, False),
        ("[1..5], > 10", 11, True),
        ("x + 1", 1, False),
        ("? > limit", 6, True),
        ("> limit", 5, False),
        ("limit", 5, True),
        ("list contains(known, ?)", 7, True),
        ("known", 7, True),
        ('starts with(?, "ab")', "abc", True),
        ('date("2026-01-01")', "2026-01-01", False),
    ],
)
def test_cell_forms(cell, value, fits):
    result = decide(table([(cell, "1")]), {"x": value, "limit": 5, "known": [7, 8]}, allow_no_match=True)
    assert result.outputs == (1 if fits else None)


def test_typed_date_input_reads_iso_text():
    content = table([('>= date("2026-01-01")', '"new"'), ("-", '"old"')], inputs=[("x", "date")], hit_policy="FIRST")
    assert decide(content, {"x": "2026-05-01"}).outputs == "new"
    assert decide(content, {"x": "2025-05-01"}).outputs == "old"


def test_input_of_the_wrong_type_raises():
    content = table([("> 5", '"a"'), ("-", '"b"')], inputs=[("x", "number")], hit_policy="FIRST")
    with pytest.raises(DecisionError, match="'x' to be of type number, but it is \"12\""):
        decide(content, {"x": "12"})


@pytest.mark.parametrize("kind", ["integer", "long", "double", "number"])
def test_vendor_number_types_are_numbers(kind):
    assert decide(table([("> 5", "1")], inputs=[("x", kind)]), {"x": 12}).outputs == 1


def test_input_outside_the_allowed_values_raises():
    content = table([("-", "1")], input_values='"low","high"')
    assert decide(content, {"x": "low"}).outputs == 1
    with pytest.raises(DecisionError, match='one of "low","high"'):
        decide(content, {"x": "middle"})


def test_null_is_no_number():
    content = table([("< 5", "1"), (">= 5", "2")])
    with pytest.raises(DecisionError, match="expected a rule to match"):
        decide(content, {"x": None})


def test_two_hundred_rows_find_their_row():
    rows = [(f'"k{row}"', f"[{row}..{row + 1})", str(row)) for row in range(200)]
    content = table(rows, inputs=("key", "value"))
    assert decide(content, {"key": "k150", "value": 150.5}).outputs == 150
