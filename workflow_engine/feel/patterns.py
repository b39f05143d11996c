"""Regular expressions of FEEL (XPath's, DMN 1.5 10.3.4.3) on RE2.

RE2 never backtracks, so no pattern can take exponential time. What it does not know (back references, look-around)
is refused: the function answers null, as for any wrong argument. XPath's class subtraction and ``\\i``, ``\\c`` are
translated where they stand alone.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import import_module
from typing import Any

from workflow_engine.feel.meter import Meter

MAX_PATTERN = 2_000
_FLAGS = frozenset("smixq")
_NAME_START = (
    r"A-Za-z_:\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}"
)
_NAME_PART = _NAME_START + r"\-.0-9\x{B7}\x{300}-\x{36F}"
_XML_ESCAPES = {
    r"\i": f"[{_NAME_START}]",
    r"\I": f"[^{_NAME_START}]",
    r"\c": f"[{_NAME_PART}]",
    r"\C": f"[^{_NAME_PART}]",
}
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_SPACE_OUTSIDE = re.compile(r"(?<!\\)\[(?:\\.|[^\]\\])*\]|\s+", re.DOTALL)
_GROUP_REFERENCE = re.compile(r"\\(.)|\$(\d+)|\$", re.DOTALL)


@lru_cache(maxsize=512)
def _compile(pattern: str, flags: str) -> Any:
    if len(pattern) > MAX_PATTERN or not set(flags) <= _FLAGS:
        return None
    re2 = import_module("re2")  # without type hints, and only the few expressions with patterns pay for loading it

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    if "q" in flags:
        pattern = re2.escape(pattern)
    elif "x" in flags:
        pattern = _SPACE_OUTSIDE.sub(lambda match: "" if match.group().isspace() else match.group(), pattern)
    pattern = _ESCAPE.sub(lambda match: _XML_ESCAPES.get(match.group(), match.group()), pattern)
    letters = "".join(sorted(set(flags) & set("smi")))
    try:
        return re2.compile(f"(?{letters}){pattern}" if letters else pattern, options)
    except re2.error:
        return None


def pattern_steps(text: str, pattern: str, flags: str = "") -> int:
    """Return the steps one search may cost: the text's length times the size of the compiled pattern."""
    compiled = _compile(pattern, flags)
    return 1 if compiled is None else 1 + len(text) * max(int(compiled.programsize), 1) // 2_000


def is_match(text: str, pattern: str, flags: str) -> bool | None:
    """Return whether the pattern matches somewhere in the text; None for a pattern that is not allowed."""
    compiled = _compile(pattern, flags)
    return None if compiled is None else compiled.search(text) is not None


def replace_matches(text: str, pattern: str, replacement: str, flags: str, meter: Meter) -> str | None:
    """Replace every match; ``$1`` is a group, ``\\$`` a dollar. None for what XPath forbids."""
    compiled = _compile(pattern, flags)
    if compiled is None:
        return None
    if compiled.fullmatch("") is not None:
        return None  # XPath: a pattern that matches nothing at all cannot be replaced (FORX0003)
    pieces = [replacement] if "q" in flags else _replacement_pieces(replacement, compiled.groups)
    if pieces is None:
        return None

    def build(match: Any) -> str:
        built = "".join(piece if isinstance(piece, str) else (match.group(piece) or "") for piece in pieces)
        meter.charge(1)
        meter.grow(len(built) + 1)
        return built

    return str(compiled.sub(build, text))


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
    for match in compiled.finditer(text):
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
    for match in compiled.finditer(text):
        meter.charge(1)
        found.append(match.group())
    return found
