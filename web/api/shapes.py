"""JSON Schema of what goes in and comes out, taken from the engine's own commands, questions and rows."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, get_origin, get_type_hints

import msgspec

from workflow_engine import Command

REQUIRED = inspect.Parameter.empty
REFERENCE = "#/components/schemas/{name}"
Schema = dict[str, Any]
_RAISES = re.compile(r" Raises [^.]+\.")
"""Callers over HTTP learn of refusals by the statuses that are listed."""


def body_type(command: type[Command], left_out: Collection[str]) -> type[msgspec.Struct]:
    """The fields of a command that a body gives, as a type that converts them; unknown ones are refused."""
    hints, words = get_type_hints(command), field_words(command)
    fields: list[tuple[str, Any, Any]] = []
    for field in dataclasses.fields(command):
        if field.name in left_out:
            continue
        described = msgspec.Meta(description=words.get(field.name, ""))
        hint: Any = Annotated.__class_getitem__((hints[field.name], described))  # type: ignore[attr-defined]
        if field.default_factory is not dataclasses.MISSING:
            fields.append((field.name, hint, msgspec.field(default_factory=field.default_factory)))
        elif field.default is not dataclasses.MISSING:
            fields.append((field.name, hint, msgspec.field(default=field.default)))
        else:
            fields.append((field.name, hint, msgspec.NODEFAULT))
    return msgspec.defstruct(command.__name__, fields, kw_only=True, forbid_unknown_fields=True)


def schemas_of(types: Iterable[Any], described: Mapping[str, type]) -> tuple[list[Schema], dict[str, Schema]]:
    """A schema for each type, and the named ones they refer to. ``described`` are rows whose fields have words."""
    found, named = msgspec.json.schema_components(tuple(types), ref_template=REFERENCE)
    for name, schema in named.items():
        _complete(schema, {} if name not in described else field_words(described[name]))
    return [dict(schema) for schema in found], dict(named)


def answer_type(ask: Callable[..., Any]) -> Any:
    """What a question returns; a list comes as the items of a page."""
    hint = get_type_hints(ask)["return"]
    if get_origin(hint) in (list, tuple, Sequence):
        return _items_of(hint)
    return hint


@cache
def _items_of(hint: Any) -> type[msgspec.Struct]:
    """One type for every question that answers with such a list: a name stands once in the description."""
    return msgspec.defstruct(f"{hint.__args__[0].__name__}List", [("items", hint)])


def parameters_of(ask: Callable[..., Any], given: Collection[str]) -> dict[str, tuple[Any, Any]]:
    """Name to (type, default) of what a question may be asked with; ``given`` come from the caller and the path."""
    hints = get_type_hints(ask)
    return {
        name: (hints[name], parameter.default)
        for name, parameter in inspect.signature(ask).parameters.items()
        if name not in given and name != "self"
    }


def fields_of(filter_type: Any, given: Collection[str]) -> dict[str, tuple[Any, Any]]:
    """Name to (type, default) of the fields of a filter."""
    hints = get_type_hints(filter_type)
    return {
        field.name: (hints[field.name], REQUIRED if field.default is dataclasses.MISSING else field.default)
        for field in dataclasses.fields(filter_type)
        if field.name not in given
    }


def first_line(thing: Any) -> str:
    """The promise of a command or question, without reST marks."""
    return _RAISES.sub("", plain((inspect.getdoc(thing) or "").split("\n\n", 1)[0].replace("\n", " ")))


def plain(text: str) -> str:
    """Words of a docstring as people read them elsewhere."""
    return text.replace("``", "`").strip()


def field_words(kind: type) -> dict[str, str]:
    """The docstrings that stand below the fields of a dataclass, its parents' included."""
    words: dict[str, str] = {}
    for owner in reversed(kind.__mro__):
        if dataclasses.is_dataclass(owner):
            words.update(_own_words(owner))
    return words


def _own_words(kind: type) -> dict[str, str]:
    (made,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    body = made.body if isinstance(made, ast.ClassDef) else []
    words = {}
    for before, after in pairwise(body):
        if (
            isinstance(before, ast.AnnAssign) and isinstance(before.target, ast.Name)
            and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):  # fmt: skip
            words[before.target.id] = plain(inspect.cleandoc(after.value.value).replace("\n", " "))
    return words


def _complete(schema: Schema, words: Mapping[str, str]) -> None:
    """Say all that is known: rows have every field and no other, names that end in ``_at`` are instants."""
    if "description" in schema:
        schema["description"] = plain(schema["description"].split("\n\n", 1)[0].replace("\n", " "))
    properties: dict[str, Schema] = schema.get("properties", {})
    if not properties:
        return
    if "required" not in schema or schema.get("additionalProperties") is not False:
        schema["required"] = list(properties)
        schema["additionalProperties"] = False
    for name, own in properties.items():
        if name in words and "description" not in own:
            own["description"] = words[name]
        if not own.get("description"):
            own.pop("description", None)
        if name.endswith("_at"):
            for part in own.get("anyOf", [own]):
                if part.get("type") == "string":
                    part["format"] = "date-time"
