"""ISO 8601 instants and durations as BPMN timers use them (BPMN 2.0.2, table 10.101).

All arithmetic is on the UTC calendar, where no summer time exists; working days and local opening
hours are the matter of ``working_time``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NoReturn
from zoneinfo import ZoneInfo

from workflow_engine.domain.errors import ExpressionError

_MICROSECOND = timedelta(microseconds=1)
_MAX_TEXT = 200
_MAX_MONTHS = 12 * 9999
_NUMBER = r"(?:([0-9]{1,15}(?:[.,][0-9]{1,15})?)%s)?"
_DURATION = re.compile(
    "P" + _NUMBER % "Y" + _NUMBER % "M" + _NUMBER % "W" + _NUMBER % "D"
    + "(?:(T)" + _NUMBER % "H" + _NUMBER % "M" + _NUMBER % "S" + ")?"
)  # fmt: skip
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?(?:@([A-Za-z0-9_+\-/]{1,64})|\[([A-Za-z0-9_+\-/]{1,64})\])?"
)
_SECONDS = {"W": 604_800, "D": 86_400, "H": 3_600, "MIN": 60, "S": 1}


class TimingError(ExpressionError, ValueError):
    """A timer's text is no ISO 8601 instant, duration or cycle, or leads outside the years 1 to 9999."""

    code = "timing_error"


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar months plus an exact time; neither part is ever negative."""

    months: int = 0
    time: timedelta = timedelta(0)

    def __bool__(self) -> bool:
        return bool(self.months or self.time)

    def times(self, factor: int) -> Duration:
        """The span laid end to end ``factor`` times."""
        try:
            return Duration(self.months * factor, self.time * factor)
        except OverflowError:
            _beyond_calendar()

    def to_text(self) -> str:
        """The ISO 8601 text, such as ``P1Y2M3DT4H5M6.5S``; ``parse_duration`` reads it back unchanged."""
        years, months = divmod(self.months, 12)
        hours, rest = divmod(self.time.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        date = "".join(f"{n}{unit}" for n, unit in ((years, "Y"), (months, "M"), (self.time.days, "D")) if n)
        clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n)
        if seconds or self.time.microseconds:
            fraction = f".{self.time.microseconds:06d}".rstrip("0") if self.time.microseconds else ""
            clock += f"{seconds}{fraction}S"
        if not date and not clock:
            return "PT0S"
        return "P" + date + ("T" + clock if clock else "")


def parse_duration(text: str) -> Duration:
    """Read ``PnYnMnWnDTnHnMnS``; decimals are allowed in the last field, negative spans are refused.

    Raises ``TimingError``. A fraction of a year must come to whole months; a fraction of a month means nothing.
    """
    text = clean_text(text, "duration")
    if text.startswith(("-P", "+P")):
        _refuse("duration", text, "a timer cannot wait a signed time; write it without the sign")
    found = _DURATION.fullmatch(text)
    if found is None:
        _refuse("duration", text, "expected a form like P1DT2H, PT30M, P2W or P1Y6M")
    years, months, weeks, days, mark, hours, minutes, seconds = found.groups()
    fields = [("Y", years), ("MON", months), ("W", weeks), ("D", days), ("H", hours), ("MIN", minutes), ("S", seconds)]
    given = [(unit, Decimal(number.replace(",", "."))) for unit, number in fields if number is not None]
    if not given or (mark and given[-1][0] in ("Y", "MON", "W", "D")):
        _refuse("duration", text, "expected at least one number with its unit after P and after T")
    if any(number != int(number) for _, number in given[:-1]):
        _refuse("duration", text, "only the last field may have decimals")
    return _duration_of(text, dict(given))


def add(instant: datetime, duration: Duration) -> datetime:
    """The instant after ``duration``: months first, clamped to the month's last day, then the exact time.

    XML Schema 1.1 part 2, E.3.3. The instant must be aware; the answer is in UTC.
    """
    return _shift(as_utc(instant), duration.months, duration.time)


def subtract(instant: datetime, duration: Duration) -> datetime:
    """The instant before ``duration``: months back first, clamped to the month's last day, then the exact time."""
    return _shift(as_utc(instant), -duration.months, -duration.time)


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 date and time with offset, as ``2030-01-31T12:00Z`` or ``…T12:00@Asia/Shanghai``, in UTC.

    Raises ``TimingError``; a text without offset is refused, since its meaning would depend on the machine.
    """
    text = clean_text(text, "date and time")
    found = _INSTANT.fullmatch(text)
    if found is None:
        _refuse("date and time", text, "expected a form like 2030-01-31T12:00:00+08:00")
    *_, offset, zone, suffix = found.groups()
    if offset is None and zone is None:
        _refuse("date and time", text, "the offset is missing; append Z or an offset such as +08:00")
    if offset is not None and zone is not None:
        _refuse("date and time", text, "give either an offset or a zone, not both")
    for name in (zone, suffix):
        if name is not None:
            _zone(name, text)
    try:
        local = _local_of(found)
        if zone is not None:
            return local.replace(tzinfo=_zone(zone, text)).astimezone(UTC)
        return local - _offset_of(str(offset))
    except (ValueError, OverflowError) as error:
        _refuse("date and time", text, str(error))


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC; refuses a naive one."""
    if instant.tzinfo is None:
        raise TimingError(f"Expected an instant with an offset, but {instant.isoformat()} has none.")
    return instant.astimezone(UTC)


