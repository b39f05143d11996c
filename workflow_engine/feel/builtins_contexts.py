"""Built-in functions on contexts (10.3.4.10)."""

from __future__ import annotations

from typing import Any

from workflow_engine.feel.builtins import builtin
from workflow_engine.feel.runtime import State


@builtin("get value", "m: context, key: string", "context: context, keys: list")
def _get_value(state: State, context: Any, key: Any) -> Any:
    for part in key if isinstance(key, list) else [key]:
        if not isinstance(context, dict) or not isinstance(part, str):
            return None
        context = context.get(part)
    return context


@builtin("get entries", "m: context")
def _get_entries(state: State, context: dict[str, Any]) -> list[dict[str, Any]]:
    state.grow(len(context) * 2)
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list")
def _context(state: State, entries: list[Any]) -> dict[str, Any] | None:
    result: dict[str, Any] = {}
    state.grow(len(entries))
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry or not isinstance(entry.get("key"), str):
            return None
        if entry["key"] in result:
            return None
        result[entry["key"]] = entry["value"]
    return result


@builtin("context put", "context: context, key: string, value", "context: context, keys: list, value")
def _context_put(state: State, context: dict[str, Any], key: Any, value: Any) -> dict[str, Any] | None:
    keys = key if isinstance(key, list) else [key]
    if not keys or len(keys) > 64 or any(not isinstance(part, str) for part in keys):
        return None
    state.grow(len(context) + 1)
    if len(keys) == 1:
        return {**context, keys[0]: value}
    inner = context.get(keys[0])
    if inner is not None and not isinstance(inner, dict):
        return None
    changed = _context_put(state, inner or {}, keys[1:], value)
    return None if changed is None else {**context, keys[0]: changed}


@builtin("context merge", "contexts: list")
def _context_merge(state: State, contexts: list[Any]) -> dict[str, Any] | None:
    result: dict[str, Any] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        state.grow(len(context))
        result.update(context)
    return result
