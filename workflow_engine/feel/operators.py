"""Equality, order and arithmetic (DMN 1.5, 10.3.2.13 and tables 50 to 57). Whatever is not defined is null."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflow_engine.feel.meter import Meter
from workflow_engine.feel.temporal import (
    DAY_NANOS,
    MAX_YEAR,
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    add_months,
    civil_from_days,
    make_days_duration,
    make_months_duration,
)
from workflow_engine.feel.values import NUMBERS, Range

MAX_COMPARE_DEPTH = 64


def equal(left: Any, right: Any, meter: Meter | None = None, depth: int = 0) -> bool | None:
    """Return whether two values are equal; null when their types cannot be compared."""
    if left is None or right is None:
        return left is right
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is Decimal or kind is str or kind is bool:
        return bool(left == right)
    if kind is list or kind is dict:
        return None if depth > MAX_COMPARE_DEPTH else _equal_parts(left, right, meter or Meter(), depth + 1)
    if kind is Time or kind is DateTime:
        return _clock_key(left) == _clock_key(right) if (left.zone is None) == (right.zone is None) else False
    if kind is Range:
        same_ends = equal(left.low, right.low) is True and equal(left.high, right.high) is True
        return same_ends and (left.low_closed, left.high_closed) == (right.low_closed, right.high_closed)
    return bool(left == right) if kind in (Date, DaysDuration, MonthsDuration) else left is right


def _equal_parts(left: Any, right: Any, meter: Meter, depth: int) -> bool:
    if len(left) != len(right):
        return False
    meter.charge(1 + len(left) // 4)
    if isinstance(left, list):
        return all(equal(one, other, meter, depth) is True for one, other in zip(left, right, strict=True))
    if left.keys() != right.keys():
        return False
    return all(equal(value, right[key], meter, depth) is True for key, value in left.items())


def _clock_key(value: Time | DateTime) -> int:
    if isinstance(value, DateTime):
        return value.instant
    return value.nanos - (value.offset or 0) * NANOS


def compare(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1, or null when there is no order between the two."""
    kind = type(left)
    if kind is not type(right):
        return None
    if kind is Decimal or kind is str:
        return -1 if left < right else int(left > right)
    if kind is Date:
        return _sign(left.days - right.days)
    if kind is DateTime or kind is Time:
        if (left.zone is None) != (right.zone is None):
            return None
        return _sign(_clock_key(left) - _clock_key(right))
    if kind is DaysDuration:
        return _sign(left.nanos - right.nanos)
    if kind is MonthsDuration:
        return _sign(left.months - right.months)
    return None


def _sign(difference: int) -> int:
    return -1 if difference < 0 else int(difference > 0)


ORDER_TESTS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def compare_by(operator: str, left: Any, right: Any, meter: Meter | None = None) -> bool | None:
    """Return ``left operator right`` for = != < <= > >=."""
    if operator == "=":
        return equal(left, right, meter)
    if operator == "!=":
        same = equal(left, right, meter)
        return None if same is None else not same
    order = compare(left, right)
    return None if order is None else ORDER_TESTS[operator](order)


def in_range(value: Any, bounds: Range) -> bool | None:
    """Return whether a value lies in a range; null when it cannot be compared with the ends."""
    if bounds.low is not None:
        order = compare(value, bounds.low)
        if order is None:
            return None
        if order < 0 or (order == 0 and not bounds.low_closed):
            return False
    if bounds.high is not None:
        order = compare(value, bounds.high)
        if order is None:
            return None
        if order > 0 or (order == 0 and not bounds.high_closed):
            return False
    return True


def negate(value: Any) -> Any:
    """Return ``-value``."""
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, DaysDuration):
        return DaysDuration(-value.nanos)
    if isinstance(value, MonthsDuration):
        return MonthsDuration(-value.months)
    return None


