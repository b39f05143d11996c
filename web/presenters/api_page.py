"""The API's description as people read it: chapters of operations, each with what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from web.i18n import gettext as _
from web.i18n import marked

CHAPTERS = {
    "tasks": marked("Tasks"), "cases": marked("Cases"), "models": marked("Models"),
    "operations": marked("Operations"), "organisation": marked("Organisation"), "audit": marked("Audit"),
    "analysis": marked("Analysis"), "jobs": marked("Jobs of workers outside"), "open311": marked("Reports by Open311"),
}  # fmt: skip
_ACCESS = {"read": marked("%(what)s: look"), "write": marked("%(what)s: look and act")}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field or parameter: what it is called, what it takes, what it means."""

    name: str
    kind: str
    place: str
    required: bool
    words: str


@dataclass(frozen=True, slots=True)
class OperationLine:
    """One address with all that its reader needs."""

    name: str
    method: str
    path: str
    summary: str
    scopes: tuple[str, ...]
    fields: tuple[FieldLine, ...]
    answer: str
    answer_fields: tuple[FieldLine, ...]
    example: str


def scope_words(scopes: Iterable[str]) -> list[tuple[str, str]]:
    """Each scope with its words."""
    return [(scope, _(_ACCESS[scope.partition(":")[2]], what=_(CHAPTERS[scope.partition(":")[0]]))) for scope in scopes]


def chapters(document: Mapping[str, Any]) -> list[tuple[str, str, list[OperationLine]]]:
    """(tag, title, operations) in the order of ``CHAPTERS``."""
    lines: dict[str, list[OperationLine]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            lines.setdefault(operation["tags"][0], []).append(_line(document, path, method, operation))
    return [(tag, _(title), lines[tag]) for tag, title in CHAPTERS.items() if tag in lines]


def _line(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> OperationLine:
    parameters = [_resolved(document, parameter) for parameter in operation.get("parameters", ())]
    fields = [
        FieldLine(
            one["name"], _kind(one["schema"]), one["in"], bool(one.get("required")), one.get("description", "")
        )
        for one in parameters
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body is not None:
        fields += _fields(_resolved(document, body), "body")
    success = operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
    answer = _resolved(document, success)
    security = operation.get("security", document.get("security", []))
    return OperationLine(
        operation["operationId"], method.upper(), path, operation.get("summary", ""),
        tuple(scope for scheme in security for scopes in scheme.values() for scope in scopes),
        tuple(fields), _kind(success), tuple(_fields(answer, "")), _example(method, path, body is not None),
    )  # fmt: skip


def _resolved(document: Mapping[str, Any], part: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = part.get("$ref")
    if reference is None:
        return part
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _fields(schema: Mapping[str, Any], place: str) -> list[FieldLine]:
    required = schema.get("required", ())
    return [
        FieldLine(name, _kind(own), place, name in required, own.get("description", ""))
        for name, own in schema.get("properties", {}).items()
    ]


def _kind(schema: Mapping[str, Any]) -> str:
    """The schema in one or two words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2]).replace("Page_", "page of ").rstrip("_")
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        inside = schema.get("prefixItems") or [schema.get("items", {})]
        return f"[{', '.join(_kind(one) for one in inside)}]"
    return str(schema.get("format") or schema.get("contentEncoding") or kind)


def _example(method: str, path: str, has_body: bool) -> str:
    """The call as one would type it."""
    lines = ['curl -H "Authorization: Bearer $TOKEN"']
    if method == "post":
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if has_body:
        lines.append("-H 'Content-Type: application/json' -d @body.json")
    return " ".join([*lines, f'"$LIANDONG{path}"'])
