"""Answers of programs, held to the form that a person would fill in: no other field, no other kind of value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from web.context import engine
from web.forms import Form, check
from web.forms.checking import PREFIX
from web.forms.fields import Field
from web.presenters.task_page import form_of_task
from web.presenters.times import zone
from workflow_engine import Actor, CompleteUserTask, InvalidVariablesError

_UNKNOWN = "Expected only answers that the form of this task asks for."
_OTHER = "Expected one of the answers offered."


def require_form(command: CompleteUserTask, actor: Actor) -> CompleteUserTask:
    """The command with the answers as the task's form reads them; a task without a form takes any variables.

    Raises:
        NotFoundError: the task lies outside the actor's reach.
        InvalidVariablesError: an answer is missing, unknown or of the wrong kind; all are told.
    """
    task = engine().queries.get_user_task(command.user_task_id, actor)
    form = form_of_task(task)
    if not form or task.state not in ("ready", "claimed"):
        return command
    answers = _flat(command.variables, {part.key for part in form.inputs})
    typed, problems = _typed(form, answers)
    checked = check(form, typed, zone(), task.variables, engine().clock.now())
    problems = {**checked.errors, **problems}
    if problems:
        raise InvalidVariablesError("Expected answers that fit the form of this task, but some do not.", problems)
    return replace(command, variables=checked.values)


def _flat(values: Mapping[str, Any], keys: set[str], path: str = "") -> dict[str, Any]:
    """Answers by the keys of the form, which may lead into objects: ``{"a": {"b": 1}}`` gives ``a.b``."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{path}{name}"
        if key not in keys and isinstance(value, Mapping) and any(k.startswith(f"{key}.") for k in keys):
            found |= _flat(value, keys, f"{key}.")
        else:
            found[key] = value
    return found


def _typed(form: Form, answers: Mapping[str, Any]) -> tuple[MultiDict[str, str], dict[str, str]]:
    """The answers as a browser would send them, and what could not be sent."""
    inputs = {part.key: part for part in form.inputs}
    typed: MultiDict[str, str] = MultiDict()
    problems: dict[str, str] = {}
    for key, value in answers.items():
        part = inputs.get(key)
        if part is None:
            problems[key] = _UNKNOWN
        elif value is not None:
            try:
                typed.setlist(PREFIX + key, _texts(part, value))
            except ValueError as error:
                problems[key] = str(error)
    return typed, problems


def _texts(part: Field, value: Any) -> list[str]:
    """The values of the input. Raises ValueError."""
    if part.kind == "boolean":
        if not isinstance(value, bool):
            raise ValueError("Expected true or false.")
        return ["yes"] if value else []
    if part.kind == "checklist":
        if not isinstance(value, list):
            raise ValueError("Expected a list.")
        return [_choice(part, one) for one in value]
    if part.kind in ("select", "radio"):
        return [_choice(part, value)]
    if isinstance(value, bool) or not isinstance(value, (int, float) if part.kind == "number" else str):
        raise ValueError("Expected a number." if part.kind == "number" else "Expected text.")
    return [str(value)]


def _choice(part: Field, value: Any) -> str:
    for number, choice in enumerate(part.choices):
        if choice.value == value and isinstance(choice.value, bool) == isinstance(value, bool):
            return str(number)
    raise ValueError(_OTHER)