def add(left: Any, right: Any) -> Any:
    """Return ``left + right`` for everything but text (see ``runtime.State.join``)."""
    if type(left) is Decimal and type(right) is Decimal:
        return NUMBERS.add(left, right)
    if isinstance(left, DaysDuration):
        if isinstance(right, DaysDuration):
            return make_days_duration(left.nanos + right.nanos)
        return _shift(right, left.nanos) if isinstance(right, Date | Time | DateTime) else None
    if isinstance(left, MonthsDuration):
        if isinstance(right, MonthsDuration):
            return make_months_duration(left.months + right.months)
        return _shift_months(right, left.months)
    if isinstance(right, DaysDuration):
        return _shift(left, right.nanos)
    return _shift_months(left, right.months) if isinstance(right, MonthsDuration) else None


def subtract(left: Any, right: Any) -> Any:
    """Return ``left - right``."""
    if type(left) is Decimal and type(right) is Decimal:
        return NUMBERS.subtract(left, right)
    if isinstance(right, DaysDuration | MonthsDuration):
        if isinstance(left, DaysDuration | MonthsDuration) and type(left) is not type(right):
            return None
        return add(left, negate(right))
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.zone is None) != (right.zone is None):
            return None
        return make_days_duration(_clock_key(left) - _clock_key(right))
    if isinstance(left, Date | DateTime) and isinstance(right, Date | DateTime):
        one, other = as_date_time(left, right), as_date_time(right, left)
        if (one.zone is None) != (other.zone is None):
            return None
        return make_days_duration(one.instant - other.instant)
    return None


def as_date_time(value: Date | DateTime, partner: Date | DateTime) -> DateTime:
    """Read a date as midnight UTC (10.3.2.9.4), or as local midnight beside a local time."""
    if isinstance(value, DateTime):
        return value
    local = isinstance(partner, DateTime) and partner.zone is None
    return DateTime(value.days, 0, None if local else 0)


def multiply(left: Any, right: Any) -> Any:
    """Return ``left * right``."""
    if type(left) is Decimal and type(right) is Decimal:
        return NUMBERS.multiply(left, right)
    if isinstance(left, Decimal):
        left, right = right, left
    if not isinstance(right, Decimal):
        return None
    if isinstance(left, DaysDuration):
        return make_days_duration(_whole(NUMBERS.multiply(Decimal(left.nanos), right)))
    if isinstance(left, MonthsDuration):
        return make_months_duration(_whole(NUMBERS.multiply(Decimal(left.months), right)))
    return None


def divide(left: Any, right: Any) -> Any:
    """Return ``left / right``; division by zero is null."""
    if type(right) is Decimal:
        if not right:
            return None
        if type(left) is Decimal:
            return NUMBERS.divide(left, right)
        if isinstance(left, DaysDuration):
            return make_days_duration(_whole(NUMBERS.divide(Decimal(left.nanos), right)))
        if isinstance(left, MonthsDuration):
            return make_months_duration(_whole(NUMBERS.divide(Decimal(left.months), right)))
        return None
    if isinstance(left, DaysDuration) and isinstance(right, DaysDuration) and right.nanos:
        return NUMBERS.divide(Decimal(left.nanos), Decimal(right.nanos))
    if isinstance(left, MonthsDuration) and isinstance(right, MonthsDuration) and right.months:
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    return None


def power(left: Any, right: Any) -> Any:
    """Return ``left ** right``; a negative power of zero is null, as a division by it is."""
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    if not left and right <= 0:
        return None if right else Decimal(1)
    return NUMBERS.power(left, right)


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}


def _whole(value: Decimal) -> int:
    """Cut towards zero; more than 40 digits is beyond any duration, so the caller's bound refuses it."""
    return int(value) if value.adjusted() < 40 else 10**40


def _shift(moment: Any, nanos: int) -> Any:
    if isinstance(moment, Time):
        return Time((moment.nanos + nanos) % DAY_NANOS, moment.zone)
    if isinstance(moment, Date):
        shifted = DateTime.from_instant(moment.days * DAY_NANOS + nanos, None)
        return shifted.date if shifted else None
    if isinstance(moment, DateTime):
        return DateTime.from_instant(moment.instant + nanos, moment.zone)
    return None


def _shift_months(moment: Any, months: int) -> Any:
    if not isinstance(moment, Date | DateTime):
        return None
    days = add_months(moment.days, months)
    if days is None or abs(civil_from_days(days)[0]) > MAX_YEAR:
        return None
    return Date(days) if isinstance(moment, Date) else DateTime(days, moment.nanos, moment.zone)
