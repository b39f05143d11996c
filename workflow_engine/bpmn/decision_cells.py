"""What a cell of a table compares with: the fixed values in its tests, where there are only such (DMN 1.5, 8.2.8).

A cell whose tests compare the input only with fixed values behaves alike between two neighbouring values, so trying
one value of each stretch decides everything about it. Any other cell is *not decidable*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from workflow_engine.feel import CompiledUnaryTests, FeelSyntaxError, Range, ast, compile_unary_tests
from workflow_engine.feel.builtins import REGISTRY
from workflow_engine.feel.compiler import Compiler
from workflow_engine.feel.errors import FeelLimitError
from workflow_engine.feel.operators import compare
from workflow_engine.feel.runtime import NO_CONTEXT, Frame, State
from workflow_engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time

UNKNOWN = object()
"""Not a fixed value."""
KINDS: dict[type, str] = {
    Decimal: "number",
    str: "string",
    bool: "boolean",
    Date: "date",
    Time: "time",
    DateTime: "date and time",
    DaysDuration: "days and time duration",
    MonthsDuration: "years and months duration",
}
_CHANGING = frozenset(("now", "today"))
_ORDERING = frozenset(("<", "<=", ">", ">="))


class UndecidableError(Exception):
    """The cell does more than compare with fixed values."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The tests of one cell; ``constants`` is None when they are not decidable, empty for ``-``."""

    text: str
    tests: CompiledUnaryTests | None
    constants: tuple[Any, ...] | None

    @property
    def is_any(self) -> bool:
        """Whether it is ``-``."""
        return self.tests is None

    def matches(self, value: Any) -> bool:
        """Whether a value passes; only for decidable cells."""
        return self.tests is None or self.tests.test(value, State({}, NO_CONTEXT, False))


@lru_cache(maxsize=8_192)
def read_cell(text: str) -> Cell:
    """Read unary tests; what is not FEEL is not decidable (and told elsewhere)."""
    if text.strip() in ("", "-"):
        return Cell(text, None, ())
    try:
        tests = compile_unary_tests(text)
        return Cell(text, tests, tuple(_of_tests(tests.tree)))
    except (UndecidableError, FeelSyntaxError):
        return Cell(text, _compiled(text), None)


def _compiled(text: str) -> CompiledUnaryTests | None:
    try:
        return compile_unary_tests(text)
    except FeelSyntaxError:
        return None


def kind_of(value: Any) -> str | None:
    """The FEEL type of a plain value; None for null, lists and the like."""
    return KINDS.get(type(value))


def constant_of(node: ast.Node) -> Any:
    """The value of an expression that reads no variable, else ``UNKNOWN``."""
    if not _is_constant(node):
        return UNKNOWN
    try:
        return Compiler().compile(node)(Frame({}, None, State({}, NO_CONTEXT, False)))
    except (FeelLimitError, RecursionError):
        return UNKNOWN


def _is_constant(node: ast.Node) -> bool:
    if isinstance(node, ast.Call):
        function = node.function
        is_builtin = isinstance(function, ast.Name) and function.name in REGISTRY and function.name not in _CHANGING
        return is_builtin and all(map(_is_constant, node.arguments))
    plain = (ast.Literal, ast.AtLiteral, ast.Negate, ast.Chain, ast.Interval, ast.ListLiteral)
    return isinstance(node, plain) and all(map(_is_constant, ast.children(node)))


# -- the values in tests --------------------------------------------------------------------------------------


def _of_tests(tree: ast.UnaryTests) -> Iterator[Any]:
    for test in tree.tests or ():
        yield from _of_test(test)


def _of_test(node: ast.Node) -> Iterator[Any]:
    if isinstance(node, ast.Operator):
        yield from _of_comparison(node.operator, node.operand)
    elif _uses_value(node):
        yield from _of_condition(node)
    else:
        yield from _flat(constant_of(node))


def _of_comparison(operator: str, operand: ast.Node) -> Iterator[Any]:
    values = list(_flat(constant_of(operand)))
    if operator in _ORDERING:
        _refuse_text(values)
    yield from values


def _of_condition(node: ast.Node) -> Iterator[Any]:
    """A condition on ``?``, such as ``? > 3 and ? != 7``."""
    if isinstance(node, ast.Compare):
        sides = [side for side in (node.left, node.right) if not _is_value(side)]
        if len(sides) != 1:
            raise UndecidableError
        yield from _of_comparison(node.operator, sides[0])
    elif isinstance(node, ast.Between) and _is_value(node.value):
        yield from _of_comparison("<", node.low)
        yield from _of_comparison("<", node.high)
    elif isinstance(node, ast.In) and _is_value(node.value):
        for test in node.tests:
            if _uses_value(test):
                raise UndecidableError
            yield from _of_test(test)
    elif isinstance(node, ast.Logic) or _is_not(node):
        for part in node.operands if isinstance(node, ast.Logic) else node.arguments:  # type: ignore[attr-defined]
            if not _uses_value(part):
                raise UndecidableError
            yield from _of_condition(part)
    else:
        raise UndecidableError


def _is_not(node: ast.Node) -> bool:
    return isinstance(node, ast.Call) and node.function == ast.Name("not") and len(node.arguments) == 1


def _is_value(node: ast.Node) -> bool:
    return isinstance(node, ast.Name) and node.name == "?"


def _uses_value(node: ast.Node) -> bool:
    return _is_value(node) or any(map(_uses_value, ast.children(node)))


def _flat(value: Any) -> Iterator[Any]:
    """The plain values in a fixed value; ranges give their ends."""
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    elif isinstance(value, Range):
        ends = [end for end in (value.low, value.high) if end is not None]
        _refuse_text(ends)
        yield from ends
    elif value is None or kind_of(value):
        yield value
    else:
        raise UndecidableError


def _refuse_text(values: Iterable[Any]) -> None:
    """Texts have no neighbours that could be tried; comparing their order is not decided here."""
    if any(isinstance(value, str) for value in values):
        raise UndecidableError


def comparable(values: Iterable[Any]) -> bool:
    """Whether all the values have one order (instants with and without an offset have none)."""
    items = list(values)
    return all(compare(items[0], item) is not None for item in items[1:])
