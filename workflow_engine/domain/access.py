"""What a token may be used for: scopes narrow what its person may do, they never widen it."""

from __future__ import annotations

from collections.abc import Iterable

SCOPES = (
    "tasks:read", "tasks:write", "cases:read", "cases:write", "models:read", "models:write", "operations:read",
    "operations:write", "organisation:read", "organisation:write", "audit:read",
    "audit:write", "open311:write",
)  # fmt: skip
CALENDAR_SCOPE = "calendar:read"
"""Opens the calendar of deadlines and nothing else: its token stands in an address."""
LONGEST_NAME = 80
MOST_DAYS = 366
MOST_TOKENS = 20
"""Live ones of one person."""


def unknown_scopes(scopes: Iterable[str]) -> list[str]:
    """Those that are none."""
    return sorted(set(scopes) - {*SCOPES, CALENDAR_SCOPE})
