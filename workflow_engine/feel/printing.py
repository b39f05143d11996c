"""Trees back to text, in one canonical form: reading the text again gives the same tree.

Names are written as they are, so a reader must know those that hold blanks or signs, as for the original text.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflow_engine.feel import ast
from workflow_engine.feel.lexer import quote

_ANY, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _POWER, _UNARY, _POSTFIX = range(9)
_OPERAND_LEVEL = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}


def print_expression(node: ast.Node) -> str:
    """Return the text of a tree."""
    return _print(node, _ANY)


def print_unary_tests(node: ast.UnaryTests) -> str:
    """Return the text of an input entry."""
    if node.tests is None:
        return "-"
    if node.negated:
        return f"not({_tests(node.tests)})"
    only = node.tests[0]
    if len(node.tests) == 1 and isinstance(only, ast.Call) and only.function == ast.Name("not"):
        return f"({_print(only, _ANY)})"  # bare, it would be the negation of tests
    return _tests(node.tests)


def print_type(type_ref: ast.TypeRef) -> str:
    """Return the text of a type."""
    if type_ref.fields:
        return f"context<{', '.join(f'{name}: {print_type(kind)}' for name, kind in type_ref.fields)}>"
    if type_ref.name == "function" and type_ref.arguments:
        result, *parameters = type_ref.arguments
        return f"function<{', '.join(map(print_type, parameters))}> -> {print_type(result)}"
    arguments = f"<{', '.join(map(print_type, type_ref.arguments))}>" if type_ref.arguments else ""
    return type_ref.name + arguments


def _print(node: ast.Node, level: int) -> str:
    """The text, in parentheses when what surrounds it binds tighter than the node itself."""
    text, own = _PRINTERS[type(node)](node)
    return text if own >= level else f"({text})"


Printed = tuple[str, int]


def _literal(node: ast.Literal) -> Printed:
    value = node.value
    if isinstance(value, str):
        return quote(value), _POSTFIX
    if isinstance(value, Decimal):
        return str(value), _UNARY
    return {True: "true", False: "false", None: "null"}[value], _POSTFIX


def _name(node: ast.Name) -> Printed:
    return node.name, _POSTFIX


def _at_literal(node: ast.AtLiteral) -> Printed:
    return f"@{quote(node.text)}", _POSTFIX


def _path(node: ast.Path) -> Printed:
    return f"{_print(node.source, _POSTFIX)}.{node.key}", _POSTFIX


def _filter(node: ast.Filter) -> Printed:
    return f"{_print(node.source, _POSTFIX)}[{_print(node.condition, _ANY)}]", _POSTFIX


def _call(node: ast.Call) -> Printed:
    arguments = [_print(argument, _ANY) for argument in node.arguments]
    if node.names is not None:
        arguments = [f"{name}: {text}" for name, text in zip(node.names, arguments, strict=True)]
    function = _print(node.function, _POSTFIX)
    if function == "function":
        function = "(function)"  # a variable of that name; called as it stands it would begin a function's text
    return f"{function}({', '.join(arguments)})", _POSTFIX


def _chain(node: ast.Chain) -> Printed:
    level = _OPERAND_LEVEL[node.rest[0][0]]
    parts = [_print(node.first, level + 1)]
    for operator, operand in node.rest:
        parts += [operator, _print(operand, level + 1)]
    return " ".join(parts), level


def _negate(node: ast.Negate) -> Printed:
    operand = _print(node.operand, _UNARY)
    return f"-({operand})" if operand[0] in "0123456789.-" else f"-{operand}", _UNARY


def _compare(node: ast.Compare) -> Printed:
    return f"{_print(node.left, _COMPARISON)} {node.operator} {_print(node.right, _SUM)}", _COMPARISON


def _logic(node: ast.Logic) -> Printed:
    level = _OR if node.operator == "or" else _AND
    return f" {node.operator} ".join(_print(operand, level + 1) for operand in node.operands), level


def _between(node: ast.Between) -> Printed:
    ends = f"{_print(node.low, _SUM)} and {_print(node.high, _SUM)}"
    return f"{_print(node.value, _COMPARISON)} between {ends}", _COMPARISON


def _in(node: ast.In) -> Printed:
    return f"{_print(node.value, _COMPARISON)} in ({_tests(node.tests)})", _COMPARISON


def _tests(tests: tuple[ast.Node, ...]) -> str:
    return ", ".join(_print(test, _ANY) for test in tests)


def _operator(node: ast.Operator) -> Printed:
    return f"{node.operator} {_print(node.operand, _SUM)}", _ANY


def _interval(node: ast.Interval) -> Printed:
    if node.low is None and node.high is not None:
        return f"({'<=' if node.high_closed else '<'} {_print(node.high, _SUM)})", _UNARY
    if node.high is None and node.low is not None:
        return f"({'>=' if node.low_closed else '>'} {_print(node.low, _SUM)})", _UNARY
    opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
    return f"{opening}{_end(node.low)}..{_end(node.high)}{closing}", _UNARY


def _end(node: ast.Node | None) -> str:
    """An end of a range; anything but a plain value in parentheses, as ``[`` and ``.`` mean other things there."""
    if node is None:
        return ""
    text = _print(node, _ANY)
    return text if isinstance(node, ast.Literal | ast.Name | ast.AtLiteral) else f"({text})"


def _list(node: ast.ListLiteral) -> Printed:
    return f"[{', '.join(_print(item, _ANY) for item in node.items)}]", _POSTFIX


def _context(node: ast.ContextLiteral) -> Printed:
    return "{" + ", ".join(f"{quote(key)}: {_print(value, _ANY)}" for key, value in node.entries) + "}", _POSTFIX


def _if(node: ast.If) -> Printed:
    parts = f"if {_print(node.condition, _ANY)} then {_print(node.then, _ANY)}"
    return f"{parts} else {_print(node.otherwise, _ANY)}", _ANY


def _steps(node: ast.Steps) -> Printed:
    return f"{_end(node.low)}..{_end(node.high)}", _ANY


def _domains(domains: tuple[tuple[str, ast.Node], ...]) -> str:
    return ", ".join(f"{name} in {_print(domain, _ANY)}" for name, domain in domains)


def _for(node: ast.For) -> Printed:
    return f"for {_domains(node.domains)} return {_print(node.body, _ANY)}", _ANY


def _quantified(node: ast.Quantified) -> Printed:
    return f"{node.kind} {_domains(node.domains)} satisfies {_print(node.condition, _ANY)}", _ANY


def _function(node: ast.FunctionLiteral) -> Printed:
    parameters = (f"{name}: {print_type(kind)}" if kind else name for name, kind in node.parameters)
    return f"function({', '.join(parameters)}) {_print(node.body, _ANY)}", _ANY


def _instance_of(node: ast.InstanceOf) -> Printed:
    return f"{_print(node.value, _POSTFIX)} instance of {print_type(node.type)}", _ANY


_PRINTERS: dict[type, Callable[[Any], Printed]] = {
    ast.Literal: _literal,
    ast.AtLiteral: _at_literal,
    ast.Name: _name,
    ast.Path: _path,
    ast.Filter: _filter,
    ast.Call: _call,
    ast.Chain: _chain,
    ast.Negate: _negate,
    ast.Compare: _compare,
    ast.Logic: _logic,
    ast.Between: _between,
    ast.In: _in,
    ast.Operator: _operator,
    ast.Interval: _interval,
    ast.ListLiteral: _list,
    ast.ContextLiteral: _context,
    ast.If: _if,
    ast.For: _for,
    ast.Steps: _steps,
    ast.Quantified: _quantified,
    ast.FunctionLiteral: _function,
    ast.InstanceOf: _instance_of,
}
