"""Conversion and logic (10.3.4.1, 10.3.4.2), and the additions that the translated dialects need."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from workflow_engine.feel.builtins import builtin
from workflow_engine.feel.operators import equal
from workflow_engine.feel.runtime import State
from workflow_engine.feel.temporal import DateTime, Time
from workflow_engine.feel.values import NUMBERS, Range, to_text

_NUMBER = re.compile(r"[-+]?(\d+(\.\d+)?|\.\d+|\d+\.)([eE][+-]?\d{1,6})?", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:S\d{3})*", re.ASCII)


@builtin("string", "from")
def _string(state: State, value: Any) -> str | None:
    if value is None:
        return None
    text = to_text(value, meter=state)
    state.grow(len(text))
    return text


@builtin("number", "from: string, grouping separator?, decimal separator?", "from: number")
def _number(state: State, text: Any, grouping: Any = None, decimal: Any = None) -> Decimal | None:
    if isinstance(text, Decimal):
        return text
    if len(text) > 1_000 or grouping not in (None, " ", ",", ".") or decimal not in (None, ".", ","):
        return None
    if grouping is not None and grouping == decimal:
        return None
    if grouping:
        text = text.replace(grouping, "")
    if decimal and decimal != ".":
        if "." in text:
            return None
        text = text.replace(decimal, ".")
    if not _NUMBER.fullmatch(text):
        return None
    return NUMBERS.create_decimal(text)


@builtin("not", "negand: boolean")
def _not(state: State, value: bool) -> bool:
    return not value


@builtin("is", "value1, value2")
def _is(state: State, left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, Time | DateTime):
        return bool(left == right)
    return equal(left, right, state) is True


@builtin("is defined", "value")
def _is_defined(state: State, value: Any) -> bool:
    return value is not None


@builtin("get or else", "value, default")
def _get_or_else(state: State, value: Any, default: Any) -> Any:
    return default if value is None else value


@builtin("is empty", "value")
def _is_empty(state: State, value: Any) -> bool:
    """JUEL's ``empty``: null, empty text, empty list, empty context."""
    return value is None or (isinstance(value, str | list | dict) and len(value) == 0)


@builtin("is truthy", "value")
def _is_truthy(state: State, value: Any) -> bool:
    """Python's truth of a plain value: false for null, false, 0, empty text, list and context."""
    if isinstance(value, Decimal):
        return value != 0
    return value is not False and not _is_empty(state, value)


@builtin("size", "value")
def _size(state: State, value: Any) -> Decimal | None:
    """How many characters a text, items a list or entries a context has."""
    return Decimal(len(value)) if isinstance(value, str | list | dict) else None


@builtin("has item", "container, item")
def _has_item(state: State, container: Any, item: Any) -> bool:
    """Whether a text holds a text, a list an item, a context a key."""
    if isinstance(container, str):
        return isinstance(item, str) and item in container
    if isinstance(container, dict):
        return isinstance(item, str) and item in container
    if not isinstance(container, list):
        return False
    state.charge(len(container) // 4)
    return any(equal(item, other, state) is True for other in container)


@builtin("item at", "container, key")
def _item_at(state: State, container: Any, key: Any) -> Any:
    """The item of a list or text at an index counted from 0 (negative from the end), or a context's entry."""
    if isinstance(container, dict):
        return container.get(key) if isinstance(key, str) else None
    if not isinstance(container, list | str) or not isinstance(key, Decimal):
        return None
    if key != key.to_integral_value() or not -len(container) <= key < len(container):
        return None
    return container[int(key)]


@builtin("is blank", "string: string")
def _is_blank(state: State, text: str) -> bool:
    return not text.strip()


_RANGE = re.compile(r"\s*([\[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])\s*", re.DOTALL)


def range_from_text(text: str) -> Range | None:
    """Return the range that text such as ``[1..5)`` or ``(..@"2026-01-01"]`` describes, or None."""
    from workflow_engine.feel.literals import literal_value
    from workflow_engine.feel.operators import compare

    match = _RANGE.fullmatch(text) if len(text) < 1_000 else None
    if match is None:
        return None
    low, high = (literal_value(part) if part else None for part in (match[2], match[3]))
    if (match[2] and low is None) or (match[3] and high is None) or (low is None and high is None):
        return None
    if low is not None and high is not None and compare(low, high) not in (-1, 0):
        return None
    low_closed, high_closed = match[1] == "[", match[4] == "]"
    if (low is None and low_closed) or (high is None and high_closed):
        return None
    return Range(low, high, low_closed, high_closed)


@builtin("range", "from: string")
def _range(state: State, text: str) -> Range | None:
    return range_from_text(text)
