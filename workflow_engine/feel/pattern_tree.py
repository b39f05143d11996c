"""The tree of a regular expression of XPath, and how it is written for RE2."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.feel.pattern_sets import CharSet


class PatternError(ValueError):
    """The text is no pattern of XPath."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set; ``text`` when it is a fixed one."""

    chars: CharSet
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """``^`` or ``$``."""

    sign: str


@dataclass(frozen=True, slots=True)
class Group:
    """Parentheses; ``number`` is None for ``(?:…)``."""

    body: Node
    number: int | None


@dataclass(frozen=True, slots=True)
class Back:
    """The same text that a group before it took."""

    number: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A quantified atom; ``most`` None is without bound."""

    atom: Node
    least: int
    most: int | None
    greedy: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    branches: tuple[Node, ...]


Node = Chars | Anchor | Group | Back | Repeat | Sequence | Choice


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was read: its tree, how many groups it has, whether it looks back at one."""

    root: Node
    groups: int
    looks_back: bool


def write_for_re2(node: Node) -> str:
    """Write a tree without back references as RE2 reads it."""
    match node:
        case Chars():
            return _literal(node.text) if node.text is not None else node.chars.as_re2()
        case Anchor():
            return node.sign
        case Group():
            return f"({'' if node.number else '?:'}{write_for_re2(node.body)})"
        case Sequence():
            return "".join(write_for_re2(part) for part in node.parts)
        case Choice():
            return "|".join(write_for_re2(branch) for branch in node.branches)
        case Repeat():
            return write_for_re2(node.atom) + _quantifier(node)
    raise PatternError


def _literal(char: str) -> str:
    return f"\\{char}" if char.isascii() and not char.isalnum() and char not in " _" and char.isprintable() else char


def _quantifier(node: Repeat) -> str:
    short = {(0, 1): "?", (0, None): "*", (1, None): "+"}.get((node.least, node.most))
    if short is None:
        most = "" if node.most is None else str(node.most)
        short = f"{{{node.least}}}" if node.least == node.most else f"{{{node.least},{most}}}"
    return short + ("" if node.greedy else "?")
