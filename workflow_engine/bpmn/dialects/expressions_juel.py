"""Unified expression language (JUEL: Camunda 7, Flowable, Activiti) to FEEL.

Kept from JUEL: null counts as false under ``!``; ``empty`` is true for null, empty text, list and map; list indexes
count from 0. Not kept: silent conversion between text and numbers (``"1" == 1``), which FEEL answers with null.
Calls of Java methods are refused, apart from the few whose meaning on plain data is certain.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workflow_engine.bpmn.dialects.expressions_text import (
    ADD,
    MULTIPLY,
    UNARY,
    DialectError,
    Piece,
    binary,
    call,
    compare,
    conditional,
    element,
    logic,
    member,
    name,
    text,
    wrap,
)

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?[lLdDfF]?\b|\.\d+)
  | (?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<name>[^\W\d][\w$]*)
  | (?P<op>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:().,\[\]])
)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {
    "and": "&&", "or": "||", "not": "!", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
    "div": "/", "mod": "%",
}  # fmt: skip
_COMPARISONS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MAX_DEPTH = 25
_ENGINE_OBJECTS = frozenset(
    ("execution", "task", "caseExecution", "delegateTask", "delegateExecution", "authenticatedUserId")
)
_GET_VARIABLE = frozenset(("getVariable", "getVariableLocal"))
_SAME_VALUE = frozenset(
    [
        "booleanValue",
        "intValue",
        "longValue",
        "doubleValue",
        "value",
        "stringValue",
        "numberValue",
        "boolValue",
        "elements",
        "unwrap",
    ]
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def translate_juel(source: str, names: Mapping[str, str] | None = None) -> Piece:
    """Return the FEEL of what stands inside ``${…}``; raises ``DialectError``.

    ``names`` gives the FEEL for variables that mean something else in JUEL.
    """
    parser = _Parser(_tokens(source), source, names or {})
    piece = parser.ternary()
    if parser.token.kind != "end":
        raise parser.error("an operator or the end")
    return piece


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    stripped = source.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise DialectError(
                f"Expected an expression, but found {stripped[position : position + 20]!r} in {source!r}"
            )
        kind = match.lastgroup or ""
        value = match.group(kind)
        if kind == "name" and value in _WORDS and not (tokens and tokens[-1].text == "."):
            kind, value = "op", _WORDS[value]
        tokens.append(_Token(kind, value))
        position = match.end()
    return [*tokens, _Token("end", "")]


class _Parser:
    """Recursive descent over JUEL's grammar, loosest binding first."""

    def __init__(self, tokens: list[_Token], source: str, names: Mapping[str, str]) -> None:
        self._tokens = tokens
        self._names = names
        self._at = 0
        self._depth = 0
        self._source = source

    @property
    def token(self) -> _Token:
        return self._tokens[self._at]

    def error(self, expected: str) -> DialectError:
        found = self.token.text or "the end"
        return DialectError(f"Expected {expected}, but found {found!r} in {self._source!r}", source=self._source)

    def ternary(self) -> Piece:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise DialectError(f"Expected an expression of at most {_MAX_DEPTH} nested levels")
        condition = self._or()
        if self._accept("?"):
            then = self.ternary()
            self._expect(":")
            condition = conditional(condition, then, self.ternary())
        self._depth -= 1
        return condition

    def _accept(self, *operators: str) -> str:
        token = self.token
        if token.kind == "op" and token.text in operators:
            self._at += 1
            return token.text
        return ""

    def _expect(self, operator: str) -> None:
        if not self._accept(operator):
            raise self.error(repr(operator))

    def _or(self) -> Piece:
        operands = [self._and()]
        while self._accept("||"):
            operands.append(self._and())
        return operands[0] if len(operands) == 1 else logic("or", operands)

    def _and(self) -> Piece:
        operands = [self._comparison()]
        while self._accept("&&"):
            operands.append(self._comparison())
        return operands[0] if len(operands) == 1 else logic("and", operands)

    def _comparison(self) -> Piece:
        left = self._sum()
        while operator := self._accept(*_COMPARISONS):
            left = compare(left, _COMPARISONS[operator], self._sum())
        return left

    def _sum(self) -> Piece:
        left = self._product()
        while operator := self._accept("+", "-"):
            left = binary(left, operator, self._product(), ADD)
        return left

    def _product(self) -> Piece:
        left = self._unary()
        while operator := self._accept("*", "/", "%"):
            right = self._unary()
            left = call("modulo", left, right) if operator == "%" else binary(left, operator, right, MULTIPLY)
        return left

    def _unary(self) -> Piece:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise DialectError(f"Expected an expression of at most {_MAX_DEPTH} nested levels")
        piece = self._signed()
        self._depth -= 1
        return piece

    def _signed(self) -> Piece:
        if self._accept("!"):
            return negation(self._unary())
        if self._accept("-"):
            return Piece("-" + wrap(self._unary(), UNARY), UNARY)
        if self.token.kind == "name" and self.token.text == "empty":
            self._at += 1
            return call("is empty", self._unary(), boolean=True)
        return self._postfix()

    def _postfix(self) -> Piece:
        piece = self._primary()
        while True:
            if self._accept("."):
                if self.token.kind != "name":
                    raise self.error("a property name")
                key = self._next()
                piece = self._method(piece, key) if self.token.text == "(" else member(piece, key)
            elif self._accept("["):
                piece = self._subscript(piece)
            else:
                return piece

    def _subscript(self, source: Piece) -> Piece:
        token = self.token
        key = self.ternary()
        self._expect("]")
        return (
            member(source, _unquote(token.text))
            if key.kind == "text" and token.kind == "string"
            else element(source, key)
        )

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1].text

    def _primary(self) -> Piece:
        token = self.token
        if token.kind == "number":
            return Piece(self._next().rstrip("lLdDfF"), kind="number")
        if token.kind == "string":
            return text(_unquote(self._next()))
        if token.kind == "name":
            return self._word()
        if self._accept("("):
            inner = self.ternary()
            self._expect(")")
            return inner
        raise self.error("a value")

    def _word(self) -> Piece:
        word = self._next()
        if word in ("true", "false"):
            return Piece(word, boolean=True)
        if word == "null":
            return Piece("null")
        if self.token.text == "(":
            return self._function(word)
        if word in _ENGINE_OBJECTS:
            return self._engine_object(word)
        return Piece(f"({self._names[word]})") if word in self._names else name(word)

    def _engine_object(self, word: str) -> Piece:
        """``execution.getVariable('x')`` is the variable itself; everything else of the engine is out of reach."""
        if self._accept("."):
            method = self._next()
            if self._accept("("):
                arguments = self._arguments()
                if len(arguments) == 1 and arguments[0].kind == "text":
                    variable = name(arguments[0].text[1:-1])
                    if method in _GET_VARIABLE:
                        return variable
                    if method in ("hasVariable", "hasVariableLocal"):
                        return call("is defined", variable, boolean=True)
            raise DialectError(
                f"Expected a variable, but '{word}.{method}' reaches into the engine that ran this model"
            )
        raise DialectError(f"Expected a variable, but '{word}' is an object of the engine that ran this model")

    def _function(self, word: str) -> Piece:
        self._expect("(")
        arguments = self._arguments()
        if word in ("S", "JSON") and len(arguments) == 1:
            return arguments[0]
        if word in ("now", "dateTime") and not arguments:
            return call("now")
        raise DialectError(f"Expected data only, but '{word}(…)' calls a function of the engine that ran this model")

    def _arguments(self) -> list[Piece]:
        arguments: list[Piece] = []
        if self._accept(")"):
            return arguments
        while True:
            arguments.append(self.ternary())
            if not self._accept(","):
                break
        self._expect(")")
        return arguments

    def _method(self, target: Piece, method: str) -> Piece:
        self._expect("(")
        token = self.token
        arguments = self._arguments()
        if method in _SAME_VALUE and not arguments:
            return target
        translation = _METHODS.get((method, len(arguments)))
        if translation is not None:
            return translation(target, *arguments)
        if method in ("get", "prop") and len(arguments) == 1:
            if token.kind == "string":
                return member(target, _unquote(token.text))
            return element(target, arguments[0])
        getter = re.fullmatch(r"(?:get|is)([A-Z]\w*)", method)
        if getter and not arguments:
            return member(target, getter[1][0].lower() + getter[1][1:])
        raise DialectError(f"Expected data only, but '.{method}(…)' calls a Java method")


