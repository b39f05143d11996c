"""Closures for literals, names, paths, arithmetic, comparisons and logic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflow_engine.feel import ast
from workflow_engine.feel.builtins import find_builtin
from workflow_engine.feel.compiler import Compiler, handles
from workflow_engine.feel.operators import ARITHMETIC, compare, compare_by, equal, negate
from workflow_engine.feel.properties import get_property
from workflow_engine.feel.runtime import Closure, Frame, State
from workflow_engine.feel.temporal_text import parse_temporal
from workflow_engine.feel.values import Range, adopt

_PLAIN = frozenset((str, bool, type(None), Decimal))


def constant(value: Any) -> Closure:
    """Return the closure of a fixed value."""
    return lambda frame: value


@handles(ast.Literal)
def _literal(compiler: Compiler, node: ast.Literal) -> Closure:
    return constant(node.value)


@handles(ast.AtLiteral)
def _at_literal(compiler: Compiler, node: ast.AtLiteral) -> Closure:
    return constant(parse_temporal(node.text))


@handles(ast.Name)
def _name(compiler: Compiler, node: ast.Name) -> Closure:
    name = node.name
    filters, hops = compiler.find_local(name)
    if filters:
        before, compiler.guarded = compiler.guarded, True
        outer = _local(name, hops) if hops is not None else _variable(compiler, name, free=False)
        compiler.guarded = before
        return _in_items(name, filters, outer)
    if hops is None:
        return _variable(compiler, name)
    if name == "item" and compiler.scopes[-1 - hops].is_filter:
        return _in_items(name, [hops], _local(name, hops))
    return _local(name, hops)


def _local(name: str, hops: int) -> Closure:
    def local(frame: Frame) -> Any:
        return frame.values.get(name)

    def parent_local(frame: Frame) -> Any:
        return frame.parent.values.get(name)  # type: ignore[union-attr]

    def far_local(frame: Frame) -> Any:
        target: Any = frame
        for _ in range(hops):
            target = target.parent
        return target.values.get(name)

    return (local, parent_local, far_local)[min(hops, 2)]


def _in_items(name: str, filters: list[int], outer: Closure) -> Closure:
    """A name inside a filter means the item's own entry, if it has one of that name."""

    def lookup(frame: Frame) -> Any:
        target: Any = frame
        at = 0
        for hops in filters:
            while at < hops:
                target = target.parent
                at += 1
            item = target.values.get("item")
            if type(item) is dict and name in item:
                return item[name]
        return outer(frame)

    return lookup


def _variable(compiler: Compiler, name: str, *, free: bool = True) -> Closure:
    if free:
        compiler.free_names.add(name)
    miss = _answer_guarded(name) if compiler.guarded else _answer_missing(name)

    def variable(frame: Frame) -> Any:
        state = frame.state
        try:
            value = state.variables[name]
        except KeyError:
            return miss(state)
        kind = type(value)
        if kind in _PLAIN:
            return value
        return adopt(value) if kind is int else state.adopt(value)

    return variable


def _answer_missing(name: str) -> Any:
    builtin = find_builtin(name)

    def miss(state: State) -> Any:
        return builtin if builtin is not None else state.missing(name)

    return miss


def _answer_guarded(name: str) -> Any:
    builtin = find_builtin(name)
    return lambda state: builtin


@handles(ast.Path)
def _path(compiler: Compiler, node: ast.Path) -> Closure:
    keys = [node.key]
    source = node.source
    while isinstance(source, ast.Path):
        keys.append(source.key)
        source = source.source
    keys.reverse()
    if isinstance(source, ast.Name) and compiler.find_local(source.name) == ([], None):
        return _variable_path(compiler, source.name, tuple(keys))
    closure = compiler.compile(source)

    def path(frame: Frame) -> Any:
        value = closure(frame)
        for key in keys:
            value = value.get(key) if type(value) is dict else _property(value, key, frame.state)
        return value

    return path


def _variable_path(compiler: Compiler, name: str, keys: tuple[str, ...]) -> Closure:
    """Walk plain JSON and convert only what is found at the end."""
    compiler.free_names.add(name)
    miss = _answer_guarded(name) if compiler.guarded else _answer_missing(name)

    def variable_path(frame: Frame) -> Any:
        state = frame.state
        try:
            value = state.variables[name]
        except KeyError:
            value = miss(state)
        for position, key in enumerate(keys):
            if type(value) is not dict:
                return _rest_of_path(state.adopt(value), keys[position:], state)
            value = value.get(key)
        return value if type(value) in _PLAIN else state.adopt(value)

    return variable_path


def _rest_of_path(value: Any, keys: tuple[str, ...], state: State) -> Any:
    for key in keys:
        value = _property(value, key, state)
    return value


