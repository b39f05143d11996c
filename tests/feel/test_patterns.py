"""Regular expressions: XPath's syntax and sets, and the two ways of matching held against each other."""

from __future__ import annotations

from itertools import pairwise

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.feel import FeelLimitError, compile_expression
from workflow_engine.feel.meter import Meter
from workflow_engine.feel.pattern_backtracking import Backtracking
from workflow_engine.feel.pattern_sets import CharSet, escape_set, merge
from workflow_engine.feel.pattern_syntax import read_pattern
from workflow_engine.feel.pattern_tree import PatternError, write_for_re2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r'matches("死亡人数", "^\\w+$")', True),
        (r'matches("$", "^\\w$")', True),
        (r'matches("_", "^\\w$")', False),
        (r'matches("٣", "^\\d$")', True),
        ('matches("A", "[A-Z-[OI]]")', True),
        ('matches("O", "[A-Z-[OI]]")', False),
        ('matches("x", "[A-Z-[OI]]", "i")', True),
        (r'matches("é", "[\\p{L}-[a-z]]")', True),
        (r'matches("e", "[\\p{L}-[a-z]]")', False),
        (r'matches("7", "[\\d-[0-4-[3]]]")', True),
        (r'matches("3", "^[\\d-[0-4-[3]]]$")', True),
        (r'matches("2", "^[\\d-[0-4-[3]]]$")', False),
        (r'matches("abcdabc", "^(abc)d\\1$")', True),
        (r'matches("aA", "(.)\\1")', False),
        (r'matches("aA", "(.)\\1", "i")', True),
        (r'replace("aabbc", "(.)\\1", "<$1>")', "<a><b>c"),
        (r'extract("bookkeeper", "(\\w)\\1")', ["oo", "kk", "ee"]),
        (r'split("a--b==c", "([-=])\\1")', ["a", "b", "c"]),
        (r'matches("ababab", "^(ab)+\\1$")', True),
        (r'matches("a", "(b)?a\\1$")', True),
        (r'replace("a", "(b)?\\1", "x")', None),
        ('matches("foo", "(?:fo)o")', True),
        ('matches("hello world", "hello[ ]world", "x")', True),
        (r'matches("\r", ".")', False),
        (r'matches("\r", ".", "s")', True),
    ],
)
def test_pattern_means_what_xpath_says(source, expected):
    assert compile_expression(source).evaluate({}) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)", "(?i)a", "(?P<n>a)", r"\b", r"(.)\3", r"(a\1)", r"(a)[\1]", "a{2,1}", "a**", "[z-a]", "[]", "[a", "a]",
        "a{", r"\p{Xx}", r"\pL", "(a", "a)", "*a", "[a-[b]", "(" * 70 + ")" * 70, "a{1001}", r"\q",
    ],
)  # fmt: skip
def test_what_is_no_pattern_of_xpath_is_refused(pattern):
    with pytest.raises(PatternError):
        read_pattern(pattern, "")


_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a)", "(b|a)", "(?:ab|a)", "^", "$", r"\w", "[a-c-[b]]"])
_COUNTS = st.sampled_from(["", "", "?", "*", "+", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?"])
_PATTERNS = st.recursive(
    st.lists(st.tuples(_ATOMS, _COUNTS).map("".join), min_size=1, max_size=4).map("".join),
    lambda inner: st.tuples(inner, inner, _COUNTS).map(lambda one: f"({one[0]}|{one[1]}){one[2]}"),
    max_leaves=3,
)


@given(_PATTERNS, st.text("abc\n", max_size=8), st.sampled_from(["", "m", "s"]))
def test_trying_out_finds_the_same_matches_as_the_automaton(pattern, text, flags):
    tree = read_pattern(pattern, flags)
    letters = "(?m)" if "m" in flags else ""
    found = next(Backtracking(tree, flags).finditer(text, Meter()), None)
    wanted = re2.search(letters + write_for_re2(tree.root), text)
    assert (found and (found.start(), found.end())) == (wanted and wanted.span())


@pytest.mark.parametrize("pattern", [r"^(a|a)*(b)\\2$", r"(a*)*(b)\\2", r"(.*)(.*)(.*)(.*)(.*)\\1x"])
def test_pattern_that_tries_without_end_is_stopped(pattern):
    with pytest.raises(FeelLimitError):
        compile_expression(f'matches(text, "{pattern}")').evaluate({"text": "a" * 2_000})


_SETS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 40)).map(lambda s: (s[0], s[0] + s[1])), max_size=6)


@given(_SETS, _SETS, st.booleans())
def test_one_set_less_another_holds_what_only_the_first_holds(first, second, negated):
    one, other = CharSet(merge(first), negated=negated), CharSet(merge(second))
    points = one.less(other).points()
    inside = {point for low, high in points for point in range(low, min(high, 400) + 1)}
    expected = {
        point
        for point in range(401)
        if any(low <= point <= high for low, high in first) != negated
        and not any(low <= point <= high for low, high in second)
    }
    assert inside == expected
    assert all(low[1] + 1 < high[0] for low, high in pairwise(points))


@pytest.mark.parametrize("letter", "sdic")
def test_capital_escape_holds_all_other_characters(letter):
    small, capital = escape_set(letter), escape_set(letter.upper())
    assert merge([*small.points(), *capital.points()]) == ((0, 0x10FFFF),)
    assert small.less(capital).points() == small.points()
