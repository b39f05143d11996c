"""Which type a value has, and how a value is fitted to the type a parameter wants (DMN 1.5, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from workflow_engine.feel.ast import TypeRef
from workflow_engine.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, Time
from workflow_engine.feel.values import FunctionValue, Range

TypeTable = Mapping[str, TypeRef]
_CLASSES: dict[str, Any] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": Date,
    "time": Time,
    "date and time": DateTime,
    "days and time duration": DaysDuration,
    "years and months duration": MonthsDuration,
    "list": list,
    "context": dict,
    "range": Range,
    "function": FunctionValue,
}


def is_instance(
    value: Any, wanted: TypeRef, table: TypeTable | None = None, seen: set[tuple[int, int]] | None = None
) -> bool | None:
    """Return whether a value is of a type; null when there is no such type.

    ``seen`` remembers (value, type) pairs by identity that were right, since parts may occur many times over.
    """
    if wanted.name == "Any":
        return value is not None
    if wanted.name == "Null":
        return value is None
    if table and wanted.name in table:
        return is_instance(value, table[wanted.name], table, seen)
    kind = _CLASSES.get(wanted.name)
    if kind is None:
        return None
    if not isinstance(value, kind):
        return False
    seen = set() if seen is None else seen
    pair = (id(value), id(wanted))
    if pair not in seen:
        if not _parts_conform(value, wanted, table, seen):
            return False
        seen.add(pair)
    return True


def _parts_conform(value: Any, wanted: TypeRef, table: TypeTable | None, seen: set[tuple[int, int]]) -> bool:
    if wanted.name == "list" and wanted.arguments:
        return all(conforms(item, wanted.arguments[0], table, seen) for item in value)
    if wanted.name == "range" and wanted.arguments:
        return all(end is None or conforms(end, wanted.arguments[0], table, seen) for end in (value.low, value.high))
    if wanted.name == "context" and wanted.fields:
        return all(key in value and conforms(value[key], kind, table, seen) for key, kind in wanted.fields)
    if wanted.name == "function" and wanted.arguments:
        return _is_function(value, wanted)
    return True


def conforms(
    value: Any, wanted: TypeRef, table: TypeTable | None = None, seen: set[tuple[int, int]] | None = None
) -> bool:
    """Return whether a value may stand where a type is asked for; null conforms to every type."""
    return value is None or wanted.name == "Any" or is_instance(value, wanted, table, seen) is True


def fit(value: Any, wanted: TypeRef | None, table: TypeTable | None = None) -> tuple[bool, Any]:
    """Convert a value for a typed parameter: singleton lists both ways, date to date and time at midnight UTC."""
    if wanted is None or conforms(value, wanted, table):
        return True, value
    if isinstance(value, list) and len(value) == 1 and conforms(value[0], wanted, table):
        return True, value[0]
    if wanted.name == "list" and conforms([value], wanted, table):
        return True, [value]
    if wanted.name == "date and time" and isinstance(value, Date):
        return True, DateTime(value.days, 0, 0)
    return False, None


def make_fit(table: TypeTable | None) -> Callable[[Any, TypeRef | None], tuple[bool, Any]]:
    """Return ``fit`` bound to a table of named types."""
    return lambda value, wanted: fit(value, wanted, table)


def _is_function(value: FunctionValue, wanted: TypeRef) -> bool:
    parameters = wanted.arguments[1:]
    if len(parameters) != len(value.parameters):
        return False
    types = getattr(value, "types", None)
    if types is None:
        return True
    return all(
        declared is None or declared.name == "Any" or declared == asked
        for declared, asked in zip(types, parameters, strict=True)
    )
