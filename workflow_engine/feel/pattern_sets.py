"""Sets of characters in XPath's regular expressions: escapes, classes, and one class less another."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

Spans = tuple[tuple[int, int], ...]
"""First and last code points, sorted, apart from each other."""
_LAST = sys.maxunicode
_NAME_START: Spans = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF),
    (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF),
    (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
_NAME_MORE: Spans = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_SPACES: Spans = ((0x09, 0x0A), (0x0D, 0x0D), (0x20, 0x20))
_CATEGORY = re.compile(r"L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfo]?")


@dataclass(frozen=True, slots=True)
class CharSet:
    """A set of characters: explicit spans and whole categories, each possibly turned round, as one union."""

    spans: Spans = ()
    categories: tuple[tuple[str, bool], ...] = ()
    negated: bool = False

    def points(self) -> Spans:
        """The set written out."""
        parts = list(self.spans)
        for name, wanted in self.categories:
            parts.extend(_category(name) if wanted else _others(_category(name)))
        union = merge(parts)
        return _others(union) if self.negated else union

    def less(self, other: CharSet) -> CharSet:
        """The characters of this set that the other does not hold."""
        return CharSet(_both(self.points(), _others(other.points())))

    def as_re2(self) -> str:
        """The set as RE2 writes it."""
        inside = "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in self.spans)
        inside += "".join(f"\\{'p' if wanted else 'P'}{{{name}}}" for name, wanted in self.categories)
        if not inside:  # nothing at all, or anything at all
            inside, negated = "\\x{0}-\\x{10FFFF}", not self.negated
        else:
            negated = self.negated
        return f"[{'^' if negated else ''}{inside}]"


def category(name: str, *, wanted: bool = True) -> CharSet | None:
    """The characters of a Unicode category; None when there is no such category."""
    if name == "Cn":
        return CharSet(_category("Cn") if wanted else _others(_category("Cn")))  # RE2 does not know it
    return CharSet(categories=((name, wanted),)) if _CATEGORY.fullmatch(name) else None


def escape_set(letter: str) -> CharSet | None:
    """What ``\\s``, ``\\d``, ``\\w``, ``\\i``, ``\\c`` and their capitals stand for in XML Schema."""
    spans = {
        "s": _SPACES,
        "S": _others(_SPACES),
        "i": _NAME_START,
        "I": _others(_NAME_START),
        "c": merge([*_NAME_START, *_NAME_MORE]),
        "C": _others(merge([*_NAME_START, *_NAME_MORE])),
    }.get(letter)
    if spans is not None:
        return CharSet(spans)
    names = {"d": ("Nd",), "w": ("L", "M", "N", "S"), "W": ("P", "Z", "C")}.get(letter)
    if names:
        return CharSet(categories=tuple((name, True) for name in names))
    return CharSet(categories=(("Nd", False),)) if letter == "D" else None


def unite(parts: Iterable[CharSet], *, negated: bool = False) -> CharSet:
    """All characters of the parts, or all others."""
    parts = list(parts)
    spans = merge([span for part in parts for span in part.spans])
    return CharSet(spans, tuple(entry for part in parts for entry in part.categories), negated)


def merge(spans: Iterable[tuple[int, int]]) -> Spans:
    """Sort spans and join those that touch."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _others(spans: Spans) -> Spans:
    gaps: list[tuple[int, int]] = []
    start = 0
    for low, high in spans:
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    return (*gaps, (start, _LAST)) if start <= _LAST else tuple(gaps)


def _both(left: Spans, right: Spans) -> Spans:
    common: list[tuple[int, int]] = []
    at = other = 0
    while at < len(left) and other < len(right):
        low, high = max(left[at][0], right[other][0]), min(left[at][1], right[other][1])
        if low <= high:
            common.append((low, high))
        if left[at][1] < right[other][1]:
            at += 1
        else:
            other += 1
    return tuple(common)


@lru_cache(maxsize=64)
def _category(name: str) -> Spans:
    return merge([span for key, spans in _all_categories().items() if key.startswith(name) for span in spans])


@lru_cache(maxsize=1)
def _all_categories() -> dict[str, list[tuple[int, int]]]:
    """The spans of each category, read once from Python's own table when a class is taken from another."""
    found: dict[str, list[tuple[int, int]]] = {}
    start, current = 0, unicodedata.category("\0")
    for point in range(1, _LAST + 2):
        name = unicodedata.category(chr(point)) if point <= _LAST else ""
        if name != current:
            found.setdefault(current, []).append((start, point - 1))
            start, current = point, name
    return found
