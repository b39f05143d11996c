"""FEEL's values and the way in and out of JSON.

Inside an expression: numbers are ``decimal.Decimal`` (34 digits), text ``str``, truth ``bool``, nothing ``None``,
lists and contexts Python lists and dicts that nobody changes in place, times the classes of ``temporal``, ranges
``Range``, functions anything with ``FunctionValue``'s shape.
"""

from __future__ import annotations

import datetime as pydt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import (
    ROUND_HALF_EVEN,
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Rounded,
    Subnormal,
    Underflow,
)
from typing import Any

from workflow_engine.feel.errors import FeelLimitError
from workflow_engine.feel.meter import Meter
from workflow_engine.feel.temporal import (
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Zone,
    days_from_civil,
)

NUMBERS = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[InvalidOperation, DivisionByZero, Overflow]
)
"""IEEE 754-2008 Decimal128, the standard's number (10.3.2.3.1); breaking out of it raises and becomes null."""
UNTRAPPED = (Clamped, Inexact, Rounded, Subnormal, Underflow)
TEMPORAL = (Date, Time, DateTime, DaysDuration, MonthsDuration)
MAX_JSON_DEPTH = 64
_SAFE_INTEGER = 2**53
_EXACT = 10**34
_PLAIN_KEY = re.compile(r"[^\W\d]\w*(?:[ ./'+*-]\w+)*")


@dataclass(frozen=True, slots=True)
class Range:
    """A range of comparable values; an end that is None reaches without bound."""

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool

    def __str__(self) -> str:
        low, high = ("" if end is None else to_text(end, nested=True) for end in (self.low, self.high))
        return f"{'[' if self.low_closed else '('}{low}..{high}{']' if self.high_closed else ')'}"


class FunctionValue:
    """A function inside FEEL: ``parameters`` names its arguments; see ``call``."""

    __slots__ = ("name", "parameters")

    def __init__(self, name: str, parameters: tuple[str, ...]) -> None:
        self.name = name
        self.parameters = parameters

    def call(self, state: Any, arguments: list[Any]) -> Any:
        """Run with positional arguments; ``state`` is ``runtime.State``. Null when they do not fit."""
        raise TypeError(f"{type(self).__name__} cannot be called")


