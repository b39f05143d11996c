"""In-process interpreter for the simplest scripts: assignments, conditions and sums over plain JSON.

Most script tasks say ``n = n + 1`` or ``log = log + ["a"]``, and a crossing into the sandbox costs more than
the rest of the step. The subset here has no loops, functions or imports, so each run is bounded by the size of
the script. It only knows the happy path: whatever is unusual (an error, a huge number, a type that needs care)
raises ``UnsureError``, and the caller runs the whole script in the sandbox, which has the last word.

Values are never changed in place; ``a["b"] = 1`` rebinds ``a`` to a changed copy. Where two names could come
to share an object that the script also changes, the answer is ``UnsureError`` as well.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from workflow_engine.bpmn.scripts_closures import (
    DELETED,
    BeyondError,
    Expression,
    Frame,
    Statement,
    binary_of,
    bind_name,
    bool_of,
    branch_on,
    call_of,
    change_path,
    compared,
    constant,
    either_of,
    evaluate_only,
    joined_text,
    list_of,
    nothing,
    object_of,
    only_flat,
    only_scalar,
    sliced,
    unary_of,
)
from workflow_engine.bpmn.scripts_values import (
    BINARY,
    COMPARISONS,
    FUNCTIONS,
    METHODS,
    UNARY,
    UnsureError,
    copy_with,
    copy_without,
    item_of,
    text_of,
)

_MAX_NODES = 300


@dataclass(frozen=True, slots=True)
class SimpleProgram:
    """A script of the subset, compiled to closures; safe to share between threads."""

    statements: tuple[Statement, ...]
    functions: frozenset[str]

    def run(self, variables: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
        """The names it bound with their values, and the names it deleted; raises ``UnsureError``."""
        if not self.functions.isdisjoint(variables):
            raise UnsureError  # a variable hides the function
        frame = Frame(variables)
        for statement in self.statements:
            statement(frame)
        bound = {name: value for name, value in frame.bound.items() if value is not DELETED}
        return bound, frame.bound.keys() - bound.keys()


def compile_simple(tree: ast.Module) -> SimpleProgram | None:
    """The program for ``tree``, or None when it goes beyond the subset."""
    if any(islice(ast.walk(tree), _MAX_NODES, None)):
        return None
    compiler = _Compiler(_changes_in_place(tree))
    try:
        statements = tuple(compiler.statement(node) for node in tree.body)
    except (BeyondError, RecursionError):
        return None
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    if stored & compiler.functions:
        return None
    return SimpleProgram(statements, frozenset(compiler.functions))


def _changes_in_place(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Attribute) and node.attr == "append"):
            return True
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            return True
    return False


class _Compiler:
    def __init__(self, careful: bool) -> None:
        self.careful = careful  # objects may be changed in place: never let two names share one
        self.functions: set[str] = set()

    # statements

    def statement(self, node: ast.stmt) -> Statement:
        match node:
            case ast.Assign(targets=[target], value=value):
                return self.store(target, self.owned(value))
            case ast.AugAssign(target=target, op=op, value=value):
                return self.augmented(target, op, value)
            case ast.If(test=test, body=body, orelse=orelse):
                return branch_on(self.expression(test), self.block(body), self.block(orelse))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=target, attr="append"), args=[item], keywords=[])):
                return self.append(target, self.owned(item))
            case ast.Expr(value=value):
                return evaluate_only(self.expression(value))
            case ast.Delete(targets=[target]):
                return self.delete(target)
            case ast.Pass():
                return nothing
        raise BeyondError

    def block(self, body: list[ast.stmt]) -> tuple[Statement, ...]:
        return tuple(self.statement(node) for node in body)

    def store(self, target: ast.expr, value: Expression) -> Statement:
        if isinstance(target, ast.Name):
            return bind_name(target.id, value)
        name, keys = self.path(target)
        return change_path(name, keys, lambda frame, container, key: copy_with(container, key, value(frame)))

    def augmented(self, target: ast.expr, op: ast.operator, value: ast.expr) -> Statement:
        operator = BINARY.get(type(op))
        if operator is None:
            raise BeyondError
        operand = self.owned(value)
        if isinstance(target, ast.Name):
            name = target.id
            return bind_name(name, lambda frame: operator(frame.load(name), operand(frame)))
        name, keys = self.path(target)

        def step(frame: Frame, container: Any, key: Any) -> Any:
            return copy_with(container, key, operator(item_of(container, key), operand(frame)))

        return change_path(name, keys, step)

    def append(self, target: ast.expr, item: Expression) -> Statement:
        def extended(frame: Frame, value: Any) -> Any:
            if type(value) is not list:
                raise UnsureError
            return BINARY[ast.Add](value, [item(frame)])

        if isinstance(target, ast.Name):
            name = target.id
            return bind_name(name, lambda frame: extended(frame, frame.load(name)))
        name, keys = self.path(target)
        return change_path(
            name,
            keys,
            lambda frame, container, key: copy_with(container, key, extended(frame, item_of(container, key))),
        )

    def delete(self, target: ast.expr) -> Statement:
        if not isinstance(target, ast.Name):
            name, keys = self.path(target)
            return change_path(name, keys, lambda frame, container, key: copy_without(container, key))
        name = target.id

        def delete(frame: Frame) -> None:
            frame.load(name)
            frame.bound[name] = DELETED

        return delete

    def path(self, target: ast.expr) -> tuple[str, tuple[Expression, ...]]:
        """The name at the root of ``a[x][y]`` and the keys on the way."""
        keys: list[Expression] = []
        while isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
            keys.append(self.expression(target.slice))
            target = target.value
        if not isinstance(target, ast.Name) or not keys:
            raise BeyondError
        return target.id, tuple(reversed(keys))

    # expressions

    def owned(self, node: ast.expr) -> Expression:
        """The value as it may be kept: where objects are changed in place, nothing that another name holds too."""
        if not self.careful:
            return self.expression(node)
        match node:
            case ast.List(elts=items):
                return list_of([self.owned(item) for item in items])
            case ast.Dict(keys=keys, values=values):
                return object_of([self.key(key) for key in keys], [self.owned(value) for value in values])
            case ast.BinOp() | ast.Subscript(slice=ast.Slice()):
                return only_flat(self.expression(node))
        return only_scalar(self.expression(node))

    def key(self, node: ast.expr | None) -> Expression:
        if node is None:  # ** in a display
            raise BeyondError
        return self.expression(node)

    def expression(self, node: ast.expr) -> Expression:
        match node:
            case ast.Constant(value=value):
                return constant(value)
            case ast.Name(id=name):
                return lambda frame: frame.load(name)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in BINARY:
                return binary_of(BINARY[type(op)], self.expression(left), self.expression(right))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in UNARY:
                return unary_of(UNARY[type(op)], self.expression(operand))
            case ast.Call(func=function, args=args, keywords=[]):
                return self.call(function, [self.expression(arg) for arg in args])
        return self.composite(node)

    def composite(self, node: ast.expr) -> Expression:
        match node:
            case ast.BoolOp(op=op, values=values):
                return bool_of(isinstance(op, ast.And), [self.expression(value) for value in values])
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return either_of(self.expression(test), self.expression(body), self.expression(orelse))
            case ast.List(elts=items):
                return list_of([self.expression(item) for item in items])
            case ast.Dict(keys=keys, values=values):
                return object_of([self.key(key) for key in keys], [self.expression(value) for value in values])
            case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=None)):
                bounds = [self.expression(bound) if bound else constant(None) for bound in (lower, upper)]
                return sliced(self.expression(value), *bounds)
            case ast.Subscript(value=value, slice=key):
                return binary_of(item_of, self.expression(value), self.expression(key))
            case ast.JoinedStr(values=parts):
                return joined_text([self.part(part) for part in parts])
        raise BeyondError

    def comparison(self, node: ast.Compare) -> Expression:
        sides = [node.left, *node.comparators]
        operators = []
        for op, right in zip(node.ops, node.comparators, strict=True):
            if isinstance(op, ast.Is | ast.IsNot) and not (isinstance(right, ast.Constant) and right.value is None):
                raise BeyondError
            if type(op) not in COMPARISONS:
                raise BeyondError
            operators.append(COMPARISONS[type(op)])
        return compared(operators, [self.expression(side) for side in sides])

    def call(self, function: ast.expr, args: list[Expression]) -> Expression:
        if isinstance(function, ast.Name) and function.id in FUNCTIONS:
            self.functions.add(function.id)
            return call_of(FUNCTIONS[function.id], args)
        if isinstance(function, ast.Attribute) and function.attr in METHODS:
            return call_of(METHODS[function.attr], [self.expression(function.value), *args])
        raise BeyondError

    def part(self, node: ast.expr) -> Expression:
        if isinstance(node, ast.FormattedValue):
            if node.conversion != -1 or node.format_spec is not None:
                raise BeyondError
            return unary_of(text_of, self.expression(node.value))
        return self.expression(node)
