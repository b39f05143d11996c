"""Bodies of requests: one JSON object, checked in full against the API's own description before anything is done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

import jsonschema_rs
from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from web.api.description import schema_of
from workflow_engine import InvalidVariablesError, parse_json

MOST_BYTES = 2 * 1024 * 1024
"""Twice what variables may weigh."""
WHOLE = "body"
"""What problems of the whole body are told under."""
_OPEN = frozenset({"variables", "payload", "correlation", "attributes"})
"""Fields that hold any JSON."""
_MOST_PROBLEMS = 50
_UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
_KINDS = {"string": "text", "integer": "a whole number", "array": "a list", "object": "an object"}


class InvalidBodyError(InvalidVariablesError):
    """The request's body or header does not fit; ``problems`` names each field and what was expected there."""

    code = "invalid_request"


def read_body(schema: str, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """The body as the schema of this name describes it.

    Raises:
        UnsupportedMediaType: it is sent as something else than JSON.
        RequestEntityTooLarge: it is larger than ``most_bytes``.
        InvalidBodyError: it is no JSON, a field does not fit or is unknown.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Expected a body of the type application/json.")
    request.max_content_length = most_bytes
    body = _parsed(request.get_data(cache=False))
    problems = dict(_problems(schema, body))
    if problems:
        raise InvalidBodyError("Expected a body as /api/v1/openapi.json describes it.", problems)
    # A whole number may be written with a point; the engine wants none.
    return {
        name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in body.items()
    }


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        body = parse_json(content)
    except InvalidVariablesError as error:
        raise InvalidBodyError("Expected a JSON object.", {WHOLE: " ".join(error.problems.values())}) from error
    if not isinstance(body, dict):
        raise InvalidBodyError("Expected a JSON object.", {WHOLE: "Expected a JSON object."})
    return body


def _problems(schema: str, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Field and what was expected there, for the first faults found."""
    unwritable = [name for name, value in body.items() if name not in _OPEN and not _is_text(name, value)]
    if unwritable:
        yield from ((name if _is_text(name) else WHOLE, "Expected Unicode text without NUL.") for name in unwritable)
        return
    # What stands in open fields is the engine's to check: its limits are finer than a schema can say.
    shallow = {name: {} if name in _OPEN and isinstance(value, dict) else value for name, value in body.items()}
    try:
        errors = list(islice(_validator(schema).iter_errors(shallow), _MOST_PROBLEMS))
    except ValueError:  # nested too deeply, or no Unicode somewhere inside: no field of ours is either
        yield WHOLE, "Expected plain JSON of a sensible depth."
        return
    for error in errors:
        yield from _told(error)


@cache
def _validator(schema: str) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(schema_of(schema))


def _told(error: jsonschema_rs.ValidationError) -> Iterator[tuple[str, str]]:
    kind: Any = error.kind
    limit = kind.as_dict().get("limit")
    place = error.instance_path
    field = "".join(f"[{step}]" if isinstance(step, int) else str(step) for step in place) or WHOLE
    match kind.name:
        case "additionalProperties":
            yield from ((str(name), "Expected only fields that are described; this one is unknown.")
                        for name in kind.unexpected[:_MOST_PROBLEMS])  # fmt: skip
        case "required":
            yield str(kind.property), "Expected this field."
        case "type":
            yield field, f"Expected {_KINDS.get(_type_at(error), 'another kind of value')}."
        case "minLength" | "maxLength":
            yield field, f"Expected at {'least' if kind.name == 'minLength' else 'most'} {limit} characters."
        case "minItems" | "maxItems":
            yield field, f"Expected at {'least' if kind.name == 'minItems' else 'most'} {limit} entries."
        case "minimum" | "maximum":
            yield field, f"Expected at {'least' if kind.name == 'minimum' else 'most'} {limit}."
        case "pattern":
            yield field, f"Expected text that matches {kind.pattern}."
        case _:
            yield field, "Expected another value."


def _type_at(error: jsonschema_rs.ValidationError) -> str:
    types = error.kind.as_dict().get("types") or []
    return str(types[0]) if types else ""


def _is_text(*values: Any) -> bool:
    """Whether all texts in here, and in lists of them, can be stored; other values pass."""
    texts = [text for value in values for text in (value if isinstance(value, list) else [value])]
    return not any(isinstance(text, str) and _UNWRITABLE.search(text) for text in texts)
