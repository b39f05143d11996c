"""Built-in functions that make and read dates, times and durations (10.3.4.1, 10.3.4.7, 10.3.4.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflow_engine.feel.builtins import builtin
from workflow_engine.feel.runtime import State
from workflow_engine.feel.temporal import (
    MAX_YEAR,
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Zone,
    add_months,
    civil_from_days,
    days_from_civil,
    days_in_month,
)
from workflow_engine.feel.temporal_text import MAX_OFFSET, parse_date, parse_date_time, parse_duration, parse_time
from workflow_engine.feel.values import NUMBERS, adopt

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _whole(value: Any) -> int | None:
    if not isinstance(value, Decimal) or value != value.to_integral_value() or value.adjusted() > 10:
        return None
    return int(value)


@builtin("date", "from", "year: number, month: number, day: number")
def _date(state: State, source: Any, month: Any = None, day: Any = None) -> Date | None:
    if month is not None or day is not None:
        parts = (_whole(source), _whole(month), _whole(day))
        return Date.of(*parts) if None not in parts else None  # type: ignore[arg-type]
    source = _single(source)
    if isinstance(source, DateTime):
        return source.date
    if isinstance(source, Date):
        return source
    return parse_date(source) if isinstance(source, str) else None


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


@builtin("time", "from", "hour: number, minute: number, second: number, offset?")
def _time(state: State, source: Any, minute: Any = None, second: Any = None, offset: Any = None) -> Time | None:
    if minute is not None or second is not None:
        return _time_from_parts(source, minute, second, offset)
    source = _single(source)
    if isinstance(source, DateTime):
        return source.time
    if isinstance(source, Date):
        return Time(0, 0)
    if isinstance(source, Time):
        return source
    return parse_time(source) if isinstance(source, str) else None


def _time_from_parts(hour: Any, minute: Any, second: Any, offset: Any) -> Time | None:
    hours, minutes = _whole(hour), _whole(minute)
    if hours is None or minutes is None or not isinstance(second, Decimal):
        return None
    if not (0 <= hours <= 23 and 0 <= minutes <= 59 and 0 <= second < 60):
        return None
    zone: Zone = None
    if offset is not None:
        if not isinstance(offset, DaysDuration) or abs(offset.nanos) > MAX_OFFSET * NANOS:
            return None
        zone = offset.nanos // NANOS
    return Time((hours * 3_600 + minutes * 60) * NANOS + int(NUMBERS.multiply(second, Decimal(NANOS))), zone)


@builtin(
    "date and time",
    "from: string",
    "date: date, time: time",
    "date: date and time, time: time",
    "date: date and time, timezone: string",
    "from",
    "year: number, month: number, day: number, hour: number, minute: number, second: number",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, offset",
)
def _date_and_time(state: State, source: Any, *rest: Any) -> DateTime | None:
    if len(rest) >= 5:
        date = _date(state, source, rest[0], rest[1])
        offset = rest[5] if len(rest) > 5 else None
        zone = offset if isinstance(offset, str) else None
        time = _time_from_parts(rest[2], rest[3], rest[4], offset if isinstance(offset, DaysDuration) else None)
        if zone is not None and time is not None:
            time = parse_time(f"{Time(time.nanos)}@{zone}")
        return DateTime(date.days, time.nanos, time.zone) if date and time else None
    if len(rest) == 1:
        if isinstance(rest[0], Time):
            return DateTime(source.days, rest[0].nanos, rest[0].zone)
        named = parse_time(f"00:00:00@{rest[0]}")
        return DateTime.from_instant(source.instant, named.zone) if named else None
    if isinstance(source, DateTime):
        return source
    if isinstance(source, Date):
        return DateTime(source.days, 0, 0)
    return parse_date_time(source) if isinstance(source, str) else None


@builtin("duration", "from: string")
def _duration(state: State, text: str) -> DaysDuration | MonthsDuration | None:
    return parse_duration(text)


@builtin("years and months duration", "from, to")
def _months_between(state: State, start: Any, end: Any) -> MonthsDuration | None:
    start, end = _single(start), _single(end)
    if not isinstance(start, Date | DateTime) or not isinstance(end, Date | DateTime):
        return None
    low, high = civil_from_days(start.days), civil_from_days(end.days)
    months = (high[0] - low[0]) * 12 + high[1] - low[1]
    if months > 0 and high[2] < low[2]:
        months -= 1
    elif months < 0 and high[2] > low[2]:
        months += 1
    return MonthsDuration(months)


@builtin("now")
def _now(state: State) -> Any:
    return adopt(state.context.require_now())


@builtin("today")
def _today(state: State) -> Any:
    return adopt(state.context.require_now().date())


@builtin("day of year", "date")
def _day_of_year(state: State, value: Any) -> Decimal | None:
    days = _days(value)
    return None if days is None else Decimal(days - days_from_civil(civil_from_days(days)[0], 1, 1) + 1)


@builtin("day of week", "date")
def _day_of_week(state: State, value: Any) -> str | None:
    days = _days(value)
    return None if days is None else _DAYS[(days + 3) % 7]


@builtin("month of year", "date")
def _month_of_year(state: State, value: Any) -> str | None:
    days = _days(value)
    return None if days is None else _MONTHS[civil_from_days(days)[1] - 1]


@builtin("week of year", "date")
def _week_of_year(state: State, value: Any) -> Decimal | None:
    """The week by ISO 8601: the one that holds the year's first Thursday is number 1."""
    days = _days(value)
    if days is None:
        return None
    thursday = days - (days + 3) % 7 + 3
    return Decimal((thursday - days_from_civil(civil_from_days(thursday)[0], 1, 1)) // 7 + 1)


@builtin("last day of month", "date")
def _last_day_of_month(state: State, value: Any) -> Date | None:
    days = _days(value)
    if days is None:
        return None
    year, month, _ = civil_from_days(days)
    return Date.of(year, month, days_in_month(year, month))


def _days(value: Any) -> int | None:
    value = _single(value)
    return value.days if isinstance(value, Date | DateTime) else None


__all__ = ["MAX_YEAR", "add_months"]
