"""Patterns that a model's author wrote for a field, matched in a way that cannot take for ever.

Python's ``re`` can need exponential time; a pattern with nested repetition or a back reference is therefore not run
at all and the value passes (the model's own conditions still see it).
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_PATTERN = 200
LONGEST_TEXT = 500
_RISKY = re.compile(r"\([^)]*[*+}][^)]*\)\s*[*+{]|\\[1-9]|\(\?P=|\(\?[=!<]")


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text has the pattern's form; True for patterns that are not run."""
    compiled = _compile(pattern)
    return compiled is None or len(text) > LONGEST_TEXT or compiled.fullmatch(text) is not None


@lru_cache(maxsize=512)
def _compile(pattern: str) -> re.Pattern[str] | None:
    if len(pattern) > LONGEST_PATTERN or _RISKY.search(pattern):
        return None
    try:
        return re.compile(pattern)
    except re.error:
        return None
