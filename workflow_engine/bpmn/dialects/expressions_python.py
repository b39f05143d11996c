"""Python-style conditions (SpiffWorkflow models and others) to FEEL.

The text is only *read* with Python's parser, never run. Kept from Python: chained comparisons, truth of plain values
under ``and``, ``or``, ``not`` and ``if`` (null, 0, empty text, list and context are false), indexes from 0, ``%`` by
floor. What has no certain reading on JSON data is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflow_engine.bpmn.dialects.expressions_text import (
    ADD,
    COMPARE,
    MULTIPLY,
    POSTFIX,
    POWER,
    UNARY,
    DialectError,
    Piece,
    binary,
    call,
    compare,
    conditional,
    element,
    joined,
    logic,
    member,
    name,
    text,
    wrap,
)
from workflow_engine.feel import quote

_MAX_SOURCE = 10_000
_MAX_DEPTH = 40
_OPERATORS: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", ADD),
    ast.Sub: ("-", ADD),
    ast.Mult: ("*", MULTIPLY),
    ast.Div: ("/", MULTIPLY),
    ast.Pow: ("**", POWER),
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def translate_python(source: str) -> Piece:
    """Return the FEEL of a Python expression; raises ``DialectError`` with the reason."""
    if len(source) > _MAX_SOURCE:
        raise DialectError(f"Expected an expression of at most {_MAX_SOURCE} characters")
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DialectError(f"Expected a Python expression, but {source[:200]!r} is none") from error
    try:
        return _Translator().translate(tree.body)
    except DialectError as error:
        raise DialectError(error.message, readable=True) from error


class _Translator:
    """One method per kind of Python node; all others are refused by name."""

    def __init__(self) -> None:
        self._depth = 0

    def translate(self, node: ast.expr) -> Piece:
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise DialectError(f"Expected plain data and operators, but found Python's {type(node).__name__}")
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise DialectError(f"Expected an expression of at most {_MAX_DEPTH} nested levels")
        piece = handler(self, node)
        self._depth -= 1
        return piece

    def truth(self, node: ast.expr) -> Piece:
        """A value where Python asks for its truth."""
        piece = self.translate(node)
        if piece.boolean or isinstance(node, ast.Compare):
            return piece
        return call("is truthy", piece, boolean=True)

    def constant(self, node: ast.Constant) -> Piece:
        value = node.value
        if value is None:
            return Piece("null")
        if isinstance(value, bool):
            return Piece("true" if value else "false", boolean=True)
        if isinstance(value, int | float):
            if value - value != 0 or abs(value) > 10**300:
                raise DialectError("Expected a number within bounds")
            return Piece(format(Decimal(repr(value)), "f"), kind="number")
        if isinstance(value, str):
            return text(value)
        raise DialectError(f"Expected JSON data, but found {type(value).__name__}")

    def name(self, node: ast.Name) -> Piece:
        return name(node.id)

    def bool_op(self, node: ast.BoolOp) -> Piece:
        operator = "and" if isinstance(node.op, ast.And) else "or"
        return logic(operator, [self.truth(operand) for operand in node.values])

    def unary_op(self, node: ast.UnaryOp) -> Piece:
        if isinstance(node.op, ast.Not):
            operand = self.truth(node.operand)
            if operand.boolean:
                return call("not", operand, boolean=True)
            return Piece(f"{wrap(operand, ADD)} != true", COMPARE, boolean=True)
        if isinstance(node.op, ast.USub):
            return Piece("-" + wrap(self.translate(node.operand), POSTFIX), UNARY)
        if isinstance(node.op, ast.UAdd):
            return self.translate(node.operand)
        raise DialectError("Expected no bit operations")

    def bin_op(self, node: ast.BinOp) -> Piece:
        left, right = self.translate(node.left), self.translate(node.right)
        if isinstance(node.op, ast.Mod) and left.kind != "text":
            return call("modulo", left, right)
        if isinstance(node.op, ast.FloorDiv):
            return call("floor", binary(left, "/", right, MULTIPLY))
        if type(node.op) not in _OPERATORS:
            raise DialectError(
                "Expected + - * / // % or **; text formatting and bit operations have no reading in FEEL"
            )
        if isinstance(node.op, ast.Add) and "list" in (left.kind, right.kind):
            return call("concatenate", left, right, kind="list")
        if isinstance(node.op, ast.Mult) and {left.kind, right.kind} & {"text", "list"}:
            raise DialectError("Expected numbers on both sides of *; repeating text or lists has no reading in FEEL")
        operator, level = _OPERATORS[type(node.op)]
        if level == POWER:
            return Piece(f"{wrap(left, POSTFIX)} ** {wrap(right, POSTFIX)}", POWER)
        kind = "text" if operator == "+" and left.kind == right.kind == "text" else ""
        piece = binary(left, operator, right, level)
        return Piece(piece.text, piece.level, kind=kind)

    def compare(self, node: ast.Compare) -> Piece:
        sides = [node.left, *node.comparators]
        parts = [
            self._compare_two(left, operator, right)
            for left, operator, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        return parts[0] if len(parts) == 1 else logic("and", parts)

    def _compare_two(self, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Piece:
        one, other = self.translate(left), self.translate(right)
        if isinstance(operator, ast.Is | ast.IsNot):
            if not isinstance(right, ast.Constant) or not (right.value is None or isinstance(right.value, bool)):
                raise DialectError("Expected 'is' only before None, True or False")
            return compare(one, "=" if isinstance(operator, ast.Is) else "!=", other)
        if isinstance(operator, ast.In | ast.NotIn):
            inside = call("has item", other, one, boolean=True)
            if isinstance(right, ast.List | ast.Tuple | ast.Set) and all(_is_plain(item) for item in right.elts):
                inside = call("list contains", other, one, boolean=True)
            return inside if isinstance(operator, ast.In) else call("not", inside, boolean=True)
        return compare(one, _COMPARISONS[type(operator)], other)

    def if_exp(self, node: ast.IfExp) -> Piece:
        return conditional(self.truth(node.test), self.translate(node.body), self.translate(node.orelse))

    def attribute(self, node: ast.Attribute) -> Piece:
        if node.attr.startswith("_"):
            raise DialectError(f"Expected an entry's name, but {node.attr!r} begins with '_'")
        return member(self.translate(node.value), node.attr)

    def subscript(self, node: ast.Subscript) -> Piece:
        source = self.translate(node.value)
        key = node.slice
        if isinstance(key, ast.Slice):
            raise DialectError("Expected one index; slices have no reading here: use sublist or substring in FEEL")
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return member(source, key.value)
        if isinstance(key, ast.UnaryOp) and isinstance(key.op, ast.USub) and isinstance(key.operand, ast.Constant):
            return Piece(f"{wrap(source, POSTFIX)}[-{self.translate(key.operand).text}]")
        return element(source, self.translate(key))

    def sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Piece:
        return Piece("[" + ", ".join(self.translate(item).text for item in node.elts) + "]", kind="list")

    def dictionary(self, node: ast.Dict) -> Piece:
        entries = []
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise DialectError("Expected text as every key")
            entries.append(f"{quote(key.value)}: {self.translate(value).text}")
        return Piece("{" + ", ".join(entries) + "}", kind="context")

    def joined_text(self, node: ast.JoinedStr) -> Piece:
        parts = []
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                if value.format_spec is not None or value.conversion not in (-1, 115):
                    raise DialectError("Expected f-strings without format specifications")
                inner = self.translate(value.value)
                parts.append(Piece(inner.text, inner.level))
            else:
                parts.append(self.translate(value))
        return joined(parts) if parts else text("")

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Piece:
        variable, domain, conditions = self._generator(node)
        if conditions:
            used = {part.id for test in conditions for part in ast.walk(test) if isinstance(part, ast.Name)}
            if used != {variable}:
                raise DialectError("Expected an 'if' over the item alone; write the filter in FEEL: items[…]")
            tests = [_Renamed(variable).visit(test) for test in conditions]
            domain = Piece(f"{wrap(domain, POSTFIX)}[{logic('and', [self.truth(test) for test in tests]).text}]")
        body = self.translate(node.elt)
        if isinstance(node.elt, ast.Name) and node.elt.id == variable and conditions:
            return domain
        return Piece(f"(for {variable} in {domain.text} return {body.text})", kind="list")

    def _generator(self, node: ast.ListComp | ast.GeneratorExp) -> tuple[str, Piece, list[ast.expr]]:
        generator = node.generators[0]
        if len(node.generators) != 1 or generator.is_async or not isinstance(generator.target, ast.Name):
            raise DialectError("Expected a comprehension over one variable")
        return name(generator.target.id).text, self.translate(generator.iter), generator.ifs

    def quantified(self, word: str, node: ast.GeneratorExp) -> Piece:
        variable, domain, conditions = self._generator(node)
        if word == "every" and conditions:
            raise DialectError("Expected all(…) without 'if'")
        tests = [self.truth(test) for test in [*conditions, node.elt]]
        condition = logic("and", tests) if len(tests) > 1 else tests[0]
        return Piece(f"({word} {variable} in {domain.text} satisfies {condition.text})", boolean=condition.boolean)

    def invocation(self, node: ast.Call) -> Piece:
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise DialectError("Expected plain arguments")
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func, node.args)
        if not isinstance(node.func, ast.Name):
            raise DialectError("Expected a function's name before '('")
        function = node.func.id
        if function in ("any", "all") and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self.quantified("some" if function == "any" else "every", node.args[0])
        build = _FUNCTIONS.get((function, len(node.args))) or _FUNCTIONS.get((function, None))
        if build is None:
            raise DialectError(f"Expected one of Python's plain functions, but '{function}(…)' has no reading in FEEL")
        if function == "bool":
            return self.truth(node.args[0])
        return build(*(self.translate(argument) for argument in node.args))

    def _method(self, function: ast.Attribute, arguments: list[ast.expr]) -> Piece:
        target = self.translate(function.value)
        if function.attr == "get" and arguments and len(arguments) <= 2:
            found = member(target, arguments[0].value) if _is_text(arguments[0]) else None  # type: ignore[attr-defined]
            found = found or call("item at", target, self.translate(arguments[0]))
            return found if len(arguments) == 1 else call("get or else", found, self.translate(arguments[1]))
        build = _METHODS.get((function.attr, len(arguments)))
        if build is None:
            raise DialectError(f"Expected data only, but '.{function.attr}(…)' calls a Python method")
        return build(target, *(self.translate(argument) for argument in arguments))


class _Renamed(ast.NodeTransformer):
    """A comprehension's variable is ``item`` inside a filter."""

    def __init__(self, variable: str) -> None:
        self._variable = variable

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(id="item", ctx=node.ctx), node) if node.id == self._variable else node


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.Subscript)


