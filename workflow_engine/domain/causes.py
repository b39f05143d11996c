"""What makes two incidents the same fault: code, place, version, and their words without particulars."""

from __future__ import annotations

import re
from hashlib import sha256

_PARTICULARS = re.compile(
    r"'[^']*'|\"[^\"]*\"|“[^”]*”"  # quoted values
    r"|\b[0-9a-f]{8,}\b"  # digests and identifiers
    r"|\d[\d.,:T+-]*",  # numbers and instants
    re.IGNORECASE,
)
_LONGEST = 300


def without_particulars(message: str) -> str:
    """The message with … for everything that differs from case to case: values in quotes, identifiers, numbers."""
    return " ".join(_PARTICULARS.sub("…", message).split())[:_LONGEST]


def cause_of(definition_id: str, element_id: str | None, code: str, message: str) -> str:
    """The name under which incidents of one cause are found together: 32 hex digits."""
    parts = (definition_id, element_id or "", code, without_particulars(message))
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]
