"""Cron texts that vendors' models hold, as ISO 8601 cycles, where both say exactly the same.

BPMN knows only ISO 8601. A cron text that fires on an even grid within the hour means the same in every time zone, so
it can be rewritten; one that names hours or days depends on the zone of the engine it was written for and is refused.
"""

from __future__ import annotations

import re

_STEP = re.compile(r"(?:(\d{1,2}|\*)/(\d{1,2}))")
_GRID_START = "2000-01-01T00:{minute:02d}:{second:02d}Z"


def find_cycle_of_cron(text: str) -> str | None:
    """``0 0/5 * * * ?`` as ``R/2000-01-01T00:00:00Z/PT5M``; None when there is no faithful ISO cycle."""
    fields = text.split()
    if len(fields) not in (6, 7) or any(field not in ("*", "?") for field in fields[2:]):
        return None
    seconds, minutes = fields[0], fields[1]
    if minutes == "*":
        second, every = _grid(seconds, 60)
        return None if every is None else _cycle(0, second, f"PT{every}S" if every < 60 else "PT1M")
    minute, every = _grid(minutes, 60)
    if every is None or not seconds.isdigit() or int(seconds) > 59:
        return None
    return _cycle(minute, int(seconds), f"PT{every}M" if every < 60 else "PT1H")


def _grid(field: str, size: int) -> tuple[int, int | None]:
    """First value and step of ``0/5``, ``*/5``, ``*`` or ``7``; the step is None when the grid is uneven."""
    if field == "*":
        return 0, 1
    if field.isdigit() and int(field) < size:
        return int(field), size
    found = _STEP.fullmatch(field)
    if found is None:
        return 0, None
    first, step = (0 if found[1] == "*" else int(found[1])), int(found[2])
    return (first, step) if step and size % step == 0 and first < step else (first, None)


def _cycle(minute: int, second: int, period: str) -> str:
    return f"R/{_GRID_START.format(minute=minute, second=second)}/{period}"
