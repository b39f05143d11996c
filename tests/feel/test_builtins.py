"""Built-in functions (DMN 1.5, 10.3.4), with the standard's own examples where it has them."""

from __future__ import annotations

import pytest

from workflow_engine.feel import compile_expression, to_json


def run(source):
    return to_json(compile_expression(source).evaluate({}))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("foobar", 0)', None),
        ('substring("foobar", 7)', None),
        ('substring("\\U01F40Eab", 2)', "ab"),
        ('string length("\\U01F40Eab")', 3),
        ('upper case("aBc4")', "ABC4"),
        ('lower case("aBc4")', "abc4"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "xyz")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('substring after("", "a")', ""),
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('contains("foobar", "of")', False),
        ('starts with("foobar", "fo")', True),
        ('ends with("foobar", "r")', True),
        ('matches("foobar", "^fo*b")', True),
        ('matches("FOOBAR", "^fo*b", "i")', True),
        ('matches("a b", "a b", "x")', False),
        ('matches("a.b", "a.b", "q")', True),
        ('matches("a\\nb", "a.b", "s")', True),
        ('split("John Doe", "\\\\s")', ["John", "Doe"]),
        ('split("a;b;c;;", ";")', ["a", "b", "c", "", ""]),
        ('string join(["a","b","c"], "_and_")', "a_and_b_and_c"),
        ('string join(["a",null,"c"], "-")', "a-c"),
        ("string join([])", ""),
        ('extract("references are 1234, 1256", "12[0-9]*")', ["1234", "1256"]),
        ("string(1.10)", "1.1"),
        ('string("a")', "a"),
        ("string(null)", None),
        ('string([1, "a", {b: 2}])', '[1, "a", {b: 2}]'),
        ('trim("  a ")', "a"),
        ('replace("abc", "b", "$")', None),
        ('replace("abc", "b", "\\\\$")', "a$c"),
        ('contains(null, "a")', None),
        ('matches("a", "(")', None),
    ],
)
def test_text(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('number("1 000,0", " ", ",")', 1000),
        ('number("1,000.0", ",", ".")', 1000),
        ('number("1.5")', 1.5),
        ('number("a")', None),
        ('number("1,0", ",", ",")', None),
        ('number(from: "1", grouping separator: null, decimal separator: null)', 1),
        ("decimal(1/3, 2)", 0.33),
        ("decimal(1.5, 0)", 2),
        ("decimal(2.5, 0)", 2),
        ("floor(-1.5)", -2),
        ("floor(1.56, 1)", 1.5),
        ("ceiling(-1.5)", -1),
        ("ceiling(1.51, 1)", 1.6),
        ("round up(5.5, 0)", 6),
        ("round up(-5.5, 0)", -6),
        ("round up(1.121, 2)", 1.13),
        ("round down(-5.5, 0)", -5),
        ("round half up(5.5, 0)", 6),
        ("round half up(-5.5, 0)", -6),
        ("round half down(5.5, 0)", 5),
        ("round half down(-5.5, 0)", -5),
        ("abs(-10)", 10),
        ('string(abs(duration("-PT5H")))', "PT5H"),
        ("modulo(-12, 5)", 3),
        ("modulo(12, -5)", -3),
        ("modulo(10.1, 4.5)", 1.1),
        ("modulo(1, 0)", None),
        ("sqrt(16)", 4),
        ("sqrt(-1)", None),
        ("decimal(log(10), 8)", 2.30258509),
        ("decimal(exp(5), 8)", 148.4131591),
        ("odd(5)", True),
        ("even(2)", True),
        ("odd(1.5)", False),
        ("decimal(128, -1)", 130),
        ('decimal("1", 2)', None),
        ("floor([1.5])", 1),
    ],
)
def test_numbers(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("list contains([1,2,3], 2)", True),
        ("list contains([1,null], null)", True),
        ("count([])", 0),
        ("min([1,2,3])", 1),
        ("min(1,2,3)", 1),
        ("min([])", None),
        ('max(["a","c","b"])', "c"),
        ('string(max(duration("P1D"), duration("P2D")))', "P2D"),
        ('max(1, "a")', None),
        ("sum([1,2,3])", 6),
        ("sum([])", None),
        ("sum([1,null])", None),
        ("mean([1,2,3])", 2),
        ("mean([])", None),
        ("all([false,null,true])", False),
        ("all([true,null])", None),
        ("all([])", True),
        ("any([false,null,true])", True),
        ("any([false,null])", None),
        ("any([])", False),
        ("sublist([4,5,6], 1, 2)", [4, 5]),
        ("sublist([1,2,3], -1)", [3]),
        ("append([1], 2, 3)", [1, 2, 3]),
        ("append(1, 2)", [1, 2]),
        ("concatenate([1,2],[3])", [1, 2, 3]),
        ("insert before([1,3], 1, 2)", [2, 1, 3]),
        ("remove([1,2,3], 2)", [1, 3]),
        ("remove([1,2,3], -1)", [1, 2]),
        ("remove([1], 2)", None),
        ("list replace([2,4,7,8], 3, 6)", [2, 4, 6, 8]),
        ("list replace([2,4,7,8], function(item, newItem) item < newItem, 5)", [5, 5, 7, 8]),
        ("reverse([1,2,3])", [3, 2, 1]),
        ("index of([1,2,3,2], 2)", [2, 4]),
        ("union([1,2],[2,3])", [1, 2, 3]),
        ('distinct values([1,2,3,2,1,"1"])', [1, 2, 3, "1"]),
        ("distinct values([[1],[1],null,null])", [[1], None]),
        ("flatten([[1,2],[[3]], 4])", [1, 2, 3, 4]),
        ("product([2,3,4])", 24),
        ("median(8, 2, 5, 3, 4)", 4),
        ("median([6,1,2,3])", 2.5),
        ("median([])", None),
        ("stddev([2,4,7,5]) > 2.08", True),
        ("stddev(1)", None),
        ("mode(6,3,9,6,6)", [6]),
        ("mode([6,1,9,6,1])", [1, 6]),
        ("mode([])", []),
        ("sort([3,1,2])", [1, 2, 3]),
        ("partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]),
        ("duplicate values([1,2,1,3,2])", [1, 2]),
        ("count(null)", None),
    ],
)
def test_lists(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('get value({a: 1}, "a")', 1),
        ('get value({a: {b: 2}}, ["a","b"])', 2),
        ('get value({a: 1}, "b")', None),
        ("get entries({a: 1})", [{"key": "a", "value": 1}]),
        ('context([{key: "a", value: 1}, {key: "b", value: 2}])', {"a": 1, "b": 2}),
        ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
        ('context([{key: "a"}])', None),
        ('context put({x: 1}, "y", 2)', {"x": 1, "y": 2}),
        ('context put({x: 1, y: {a: 0}}, ["y", "a"], 2)', {"x": 1, "y": {"a": 2}}),
        ("context merge([{x: 1}, {x: 2, y: 3}])", {"x": 2, "y": 3}),
        ("is defined(null)", False),
        ("get or else(null, 5)", 5),
    ],
)
def test_contexts(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("before(1, 10)", True),
        ("before(1, [1..10])", False),
        ("before(1, (1..10])", True),
        ("before([1..5), [5..10])", True),
        ("after([5..10], [1..5))", True),
        ("meets([1..5], [5..10])", True),
        ("meets([1..5), [5..10])", False),
        ("met by([5..10], [1..5])", True),
        ("overlaps([5..10], [1..6])", True),
        ("overlaps([5..8], [1..5))", False),
        ("overlaps before([1..5], [4..10])", True),
        ("overlaps before([1..5], [1..5])", False),
        ("overlaps after([4..10], [1..5])", True),
        ("finishes(5, [1..5])", True),
        ("finishes([3..5], [1..5])", True),
        ("finished by([1..5], 5)", True),
        ("includes([1..10], 5)", True),
        ("includes([1..10], [4..6])", True),
        ("during(5, [1..10])", True),
        ("during([4..6], [1..10])", True),
        ("starts(1, [1..5])", True),
        ("starts([1..3], [1..5])", True),
        ("started by([1..10], [1..5])", True),
        ("coincides([1..5], [1..5])", True),
        ("coincides(5, 5)", True),
        ("before(1, null)", None),
    ],
)
def test_relations_of_ranges(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("has item([1,2], 2)", True),
        ('has item("abc", "b")', True),
        ('has item({a: 1}, "a")', True),
        ("has item(null, 1)", False),
        ('size("abc")', 3),
        ("size([1])", 1),
        ("size(null)", None),
        ("item at([1,2,3], 0)", 1),
        ("item at([1,2,3], -1)", 3),
        ("item at([1], 5)", None),
        ('item at({a: 1}, "a")', 1),
        ("is truthy(0)", False),
        ('is truthy("a")', True),
        ("is truthy(null)", False),
        ("is truthy([])", False),
        ("is empty({})", True),
        ("is empty(0)", False),
        ('is blank(" ")', True),
    ],
)
def test_additions_for_translated_expressions(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('substring(string: "foobar", start position: 3)', "obar"),
        ('substring(start position: 3, string: "foobar", length: 1)', "o"),
        ('substring(text: "a", start position: 1)', None),
        ('substring(string: "foobar")', None),
        ('date(year: 2026, month: 1, day: 2) = date("2026-01-02")', True),
        ("min(list: [2, 1])", 1),
        ("decimal(n: 1.25, scale: 1)", 1.2),
        ('matches(input: "a", pattern: "A", flags: "i")', True),
        ("sort(list: [2,1], precedes: function(a, b) a < b)", [1, 2]),
        ("abs(n: -1)", 1),
        ("abs(1, 2)", None),
    ],
)
def test_named_arguments(source, expected):
    assert run(source) == expected
