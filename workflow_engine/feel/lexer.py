"""Cut FEEL text into tokens (DMN 1.5, 10.3.1.2).

Names may hold spaces and operator signs, so what a name is depends on what is in scope. The lexer therefore
yields the *parts* of names; the parser joins them against the scope.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workflow_engine.feel.errors import syntax_error

MAX_SOURCE = 50_000
MAX_TOKENS = 20_000

_NAME_START = (
    r"?A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_TOKEN = re.compile(
    r"""
    (?P<space>[\s\u0085\u180e\u200b\u2060\ufeff]+)
  | (?P<comment>//[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)
  | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<name>[_START_][_START_0-9\u00B7\u0300-\u036F\u203F-\u2040]*)
  | (?P<op>\*\*|\.\.|!=|<=|>=|->|[-+*/=<>()\[\]{},:.@'|%&!$\#^~;\\])
""".replace("_START_", _NAME_START),
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token: ``kind`` is number, string, name, op or end; ``start`` and ``end`` are character offsets."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(source: str) -> list[Token]:
    """Return the tokens of ``source``, closed by one of kind ``end``; raises ``FeelSyntaxError``."""
    if len(source) > MAX_SOURCE:
        raise syntax_error(source[:1], 0, "The expression is too long", f"at most {MAX_SOURCE} characters")
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            expected = 'a closing "' if source[position] == '"' else "FEEL text"
            raise syntax_error(source, position, f"Unexpected character {source[position]!r}", expected)
        kind = match.lastgroup or ""
        if kind not in ("space", "comment"):
            tokens.append(Token(kind, match.group(), position, match.end()))
        position = match.end()
    if len(tokens) > MAX_TOKENS:
        raise syntax_error(source[:1], 0, "The expression is too long", f"at most {MAX_TOKENS} tokens")
    tokens.append(Token("end", "", len(source), len(source)))
    return tokens


def string_value(literal: str) -> str:
    """Return the text a string literal stands for; unknown escapes such as ``\\d`` stay as written."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    return _SURROGATES.sub(_join_surrogates, _ESCAPE.sub(_unescape, body))


def quote(text: str) -> str:
    """Return ``text`` as a FEEL string literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _unescape(match: re.Match[str]) -> str:
    code = match.group(1)
    if code[0] in "uU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match.group()
    return _SIMPLE_ESCAPES.get(code, match.group())


def _join_surrogates(match: re.Match[str]) -> str:
    pair = match.group()
    return chr(0x10000 + ((ord(pair[0]) - 0xD800) << 10) + (ord(pair[1]) - 0xDC00))
