"""Answers that no longer stand: the case was returned past the step that gave them, or it was taken back.

A return keeps variables as they are, so that nobody types again what is still right; what this finds is shown beside
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workflow_engine import HistoryRow


def superseded_tasks(history: Iterable[HistoryRow]) -> dict[int, HistoryRow]:
    """Tokens of user tasks whose answers no longer stand, each with the entry that says so last."""
    found: dict[int, HistoryRow] = {}
    for row in history:
        for event in row.events:
            if event.get("event") == "user_task.returned":
                found.update(dict.fromkeys(event.get("superseded") or (), row))
            elif event.get("event") == "user_task.taken_back":
                found[event["token_id"]] = row
    return found


def superseded_values(history: Sequence[HistoryRow], variables: Mapping[str, Any]) -> frozenset[str]:
    """Names of variables that still hold what an answer put there that no longer stands."""
    superseded = superseded_tasks(history)
    if not superseded:
        return frozenset()
    last: dict[str, tuple[int, Any]] = {}
    for row in history:
        for event in row.events:
            if event.get("event") == "user_task.completed":
                answer = event.get("variables") or {}
                last.update({name: (event["token_id"], value) for name, value in answer.items()})
    return frozenset(
        name
        for name, (token_id, value) in last.items()
        if token_id in superseded and name in variables and variables[name] == value
    )
