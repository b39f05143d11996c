"""Closures for lists, contexts, if, for, some, every, filters, functions and types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from workflow_engine.feel import ast
from workflow_engine.feel.compiler import Compiler, cost_of, handles
from workflow_engine.feel.operators import compare
from workflow_engine.feel.runtime import Closure, Frame, Lambda
from workflow_engine.feel.temporal import Date
from workflow_engine.feel.typecheck import is_instance
from workflow_engine.feel.values import Range

Domain = tuple[str, Closure]


@handles(ast.ListLiteral)
def _list(compiler: Compiler, node: ast.ListLiteral) -> Closure:
    items = [compiler.compile(item) for item in node.items]

    def build(frame: Frame) -> list[Any]:
        frame.state.grow(len(items))
        return [item(frame) for item in items]

    return build


@handles(ast.ContextLiteral)
def _context(compiler: Compiler, node: ast.ContextLiteral) -> Closure:
    entries: list[Domain] = []
    with compiler.scope(()) as scope:
        for key, value in node.entries:
            if isinstance(value, ast.FunctionLiteral):
                scope.names.add(key)  # it may call itself
            entries.append((key, compiler.compile(value)))
            scope.names.add(key)

    def build(frame: Frame) -> dict[str, Any]:
        frame.state.grow(len(entries))
        inner = Frame({}, frame, frame.state)
        for key, value in entries:
            inner.values[key] = value(inner)
        return inner.values

    return build


@handles(ast.If)
def _if(compiler: Compiler, node: ast.If) -> Closure:
    branches: list[tuple[Closure, Closure]] = []
    current: ast.Node = node
    while isinstance(current, ast.If):
        branches.append((compiler.compile(current.condition), compiler.compile(current.then)))
        current = current.otherwise
    otherwise = compiler.compile(current)

    def choose(frame: Frame) -> Any:
        for condition, then in branches:
            if condition(frame) is True:
                return then(frame)
        return otherwise(frame)

    return choose


def _domains(compiler: Compiler, domains: tuple[tuple[str, ast.Node], ...], scope: Any) -> list[Domain]:
    compiled: list[Domain] = []
    for name, domain in domains:
        compiled.append((name, compiler.compile(domain)))
        scope.names.add(name)
    return compiled


@handles(ast.Steps)
def _steps(compiler: Compiler, node: ast.Steps) -> Closure:
    low, high = compiler.compile(node.low), compiler.compile(node.high)
    return lambda frame: whole_steps(low(frame), high(frame))


def whole_steps(low: Any, high: Any) -> Iterable[Any] | None:
    """Return the whole numbers or days from low to high, upwards or downwards, without making a list."""
    if isinstance(low, Date) and isinstance(high, Date):
        step = 1 if low.days <= high.days else -1
        return map(Date, range(low.days, high.days + step, step))
    if type(low) is not Decimal or type(high) is not Decimal or low.adjusted() > 17 or high.adjusted() > 17:
        return None
    if low != low.to_integral_value() or high != high.to_integral_value():
        return None
    start, end = int(low), int(high)
    step = 1 if start <= end else -1
    return map(Decimal, range(start, end + step, step))


def _items(value: Any) -> Iterable[Any] | None:
    """What an iteration runs over; null over null, one round over a single value."""
    if value is None:
        return None
    if isinstance(value, Range):
        steps = whole_steps(value.low, value.high)
        if steps is None or compare(value.low, value.high) == 1:
            return None
        ends = [end for end, closed in ((value.low, value.low_closed), (value.high, value.high_closed)) if not closed]
        return (item for item in steps if item not in ends)
    return value if isinstance(value, list | map) else [value]


def iterate(domains: list[Domain], frame: Frame, cost: int) -> Iterator[Frame | None]:
    """Yield a frame below ``frame`` for each round of an iteration; None when a domain is null."""
    return _rounds(domains, Frame({}, frame, frame.state), cost)


def _rounds(domains: list[Domain], frame: Frame, cost: int, at: int = 0) -> Iterator[Frame | None]:
    """Yield a frame for each combination of the domains' items; None once when a domain is null."""
    name, domain = domains[at]
    items = _items(domain(frame))
    if items is None:
        yield None
        return
    last = at == len(domains) - 1
    for item in items:
        frame.state.charge(cost)
        inner = Frame({**frame.values, name: item}, frame.parent, frame.state)
        if last:
            yield inner
        else:
            yield from _rounds(domains, inner, cost, at + 1)


