"""Types of a DMN file: FEEL's own, Camunda's names for them, item definitions (DMN 1.5, 7.3.2 to 7.3.4, 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflow_engine.bpmn.decision_model import ItemType
from workflow_engine.feel import compile_unary_tests
from workflow_engine.feel.ast import TypeRef
from workflow_engine.feel.errors import FeelSyntaxError
from workflow_engine.feel.runtime import NO_CONTEXT, State
from workflow_engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from workflow_engine.feel.typecheck import conforms, fit
from workflow_engine.feel.types import simple_type
from workflow_engine.feel.values import FunctionValue

_VENDOR_NAMES = {"integer": "number", "long": "number", "double": "number", "datetime": "date and time"}
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "days and time duration": parse_duration,
    "years and months duration": parse_duration,
}
_MAX_DEPTH = 12
Fitted = tuple[bool, Any]


class TypeSystem:
    """Looks types up by the text of a ``typeRef`` and fits values to them."""

    def __init__(self, types: tuple[ItemType, ...]) -> None:
        self._items = {item.name: item for item in types}
        self.table = {name: self._type_ref(item, 0) for name, item in self._items.items()}

    def known(self, type_ref: str) -> bool:
        """Whether there is such a type."""
        return not type_ref or self._find(type_ref) is not None or _simple(type_ref) is not None

    def reference(self, type_ref: str) -> TypeRef | None:
        """Return the type for a parameter or ``instance of``; None takes anything."""
        item = self._find(type_ref)
        if item is not None:
            return TypeRef(item.name)
        simple = _simple(type_ref)
        return None if simple in (None, "Any") else TypeRef(simple or "Any")

    def fit(self, value: Any, type_ref: str, *, read_text: bool = False) -> Fitted:
        """Return (whether it fits, the value as the type wants it).

        ``read_text`` also turns ISO text into dates, times and durations: JSON has no other way to carry them.
        """
        if not type_ref or value is None:
            return True, value
        item = self._find(type_ref)
        if item is not None:
            return self._fit_item(value, item, read_text, 0)
        return _fit_simple(value, _simple(type_ref), read_text)

    def result_type(self, type_ref: str) -> str:
        """Return the type of what a function gives; its type may be written as the function's or as the result's."""
        item = self._find(type_ref)
        if item is not None and (item.parameters or item.output_type):
            return item.output_type
        return "" if _simple(type_ref) == "function" else type_ref

    def find_item(self, type_ref: str) -> ItemType | None:
        """Return the item definition of that name; a namespace prefix is tolerated."""
        return self._find(type_ref)

    def _find(self, type_ref: str) -> ItemType | None:
        return self._items.get(type_ref) or self._items.get(type_ref.rpartition(":")[2])

    def _fit_item(self, value: Any, item: ItemType, read_text: bool, depth: int) -> Fitted:
        if value is None:
            return True, None
        if depth > _MAX_DEPTH:
            return False, None
        if item.is_collection:
            values = value if isinstance(value, list) else [value]
            fitted = [self._fit_one(part, item, read_text, depth) for part in values]
            whole = [part for _, part in fitted]
            return all(fits for fits, _ in fitted) and _allowed(whole, item.constraint), whole
        if isinstance(value, list) and len(value) == 1 and not self._wants_list(item):
            value = value[0]
        fits, value = self._fit_one(value, item, read_text, depth)
        return fits and _allowed(value, item.constraint), value

    def _wants_list(self, item: ItemType, depth: int = 0) -> bool:
        if item.is_collection or _simple(item.type_ref) in ("list", "Any"):
            return True
        other = self._find(item.type_ref)
        return other is not None and depth < _MAX_DEPTH and self._wants_list(other, depth + 1)

    def _fit_one(self, value: Any, item: ItemType, read_text: bool, depth: int) -> Fitted:
        if value is None:
            return True, None
        if item.parameters or item.output_type:
            return isinstance(value, FunctionValue), value
        if item.components:
            fits, value = self._fit_parts(value, item, read_text, depth)
        else:
            other = self._find(item.type_ref)
            if other is not None and other is not item:
                fits, value = self._fit_item(value, other, read_text, depth + 1)
            else:
                fits, value = _fit_simple(value, _simple(item.type_ref), read_text)
        return fits and _allowed(value, item.allowed), value

    def _fit_parts(self, value: Any, item: ItemType, read_text: bool, depth: int) -> Fitted:
        if not isinstance(value, dict):
            return False, None
        parts = dict(value)
        for component in item.components:
            if component.name in parts:
                fits, part = self._fit_item(parts[component.name], component, read_text, depth + 1)
                if not fits:
                    return False, None
                parts[component.name] = part
        return True, parts

    def _type_ref(self, item: ItemType, depth: int) -> TypeRef:
        if depth > _MAX_DEPTH:
            return TypeRef("Any")
        if item.parameters or item.output_type:
            names = [item.output_type, *(kind for _, kind in item.parameters)]
            return TypeRef("function", tuple(self.reference(name) or TypeRef("Any") for name in names))
        if item.components:
            fields = tuple((part.name, self._type_ref(part, depth + 1)) for part in item.components)
            inner = TypeRef("context", fields=fields)
        else:
            other = self._find(item.type_ref)
            inner = (
                TypeRef(other.name)
                if other is not None and other is not item
                else TypeRef(_simple(item.type_ref) or "Any")
            )
        return TypeRef("list", (inner,)) if item.is_collection else inner


def plain_type(type_ref: str) -> str | None:
    """Return FEEL's name of a built-in or vendor type; None for anything else."""
    return _simple(type_ref)


def _simple(type_ref: str) -> str | None:
    name = type_ref.rpartition(":")[2].strip()
    return simple_type(name) or _VENDOR_NAMES.get(name.lower()) or ("Any" if not name else None)


def _fit_simple(value: Any, wanted: str | None, read_text: bool) -> Fitted:
    if wanted is None or wanted == "Any":
        return True, value
    reference = TypeRef(wanted)
    if conforms(value, reference):
        return True, value
    reader = _FROM_TEXT.get(wanted) if read_text and isinstance(value, str) else None
    if reader is not None:
        value = reader(value)
        return (True, value) if value is not None and conforms(value, reference) else (False, None)
    return fit(value, reference)


def _allowed(value: Any, tests: str) -> bool:
    if not tests or value is None:
        return True
    try:
        compiled = compile_unary_tests(tests)
    except FeelSyntaxError:
        return True
    return compiled.test(value, State({}, NO_CONTEXT, False))
