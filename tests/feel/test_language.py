"""The language itself: names, numbers, three-valued logic, lists, contexts, functions, errors (DMN 1.5, 10.3)."""

from __future__ import annotations

import pytest

from workflow_engine.feel import (
    FeelSyntaxError,
    compile_expression,
    to_json,
)

PEOPLE = [{"name": "Li", "age": 30, "city name": "A"}, {"name": "Wang", "age": 20, "city name": "B"}]
DATA = {
    "amount": 1500,
    "status": "open",
    "rate": 0.1,
    "flag": True,
    "nothing": None,
    "items": [1, 2, 3],
    "people": PEOPLE,
    "order": {"id": 7, "customer": {"name": "Li"}, "lines": [{"price": 2.5}, {"price": 4}]},
    "Full Name": "Li Wei",
    "count": 3,
    "date": "2026-01-01",
    "a-b": 10,
    "a": 4,
    "b": 1,
    "Zürich 東": 5,
    "nested": [[1, 2], [3]],
}


def run(source, names=(), **more):
    return to_json(compile_expression(source, names=names).evaluate({**DATA, **more}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('amount > 1000 and status = "open"', True),
        ("0.1 + 0.2 = 0.3", True),
        ("rate * 3", 0.3),
        ("7 / 2", 3.5),
        ("2 ** 10", 1024),
        ("-a + 1", -3),
        ("1 - 2 - 3", -4),
        ("8 / 2 / 2", 2),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 / 0", None),
        ('"a" + "b"', "ab"),
        ('"a" + 1', None),
        ("1 + null", None),
        ('-"a"', None),
        ('"日本" + "語"', "日本語"),
        (r'"tab\tquote\"back\\"', 'tab\tquote"back\\'),
        (r'"\u00e9\U01F600"', "é😀"),
        ("12345678901234567890 * 1", "12345678901234567890"),
        ("1/3", 1 / 3),
        ("1e3", 1000),
        (".5 + .5", 1),
    ],
)
def test_arithmetic_and_text(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("true and null", None),
        ("false and null", False),
        ("true or null", True),
        ("false or null", None),
        ("not(null)", None),
        ("true and 1", None),
        ("false and 1", False),
        ("null = null", True),
        ("null != 1", True),
        ("1 = null", False),
        ('1 = "1"', None),
        ("1 < null", None),
        ("nothing > 5", None),
        ("missing = null", True),
        ("missing.path.deep", None),
        ("null between 1 and 2", None),
        ("5 between 1 and 9", True),
        ("null in [1..2]", None),
        ("[1,2] = [1,2]", True),
        ("{a: 1} = {a: 1}", True),
        ("{a: 1} = {a: 2}", False),
        ("if null then 1 else 2", 2),
        ("if 1 then 1 else 2", 2),
        ("true and true and true and null", None),
        ("false or false or true", True),
    ],
)
def test_three_valued_logic(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Full Name", "Li Wei"),
        ('Full Name + "!"', "Li Wei!"),
        ("count > 2", True),
        ("count(items)", 3),
        ("order.customer.name", "Li"),
        ("people.name", ["Li", "Wang"]),
        ("people[age > 25].name", ["Li"]),
        ('people[city name = "B"].age', [20]),
        ("people[1].name", "Li"),
        ("people[-1].name", "Wang"),
        ("people[3]", None),
        ("people[0]", None),
        ("items[item > 1]", [2, 3]),
        ("items[1.5]", None),
        ("5[1]", 5),
        ("null[1]", None),
        ("[][1]", None),
        ("[][item > 1]", []),
        ("sum(order.lines.price)", 6.5),
        ("{a b: 1, c: a b + 1}.c", 2),
        ('{"key with : sign": 1}', {"key with : sign": 1}),
        ("Zürich 東 + 1", 6),
        ("a-b", 3),
        ("{x: {y: [{z: 1}]}}.x.y.z", [1]),
        ("{a: 1}.b", None),
        ("date", "2026-01-01"),
        ('date("2026-01-02").day', 2),
        ("nested[1]", [1, 2]),
        ("people[item.age = 20].name", ["Wang"]),
        ('people[name = "Li" and age > count].age', [30]),
    ],
)
def test_names_paths_and_filters(source, expected):
    assert run(source) == expected


