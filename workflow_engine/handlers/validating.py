"""What every command must look like before a transaction is opened for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.commands import Command, PublishMessage, command_body
from workflow_engine.domain.errors import InvalidVariablesError, RejectedError
from workflow_engine.domain.variables import clean_value, clean_variables

_VARIABLES = ("variables", "payload", "alert")
_ID_FIELDS = ("command_id", "case_id", "new_case_id", "batch_id")
_CASE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_LONGEST_TEXT = 10_000
_LONGEST_ID = 150
_LARGEST = 2**31 - 1


def validated(command: Command) -> Command:
    """The command with fresh, checked values: what is recorded is what the engine runs on.

    Raises:
        InvalidVariablesError: variables that are not plain JSON, or too large.
        RejectedError: an identifier or text that cannot be one.
    """
    _check_fields(command)
    changes: dict[str, Any] = {}
    for name in _VARIABLES:
        value = getattr(command, name, None)
        if value is not None:
            changes[name] = clean_variables(value)
    if isinstance(command, PublishMessage) and command.correlation is not None:
        changes["correlation"] = _clean_correlation(command.correlation)
    return replace(command, **changes) if changes else command


def request_digest(command: Command, actor: Actor) -> str:
    """What is asked for and by whom, as one hash: the same id with another request is refused."""
    public, private = command_body(command)
    public["actor"] = actor.actor_id
    files = public.pop("files", None)
    if files is not None:
        public["files"] = {name: sha256(content).hexdigest() for name, content in files.items()}
    try:
        text = orjson.dumps([public, private], option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise RejectedError(f"Expected {command.NAME} to hold plain JSON only, but {error}.") from error
    return sha256(text).hexdigest()


def _check_fields(command: Command) -> None:
    if not 8 <= len(command.command_id) <= 64:
        raise RejectedError("Expected a command id of 8 to 64 characters.", field="command_id")
    for name in _field_names(type(command)):
        value = getattr(command, name)
        if type(value) is int and not -_LARGEST <= value <= _LARGEST:
            raise RejectedError(f"Expected {name} to be a number up to {_LARGEST}.", field=name)
        if not isinstance(value, str):
            continue
        longest = _LONGEST_ID if name.endswith("_id") or name == "name" else _LONGEST_TEXT
        if len(value) > longest or "\x00" in value or not _is_unicode(value):
            raise RejectedError(f"Expected {name} to be text of at most {longest} characters.", field=name)
        if name in _ID_FIELDS and (len(value) > 64 or not value.isascii() or not value.isprintable() or " " in value):
            raise RejectedError(f"Expected {name} to be 1 to 64 printable ASCII characters without blanks.", field=name)
        if name == "case_id" and (not value or not _CASE_ID.fullmatch(value)):
            raise RejectedError("Expected a case id of letters, digits, - and _ only.", field=name)


_NAMES: dict[type[Command], tuple[str, ...]] = {}


def _field_names(kind: type[Command]) -> tuple[str, ...]:
    names = _NAMES.get(kind)
    if names is None:
        names = _NAMES[kind] = tuple(f.name for f in fields(kind))
    return names


def _is_unicode(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _clean_correlation(correlation: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = clean_value(dict(correlation))
    if not isinstance(cleaned, dict):
        raise InvalidVariablesError("Expected the correlation to be an object of keys.", {"correlation": "an object"})
    return cleaned
