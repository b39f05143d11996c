"""The regular expressions of XPath 3.1 and XML Schema, read into a tree.

What XPath does not know (look-around, ``\\b``, named groups, flags inside a pattern) is refused, whatever RE2 knows.
"""

from __future__ import annotations

from workflow_engine.feel.pattern_sets import CharSet, category, escape_set, unite
from workflow_engine.feel.pattern_tree import (
    Anchor,
    Back,
    Chars,
    Choice,
    Group,
    Node,
    Pattern,
    PatternError,
    Repeat,
    Sequence,
)

_SINGLE = {"n": "\n", "r": "\r", "t": "\t", **{sign: sign for sign in r"\|.?*+(){}-[]^$"}}
_MAX_DEPTH = 60
_MAX_REPEAT = 1_000


def read_pattern(text: str, flags: str) -> Pattern:
    """Read a pattern; raises ``PatternError``."""
    reader = _Reader(text, dot_takes_all="s" in flags, skip_space="x" in flags)
    root = reader.choice()
    if reader.at < len(text):
        raise PatternError
    return Pattern(root, reader.groups, reader.looks_back)


class _Reader:
    """One method per rule of the grammar."""

    def __init__(self, text: str, *, dot_takes_all: bool, skip_space: bool) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.looks_back = False
        self.depth = 0
        self.skip_space = skip_space
        self.dot = CharSet(negated=True) if dot_takes_all else CharSet(((0x0A, 0x0A), (0x0D, 0x0D)), negated=True)

    def peek(self) -> str:
        while self.skip_space and self.at < len(self.text) and self.text[self.at] in "\t\n\r ":
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, sign: str) -> bool:
        if self.peek() != sign:
            return False
        self.at += 1
        return True

    def advance(self) -> str:
        char = self.text[self.at : self.at + 1]
        if not char:
            raise PatternError
        self.at += 1
        return char

    def choice(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise PatternError
        branches = [self.branch()]
        while self.take("|"):
            branches.append(self.branch())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def branch(self) -> Node:
        parts: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified(self.atom()))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def quantified(self, atom: Node) -> Node:
        sign = self.peek()
        if sign in ("?", "*", "+"):
            self.at += 1
            least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        elif sign == "{":
            self.at += 1
            least, most = self.bounds()
        else:
            return atom
        return Repeat(atom, least, most, greedy=not self.take("?"))

    def bounds(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : end].partition(",")
        if end < 0 or not _is_count(low) or not (high == "" or _is_count(high)):
            raise PatternError
        self.at = end + 1
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if (most is not None and (most < least or most > _MAX_REPEAT)) or least > _MAX_REPEAT:
            raise PatternError
        return least, most

    def atom(self) -> Node:
        self.peek()
        char = self.advance()
        if char == "(":
            return self.group()
        if char == "[":
            return Chars(self.char_class())
        if char == ".":
            return Chars(self.dot)
        if char in "^$":
            return Anchor(char)
        if char == "\\":
            return self.escape()
        if char in "?*+{}]":
            raise PatternError
        return _one(char)

    def group(self) -> Node:
        number = None
        if self.take("?"):
            if not self.take(":"):
                raise PatternError
        else:
            self.groups += 1
            number = self.groups
        body = self.choice()
        if not self.take(")"):
            raise PatternError
        if number:
            self.closed.add(number)
        return Group(body, number)

    def escape(self) -> Node:
        if self.text[self.at : self.at + 1] in tuple("123456789"):
            return self.back()
        char, chars = self.escaped()
        return _one(char) if chars is None else Chars(chars)

    def back(self) -> Node:
        digits = self.advance()
        while self.text[self.at : self.at + 1].isdecimal() and int(digits + self.text[self.at]) <= self.groups:
            digits += self.advance()
        if int(digits) not in self.closed:
            raise PatternError
        self.looks_back = True
        return Back(int(digits))

    def escaped(self) -> tuple[str, CharSet | None]:
        """Read what follows a backslash: one character, or a set of them."""
        letter = self.advance()
        if letter in _SINGLE:
            return _SINGLE[letter], None
        chars = self.property(letter) if letter in "pP" else escape_set(letter)
        if chars is None:
            raise PatternError
        return "", chars

    def property(self, letter: str) -> CharSet | None:
        end = self.text.find("}", self.at)
        if end < 0 or self.advance() != "{":
            raise PatternError
        name, self.at = self.text[self.at : end], end + 1
        return category(name, wanted=letter == "p")

    def char_class(self) -> CharSet:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise PatternError
        negated = self.text[self.at : self.at + 1] == "^"
        self.at += negated
        parts: list[CharSet] = []
        taken: CharSet | None = None
        while self.text[self.at : self.at + 1] != "]":
            if parts and self.text.startswith("-[", self.at):
                self.at += 2
                taken = self.char_class()
                break
            parts.append(self.class_part())
        if self.advance() != "]" or not parts:
            raise PatternError
        self.depth -= 1
        whole = unite(parts, negated=negated)
        return whole if taken is None else whole.less(taken)

    def class_part(self) -> CharSet:
        first, chars = self.class_char()
        if chars is not None:
            return chars
        if self.text[self.at : self.at + 1] != "-" or self.text[self.at + 1 : self.at + 2] in ("]", "["):
            return CharSet(((ord(first), ord(first)),))
        self.at += 1
        last, chars = self.class_char()
        if chars is not None or ord(last) < ord(first):
            raise PatternError
        return CharSet(((ord(first), ord(last)),))

    def class_char(self) -> tuple[str, CharSet | None]:
        char = self.advance()
        if char == "\\":
            return self.escaped()
        if char in "[]":
            raise PatternError
        return char, None


def _one(char: str) -> Chars:
    return Chars(CharSet(((ord(char), ord(char)),)), char)


def _is_count(text: str) -> bool:
    return 0 < len(text) < 6 and text.isascii() and text.isdecimal()
