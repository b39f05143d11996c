"""What a dot reaches: entries of contexts, and the properties of times, durations and ranges (table 65)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflow_engine.feel.temporal import (
    DAY_NANOS,
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Zone,
    zone_text,
)
from workflow_engine.feel.values import NUMBERS, Range


def _weekday(value: Date | DateTime) -> Decimal:
    return Decimal((value.days + 3) % 7 + 1)


def _date_part(index: int) -> Callable[[Any], Decimal]:
    return lambda value: Decimal((value.date if isinstance(value, DateTime) else value).civil[index])


def _clock_part(unit: int, modulus: int) -> Callable[[Any], Decimal]:
    return lambda value: Decimal(value.nanos // (unit * NANOS) % modulus)


def _second(value: Time | DateTime) -> Decimal:
    return NUMBERS.divide(Decimal(value.nanos % (60 * NANOS)), Decimal(NANOS))


def _offset(value: Time | DateTime) -> DaysDuration | None:
    offset = value.offset
    return None if offset is None else DaysDuration(offset * NANOS)


def _timezone(value: Time | DateTime) -> str | None:
    zone: Zone = value.zone
    return None if zone is None else zone_text(zone).removeprefix("@")


def _part(unit: int, modulus: int | None) -> Callable[[Any], Decimal]:
    def part(value: DaysDuration) -> Decimal:
        count = abs(value.nanos) // unit
        count = count if modulus is None else count % modulus
        return Decimal(-count if value.nanos < 0 else count)

    return part


def _duration_seconds(value: DaysDuration) -> Decimal:
    seconds = NUMBERS.divide(Decimal(abs(value.nanos) % (60 * NANOS)), Decimal(NANOS))
    return -seconds if value.nanos < 0 else seconds


def _months_part(value: MonthsDuration, *, years: bool) -> Decimal:
    count = abs(value.months) // 12 if years else abs(value.months) % 12
    return Decimal(-count if value.months < 0 else count)


_DATE: dict[str, Callable[[Any], Any]] = {
    "year": _date_part(0),
    "month": _date_part(1),
    "day": _date_part(2),
    "weekday": _weekday,
    "value": lambda value: Decimal(value.days * 86_400),
}
_CLOCK: dict[str, Callable[[Any], Any]] = {
    "hour": _clock_part(3_600, 24),
    "minute": _clock_part(60, 60),
    "second": _second,
    "time offset": _offset,
    "timezone": _timezone,
    "value": lambda value: NUMBERS.divide(Decimal(value.nanos - (value.offset or 0) * NANOS), Decimal(NANOS)),
}
_PROPERTIES: dict[type, dict[str, Callable[[Any], Any]]] = {
    Date: _DATE,
    Time: _CLOCK,
    DateTime: {
        **_DATE,
        **_CLOCK,
        "value": lambda value: NUMBERS.divide(Decimal(value.instant), Decimal(NANOS)),
    },
    DaysDuration: {
        "days": _part(DAY_NANOS, None),
        "hours": _part(3_600 * NANOS, 24),
        "minutes": _part(60 * NANOS, 60),
        "seconds": _duration_seconds,
        "value": lambda value: NUMBERS.divide(Decimal(value.nanos), Decimal(NANOS)),
    },
    MonthsDuration: {
        "years": lambda value: _months_part(value, years=True),
        "months": lambda value: _months_part(value, years=False),
        "value": lambda value: Decimal(value.months),
    },
    Range: {
        "start": lambda value: value.low,
        "end": lambda value: value.high,
        "start included": lambda value: value.low_closed,
        "end included": lambda value: value.high_closed,
    },
}


def get_property(value: Any, key: str) -> Any:
    """Return ``value.key``; a list gives the list of its items' properties; null when there is none."""
    if type(value) is dict:
        return value.get(key)
    if type(value) is list:
        return [get_property(item, key) if type(item) is not list else None for item in value]
    reader = _PROPERTIES.get(type(value), {}).get(key)
    return None if reader is None else reader(value)
