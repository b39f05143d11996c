"""Read dates, times and durations from text (XML Schema lexical forms, plus ``@Zone/Name``)."""

from __future__ import annotations

import re

from workflow_engine.feel.temporal import (
    DAY_NANOS,
    NANOS,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    Zone,
    make_days_duration,
    make_months_duration,
    zone_names,
)

Temporal = Date | Time | DateTime | DaysDuration | MonthsDuration
MAX_OFFSET = 18 * 3_600

_DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:([Zz])|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+\-/]{1,64}))?",
    re.ASCII,
)
_MONTHS = re.compile(r"(-?)P(?:(\d{1,18})Y)?(?:(\d{1,18})M)?", re.ASCII)
_DAYS = re.compile(
    r"(-?)P(?:(\d{1,18})D)?(T(?=\d)(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d{1,30}))?S)?)?", re.ASCII
)


def parse_date(text: str) -> Date | None:
    """Return the date, or None when the text is not one."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    year = int(match[2]) * (-1 if match[1] else 1)
    return Date.of(year, int(match[3]), int(match[4]))


def parse_time(text: str) -> Time | None:
    """Return the time of day, or None when the text is not one."""
    match = _TIME.fullmatch(text.removeprefix("T"))
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    if hour > 23 or minute > 59 or second > 59:
        return None
    zone: Zone = None
    if match[5]:
        zone = 0
    elif match[6]:
        if int(match[8]) > 59 or int(match[9] or 0) > 59:
            return None
        zone = int(match[7]) * 3_600 + int(match[8]) * 60 + int(match[9] or 0)
        if zone > MAX_OFFSET:
            return None
        zone = -zone if match[6] == "-" else zone
    elif match[10]:
        if match[10] not in zone_names():
            return None
        zone = match[10]
    nanos = (hour * 3_600 + minute * 60 + second) * NANOS + _fraction(match[4])
    return Time(nanos, zone)


def parse_date_time(text: str) -> DateTime | None:
    """Return the date and time, or None; a date alone is midnight without a zone."""
    day, separator, clock = text.partition("T")
    date = parse_date(day)
    if date is None:
        return None
    if not separator:
        return DateTime(date.days, 0)
    time = parse_time(clock) if clock[:1].isdigit() else None
    return DateTime(date.days, time.nanos, time.zone) if time else None


def parse_duration(text: str) -> DaysDuration | MonthsDuration | None:
    """Return a duration of either kind, or None; XML Schema knows no weeks."""
    if text.endswith(("P", "T")):
        return None
    match = _MONTHS.fullmatch(text)
    if match is not None:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return make_months_duration(-months if match[1] else months)
    match = _DAYS.fullmatch(text)
    if match is None:
        return None
    seconds = int(match[4] or 0) * 3_600 + int(match[5] or 0) * 60 + int(match[6] or 0)
    nanos = int(match[2] or 0) * DAY_NANOS + seconds * NANOS + _fraction(match[7])
    return make_days_duration(-nanos if match[1] else nanos)


def parse_temporal(text: str) -> Temporal | None:
    """Return what an ``@"…"`` literal stands for, or None."""
    if "T" in text[1:] and not text.startswith(("P", "-P")):
        return parse_date_time(text)
    return parse_date(text) or parse_time(text) or parse_duration(text)


def _fraction(digits: str | None) -> int:
    return int((digits + "0" * 9)[:9]) if digits else 0
