"""Values that a model left in its variables: whatever they are, read as what is expected of them, or as nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_engine.domain.durations import TimingError, parse_instant


def instant(value: Any) -> datetime | None:
    """The instant that the model wrote down; None when it is none."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        return parse_instant(value)
    except TimingError:
        return None


def an_object(value: Any) -> Mapping[str, Any]:
    """An object; else an empty one."""
    return value if isinstance(value, Mapping) else {}


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def text(value: Any) -> str | None:
    """A text that says something."""
    return value if isinstance(value, str) and value else None


def texts(value: Any) -> list[str]:
    """The texts of a list."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def number(value: Any) -> float | None:
    """A number."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def degree(value: Any, most: int) -> float | None:
    """A latitude (``most`` 90) or longitude (180) on this earth."""
    found = number(value)
    return found if found is not None and -most <= found <= most else None


def groups(value: Any) -> tuple[str, ...]:
    """The groups of a list, or of a text with commas."""
    names = value.split(",") if isinstance(value, str) else texts(value)
    return tuple(name.strip() for name in names if name.strip())