def _duration_of(text: str, given: dict[str, Decimal]) -> Duration:
    months = given.get("Y", Decimal(0)) * 12 + given.get("MON", Decimal(0))
    if months != int(months):
        _refuse("duration", text, "a part of a month has no length; use days")
    if months > _MAX_MONTHS:
        _refuse("duration", text, "expected less than 9999 years")
    seconds = sum((number * _SECONDS[unit] for unit, number in given.items() if unit in _SECONDS), Decimal(0))
    try:
        return Duration(int(months), int(seconds * 1_000_000) * _MICROSECOND)
    except OverflowError:
        _refuse("duration", text, "expected less than 9999 years")


def _shift(instant: datetime, months: int, time: timedelta) -> datetime:
    year, month0 = divmod(instant.year * 12 + instant.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        _beyond_calendar()
    try:
        day = min(instant.day, days_in_month(year, month0 + 1))
        return instant.replace(year=year, month=month0 + 1, day=day) + time
    except OverflowError:
        _beyond_calendar()


def days_in_month(year: int, month: int) -> int:
    """How many days the month has, 1 to 12 for ``month``."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _local_of(found: re.Match[str]) -> datetime:
    """The date and time as written, for the moment as if in UTC."""
    year, month, day, hour, minute = (int(found[i]) for i in range(1, 6))
    second = int(found[6] or 0)
    microsecond = int((found[7] or "0").ljust(6, "0")[:6])
    if hour == 24 and minute == second == microsecond == 0:  # ISO 8601: midnight at the end of the day
        return datetime(year, month, day, tzinfo=UTC) + timedelta(days=1)
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


def _offset_of(text: str) -> timedelta:
    if text == "Z":
        return timedelta(0)
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59 or (hours == 14 and minutes):
        raise ValueError("the offset is outside -14:00 to +14:00")
    span = timedelta(hours=hours, minutes=minutes)
    return -span if text[0] == "-" else span


def _zone(name: str, text: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of the zone tree
        _refuse("date and time", text, f"the time zone {name} is unknown")


def clean_text(text: str, kind: str) -> str:
    """The text without outer blanks; refuses what is no text, or one of more than 200 characters."""
    if not isinstance(text, str):
        raise TimingError(f"Expected a {kind} as text, but got {type(text).__name__}.")
    if len(text) > _MAX_TEXT:
        raise TimingError(f"Expected a {kind}, but the text is longer than {_MAX_TEXT} characters.")
    return text.strip()


def _refuse(kind: str, text: str, why: str) -> NoReturn:
    raise TimingError(f"Expected an ISO 8601 {kind}, but {text!r} is none: {why}.", text=text)


def _beyond_calendar() -> NoReturn:
    raise TimingError("Expected an instant in the years 1 to 9999, but the timer leads outside them.")
