"""Regular expressions of FEEL (XPath's, DMN 1.5 10.3.4.3) on RE2.

RE2 never backtracks, so no pattern can take exponential time. What is no pattern of XPath is refused: the function
answers null, as for any wrong argument. Patterns with back references are tried out step by step, on the meter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Any

from workflow_engine.feel.meter import Meter
from workflow_engine.feel.pattern_backtracking import Backtracking
from workflow_engine.feel.pattern_syntax import read_pattern
from workflow_engine.feel.pattern_tree import PatternError, write_for_re2

MAX_PATTERN = 2_000
_FLAGS = frozenset("smixq")
_GROUP_REFERENCE = re.compile(r"\\(.)|\$(\d+)|\$", re.DOTALL)


@lru_cache(maxsize=512)
def _compile(pattern: str, flags: str) -> Any:
    """Return RE2's pattern, a ``Backtracking``, or None when the pattern is not allowed."""
    if len(pattern) > MAX_PATTERN or not set(flags) <= _FLAGS:
        return None
    re2 = import_module("re2")  # without type hints, and only the few expressions with patterns pay for loading it

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    try:
        if "q" in flags:
            written = re2.escape(pattern)
        else:
            tree = read_pattern(pattern, flags)
            if tree.looks_back:
                return Backtracking(tree, flags)
            written = write_for_re2(tree.root)
        letters = "".join(sorted(set(flags) & set("mi")))
        return re2.compile(f"(?{letters}){written}" if letters else written, options)
    except (PatternError, re2.error):
        return None


def _matches(compiled: Any, text: str, meter: Meter) -> Iterator[Any]:
    """Yield each match with ``start()``, ``end()`` and ``group(n)``."""
    if isinstance(compiled, Backtracking):
        yield from compiled.finditer(text, meter)
    else:
        yield from compiled.finditer(text)


def pattern_steps(text: str, pattern: str, flags: str = "") -> int:
    """Return the steps one search may cost: the text's length times the size of the compiled pattern."""
    compiled = _compile(pattern, flags)
    if compiled is None or isinstance(compiled, Backtracking):
        return 1  # nothing is searched, or each try is counted as it is made
    return 1 + len(text) * max(int(compiled.programsize), 1) // 2_000


def is_match(text: str, pattern: str, flags: str, meter: Meter) -> bool | None:
    """Return whether the pattern matches somewhere in the text; None for a pattern that is not allowed."""
    compiled = _compile(pattern, flags)
    if isinstance(compiled, Backtracking):
        return next(compiled.finditer(text, meter), None) is not None
    return None if compiled is None else compiled.search(text) is not None


def replace_matches(text: str, pattern: str, replacement: str, flags: str, meter: Meter) -> str | None:
    """Replace every match; ``$1`` is a group, ``\\$`` a dollar. None for what XPath forbids."""
    compiled = _compile(pattern, flags)
    if compiled is None:
        return None
    if next(_matches(compiled, "", meter), None) is not None:
        return None  # XPath: a pattern that matches nothing at all cannot be replaced (FORX0003)
    groups = compiled.pattern.groups if isinstance(compiled, Backtracking) else compiled.groups
    pieces = [replacement] if "q" in flags else _replacement_pieces(replacement, groups)
    if pieces is None:
        return None
    parts: list[str] = []
    position = 0
    for match in _matches(compiled, text, meter):
        built = "".join(piece if isinstance(piece, str) else (match.group(piece) or "") for piece in pieces)
        meter.charge(1)
        meter.grow(len(built) + 1)
        parts += (text[position : match.start()], built)
        position = match.end()
    return "".join([*parts, text[position:]])


def _replacement_pieces(replacement: str, groups: int) -> list[str | int] | None:
    pieces: list[str | int] = []
    position = 0
    for match in _GROUP_REFERENCE.finditer(replacement):
        pieces.append(replacement[position : match.start()])
        position = match.end()
        if match[1] is not None:
            if match[1] not in "\\$":
                return None
            pieces.append(match[1])
        elif match[2] is None:
            return None
        else:
            digits = match[2]
            while len(digits) > 1 and int(digits) > groups:
                digits = digits[:-1]
            if int(digits) <= groups:
                pieces.append(int(digits))
            pieces.append(match[2][len(digits) :])
    pieces.append(replacement[position:])
    return pieces


def split_by(text: str, pattern: str, meter: Meter) -> list[str] | None:
    """Cut the text at every match."""
    compiled = _compile(pattern, "")
    if compiled is None:
        return None
    parts: list[str] = []
    position = 0
    for match in _matches(compiled, text, meter):
        meter.charge(1)
        if match.end() > match.start():
            parts.append(text[position : match.start()])
            position = match.end()
    parts.append(text[position:])
    return parts


def find_matches(text: str, pattern: str, meter: Meter) -> list[str] | None:
    """Return all matches as text."""
    compiled = _compile(pattern, "")
    if compiled is None:
        return None
    found: list[str] = []
    for match in _matches(compiled, text, meter):
        meter.charge(1)
        found.append(match.group())
    return found
