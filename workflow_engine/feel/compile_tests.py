"""Closures for ``in`` and for the unary tests of decision tables (DMN 1.5, 7.3.3 and table 55)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflow_engine.feel import ast
from workflow_engine.feel.compile_basic import compare_with_constant
from workflow_engine.feel.compiler import Compiler, handles
from workflow_engine.feel.meter import Meter
from workflow_engine.feel.operators import compare_by, equal, in_range
from workflow_engine.feel.runtime import Closure, Frame
from workflow_engine.feel.values import Range

Test = Callable[[Any, Frame], bool | None]
_DECIMAL_OR_TEXT = (Decimal, str)


@handles(ast.In)
def _in(compiler: Compiler, node: ast.In) -> Closure:
    value = compiler.compile(node.value)
    tests = [_test(compiler, test, implicit=False) for test in node.tests]
    if len(tests) == 1:
        only = tests[0]
        return lambda frame: only(value(frame), frame)
    return lambda frame: _any(tests, value(frame), frame)


def _any(tests: list[Test], value: Any, frame: Frame) -> bool | None:
    unknown = False
    for test in tests:
        result = test(value, frame)
        if result is True:
            return True
        if result is None:
            unknown = True
    return None if unknown else False


def compile_unary_tests(compiler: Compiler, node: ast.UnaryTests) -> tuple[Test, bool]:
    """Return (test of a value in a frame, whether the frame must hold the value as ``?``)."""
    if node.tests is None:
        return (lambda value, frame: True), False
    uses_value = any(_uses_value(test) for test in node.tests)
    with compiler.scope(["?"]):
        tests = [_test(compiler, test, implicit=True) for test in node.tests]
    if node.negated:
        return (lambda value, frame: _any(tests, value, frame) is False), uses_value
    if len(tests) == 1:
        return tests[0], uses_value
    return (lambda value, frame: _any(tests, value, frame)), uses_value


def _uses_value(node: ast.Node) -> bool:
    return (isinstance(node, ast.Name) and node.name == "?") or any(_uses_value(child) for child in ast.children(node))


def _test(compiler: Compiler, node: ast.Node, *, implicit: bool) -> Test:
    if isinstance(node, ast.Operator):
        return _operator_test(compiler, node)
    if isinstance(node, ast.Literal):
        return _literal_test(node.value)
    if isinstance(node, ast.Interval):
        return _interval_test(compiler, node)
    closure = compiler.compile(node)
    if implicit and _uses_value(node):
        return lambda value, frame: closure(frame) is True
    return lambda value, frame: belongs(value, closure(frame), frame.state, implicit=implicit)


def _operator_test(compiler: Compiler, node: ast.Operator) -> Test:
    operator = node.operator
    if isinstance(node.operand, ast.Literal) and type(node.operand.value) in _DECIMAL_OR_TEXT:
        fast = compare_with_constant(operator, node.operand.value)
        return lambda value, frame: fast(value)
    closure = compiler.compile(node.operand)

    def test(value: Any, frame: Frame) -> bool | None:
        other = closure(frame)
        if isinstance(other, Range | list) and type(other) is not type(value) and operator in ("=", "!="):
            inside = belongs(value, other, frame.state)
            return inside if operator == "=" or inside is None else not inside
        return compare_by(operator, value, other, frame.state)

    return test


def _literal_test(fixed: Any) -> Test:
    kind = type(fixed)
    if fixed is None or kind is bool:
        return lambda value, frame: value is fixed or _inside_list(value, fixed)

    def test(value: Any, frame: Frame) -> bool | None:
        if type(value) is kind:
            return bool(value == fixed)
        return False if value is None else _inside_list(value, fixed)

    return test


def _inside_list(value: Any, fixed: Any) -> bool:
    """A value that is a list of one is read as its item (10.3.2.9.4)."""
    return type(value) is list and len(value) == 1 and equal(value[0], fixed) is True


def _interval_test(compiler: Compiler, node: ast.Interval) -> Test:
    ends = [end for end in (node.low, node.high) if end is not None]
    if all(isinstance(end, ast.Literal) and type(end.value) is Decimal for end in ends):
        return _number_interval_test(node)
    closure = compiler.compile(node)

    def test(value: Any, frame: Frame) -> bool | None:
        bounds = closure(frame)
        return None if bounds is None else in_range(value, bounds)

    return test


def _number_interval_test(node: ast.Interval) -> Test:
    low = node.low.value if isinstance(node.low, ast.Literal) else Decimal("-Infinity")
    high = node.high.value if isinstance(node.high, ast.Literal) else Decimal("Infinity")
    low_closed, high_closed = node.low_closed, node.high_closed

    def test(value: Any, frame: Frame) -> bool | None:
        if type(value) is not Decimal:
            return None
        if value < low or value > high:  # type: ignore[operator]
            return False
        return (low_closed or value != low) and (high_closed or value != high)

    return test


def belongs(value: Any, other: Any, meter: Meter, *, implicit: bool = False) -> bool | None:
    """Return whether a value is what a test's expression yields, or among it."""
    if implicit and type(other) is bool and type(value) is not bool:
        return other
    if type(other) is Range:
        return in_range(value, other)
    if type(other) is list:
        return _among(value, other, meter)
    if other is None and value is not None and not implicit:
        return None
    return equal(value, other, meter)


def _among(value: Any, items: list[Any], meter: Meter) -> bool:
    meter.charge(len(items) // 4)
    if type(value) is list and equal(value, items, meter) is True:
        return True
    return any((in_range(value, item) if type(item) is Range else equal(value, item, meter)) is True for item in items)
