"""Pieces of FEEL text with their precedence, from which the translations are put together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import quote
from workflow_engine.feel.names import KEYWORDS

OR, AND, COMPARE, ADD, MULTIPLY, POWER, UNARY, POSTFIX = range(8)
_IDENTIFIER = re.compile(r"[^\W\d]\w*")


class DialectError(EngineError, ValueError):
    """An expression of another language that has no faithful reading in FEEL; the message says why."""

    code = "expression_dialect"


@dataclass(frozen=True, slots=True)
class Piece:
    """FEEL text; ``level`` is how tightly it binds, ``boolean`` whether it can only be true or false.

    ``kind`` is text, number, list or context where that is certain.
    """

    text: str
    level: int = POSTFIX
    boolean: bool = False
    kind: str = ""


def wrap(piece: Piece, level: int) -> str:
    """Return the text, in parentheses where it binds more loosely than ``level``."""
    return piece.text if piece.level >= level else f"({piece.text})"


def name(text: str) -> Piece:
    """Return a variable's name; raises when FEEL cannot write it."""
    if not _IDENTIFIER.fullmatch(text):
        raise DialectError(f"Expected a variable name of letters, digits and '_', but found {text!r}", name=text)
    if text in KEYWORDS:
        raise DialectError(f"Expected another variable name, since {text!r} is a word of FEEL", name=text)
    return Piece(text)


def member(source: Piece, key: str) -> Piece:
    """Return ``source.key``, or ``get value`` where the key is no plain name."""
    if _IDENTIFIER.fullmatch(key):
        return Piece(f"{wrap(source, POSTFIX)}.{key}")
    return call("get value", source, text(key))


def element(source: Piece, key: Piece) -> Piece:
    """Return the item at a 0-based index, or the entry of a key that is only known at run time."""
    if re.fullmatch(r"\d+", key.text):
        return Piece(f"{wrap(source, POSTFIX)}[{int(key.text) + 1}]")
    return call("item at", source, key)


def text(value: str) -> Piece:
    """Return a string literal."""
    return Piece(quote(value), kind="text")


def call(function: str, *arguments: Piece, boolean: bool = False, kind: str = "") -> Piece:
    """Return a function call."""
    return Piece(f"{function}({', '.join(argument.text for argument in arguments)})", boolean=boolean, kind=kind)


def binary(left: Piece, operator: str, right: Piece, level: int) -> Piece:
    """Return ``left operator right`` of a left-associative level."""
    return Piece(f"{wrap(left, level)} {operator} {wrap(right, level + 1)}", level)


def compare(left: Piece, operator: str, right: Piece) -> Piece:
    """Return a comparison; with null it is certainly true or false."""
    certain = operator in ("=", "!=") and "null" in (left.text, right.text)
    return Piece(f"{wrap(left, ADD)} {operator} {wrap(right, ADD)}", COMPARE, boolean=certain)


def logic(operator: str, operands: list[Piece]) -> Piece:
    """Return ``a and b`` or ``a or b``."""
    level = OR if operator == "or" else AND
    parts = [wrap(operand, level) for operand in operands]
    return Piece(f" {operator} ".join(parts), level, boolean=all(operand.boolean for operand in operands))


def conditional(condition: Piece, then: Piece, otherwise: Piece) -> Piece:
    """Return ``if … then … else …``."""
    whole = f"if {condition.text} then {then.text} else {otherwise.text}"
    return Piece(whole, OR - 1, boolean=then.boolean and otherwise.boolean)


def joined(parts: list[Piece]) -> Piece:
    """Return text put together from parts; what is null adds nothing."""
    inner = ", ".join(part.text if part.kind == "text" else f"string({part.text})" for part in parts)
    return Piece(f"string join([{inner}])", kind="text")
