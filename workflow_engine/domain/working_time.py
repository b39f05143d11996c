"""Working days and working hours of an office: which days count, when it is open, and deadlines reckoned in them.

Days off and make-up work days (调休) come from the yearly notice; a year whose notice is not out counts plain
weekends, and every deadline that reaches into it is provisional.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from workflow_engine.domain.durations import TimingError, as_utc
from workflow_engine.domain.office_hours import OFFICE_HOURS, WEEKDAYS, Opening, check_openings, check_zone
from workflow_engine.domain.year_notices import YearNotice, read_notice

_DAY = timedelta(days=1)
_SEARCH_DAYS = 40_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant in UTC; ``provisional`` when a year on the way to it has no published notice yet."""

    due_at: datetime
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """An office's calendar in its own time zone; immutable.

    ``weekly`` holds the opening hours by weekday (0 is Monday; missing: closed), ``make_up_hours`` those of a
    make-up day that falls on a closed weekday. ``published_years`` is None where no notices are to be expected.
    """

    zone: str = "Asia/Shanghai"
    days_off: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    published_years: frozenset[int] | None = None
    weekly: Mapping[int, Sequence[Opening]] = field(default_factory=lambda: dict.fromkeys(WEEKDAYS, OFFICE_HOURS))
    make_up_hours: Sequence[Opening] = OFFICE_HOURS

    def __post_init__(self) -> None:
        check_zone(self.zone)
        check_openings(self.weekly, self.make_up_hours)

    @classmethod
    def from_json(cls, *documents: Mapping[str, object], zone: str = "Asia/Shanghai") -> Calendar:
        """The calendar of yearly notices, each ``{"holidays": {date: …}, "workdays": {…}, "inLieuDays": {…}}``.

        Raises ``CalendarError`` when a document has another form.
        """
        return cls(zone=zone, published_years=frozenset()).with_notices(*(read_notice(each) for each in documents))

    def with_notices(self, *notices: YearNotice) -> Calendar:
        """This calendar with more years published; a year's new notice replaces its former one."""
        years = {notice.year for notice in notices}
        return Calendar(
            zone=self.zone,
            days_off=_replaced(self.days_off, years, [notice.days_off for notice in notices]),
            make_up_days=_replaced(self.make_up_days, years, [notice.make_up_days for notice in notices]),
            published_years=(self.published_years or frozenset()) | years,
            weekly=self.weekly,
            make_up_hours=self.make_up_hours,
        )

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on that local date."""
        if day in self.make_up_days:
            return True
        return day not in self.days_off and bool(self.weekly.get(day.weekday()))

    def is_published(self, year: int) -> bool:
        """Whether the days of that year are final."""
        return self.published_years is None or year in self.published_years

    def local_day(self, instant: datetime) -> date:
        """The date on the office's wall at that instant."""
        return as_utc(instant).astimezone(self._zone).date()

    def add_working_days(self, instant: datetime, days: int, *, day_end: bool = False) -> Deadline:
        """The same local time on the ``days``-th working day after the instant's date, which itself does not count.

        With ``day_end``, and always for what comes in on a day off, the last moment of that day. Raises
        ``TimingError`` for a negative number.
        """
        if days < 0:
            raise TimingError(f"Expected a number of working days from 0 on, but got {days}.")
        local = as_utc(instant).astimezone(self._zone)
        day = first = local.date()
        for _ in range(days):
            day = self._working_day_after(day)
        whole = day_end or (days > 0 and not self.is_working_day(first))
        at = datetime.combine(day, time.max if whole else local.time(), self._zone)
        return Deadline(at.astimezone(UTC), self._is_provisional(first, day))

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """How many working days lie after the start's local date, up to and with the end's; negative when reversed."""
        first, last = self.local_day(start), self.local_day(end)
        if last < first:
            return -self.working_days_between(end, start)
        return sum(self.is_working_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def add_working_hours(self, instant: datetime, hours: float) -> Deadline:
        """The first instant by which the office has been open for ``hours`` since the given one."""
        return self.add_working_time(instant, timedelta(hours=hours))

    def add_working_time(self, instant: datetime, span: timedelta) -> Deadline:
        """As ``add_working_hours``, for an exact span. Raises ``TimingError`` for a negative one."""
        if span < timedelta(0):
            raise TimingError(f"Expected a working time from 0 on, but got {span}.")
        instant = as_utc(instant)
        first = self.local_day(instant)
        if not span:
            return Deadline(instant, self._is_provisional(first, first))
        for opens, closes in self._openings_from(first):
            opens = max(opens, instant)
            if closes - opens >= span:
                return Deadline(opens + span, self._is_provisional(first, self.local_day(opens)))
            span -= max(closes - opens, timedelta(0))
        raise TimingError(f"Expected a deadline within {_SEARCH_DAYS} days, but the calendar has none.")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """How long the office is open between two instants; negative when they are reversed."""
        start, end = as_utc(start), as_utc(end)
        if end < start:
            return -self.working_time_between(end, start)
        total = timedelta(0)
        for n in range((self.local_day(end) - self.local_day(start)).days + 1):
            for opens, closes in self._openings_of(self.local_day(start) + timedelta(days=n)):
                total += max(min(closes, end) - max(opens, start), timedelta(0))
        return total

    def working_seconds_between(self, start: datetime, end: datetime) -> float:
        """``working_time_between`` in seconds."""
        return self.working_time_between(start, end).total_seconds()

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def _is_provisional(self, first: date, last: date) -> bool:
        return not all(self.is_published(year) for year in range(first.year, last.year + 1))

    def _working_day_after(self, day: date) -> date:
        for _ in range(_SEARCH_DAYS):
            day = _next_day(day)
            if self.is_working_day(day):
                return day
        raise TimingError(f"Expected a working day within {_SEARCH_DAYS} days, but the calendar has none.")

    def _openings_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for _ in range(_SEARCH_DAYS):
            yield from self._openings_of(day)
            day = _next_day(day)

    def _openings_of(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The day's openings in UTC, in order and apart, also where a clock change falls between them."""
        if not self.is_working_day(day):
            return
        latest = datetime.min.replace(tzinfo=UTC)
        for opening in self.weekly.get(day.weekday()) or self.make_up_hours:
            opens, closes = (self._instant(day, minutes) for minutes in (opening.opens, opening.closes))
            opens = max(opens, latest)
            if closes > opens:
                yield opens, closes
                latest = closes

    def _instant(self, day: date, minutes: int) -> datetime:
        if minutes == 24 * 60:
            day, minutes = _next_day(day), 0
        return datetime.combine(day, time(minutes // 60, minutes % 60), self._zone).astimezone(UTC)


def _next_day(day: date) -> date:
    if day >= date.max - _DAY:
        raise TimingError("Expected a deadline before the year 9999 ends.")
    return day + _DAY


def _replaced(days: frozenset[date], years: set[int], new: Sequence[frozenset[date]]) -> frozenset[date]:
    return frozenset(day for day in days if day.year not in years).union(*new)