def test_known_name_with_signs_is_read_as_one():
    assert run("a-b", names=["a-b"]) == 10
    assert run("a - b", names=["a-b"]) == 10
    assert run("a+b", names=["a-b"]) == 5


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for i in 1..3 return i * i", [1, 4, 9]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [] return i", []),
        ("for i in items, j in [10, 20] return i + j", [11, 21, 12, 22, 13, 23]),
        ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", [1, 2, 6, 24]),
        ("for x in nested, y in x return y", [1, 2, 3]),
        ("some i in items satisfies i > 2", True),
        ("every i in items satisfies i > 1", False),
        ("every i in [] satisfies false", True),
        ("some i in null satisfies true", None),
        ("for i in null return i", None),
        ("for i in 5 return i", [5]),
        ("for i in [1..3] return i", [1, 2, 3]),
        ("for i in (1..4) return i", [2, 3]),
        ("(function(x, y) x + y)(1, 2)", 3),
        ('(function(x: number) x + 1)("a")', None),
        ("(function(x, y) x - y)(y: 1, x: 5)", 4),
        ("{f: function(n) if n <= 1 then 1 else n * 2, r: f(4)}.r", 8),
        ("sort([3,1,2], function(x, y) x > y)", [3, 2, 1]),
        ("for f in [abs, sqrt] return f(9)", [9, 3]),
        ("for p in people return p.name + string(p.age)", ["Li30", "Wang20"]),
    ],
)
def test_iterations_and_functions(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("5 in (1, 5)", True),
        ("5 in (<3, >4)", True),
        ("5 in [1..5)", False),
        ("5 in ]4..6[", True),
        ("5 in (> 4)", True),
        ("5 in > 6", False),
        ("5 in items", False),
        ("2 in items", True),
        ('"b" in ["a".."c"]', True),
        ("5 in (= 5)", True),
        ("5 in != 5", False),
        ("[1..5].start", 1),
        ("(1..5].start included", False),
        ("[1..5] = [1..5]", True),
        ("[5..1]", "[5..1]"),
        ("(< 5).end", 5),
        ('range("[1..5)").end', 5),
        ("1 in [null..5]", None),
    ],
)
def test_in_and_ranges(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 instance of number", True),
        ('"a" instance of string', True),
        ("null instance of string", False),
        ("[1] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1} instance of context<a: number>", True),
        ("{a: 1} instance of context<b: number>", False),
        ('duration("P1D") instance of days and time duration', True),
        ("[1..2] instance of range<number>", True),
        ("(function(x: number) x) instance of function<number> -> Any", True),
        ("1 instance of Any", True),
        ("abs instance of function<Any>->Any", True),
    ],
)
def test_instance_of(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "line", "column", "expected"),
    [
        ("1 +", 1, 4, "an expression"),
        ("a == b", 1, 4, "an expression"),
        ("if a then b", 1, 12, "'else'"),
        ("[1, 2", 1, 6, "',' or ']'"),
        ("foo(1", 1, 6, "',' or ')'"),
        ("1\n+ )", 2, 3, "an expression"),
        ('"abc', 1, 1, 'a closing "'),
        ("{a 1}", 1, 5, "a name"),
        ("for x on y return 1", 1, 12, "'in'"),
        ("a b c )", 1, 7, "an operator or the end of the expression"),
        ("", 1, 1, "an expression"),
        ("[1..2", 1, 6, "']', ')' or '['"),
        ("{a: 1, a: 2}", 1, 12, "each key once"),
        ("x instance of 5", 1, 15, "a type"),
        ("1 2", 1, 3, "an operator"),
    ],
)
def test_syntax_error_says_where_and_what(source, line, column, expected):
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(source)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert expected in caught.value.expected
