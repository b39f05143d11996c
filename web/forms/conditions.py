"""Fields that a form hides under a condition: what is hidden is neither asked for nor taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from web.forms.fields import Field, Form
from workflow_engine import condition_holds, names_in_condition


def without_settled(form: Form, variables: Mapping[str, Any], now: datetime | None = None) -> Form:
    """The form without the fields that no answer in it can bring back: their condition reads only the case."""
    asked = {field.key.partition(".")[0] for field in form.inputs}
    kept = [
        field
        for field in form.fields
        if not any(
            names_in_condition(condition).isdisjoint(asked) and condition_holds(condition, variables, now)
            for condition in field.hidden_if
        )
    ]
    return replace(form, fields=tuple(kept))


def hidden_keys(
    form: Form, values: Mapping[str, Any], variables: Mapping[str, Any], now: datetime | None = None
) -> frozenset[str]:
    """Keys of the fields that are hidden for these answers.

    A hidden field has no value, which may hide or show further fields; this goes on until nothing changes.
    """
    hidden: frozenset[str] = frozenset()
    for _round in range(len(form.fields) + 1):
        known = {**variables, **without(values, hidden)}
        found = frozenset(field.key for field in form.inputs if _is_hidden(field, known, now))
        if found == hidden:
            break
        hidden = found
    return hidden


def without(values: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """The answers without those at these keys (``a.b`` inside an object)."""
    kept = dict(values)
    for key in keys:
        _remove(kept, key.split("."))
    return kept


def _remove(values: dict[str, Any], path: list[str]) -> None:
    name, *rest = path
    if not rest:
        values.pop(name, None)
    elif isinstance(values.get(name), Mapping):
        inner = dict(values[name])
        _remove(inner, rest)
        values[name] = inner
        if not inner:
            del values[name]


def _is_hidden(field: Field, known: Mapping[str, Any], now: datetime | None) -> bool:
    return any(condition_holds(condition, known, now) for condition in field.hidden_if)