def _property(value: Any, key: str, state: State) -> Any:
    if type(value) is list:
        state.charge(1 + len(value) // 8)
        state.grow(len(value))
    return get_property(value, key)


@handles(ast.Chain)
def _chain(compiler: Compiler, node: ast.Chain) -> Closure:
    first = compiler.compile(node.first)
    steps = [(operator, compiler.compile(operand)) for operator, operand in node.rest]

    def chain(frame: Frame) -> Any:
        value = first(frame)
        for operator, operand in steps:
            other = operand(frame)
            if operator == "+" and type(value) is str and type(other) is str:
                frame.state.grow(len(value) + len(other))
                value += other
            else:
                try:
                    value = ARITHMETIC[operator](value, other)
                except ArithmeticError:
                    value = None
        return value

    if len(steps) == 1 and steps[0][0] != "+":
        return _single(first, ARITHMETIC[steps[0][0]], steps[0][1])
    return chain


def _single(first: Closure, operation: Any, second: Closure) -> Closure:
    def single(frame: Frame) -> Any:
        try:
            return operation(first(frame), second(frame))
        except ArithmeticError:
            return None

    return single


@handles(ast.Negate)
def _negate(compiler: Compiler, node: ast.Negate) -> Closure:
    operand = compiler.compile(node.operand)
    return lambda frame: negate(operand(frame))


@handles(ast.Compare)
def _compare(compiler: Compiler, node: ast.Compare) -> Closure:
    operator = node.operator
    with_null = [side for side in (node.left, node.right) if isinstance(side, ast.Literal) and side.value is None]
    build = compiler.compile_guarded if with_null else compiler.compile
    left, right = build(node.left), build(node.right)
    if isinstance(node.right, ast.Literal) and type(node.right.value) in (Decimal, str):
        fast = compare_with_constant(operator, node.right.value)
        return lambda frame: fast(left(frame))
    if operator == "=":
        return lambda frame: equal(left(frame), right(frame), frame.state)
    return lambda frame: compare_by(operator, left(frame), right(frame), frame.state)


def compare_with_constant(operator: str, fixed: Any) -> Callable[[Any], bool | None]:
    """Return a test of one value against a fixed number or text; the common case of conditions and table cells."""
    kind = type(fixed)

    def equals(value: Any) -> bool | None:
        return bool(value == fixed) if type(value) is kind else (False if value is None else None)

    def differs(value: Any) -> bool | None:
        return bool(value != fixed) if type(value) is kind else (True if value is None else None)

    def less(value: Any) -> bool | None:
        return bool(value < fixed) if type(value) is kind else None

    def at_most(value: Any) -> bool | None:
        return bool(value <= fixed) if type(value) is kind else None

    def greater(value: Any) -> bool | None:
        return bool(value > fixed) if type(value) is kind else None

    def at_least(value: Any) -> bool | None:
        return bool(value >= fixed) if type(value) is kind else None

    return {"=": equals, "!=": differs, "<": less, "<=": at_most, ">": greater, ">=": at_least}[operator]


@handles(ast.Logic)
def _logic(compiler: Compiler, node: ast.Logic) -> Closure:
    operands = [compiler.compile(operand) for operand in node.operands]
    decisive = node.operator == "or"
    if len(operands) == 2:
        return _logic_of_two(operands[0], operands[1], decisive)

    def logic(frame: Frame) -> Any:
        unknown = False
        for operand in operands:
            value = operand(frame)
            if value is decisive:
                return decisive
            if value is not (not decisive):
                unknown = True
        return None if unknown else not decisive

    return logic


def _logic_of_two(first: Closure, second: Closure, decisive: bool) -> Closure:
    neutral = not decisive

    def logic(frame: Frame) -> Any:
        left = first(frame)
        if left is decisive:
            return decisive
        right = second(frame)
        if right is decisive:
            return decisive
        return neutral if left is neutral and right is neutral else None

    return logic


@handles(ast.Between)
def _between(compiler: Compiler, node: ast.Between) -> Closure:
    value, low, high = (compiler.compile(part) for part in (node.value, node.low, node.high))

    def between(frame: Frame) -> bool | None:
        subject = value(frame)
        above, below = compare(subject, low(frame)), compare(subject, high(frame))
        if above is None or below is None:
            return False if (above == -1 or below == 1) else None
        return above >= 0 and below <= 0

    return between


@handles(ast.Interval)
def _interval(compiler: Compiler, node: ast.Interval) -> Closure:
    low = compiler.compile(node.low) if node.low else None
    high = compiler.compile(node.high) if node.high else None

    def interval(frame: Frame) -> Range | None:
        start = low(frame) if low else None
        end = high(frame) if high else None
        if (low and start is None) or (high and end is None):
            return None
        if low and high and compare(start, end) is None:
            return None
        return Range(start, end, node.low_closed, node.high_closed)

    return interval
