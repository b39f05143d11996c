"""Conditions of counts: the part of FEEL that compares facts, small enough for an independent reader to know all of it.

    status = "closed_resolved" and contacted_at <= contact_due_at and not(tier in ("general", "complex"))

A missing fact is null and compares as FEEL says: ``=`` and ``!=`` know it, an ordering with it is null, and what is
null does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Fact = str | int | float | bool | list[str] | None
Facts = Mapping[str, Any]
Test = Callable[[Facts], bool | None]
LONGEST = 1_000
_DEEPEST = 30
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\["\\])*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<op><=|>=|!=|=|<|>)"""
    r"""|(?P<mark>[(),])|(?P<name>[a-z][a-z0-9_]*))"""
)
_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null", "list", "contains"})
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


class ConditionError(ValueError):
    """It cannot be read; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that was read."""

    test: Test
    names: frozenset[str]
    """Facts it asks for."""
    contained: frozenset[str]
    """Texts it looks for in lists."""


@lru_cache(maxsize=1024)
def compile_condition(source: str) -> Condition:
    """Read a condition. Raises ConditionError."""
    reader = _Reader(source)
    test = reader.either()
    reader.end()
    return Condition(test, frozenset(reader.names), frozenset(reader.contained))


class _Reader:
    """Descends through one condition."""

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST:
            raise ConditionError(f"at most {LONGEST} characters")
        self.names: set[str] = set()
        self.contained: set[str] = set()
        self._tokens = list(_tokens(source))
        self._at = self._depth = 0

    def either(self) -> Test:
        """``a or b``."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ConditionError("fewer brackets")
        parts = [self._all()]
        while self._take("name", "or"):
            parts.append(self._all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else _or(parts)

    def end(self) -> None:
        """Nothing may be left."""
        if self._at < len(self._tokens):
            raise ConditionError(f"nothing after this, but got {self._tokens[self._at][1]}")

    def _all(self) -> Test:
        parts = [self._one()]
        while self._take("name", "and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else _and(parts)

    def _one(self) -> Test:
        if self._take("mark", "("):
            inner = self.either()
            self._need("mark", ")")
            return inner
        if self._take("name", "not"):
            self._need("mark", "(")
            inner = self.either()
            self._need("mark", ")")
            return _not(inner)
        if self._take("name", "list"):
            return self._contains()
        return self._comparison(self._name())

    def _contains(self) -> Test:
        self._need("name", "contains")
        self._need("mark", "(")
        name = self._name()
        self._need("mark", ",")
        wanted = self._literal()
        self._need("mark", ")")
        self.contained.add(str(wanted))
        return lambda facts: wanted in found if isinstance(found := facts.get(name), list) else None

    def _comparison(self, name: str) -> Test:
        if self._take("name", "in"):
            self._need("mark", "(")
            wanted = [self._literal()]
            while self._take("mark", ","):
                wanted.append(self._literal())
            self._need("mark", ")")
            return lambda facts: any(_equal(facts.get(name), each) for each in wanted)
        op = self._kind("op")
        if op is None:
            return lambda facts: found if isinstance(found := facts.get(name), bool) else None
        compare = _COMPARE[op]
        other = self._peek()
        if other[0] == "name" and other[1] not in _WORDS:
            right = self._name()
            return lambda facts: compare(facts.get(name), facts.get(right))
        value = self._literal()
        return lambda facts: compare(facts.get(name), value)

    def _name(self) -> str:
        found = self._kind("name")
        if found is None or found in _WORDS or not NAME.fullmatch(found):
            raise ConditionError("the name of a fact")
        self.names.add(found)
        return found

    def _literal(self) -> Fact:
        kind, text = self._peek()
        self._at += 1
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "name" and text in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[text]
        raise ConditionError("a text in quotes, a number, true, false or null")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "the end")

    def _kind(self, kind: str) -> str | None:
        found = self._peek()
        if found[0] != kind:
            return None
        self._at += 1
        return found[1]

    def _take(self, kind: str, text: str) -> bool:
        if self._peek() != (kind, text):
            return False
        self._at += 1
        return True

    def _need(self, kind: str, text: str) -> None:
        if not self._take(kind, text):
            raise ConditionError(f"{text} instead of {self._peek()[1]}")


def _tokens(source: str) -> list[tuple[str, str]]:
    found, at, length = [], 0, len(source.rstrip())
    while at < length:
        match = _TOKEN.match(source, at)
        if match is None:
            raise ConditionError(f"another word than {source[at : at + 20].strip()!r}")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return found


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(left: Any, right: Any) -> bool | None:
    if left is None or right is None:
        return left is right
    if _number(left) and _number(right):
        return bool(left == right)
    return bool(left == right) if type(left) is type(right) else None


def _differs(left: Any, right: Any) -> bool | None:
    same = _equal(left, right)
    return None if same is None else not same


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    def compare(left: Any, right: Any) -> bool | None:
        fits = (_number(left) and _number(right)) or (isinstance(left, str) and isinstance(right, str))
        return test(left, right) if fits else None

    return compare


_COMPARE: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": _equal,
    "!=": _differs,
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
}


def _and(parts: list[Test]) -> Test:
    def test(facts: Facts) -> bool | None:
        answer: bool | None = True
        for part in parts:
            found = part(facts)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return test


def _or(parts: list[Test]) -> Test:
    def test(facts: Facts) -> bool | None:
        answer: bool | None = False
        for part in parts:
            found = part(facts)
            if found is True:
                return True
            if found is None:
                answer = None
        return answer

    return test


def _not(inner: Test) -> Test:
    def test(facts: Facts) -> bool | None:
        found = inner(facts)
        return None if found is None else not found

    return test
