"""Dates, times and durations of FEEL (DMN 1.5, 10.3.2.3).

The standard's calendar reaches from year -999,999,999 to 999,999,999, and a time may carry an offset, a named zone
or neither; Python's own classes cover less, hence these. All are immutable.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

NANOS = 1_000_000_000
DAY_NANOS = 86_400 * NANOS
MAX_YEAR = 999_999_999
MAX_MONTHS = MAX_YEAR * 24
_MAX_DURATION = 2 * MAX_YEAR * 366 * DAY_NANOS

Zone = int | str | None
"""Offset from UTC in seconds, the name of a zone, or nothing."""


def days_from_civil(year: int, month: int, day: int) -> int:
    """Return the days since 1970-01-01 in the proleptic Gregorian calendar."""
    year -= month <= 2
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Return (year, month, day) for days since 1970-01-01."""
    days += 719_468
    era = days // 146_097
    rest = days - era * 146_097
    year_of_era = (rest - rest // 1_460 + rest // 36_524 - rest // 146_096) // 365
    day_of_year = rest - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def days_in_month(year: int, month: int) -> int:
    """Return the length of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


@dataclass(frozen=True, slots=True)
class Date:
    """A day, as days since 1970-01-01."""

    days: int

    @classmethod
    def of(cls, year: int, month: int, day: int) -> Date | None:
        """Return the date, or None when there is no such day."""
        if not (-MAX_YEAR <= year <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
            return None
        return cls(days_from_civil(year, month, day))

    @property
    def civil(self) -> tuple[int, int, int]:
        """Year, month, day."""
        return civil_from_days(self.days)

    def __str__(self) -> str:
        year, month, day = self.civil
        sign = "-" if year < 0 else ""
        return f"{sign}{abs(year):04d}-{month:02d}-{day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day in nanoseconds, with an optional zone."""

    nanos: int
    zone: Zone = None

    def __str__(self) -> str:
        return _clock_text(self.nanos) + zone_text(self.zone)

    @property
    def offset(self) -> int | None:
        """Seconds from UTC; a named zone is taken at its present-day winter time only if nothing else is known."""
        return offset_at(self.zone, 0, self.nanos)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A day, a time of day in nanoseconds and an optional zone."""

    days: int
    nanos: int
    zone: Zone = None

    @property
    def date(self) -> Date:
        """The day alone."""
        return Date(self.days)

    @property
    def time(self) -> Time:
        """The time of day alone, zone kept."""
        return Time(self.nanos, self.zone)

    @property
    def offset(self) -> int | None:
        """Seconds from UTC at this local time."""
        return offset_at(self.zone, self.days, self.nanos)

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970-01-01T00:00Z; without a zone the local time is read as UTC."""
        return self.days * DAY_NANOS + self.nanos - (self.offset or 0) * NANOS

    @classmethod
    def from_instant(cls, instant: int, zone: Zone) -> DateTime | None:
        """Return the local time of an instant in a zone, or None outside the calendar."""
        days, nanos = divmod(instant, DAY_NANOS)
        if not -MAX_YEAR * 366 < days < MAX_YEAR * 366:
            return None
        if zone is not None:
            offset = zone if isinstance(zone, int) else _offset_of_instant(zone, instant // NANOS)
            days, nanos = divmod(instant + offset * NANOS, DAY_NANOS)
        return cls(days, nanos, zone) if abs(civil_from_days(days)[0]) <= MAX_YEAR else None

    def __str__(self) -> str:
        return f"{Date(self.days)}T{_clock_text(self.nanos)}{zone_text(self.zone)}"


@dataclass(frozen=True, slots=True)
class DaysDuration:
    """A days and time duration in nanoseconds."""

    nanos: int

    def __str__(self) -> str:
        nanos = abs(self.nanos)
        days, nanos = divmod(nanos, DAY_NANOS)
        hours, nanos = divmod(nanos, 3_600 * NANOS)
        minutes, nanos = divmod(nanos, 60 * NANOS)
        seconds, nanos = divmod(nanos, NANOS)
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        if seconds or nanos:
            clock += f"{seconds}{_fraction_text(nanos)}S"
        text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
        return ("-P" if self.nanos < 0 else "P") + (text or "T0S")


@dataclass(frozen=True, slots=True)
class MonthsDuration:
    """A years and months duration in months."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-P" if self.months < 0 else "P") + (text or "0M")


def make_days_duration(nanos: int) -> DaysDuration | None:
    """Return the duration, or None when it is longer than the calendar."""
    return DaysDuration(nanos) if abs(nanos) <= _MAX_DURATION else None


def make_months_duration(months: int) -> MonthsDuration | None:
    """Return the duration, or None when it is longer than the calendar."""
    return MonthsDuration(months) if abs(months) <= MAX_MONTHS else None


def add_months(days: int, months: int) -> int | None:
    """Move a day by months; the day of the month is cut to the month's length. None outside the calendar."""
    year, month, day = civil_from_days(days)
    total = year * 12 + month - 1 + months
    year, month = total // 12, total % 12 + 1
    if abs(year) > MAX_YEAR:
        return None
    return days_from_civil(year, month, min(day, days_in_month(year, month)))


def zone_text(zone: Zone) -> str:
    """Return how a zone is written behind a time."""
    if zone is None:
        return ""
    if isinstance(zone, str):
        return "@" + zone
    if zone == 0:
        return "Z"
    minutes, seconds = divmod(abs(zone), 60)
    text = f"{'-' if zone < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return text + (f":{seconds:02d}" if seconds else "")


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Return the names of the zones that may be used."""
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def offset_at(zone: Zone, days: int, nanos: int) -> int | None:
    """Return a zone's offset in seconds at a local day and time; None without a zone."""
    if zone is None or isinstance(zone, int):
        return zone
    local = datetime(1970, 1, 1) + timedelta(days=_clamp(days), seconds=nanos // NANOS)
    found = local.replace(tzinfo=_zone(zone)).utcoffset()
    return int(found.total_seconds()) if found else 0


def _offset_of_instant(zone: str, seconds: int) -> int:
    days, rest = divmod(seconds, 86_400)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=_clamp(days), seconds=rest)
    found = moment.astimezone(_zone(zone)).utcoffset()
    return int(found.total_seconds()) if found else 0


def _clamp(days: int) -> int:
    """Python's calendar ends at 9999; beyond it a zone keeps its last rule."""
    return max(-719_000, min(2_932_000, days))


def _clock_text(nanos: int) -> str:
    seconds, fraction = divmod(nanos, NANOS)
    minutes, second = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}{_fraction_text(fraction)}"


def _fraction_text(nanos: int) -> str:
    return f".{nanos:09d}".rstrip("0") if nanos else ""