def _total(items: Piece) -> Piece:
    return call("get or else", call("sum", items), Piece("0"))


_FUNCTIONS: dict[tuple[str, int | None], Callable[..., Piece]] = {
    ("len", 1): lambda value: call("size", value, kind="number"),
    ("sum", 1): _total,
    ("min", None): lambda *values: call("min", *values),
    ("max", None): lambda *values: call("max", *values),
    ("any", 1): lambda items: call("any", items),
    ("all", 1): lambda items: call("all", items),
    ("str", 1): lambda value: call("string", value),
    ("int", 1): lambda value: call("round down", call("number", value), Piece("0")),
    ("float", 1): lambda value: call("number", value),
    ("abs", 1): lambda value: call("abs", value),
    ("round", 1): lambda value: call("decimal", value, Piece("0")),
    ("round", 2): lambda value, digits: call("decimal", value, digits),
    ("bool", 1): lambda value: value,
    ("list", 1): lambda items: items,
    ("set", 1): lambda items: call("distinct values", items, kind="list"),
    ("sorted", 1): lambda items: call("sort", items, Piece("function(a, b) a < b"), kind="list"),
}
_METHODS: dict[tuple[str, int], Callable[..., Piece]] = {
    ("lower", 0): lambda target: call("lower case", target),
    ("upper", 0): lambda target: call("upper case", target),
    ("strip", 0): lambda target: call("trim", target),
    ("startswith", 1): lambda target, other: call("starts with", target, other),
    ("endswith", 1): lambda target, other: call("ends with", target, other),
    ("keys", 0): lambda target: Piece(f"get entries({target.text}).key", kind="list"),
    ("values", 0): lambda target: Piece(f"get entries({target.text}).value", kind="list"),
}
_HANDLERS: dict[type[ast.expr], Callable[[_Translator, Any], Piece]] = {
    ast.Constant: _Translator.constant,
    ast.Name: _Translator.name,
    ast.BoolOp: _Translator.bool_op,
    ast.UnaryOp: _Translator.unary_op,
    ast.BinOp: _Translator.bin_op,
    ast.Compare: _Translator.compare,
    ast.IfExp: _Translator.if_exp,
    ast.Attribute: _Translator.attribute,
    ast.Subscript: _Translator.subscript,
    ast.List: _Translator.sequence,
    ast.Tuple: _Translator.sequence,
    ast.Set: _Translator.sequence,
    ast.Dict: _Translator.dictionary,
    ast.JoinedStr: _Translator.joined_text,
    ast.ListComp: _Translator.comprehension,
    ast.GeneratorExp: _Translator.comprehension,
    ast.Call: _Translator.invocation,
}