def adopt(value: Any, depth: int = 0) -> Any:
    """Turn a JSON value (or a Python date, time or duration) into FEEL's.

    Parts that need no change are shared, not copied. Floats are read by their shortest text; NaN and infinity
    become null. Raises ``FeelLimitError`` beyond 64 levels.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None or kind is Decimal:
        return value
    if kind is int:
        return Decimal(value) if -_EXACT < value < _EXACT else NUMBERS.create_decimal(value)
    if kind is float:
        return NUMBERS.create_decimal(repr(value)) if value - value == 0 else None
    if depth > MAX_JSON_DEPTH:
        raise FeelLimitError(f"Expected data of at most {MAX_JSON_DEPTH} levels")
    if kind is list:
        return _adopt_list(value, depth + 1)
    if kind is dict:
        return _adopt_dict(value, depth + 1)
    return _adopt_other(value, depth)


def _adopt_list(value: list[Any], depth: int) -> list[Any]:
    """Copy only when an item has to change."""
    items = [item if type(item) is str else adopt(item, depth) for item in value]
    for new, old in zip(items, value, strict=True):
        if new is not old:
            return items
    return value


_TEXTS = frozenset({str})


def _adopt_dict(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    """Copy only when an entry has to change."""
    changed: dict[str, Any] | None = None
    for key, old in value.items():
        new = old if type(old) is str else adopt(old, depth)
        if new is not old or type(key) is not str:
            if changed is None:
                changed = dict(value) if _TEXTS.issuperset(map(type, value)) else {str(k): v for k, v in value.items()}
            changed[str(key)] = new
    return value if changed is None else changed


def _adopt_other(value: Any, depth: int) -> Any:
    if isinstance(value, list | tuple):
        return _adopt_list(list(value), depth + 1)
    if isinstance(value, Mapping):
        return _adopt_dict(dict(value), depth + 1)
    if isinstance(value, (Range, FunctionValue, *TEMPORAL)):
        return value
    if isinstance(value, pydt.datetime):
        days = days_from_civil(value.year, value.month, value.day)
        return DateTime(days, _clock_nanos(value.time()), _zone_of(value.tzinfo, value.utcoffset()))
    if isinstance(value, pydt.date):
        return Date(days_from_civil(value.year, value.month, value.day))
    if isinstance(value, pydt.time):
        return Time(_clock_nanos(value), _zone_of(value.tzinfo, value.utcoffset()))
    if isinstance(value, pydt.timedelta):
        return DaysDuration((value.days * 86_400 + value.seconds) * NANOS + value.microseconds * 1_000)
    if isinstance(value, int):
        return NUMBERS.create_decimal(int(value))
    if isinstance(value, str):
        return str(value)
    return None


def to_json(value: Any, meter: Meter | None = None) -> Any:
    """Turn a FEEL value into JSON.

    Numbers stay numbers: whole ones within ±2**53 become int, fractions the nearest float. Whole numbers beyond
    that become float when its shortest text is the same number, else text, since a rounded identifier would be a
    wrong one. Dates, times and durations become ISO text, ranges their FEEL text, functions null. Raises
    ``FeelLimitError`` for a value that is too large once written out.
    """
    return _to_json(value, meter or Meter())


def _to_json(value: Any, meter: Meter) -> Any:
    kind = type(value)
    if kind is bool or value is None:
        return value
    if kind is str:
        meter.grow(len(value))
        return value
    if kind is Decimal:
        return _number_to_json(value)
    if kind is list:
        meter.charge(1 + len(value))
        return [_to_json(item, meter) for item in value]
    if kind is dict:
        meter.charge(1 + len(value))
        return {key: _to_json(item, meter) for key, item in value.items()}
    if isinstance(value, (Range, *TEMPORAL)):
        return str(value)
    return None


def _number_to_json(value: Decimal) -> int | float | str:
    near = float(value)
    if value != value.to_integral_value():
        return near
    if -_SAFE_INTEGER <= value <= _SAFE_INTEGER:
        return int(value)
    return near if near - near == 0 and Decimal(repr(near)) == value else number_text(value)


def number_text(value: Decimal) -> str:
    """Return a number without trailing zeros, and without exponent unless it has more than 40 digits."""
    if not value:
        return "0"
    if abs(value.adjusted()) > 40:
        return str(value.normalize(NUMBERS))
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_text(value: Any, *, nested: bool = False, meter: Meter | None = None) -> str:
    """Return a value as FEEL's ``string()`` writes it; text inside lists and contexts is quoted.

    Raises ``FeelLimitError`` for a value that is too large once written out.
    """
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if nested else value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list | dict):
        return _tree_text(value, meter or Meter())
    if isinstance(value, FunctionValue):
        return f"function({', '.join(value.parameters)})"
    return str(value)


def _tree_text(value: list[Any] | dict[str, Any], meter: Meter) -> str:
    meter.charge(1 + len(value) // 4)
    if isinstance(value, list):
        text = "[" + ", ".join(_part_text(item, meter) for item in value) + "]"
    else:
        text = "{" + ", ".join(f"{_key_text(key)}: {_part_text(item, meter)}" for key, item in value.items()) + "}"
    return text


def _key_text(key: str) -> str:
    """A key as it is read again: as it stands when it is a name, else quoted."""
    return key if _PLAIN_KEY.fullmatch(key) else to_text(key, nested=True)


def _part_text(value: Any, meter: Meter) -> str:
    text = to_text(value, nested=True, meter=meter)
    meter.grow(len(text))
    return text


def _clock_nanos(clock: pydt.time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * NANOS + clock.microsecond * 1_000


def _zone_of(zone: pydt.tzinfo | None, offset: pydt.timedelta | None) -> Zone:
    name = getattr(zone, "key", None)
    if isinstance(name, str) and name != "UTC":
        return name
    return None if offset is None else int(offset.total_seconds())
