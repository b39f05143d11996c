"""Cells and values of tables in words, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from workflow_engine.bpmn.decision_cells import UNKNOWN, constant_of
from workflow_engine.bpmn.decision_domains import OTHER_TEXT, Dimension
from workflow_engine.feel import FeelSyntaxError, Range, ast, compile_unary_tests, to_text

_SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "<": "<", ">": ">", "=": "="}
_CHINESE_FIRST = re.compile(r"(.*[\u4e00-\u9fff][^\sA-Za-z]*)\s+([A-Za-z(][^\u4e00-\u9fff]*)", re.DOTALL)
_WORDS = {
    "en": {"or": " or ", "and": " and ", "not": "is not", "nothing": "is missing", "true": "yes", "false": "no"},
    "zh": {"or": "或", "and": "且", "not": "不是", "nothing": "缺失", "true": "是", "false": "否"},
}


def in_language(text: str, language: str) -> str:
    """The half of a label such as ``死亡 Deaths`` that is in the language; the text itself when it has one half."""
    for separator in (" / ", " | ", "\n"):
        halves = text.split(separator)
        if len(halves) == 2 and _is_chinese(halves[0]) != _is_chinese(halves[1]):
            return halves[0] if _is_chinese(halves[0]) == (language == "zh") else halves[1]
    two = _CHINESE_FIRST.fullmatch(text)
    return two[1 if language == "zh" else 2] if two else text


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def example(dimensions: Sequence[Dimension], place: Sequence[int], which: Sequence[int]) -> str:
    """``casualties = 3, loss = 9`` for a place in the table."""
    parts = [_equals(dimensions[at].label, dimensions[at].points[place[at]]) for at in which]
    return ", ".join(parts) if parts else "any input"


def _equals(label: str, value: Any) -> str:
    if value is OTHER_TEXT:
        return f"{label} = any other text"
    return f"{label} = {to_text(value, nested=True)}"


def condition(label: str, tests: str, language: str) -> str:
    """``deaths ≥ 10`` for a cell; a cell that is no plain comparison is quoted as it stands."""
    try:
        tree = compile_unary_tests(tests).tree
    except FeelSyntaxError:
        return f"{label}: {tests}"
    parts = [_test(label, test, language) for test in tree.tests or ()]
    if None in parts or not parts:
        return f"{label}: {' '.join(tests.split())}"
    words = _WORDS[language]
    if tree.negated:
        values = [_value(test, language) for test in tree.tests or ()]
        if None not in values:
            gap = " " if language == "en" else ""
            return f"{label}{gap or ' '}{words['not']}{gap or ' '}{words['or'].join(map(str, values))}"
        return f"{label}: {' '.join(tests.split())}"
    if len(parts) > 1:
        values = [_value(test, language) for test in tree.tests or ()]
        if None not in values:
            return f"{label} = {words['or'].join(map(str, values))}"
    return words["or"].join(map(str, parts))


def _test(label: str, node: ast.Node, language: str) -> str | None:
    if isinstance(node, ast.Operator):
        shown = _value(node.operand, language)
        return None if shown is None else f"{label} {_SIGNS[node.operator]} {shown}"
    value = constant_of(node)
    if isinstance(value, Range):
        return _within(label, value, language)
    if value is None:
        return f"{label} {_WORDS[language]['nothing']}"
    shown = _value(node, language)
    return None if shown is None else f"{label} = {shown}"


def _within(label: str, value: Range, language: str) -> str:
    low = "" if value.low is None else f"{value_words(value.low, language)} {'≤' if value.low_closed else '<'} "
    high = "" if value.high is None else f" {'≤' if value.high_closed else '<'} {value_words(value.high, language)}"
    return f"{low}{label}{high}"


def _value(node: ast.Node, language: str) -> str | None:
    value = constant_of(node)
    if value is UNKNOWN or value is None or isinstance(value, Range | list | dict):
        return None
    return value_words(value, language)


def value_words(value: Any, language: str) -> str:
    """One value as it is read; texts in quotes of the language."""
    if isinstance(value, bool):
        return _WORDS[language]["true" if value else "false"]
    if isinstance(value, str):
        return f"“{value}”" if language == "zh" else f'"{value}"'
    return to_text(value, nested=True)
