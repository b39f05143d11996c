"""Closures for function invocations, positional and named."""

from __future__ import annotations

from typing import Any

from workflow_engine.feel import ast
from workflow_engine.feel.builtins import Builtin, find_builtin
from workflow_engine.feel.compiler import Compiler, handles
from workflow_engine.feel.errors import WrongCallError
from workflow_engine.feel.outside import OUTSIDE, OutsideFunction
from workflow_engine.feel.runtime import Closure, Frame, State
from workflow_engine.feel.values import FunctionValue

_MAY_BE_MISSING = frozenset(("is defined", "get or else", "is empty"))


@handles(ast.Call)
def _call(compiler: Compiler, node: ast.Call) -> Closure:
    builtin = _static_function(compiler, node.function)
    name = builtin.name if builtin else ""
    build = compiler.compile_guarded if name in _MAY_BE_MISSING else compiler.compile
    arguments = [build(argument) for argument in node.arguments]
    if builtin is None:
        return _dynamic_call(compiler, node, arguments)
    if isinstance(builtin, OutsideFunction) and (fault := builtin.find_fault(node.arguments, node.names)) is not None:
        raise WrongCallError(fault)
    if name == "is defined" and len(arguments) == 1:
        return _is_defined(compiler, node.arguments[0], arguments[0])
    if name == "not" and len(arguments) == 1 and node.names is None:
        only = arguments[0]
        return lambda frame: _negation(only(frame))
    if node.names is not None:
        places = builtin.order_names(node.names)
        if places is None:
            return lambda frame: None
        arguments = [arguments[place] if place is not None else _null for place in places]
    run = builtin.call
    return lambda frame: run(frame.state, [argument(frame) for argument in arguments])


def _null(frame: Frame) -> None:
    return None


def _negation(value: Any) -> bool | None:
    return (not value) if type(value) is bool else None


def _static_function(compiler: Compiler, function: ast.Node) -> Builtin | OutsideFunction | None:
    """A built-in or a function of the outside called by its name, unless something nearer has that name."""
    if not isinstance(function, ast.Name) or function.name in compiler.shadowed:
        return None
    if compiler.find_local(function.name)[1] is not None:
        return None
    return find_builtin(function.name) or OUTSIDE.get(function.name)


def _is_defined(compiler: Compiler, argument: ast.Node, closure: Closure) -> Closure:
    if not isinstance(argument, ast.Name) or compiler.find_local(argument.name) != ([], None):
        return lambda frame: closure(frame) is not None
    name = argument.name
    return lambda frame: name in frame.state.variables


def _dynamic_call(compiler: Compiler, node: ast.Call, arguments: list[Closure]) -> Closure:
    if isinstance(node.function, ast.Name) and compiler.find_local(node.function.name)[1] is None:
        function = _named_function(compiler, node.function)
    else:
        function = compiler.compile(node.function)
    names = node.names

    def call(frame: Frame) -> Any:
        target = function(frame)
        values = [argument(frame) for argument in arguments]
        if not isinstance(target, FunctionValue):
            return None
        return call_function(frame.state, target, values, names)

    return call


def _named_function(compiler: Compiler, node: ast.Name) -> Closure:
    name = node.name
    value = compiler.compile_guarded(node)
    known = find_builtin(name) or OUTSIDE.get(name)

    def find(frame: Frame) -> Any:
        found = value(frame)
        if isinstance(found, FunctionValue):
            return found
        if known is not None:
            return known
        return found if found is not None else frame.state.missing(name)

    return find


def call_function(state: State, target: FunctionValue, values: list[Any], names: tuple[str, ...] | None = None) -> Any:
    """Call any function value; named arguments are put in order first, and null results when they do not fit."""
    if names is not None:
        if isinstance(target, Builtin | OutsideFunction):
            places = target.order_names(names)
            if places is None:
                return None
            values = [values[place] if place is not None else None for place in places]
        elif set(names) == set(target.parameters):
            by_name = dict(zip(names, values, strict=True))
            values = [by_name[name] for name in target.parameters]
        else:
            return None
    return target.call(state, values)