def _mentions(node: ast.Node, name: str) -> bool:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ast.Name) and current.name == name:
            return True
        pending.extend(ast.children(current))
    return False


@handles(ast.For)
def _for(compiler: Compiler, node: ast.For) -> Closure:
    with compiler.scope(["partial"]) as scope:
        domains = _domains(compiler, node.domains, scope)
        body = compiler.compile(node.body)
    cost = cost_of(node.body)
    partial = _mentions(node.body, "partial")

    def loop(frame: Frame) -> list[Any] | None:
        state = frame.state
        results: list[Any] = []
        for inner in iterate(domains, frame, cost):
            if inner is None:
                return None
            if partial:
                state.grow(len(results))
                inner.values["partial"] = list(results)
            results.append(body(inner))
            state.grow(1)
        return results

    return loop


@handles(ast.Quantified)
def _quantified(compiler: Compiler, node: ast.Quantified) -> Closure:
    with compiler.scope(()) as scope:
        domains = _domains(compiler, node.domains, scope)
        condition = compiler.compile(node.condition)
    cost = cost_of(node.condition)
    decisive = node.kind == "some"

    def quantified(frame: Frame) -> Any:
        unknown = False
        for inner in iterate(domains, frame, cost):
            if inner is None:
                return None
            value = condition(inner)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                unknown = True
        return None if unknown else not decisive

    return quantified


@handles(ast.Filter)
def _filter(compiler: Compiler, node: ast.Filter) -> Closure:
    source = compiler.compile(node.source)
    if isinstance(node.condition, ast.Literal) and type(node.condition.value) is Decimal:
        fixed = node.condition.value
        return lambda frame: pick(_as_list(source(frame)), fixed)
    with compiler.scope(["item"], is_filter=True):
        condition = compiler.compile(node.condition)
    cost = cost_of(node.condition)

    return lambda frame: select_items(source(frame), condition, frame, cost)


def select_items(source: Any, condition: Closure, frame: Frame, cost: int) -> Any:
    """Filter a list (or a single value) by a condition that is compiled one frame further in."""
    items, state = _as_list(source), frame.state
    if items is None:
        return None
    if not items:
        probe = condition(Frame({"item": None}, frame, state))
        return None if type(probe) is Decimal else []
    kept: list[Any] = []
    for position, item in enumerate(items):
        state.charge(cost)
        value = condition(Frame({"item": item}, frame, state))
        if position == 0 and type(value) is Decimal:
            return pick(items, value)
        if value is True:
            kept.append(item)
    state.grow(len(kept))
    return kept


def _as_list(value: Any) -> list[Any] | None:
    if value is None:
        return None
    return value if type(value) is list else [value]


def pick(items: list[Any] | None, position: Decimal) -> Any:
    """Return the item at a 1-based position, negative from the end; null outside."""
    if items is None or position != position.to_integral_value() or position.adjusted() > 9:
        return None
    index = int(position)
    if index == 0 or abs(index) > len(items):
        return None
    return items[index - 1] if index > 0 else items[index]


@handles(ast.FunctionLiteral)
def _function(compiler: Compiler, node: ast.FunctionLiteral) -> Closure:
    names = tuple(name for name, _ in node.parameters)
    types = tuple(kind for _, kind in node.parameters)
    with compiler.scope(names):
        body = compiler.compile(node.body)
    cost = cost_of(node.body)
    fit = compiler.fit
    return lambda frame: Lambda(names, types, body, frame, fit, cost)


@handles(ast.InstanceOf)
def _instance_of(compiler: Compiler, node: ast.InstanceOf) -> Closure:
    value = compiler.compile(node.value)
    wanted, table = node.type, compiler.types

    def instance_of(frame: Frame) -> bool | None:
        return is_instance(value(frame), wanted, table)

    return instance_of
