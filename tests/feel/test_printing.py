"""Printed trees read the same again; the compiler and a plain interpreter of the tree agree on what they mean."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from tests.feel.interpreter import interpret
from tests.feel.programs import program
from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import EvaluationContext, compile_expression, compile_unary_tests, to_text
from workflow_engine.feel.compiled import BUILTIN_NAMES
from workflow_engine.feel.errors import FeelSyntaxError
from workflow_engine.feel.names import NameIndex
from workflow_engine.feel.parser import parse_expression, parse_unary_tests
from workflow_engine.feel.printing import print_expression, print_unary_tests

CONTEXT = EvaluationContext(now=datetime(2026, 1, 2, tzinfo=UTC), max_steps=20_000, max_size=200_000)
VARIABLES = {"n": 3, "text": "abc", "items": [1, 2, {"a": 5}], "ctx": {"a": 1, "b": {"c": "x"}}}
KNOWN = ["date of birth", "a-b", "profit and loss", "死亡人数"]
EXPRESSIONS = [
    "[1..(function)(partial)]",
    "-1 ** 2", "-(1)", "- n", "--n", "-(n instance of number)", "(1 + 2) * 3 - 4 / (5 - 6)", "2 ** -1 ** 3",
    "1 < 2 = true", "not(a) and (b or c) and d", "(a and b) and c", "x between 1 + 1 and 2 * 3", "x in < 5",
    "x in (1, < 2, [3..4])", "x in ((< 5))", "x in (y)", "(n instance of list) < 3", "n instance of list<list<number>>",
    "n instance of context<a b: number, c: Any>", "n instance of function<number, Any> -> string", "(>= 5)", "(= 5)",
    "[1..n]", "]1..2[", "(n + 1..(items[1])]", "[@\"2026-01-01\"..date(\"2026-02-01\")]", "items[a > 1][2].b.c",
    "(1).a", "{a b: 1, \"c\": a b + 1}.a b", "for x in 1..n, y in [x..3] return partial", "for i in 3..-1 return i",
    "some x in items satisfies x = 1 and true", "if a then b else if c then d else e", "(if a then b else c) + 1",
    "function(a: number, b) a + b", "(function(x) x)(1)", "sort(list: items, precedes: function(x, y) x < y)",
    "date of birth + a-b - profit and loss", "死亡人数 >= 10", '"\\n\\t\\"\\\\ \\d \\u00e9 \\U01F40E"', "1e5 + .5",
    "1e99999999999", "get value(ctx, \"a\")", "null", "[]", "{}", "[[1], {a: []}]",
]  # fmt: skip
TESTS = ["-", "< 5", "[1..5], 7", 'not("a", "b")', "? > 3 and ? < 9", "(not(?))", "not(?)", "null", "x"]


def _parse(text):
    return parse_expression(text, [BUILTIN_NAMES, NameIndex(KNOWN)])


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_printed_expression_reads_the_same(text):
    tree = _parse(text)
    assert _parse(print_expression(tree)) == tree


@pytest.mark.parametrize("text", TESTS)
def test_printed_tests_read_the_same(text):
    tree = parse_unary_tests(text, [BUILTIN_NAMES])
    assert parse_unary_tests(print_unary_tests(tree), [BUILTIN_NAMES]) == tree
    assert compile_unary_tests(text).tree == tree


def _again(printed):
    """The tree of printed text; None when its parentheses are deeper than is allowed."""
    try:
        return _parse(printed)
    except FeelSyntaxError as error:
        if "deep" not in str(error):
            raise
        return None


def agreement(text):
    """Check one program both ways; returns whether it came to a value."""
    try:
        compiled = compile_expression(text)
    except EngineError:
        return False
    printed = print_expression(compiled.tree)
    again = _again(printed)
    assert again is None or again == compiled.tree, (text, printed)
    try:
        found = compiled.evaluate(VARIABLES, CONTEXT)
        other = interpret(compiled.tree, VARIABLES, CONTEXT)
        assert to_text(found, nested=True) == to_text(other, nested=True), text
    except (EngineError, RecursionError):
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_compiled_and_interpreted_programs_agree(seed):
    source = random.Random(1_000 + seed)
    values = [agreement(program(source, source.choice((2, 3, 4)))) for _ in range(1_000)]
    assert sum(values) > 500
