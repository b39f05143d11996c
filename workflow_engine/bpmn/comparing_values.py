"""Two flat sets of values side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.bpmn.comparing import ValueChange

LONGEST_VALUE = 4_000


def changed_values(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[ValueChange, ...]:
    """Every path whose value differs, in the order of the files."""
    paths = dict.fromkeys([*before, *after])
    return tuple(
        ValueChange(path, _short(before.get(path)), _short(after.get(path)))
        for path in paths
        if before.get(path) != after.get(path)
    )


def flat_json(value: Any, prefix: str = "") -> dict[str, str]:
    """Plain JSON as path to text; lists of plain values are one text."""
    if isinstance(value, dict):
        found: dict[str, str] = {}
        for key, part in value.items():
            found.update(flat_json(part, f"{prefix}.{key}" if prefix else str(key)))
        return found
    if isinstance(value, list):
        found = {}
        for number, part in enumerate(value, 1):
            found.update(flat_json(part, f"{prefix}[{_label_of(part, number)}]"))
        return found
    return {prefix: _text(value)}


def _label_of(part: Any, number: int) -> str:
    """What names an item of a list, so that it is recognised when others come before it."""
    if isinstance(part, dict):
        for name in ("key", "value", "id", "name"):
            if isinstance(part.get(name), str) and part[name]:
                return str(part[name])
    return str(number)


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
