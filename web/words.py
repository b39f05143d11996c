"""Identifiers as words."""

from __future__ import annotations

import re

_BREAKS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_\s.\-]+")


def in_words(identifier: str) -> str:
    """``duty_room`` and ``dutyRoom`` as ``Duty room``."""
    words = " ".join(part for part in _BREAKS.split(identifier) if part)
    return words[:1].upper() + words[1:] if words else identifier
