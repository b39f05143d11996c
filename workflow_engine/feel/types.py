"""FEEL's types: how they are written and which values belong to them (DMN 1.5, 10.3.2.8, 10.3.2.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow_engine.feel.ast import TypeRef

if TYPE_CHECKING:
    from workflow_engine.feel.stream import TokenStream

_TWO_WORDS = ("days and time duration", "years and months duration", "date and time")
_SIMPLE = {
    "any": "Any",
    "Any": "Any",
    "Null": "Null",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "list": "list",
    "context": "context",
    "range": "range",
    "function": "function",
}
ANY = TypeRef("Any")


def simple_type(name: str) -> str | None:
    """Return the standard's own name of a built-in type, or None when it is not one."""
    return _SIMPLE.get(name.removeprefix("feel:").strip())


def parse_type(stream: TokenStream) -> TypeRef:
    """Read a type at the cursor; names that are not FEEL's own stay as they are (item definitions)."""
    if stream.token.kind != "name":
        raise stream.error("a type")
    with stream.nested():
        words = stream.tokens[stream.index : stream.index + 4]
        for name in _TWO_WORDS:
            parts = name.split()
            if [token.text for token in words[: len(parts)]] == parts:
                stream.index += len(parts)
                return TypeRef(name)
        name = stream.advance().text
        if name == "context" and stream.accept_op("<"):
            return _context_type(stream)
        if name == "function" and stream.accept_op("<"):
            return _function_type(stream)
        if name in ("list", "range") and stream.accept_op("<"):
            argument = parse_type(stream)
            stream.expect_op(">")
            return TypeRef(name, (argument,))
        if name in _SIMPLE:
            return TypeRef(_SIMPLE[name])
        while stream.at_op(".") and stream.peek().kind == "name":
            stream.advance()
            name += "." + stream.advance().text
        return TypeRef(name)


def _context_type(stream: TokenStream) -> TypeRef:
    fields = []
    while not stream.at_op(">"):
        key = stream.read_new_name()
        stream.expect_op(":")
        fields.append((key, parse_type(stream)))
        if not stream.accept_op(","):
            break
    stream.expect_op(">", "',' or '>'")
    return TypeRef("context", fields=tuple(fields))


def _function_type(stream: TokenStream) -> TypeRef:
    parameters = []
    while not stream.at_op(">"):
        parameters.append(parse_type(stream))
        if not stream.accept_op(","):
            break
    stream.expect_op(">", "',' or '>'")
    stream.expect_op("->")
    return TypeRef("function", (parse_type(stream), *parameters))