def negation(operand: Piece) -> Piece:
    """Return JUEL's ``!``: null counts as false."""
    if operand.boolean:
        return call("not", operand, boolean=True)
    return Piece(f"{wrap(operand, ADD)} != true", 2, boolean=True)


def _unquote(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL)


def _same_text(left: Piece, right: Piece) -> Piece:
    return compare(call("lower case", left), "=", call("lower case", right))


_METHODS: dict[tuple[str, int], Callable[..., Piece]] = {
    ("equals", 1): lambda target, other: compare(target, "=", other),
    ("equalsIgnoreCase", 1): _same_text,
    ("size", 0): lambda target: call("size", target),
    ("length", 0): lambda target: call("size", target),
    ("isEmpty", 0): lambda target: call("is empty", target, boolean=True),
    ("contains", 1): lambda target, other: call("has item", target, other, boolean=True),
    ("containsKey", 1): lambda target, key: call("has item", target, key, boolean=True),
    ("hasProp", 1): lambda target, key: call("has item", target, key, boolean=True),
    ("startsWith", 1): lambda target, other: call("starts with", target, other),
    ("endsWith", 1): lambda target, other: call("ends with", target, other),
    ("toLowerCase", 0): lambda target: call("lower case", target),
    ("toUpperCase", 0): lambda target: call("upper case", target),
    ("trim", 0): lambda target: call("trim", target),
    ("toString", 0): lambda target: call("string", target),
}
