"""The parser's view of the tokens: where it stands, what is in scope, how deep it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from workflow_engine.feel.errors import FeelSyntaxError, syntax_error
from workflow_engine.feel.lexer import Token, tokenize
from workflow_engine.feel.names import KEYWORDS, NameIndex, longest_match, normalise_name

MAX_DEPTH = 64
_NAME_SIGNS = frozenset("+-*/'.")


class TokenStream:
    """Tokens with a cursor; raises ``FeelSyntaxError`` when the next one is not what it must be."""

    def __init__(self, source: str, known: Iterable[NameIndex]) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.index = 0
        self.depth = 0
        self.scopes: list[NameIndex] = list(known)
        self.members = NameIndex()

    @property
    def token(self) -> Token:
        """The token at the cursor."""
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Token:
        """The token ``ahead`` places further, or the end."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Return the token at the cursor and step over it."""
        token = self.tokens[self.index]
        if token.kind != "end":
            self.index += 1
        return token

    def at_op(self, *operators: str) -> bool:
        """Whether the cursor is at one of these signs."""
        token = self.tokens[self.index]
        return token.kind == "op" and token.text in operators

    def at_word(self, *words: str) -> bool:
        """Whether the cursor is at one of these words."""
        token = self.tokens[self.index]
        return token.kind == "name" and token.text in words

    def accept_op(self, operator: str) -> bool:
        """Step over the sign if it is there."""
        if self.at_op(operator):
            self.index += 1
            return True
        return False

    def accept_word(self, word: str) -> bool:
        """Step over the word if it is there."""
        if self.at_word(word):
            self.index += 1
            return True
        return False

    def expect_op(self, operator: str, expected: str = "") -> None:
        """Step over the sign or raise."""
        if not self.accept_op(operator):
            raise self.error(expected or repr(operator))

    def expect_word(self, word: str) -> None:
        """Step over the word or raise."""
        if not self.accept_word(word):
            raise self.error(repr(word))

    def error(self, expected: str, at: Token | None = None) -> FeelSyntaxError:
        """Build the error for the token at the cursor."""
        token = at or self.token
        found = "Unexpected end" if token.kind == "end" else f"Unexpected {token.text[:40]!r}"
        return syntax_error(self.source, token.start, found, expected)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Count one level of nesting; too many are refused."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise syntax_error(
                self.source, self.token.start, "The expression is nested too deeply", f"at most {MAX_DEPTH} levels"
            )
        yield
        self.depth -= 1

    @contextmanager
    def scope(self, names: Iterable[str] = ()) -> Iterator[NameIndex]:
        """Open a scope in which these names are known."""
        index = NameIndex(names)
        self.scopes.append(index)
        yield index
        self.scopes.pop()

    def read_name(self) -> str:
        """Read a reference to a name at the cursor, by the scope."""
        return self._read(self.scopes)

    def read_member(self) -> str:
        """Read the name after a dot."""
        if self.token.kind != "name":
            raise self.error("a name after '.'")
        return self._read([self.members, *self.scopes])

    def read_new_name(self, stop_words: tuple[str, ...] = (), stop_ops: tuple[str, ...] = (":",)) -> str:
        """Read a name that is being defined: everything up to one of the stops."""
        first = self.token
        last: Token | None = None
        while not self.at_op(*stop_ops) and not self.at_word(*stop_words):
            token = self.token
            if stop_words and token is not first and token.kind == "name" and token.text in KEYWORDS:
                raise self.error(" or ".join(map(repr, stop_words)))
            if token.kind not in ("name", "number") and not (token.kind == "op" and token.text in _NAME_SIGNS):
                raise self.error("a name")
            last = self.advance()
        if last is None or (last is first and first.kind != "name"):
            raise self.error("a name", first)
        return normalise_name(self.source[first.start : last.end])

    def at_named_argument(self) -> bool:
        """Whether a name and a colon come next."""
        index = self.index
        while index < len(self.tokens):
            token = self.tokens[index]
            if token.kind == "op" and token.text == ":":
                return index > self.index
            if token.kind not in ("name", "number") and not (token.kind == "op" and token.text in _NAME_SIGNS):
                return False
            index += 1
        return False

    def _read(self, scopes: Iterable[NameIndex]) -> str:
        first = self.token
        known = longest_match(scopes, self.tokens, self.index)
        length = known[1] if known else 1
        self.index += length
        if not self._joins():
            return known[0] if known else first.text
        while self._joins():
            self.index += 1
        return normalise_name(self.source[first.start : self.tokens[self.index - 1].end])

    def _joins(self) -> bool:
        token = self.token
        if token.kind == "name":
            return token.text not in KEYWORDS
        return token.kind == "number" and "." not in token.text
