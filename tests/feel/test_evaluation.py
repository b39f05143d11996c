"""How expressions meet the caller: names, strictness, clock, JSON in and out, unary tests; and properties of it all."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feel.test_language import DATA, run
from workflow_engine.domain.errors import ExpressionError
from workflow_engine.feel import (
    EvaluationContext,
    FeelSyntaxError,
    UnknownNameError,
    compile_expression,
    compile_unary_tests,
    to_json,
)
from workflow_engine.feel.values import NUMBERS


def test_comments_are_skipped():
    assert run("1 + // one\n 2 /* two\n lines */ + 3") == 6


def test_free_names_are_the_variables_it_may_read():
    compiled = compile_expression("for i in items return i + rate * count(people) + order.id + {x: 1, y: x + z}.y")
    assert compiled.free_names == {"items", "rate", "people", "order", "z"}
    assert compile_expression("people[age > limit]").free_names == {"people"}


def test_strict_names_the_unknown_variable():
    with pytest.raises(UnknownNameError, match="'amuont'"):
        compile_expression("amuont > 5").evaluate({"amount": 6}, strict=True)
    assert compile_expression("amuont > 5").evaluate({"amount": 6}) is None


@pytest.mark.parametrize(
    "source",
    ["x = null", "null != x", "is defined(x)", "is empty(x.y)", "get or else(x, 1)", "true or x > 1", "x.y = null"],
)
def test_strict_allows_asking_whether_a_variable_exists(source):
    assert compile_expression(source).evaluate({}, strict=True) is not None or source == "x"


def test_clock_comes_from_the_context():
    context = EvaluationContext(now=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))
    assert to_json(compile_expression("now()").evaluate({}, context)) == "2026-03-04T05:06:07Z"
    assert to_json(compile_expression("today()").evaluate({}, context)) == "2026-03-04"
    with pytest.raises(ExpressionError, match="clock"):
        compile_expression("now()").evaluate({})


def test_variables_are_never_changed():
    data = {"items": [1, 2], "person": {"a": [1]}}
    before = repr(data)
    for source in (
        "append(items, 3)",
        'context put(person, "a", 2)',
        "concatenate(items, items)",
        "sort(items)",
        "person.a",
    ):
        compile_expression(source).evaluate(data)
    assert repr(data) == before


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("5.00"), 5),
        (Decimal("0.1"), 0.1),
        (Decimal(2**53), 2**53),
        (Decimal(2**53 + 1), str(2**53 + 1)),
        (Decimal("1e20"), 1e20),
        (Decimal("-0"), 0),
        (True, True),
        (None, None),
        ([Decimal(1), {"a": Decimal("2.5")}], [1, {"a": 2.5}]),
    ],
)
def test_to_json(value, expected):
    found = to_json(value)
    assert found == expected
    assert type(found) is type(expected)


def test_floats_are_read_by_their_shortest_text():
    assert run("x = 0.1", x=0.1) is True
    assert run("x", x=float("nan")) is None
    assert run("x", x=float("inf")) is None


@pytest.mark.parametrize(
    ("tests", "value", "expected"),
    [
        ("-", 1, True),
        ("< 5", 4, True),
        ("< 5", "a", False),
        ('"a","b"', "b", True),
        ('not("a")', "b", True),
        ("[1..5]", 5, True),
        ("? > 3", 4, True),
        ("limit", 7, True),
        ("> limit", 8, True),
        ("null", None, True),
        ("5", [5], True),
        ("true", True, True),
        ("? = true", False, False),
        ("< 5", None, False),
        ("[1,2]", 2, True),
        ('contains(?, "x")', "axb", True),
        ("- 5", -5, True),
        (">= -5", -5, True),
    ],
)
def test_unary_tests(tests, value, expected):
    assert compile_unary_tests(tests).matches(value, {"limit": 7}) is expected


_NUMBER = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6)


@given(_NUMBER, _NUMBER, st.sampled_from(["+", "-", "*", "/"]))
def test_arithmetic_agrees_with_decimal(left, right, operator):
    found = compile_expression(f"x {operator} y").evaluate({"x": left, "y": right})
    if operator == "/" and not right:
        assert found is None
    else:
        operation = {"+": NUMBERS.add, "-": NUMBERS.subtract, "*": NUMBERS.multiply, "/": NUMBERS.divide}[operator]
        assert found == operation(left, right)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(_JSON)
def test_json_passes_through_unchanged(value):
    assert to_json(compile_expression("x").evaluate({"x": value})) == value
    assert compile_expression("x = x").evaluate({"x": value}) is True


@given(st.text(alphabet="abc1 +-*/()[]{}<>=\"'.,:|?@&!\\\n notifthenelseforinreturn", max_size=60))
def test_any_text_compiles_or_says_where_not(source):
    try:
        compile_expression(source).evaluate(DATA)
        place = (1, 1)
    except FeelSyntaxError as error:
        place = (error.line, error.column)
    except ExpressionError:
        place = (1, 1)
    assert min(place) >= 1
