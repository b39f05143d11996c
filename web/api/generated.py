"""The part of the API's description that follows from the table of operations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, get_args, get_origin

from web.api import shapes
from web.api.operations import Ask, Tell
from web.api.shapes import REQUIRED
from web.api.table import OPERATIONS
from workflow_engine import Receipt

Schema = dict[str, Any]
_REFUSALS = {
    "401": "NotAuthenticated", "403": "NotPermitted", "404": "NotFound", "409": "Conflict", "413": "TooLarge",
    "415": "NotJson", "422": "Invalid", "503": "Unavailable",
}  # fmt: skip
_REPLAYED = {
    "Idempotency-Replayed": {
        "description": "true when this request was handled before and nothing was done now.",
        "schema": {"enum": ["true"]},
    }
}
_SIMPLE: dict[Any, Schema] = {
    str: {"type": "string"}, bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": -(2**31) + 1, "maximum": 2**31 - 1},
    datetime: {"type": "string", "format": "date-time"}, date: {"type": "string", "format": "date"},
}  # fmt: skip


def paths_and_schemas() -> tuple[dict[str, Any], dict[str, Schema]]:
    """The paths of all operations, and the schemas that they refer to."""
    asks = [operation for operation in OPERATIONS if isinstance(operation, Ask)]
    tells = [operation for operation in OPERATIONS if isinstance(operation, Tell)]
    answers = [shapes.answer_type(ask.declared) for ask in asks]
    rows = {kind.__name__: kind for answer in answers for kind in _dataclasses_in(answer)}
    found, schemas = shapes.schemas_of([*answers, Receipt, *(tell.body for tell in tells)], rows)
    paths: dict[str, Any] = {}
    for ask, answer in zip(asks, found, strict=False):
        paths.setdefault(f"/api/v1{ask.path}", {})["get"] = _asked(ask, answer)
    for tell in tells:
        paths.setdefault(f"/api/v1{tell.path}", {})["post"] = _told(tell)
    return paths, schemas


def _asked(ask: Ask, answer: Schema) -> dict[str, Any]:
    query = [_query_parameter(name, hint, default) for name, (hint, default) in ask.parameters.items()]
    return {
        **_common(ask, shapes.first_line(ask.declared)),
        "parameters": [*_path_parameters(ask), *query],
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": answer}}},
            **_refusals("401", "403", "404", "409", "422", "503"),
        },
    }


def _told(tell: Tell) -> dict[str, Any]:
    reference = {"$ref": shapes.REFERENCE.format(name=tell.schema)}
    answer = {"$ref": shapes.REFERENCE.format(name="Receipt")}
    return {
        **_common(tell, shapes.first_line(tell.command)),
        "parameters": [*_path_parameters(tell), {"$ref": "#/components/parameters/IdempotencyKey"}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": reference}}},
        "responses": {
            "200": {
                "description": "Done, once; where in which chain it stands.", "headers": _REPLAYED,
                "content": {"application/json": {"schema": answer}},
            },
            **_refusals(*_REFUSALS),
        },
    }  # fmt: skip


def _common(operation: Ask | Tell, summary: str) -> dict[str, Any]:
    return {
        "operationId": operation.name, "summary": summary, "description": f"Scope: `{operation.scope}`.",
        "tags": [operation.tag], "security": [{"person": [operation.scope]}],
    }  # fmt: skip


def _path_parameters(operation: Ask | Tell) -> list[dict[str, Any]]:
    hints = operation.command_hints if isinstance(operation, Tell) else {}
    return [
        {"name": name, "in": "path", "required": True, "schema": _simple(hints.get(name, str))}
        for name in operation.path_names
    ]


def _query_parameter(name: str, hint: Any, default: Any) -> dict[str, Any]:
    schema = _simple(hint)
    if name == "limit":
        schema |= {"minimum": 1, "maximum": 500}
    if default is not None and isinstance(default, (str, int)):
        schema["default"] = default
    return {"name": name, "in": "query", "required": default is REQUIRED, "schema": schema}


def _simple(hint: Any) -> Schema:
    kinds = [kind for kind in (get_args(hint) or (hint,)) if kind is not type(None)]
    return dict(_SIMPLE[kinds[0]])


def _refusals(*statuses: str) -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/{_REFUSALS[status]}"} for status in statuses}


def _dataclasses_in(hint: Any) -> list[type]:
    """Every class that a type is made of, the type itself included."""
    origin = get_origin(hint)
    found = [hint if origin is None else origin]
    for part in get_args(hint):
        found += _dataclasses_in(part)
    return [kind for kind in found if isinstance(kind, type)]
