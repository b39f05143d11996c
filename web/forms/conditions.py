"""Fields that a form hides under a condition: what is hidden is neither asked for nor taken over."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from web.forms.fields import Field, Form
from workflow_engine import comparisons_in, condition_holds, names_in_condition


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


def page_rule(
    field: Field, form: Form, variables: Mapping[str, Any], find: Callable[[Mapping[str, Any], str], Any], prefix: str
) -> str:
    """When the page itself hides the field, as JSON; empty where only the server can tell.

    ``["and" | "or", …]``, true or false, or ``["is" | "not", name of an input, its content]``.
    """
    asked = {one.key: one for one in form.inputs}
    rules = [_on_page(comparisons_in(condition), asked, variables, find, prefix) for condition in field.hidden_if]
    if not rules or None in rules:
        return ""
    return json.dumps(["or", *rules], ensure_ascii=False, separators=(",", ":"))


def _on_page(
    told: Any, asked: Mapping[str, Field], variables: Mapping[str, Any], find: Callable[..., Any], prefix: str
) -> Any:
    if told is None:
        return None
    if told[0] in ("and", "or"):
        parts = [_on_page(part, asked, variables, find, prefix) for part in told[1:]]
        return None if None in parts else [told[0], *parts]
    operator, name, constant = told
    if name not in asked:
        return (find(variables, name) == constant) is (operator == "=")
    content = _content(asked[name], constant)
    return None if content is None else ["is" if operator == "=" else "not", prefix + name, content]


def _content(field: Field, constant: Any) -> str | None:
    """What stands in the input when the answer is this constant; None where that cannot be said."""
    if constant is None:
        return ""
    if field.kind == "boolean":
        return "yes" if constant is True else ""
    if field.kind in ("radio", "select"):
        return next((str(number) for number, choice in enumerate(field.choices) if choice.value == constant), "none")
    return None if field.kind == "checklist" or isinstance(constant, bool) else str(constant)


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
