"""The language itself: names, numbers, three-valued logic, lists, contexts, functions, errors (DMN 1.5, 10.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

PEOPLE = [{"name": "Li", "age": 30, "city name": "A"}, {"name": "Wang", "age": 20, "city name": "B"}]
DATA = {
    "amount": 1500, "status": "open", "rate": 0.1, "flag": True, "nothing": None, "items": [1, 2, 3], "people": PEOPLE,
    "order": {"id": 7, "customer": {"name": "Li"}, "lines": [{"price": 2.5}, {"price": 4}]}, "Full Name": "Li Wei",
    "count": 3, "date": "2026-01-01", "a-b": 10, "a": 4, "b": 1, "Zürich 東": 5, "nested": [[1, 2], [3]],
}  # fmt: skip


def run(source, names=(), **more):
    return to_json(compile_expression(source, names=names).evaluate({**DATA, **more}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('amount > 1000 and status = "open"', True), ("0.1 + 0.2 = 0.3", True), ("rate * 3", 0.3), ("7 / 2", 3.5),
        ("2 ** 10", 1024), ("-a + 1", -3), ("1 - 2 - 3", -4), ("8 / 2 / 2", 2), ("2 + 3 * 4", 14), ("(2 + 3) * 4", 20),
        ("10 / 0", None), ('"a" + "b"', "ab"), ('"a" + 1', None), ("1 + null", None), ("-\"a\"", None),
        ('"日本" + "語"', "日本語"), (r'"tab\tquote\"back\\"', 'tab\tquote"back\\'), (r'"\u00e9\U01F600"', "é😀"),
        ("12345678901234567890 * 1", "12345678901234567890"), ("1/3", 1 / 3), ("1e3", 1000), (".5 + .5", 1),
    ],
)  # fmt: skip
def test_arithmetic_and_text(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("true and null", None), ("false and null", False), ("true or null", True), ("false or null", None), ("not(null)", None),
        ("true and 1", None), ("false and 1", False), ("null = null", True), ("null != 1", True), ("1 = null", False),
        ('1 = "1"', None), ("1 < null", None), ("nothing > 5", None), ("missing = null", True), ("missing.path.deep", None),
        ("null between 1 and 2", None), ("5 between 1 and 9", True), ("null in [1..2]", None), ("[1,2] = [1,2]", True),
        ("{a: 1} = {a: 1}", True), ("{a: 1} = {a: 2}", False), ("if null then 1 else 2", 2), ("if 1 then 1 else 2", 2),
        ("true and true and true and null", None), ("false or false or true", True),
    ],
)  # fmt: skip
def test_three_valued_logic(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Full Name", "Li Wei"), ('Full Name + "!"', "Li Wei!"), ("count > 2", True), ("count(items)", 3), ("order.customer.name", "Li"),
        ("people.name", ["Li", "Wang"]), ("people[age > 25].name", ["Li"]), ('people[city name = "B"].age', [20]),
        ("people[1].name", "Li"), ("people[-1].name", "Wang"), ("people[3]", None), ("people[0]", None), ("items[item > 1]", [2, 3]),
        ("items[1.5]", None), ("5[1]", 5), ("null[1]", None), ("[][1]", None), ("[][item > 1]", []), ("sum(order.lines.price)", 6.5),
        ("{a b: 1, c: a b + 1}.c", 2), ('{"key with : sign": 1}', {"key with : sign": 1}), ("Zürich 東 + 1", 6), ("a-b", 3),
        ("{x: {y: [{z: 1}]}}.x.y.z", [1]), ("{a: 1}.b", None), ("date", "2026-01-01"), ('date("2026-01-02").day', 2),
        ("nested[1]", [1, 2]), ("people[item.age = 20].name", ["Wang"]), ("people[name = \"Li\" and age > count].age", [30]),
    ],
)  # fmt: skip
def test_names_paths_and_filters(source, expected):
    assert run(source) == expected


def test_known_name_with_signs_is_read_as_one():
    assert run("a-b", names=["a-b"]) == 10
    assert run("a - b", names=["a-b"]) == 10
    assert run("a+b", names=["a-b"]) == 5


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for i in 1..3 return i * i", [1, 4, 9]), ("for i in 3..1 return i", [3, 2, 1]), ("for i in [] return i", []),
        ("for i in items, j in [10, 20] return i + j", [11, 21, 12, 22, 13, 23]), ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", [1, 2, 6, 24]),
        ("for x in nested, y in x return y", [1, 2, 3]), ("some i in items satisfies i > 2", True), ("every i in items satisfies i > 1", False),
        ("every i in [] satisfies false", True), ("some i in null satisfies true", None), ("for i in null return i", None),
        ("for i in 5 return i", [5]), ("for i in [1..3] return i", [1, 2, 3]), ("for i in (1..4) return i", [2, 3]),
        ("(function(x, y) x + y)(1, 2)", 3), ("(function(x: number) x + 1)(\"a\")", None), ("(function(x, y) x - y)(y: 1, x: 5)", 4),
        ("{f: function(n) if n <= 1 then 1 else n * 2, r: f(4)}.r", 8), ("sort([3,1,2], function(x, y) x > y)", [3, 2, 1]),
        ("for f in [abs, sqrt] return f(9)", [9, 3]),
        ("for p in people return p.name + string(p.age)", ["Li30", "Wang20"]),
    ],
)  # fmt: skip
def test_iterations_and_functions(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("5 in (1, 5)", True), ("5 in (<3, >4)", True), ("5 in [1..5)", False), ("5 in ]4..6[", True), ("5 in (> 4)", True), ("5 in > 6", False),
        ("5 in items", False), ("2 in items", True), ('"b" in ["a".."c"]', True), ("5 in (= 5)", True), ("5 in != 5", False),
        ("[1..5].start", 1), ("(1..5].start included", False), ("[1..5] = [1..5]", True), ("[5..1]", "[5..1]"), ("(< 5).end", 5),
        ('range("[1..5)").end', 5), ("1 in [null..5]", None),
    ],
)  # fmt: skip
def test_in_and_ranges(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 instance of number", True), ('"a" instance of string', True), ("null instance of string", False), ("[1] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False), ("{a: 1} instance of context<a: number>", True), ("{a: 1} instance of context<b: number>", False),
        ('duration("P1D") instance of days and time duration', True), ("[1..2] instance of range<number>", True),
        ("(function(x: number) x) instance of function<number> -> Any", True), ("1 instance of Any", True), ("abs instance of function<Any>->Any", True),
    ],
)  # fmt: skip
def test_instance_of(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "line", "column", "expected"),
    [
        ("1 +", 1, 4, "an expression"), ("a == b", 1, 4, "an expression"), ("if a then b", 1, 12, "'else'"), ("[1, 2", 1, 6, "',' or ']'"),
        ("foo(1", 1, 6, "',' or ')'"), ("1\n+ )", 2, 3, "an expression"), ('"abc', 1, 1, 'a closing "'), ("{a 1}", 1, 5, "a name"),
        ("for x on y return 1", 1, 12, "'in'"), ("a b c )", 1, 7, "an operator or the end of the expression"), ("", 1, 1, "an expression"),
        ("[1..2", 1, 6, "']', ')' or '['"), ("{a: 1, a: 2}", 1, 12, "each key once"), ("x instance of 5", 1, 15, "a type"), ("1 2", 1, 3, "an operator"),
    ],
)  # fmt: skip
def test_syntax_error_says_where_and_what(source, line, column, expected):
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(source)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert expected in caught.value.expected


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


def test_extra_functions_come_from_the_context():
    context = EvaluationContext(functions={"add working days": lambda day, days: f"{day}+{days}"})
    assert compile_expression('add working days("d", 3)').evaluate({}, context) == "d+3"


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
        (Decimal("5.00"), 5), (Decimal("0.1"), 0.1), (Decimal(2**53), 2**53), (Decimal(2**53 + 1), str(2**53 + 1)), (Decimal("1e20"), 1e20),
        (Decimal("-0"), 0), (True, True), (None, None), ([Decimal(1), {"a": Decimal("2.5")}], [1, {"a": 2.5}]),
    ],
)  # fmt: skip
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
        ("-", 1, True), ("< 5", 4, True), ("< 5", "a", False), ('"a","b"', "b", True), ('not("a")', "b", True), ("[1..5]", 5, True), ("? > 3", 4, True),
        ("limit", 7, True), ("> limit", 8, True), ("null", None, True), ("5", [5], True), ("true", True, True), ("? = true", False, False), ("< 5", None, False),
        ("[1,2]", 2, True), ('contains(?, "x")', "axb", True), ("- 5", -5, True), (">= -5", -5, True),
    ],
)  # fmt: skip
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
    except FeelSyntaxError as error:
        assert error.line >= 1
        assert error.column >= 1
        assert error.expected
    except ExpressionError:
        pass
