"""Patterns that a model's author wrote for a field, matched in a way that cannot take for ever.

Python's ``re`` may need exponential time. Only patterns whose cost is known to be small are run: no repeated groups, no
back references, no looking around, at most two open-ended repetitions. The others are not run at all and the value
passes (the model's own conditions still see it).
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_PATTERN = 200
LONGEST_TEXT = 500
MOST_OPEN_REPETITIONS = 2
_ESCAPED = re.compile(r"\\[^1-9]")
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_RISKY = re.compile(r"\)\s*[*+{]|\\[1-9]|\(\?(?!:)")
_OPEN_REPETITION = re.compile(r"[*+]|\{\d*,\d*\}")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text has the pattern's form; True for patterns that are not run."""
    compiled = _compile(pattern)
    return compiled is None or len(text) > LONGEST_TEXT or compiled.fullmatch(text) is not None


@lru_cache(maxsize=512)
def _compile(pattern: str) -> re.Pattern[str] | None:
    if len(pattern) > LONGEST_PATTERN or not _is_cheap(pattern):
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None


def _is_cheap(pattern: str) -> bool:
    bare = _CLASS.sub("c", _ESCAPED.sub("e", pattern))
    return not _RISKY.search(bare) and len(_OPEN_REPETITION.findall(bare)) <= MOST_OPEN_REPETITIONS
