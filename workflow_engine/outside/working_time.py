"""Questions to the working calendar that administrators keep; each answer names the version that gave it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from workflow_engine.domain.calendar_content import CalendarContent
from workflow_engine.domain.clock_stops import moved
from workflow_engine.domain.durations import TimingError, parse_instant
from workflow_engine.domain.outside import Answer
from workflow_engine.domain.profile import Profile
from workflow_engine.domain.working_time import Calendar, Deadline
from workflow_engine.outside.ground import Ground, OutsideFunction
from workflow_engine.storage import setting_versions
from workflow_engine.storage.setting_versions import CALENDAR, PROFILE

MOST_DAYS = 4_000
MOST_HOURS = 30_000


class _Known(NamedTuple):
    """The calendar that holds, and the versions of the settings that made it."""

    calendar: Calendar
    source: Mapping[str, int]

    def moment(self, text: str) -> datetime:
        """The instant; a date alone is its beginning in the city."""
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(self.calendar.zone)).astimezone(UTC)
        return parse_instant(text)

    def deadline(self, found: Deadline) -> Answer:
        return Answer(_text(found.due_at), self.source, found.provisional)

    def told(self, value: Any, first: datetime, last: datetime) -> Answer:
        """A plain answer, provisional when a year on the way has no notice."""
        years = range(self.calendar.local_day(first).year, self.calendar.local_day(last).year + 1)
        return Answer(value, self.source, not all(self.calendar.is_published(year) for year in years))


def known_calendar(ground: Ground) -> _Known:
    """The calendar as it stands in this transaction."""
    version, text = setting_versions.newest_text(ground.unit, CALENDAR)
    profile = setting_versions.newest(ground.unit, PROFILE)
    return _Known(
        _calendar(text, Profile.read(profile.content).time_zone), {"calendar": version, "profile": profile.version}
    )


@lru_cache(maxsize=8)
def _calendar(text: str, zone: str) -> Calendar:
    """By its whole text, so that no version of another database and none that was rolled back is ever taken for it."""
    return CalendarContent.read(orjson.loads(text)).calendar(zone)


def _working_days_after(ground: Ground, start: str, days: float) -> Answer:
    """The end of the ``days``-th working day after the day of ``start``."""
    if days != int(days) or not 0 <= days <= MOST_DAYS:
        raise TimingError(f"Expected a whole number of working days from 0 to {MOST_DAYS}, but got {days}.")
    known = known_calendar(ground)
    return known.deadline(known.calendar.add_working_days(known.moment(start), int(days), day_end=True))


def _working_hours_after(ground: Ground, start: str, hours: float) -> Answer:
    """The first instant by which the office has been open so long."""
    if not 0 <= hours <= MOST_HOURS:
        raise TimingError(f"Expected a number of working hours from 0 to {MOST_HOURS}, but got {hours}.")
    known = known_calendar(ground)
    return known.deadline(known.calendar.add_working_hours(known.moment(start), hours))


def _working_days_between(ground: Ground, start: str, end: str) -> Answer:
    """How many working days lie after the day of ``start``, up to and with that of ``end``."""
    known = known_calendar(ground)
    first, last = known.moment(start), known.moment(end)
    if abs((last - first).days) > 4 * MOST_DAYS:
        raise TimingError(f"Expected two days at most {4 * MOST_DAYS} days apart.")
    return known.told(known.calendar.working_days_between(first, last), min(first, last), max(first, last))


def _working_hours_between(ground: Ground, start: str, end: str) -> Answer:
    """How long the offices are open between two instants, in hours; negative when they are reversed."""
    known = known_calendar(ground)
    first, last = known.moment(start), known.moment(end)
    if abs((last - first).days) > MOST_DAYS:
        raise TimingError(f"Expected two instants at most {MOST_DAYS} days apart.")
    hours = round(known.calendar.working_seconds_between(first, last) / 3_600, 6)
    return known.told(hours, min(first, last), max(first, last))


def _is_working_day(ground: Ground, moment: str) -> Answer:
    known = known_calendar(ground)
    instant = known.moment(moment)
    return known.told(known.calendar.is_working_day(known.calendar.local_day(instant)), instant, instant)


def _deadline(
    ground: Ground, function: str | None, arguments: list[Any], offset: int, base: str | None, stops: list[list[str]]
) -> Answer:
    """A deadline reckoned again: its question's answer (or else ``base``), moved by the spans that its clock stood.

    ``offset``: microseconds from the answer to the deadline.
    """
    known = known_calendar(ground)
    spans = [(parse_instant(start), parse_instant(end)) for start, end in stops]
    if function is None:
        return Answer(_text(moved(known.calendar, parse_instant(str(base)), None, spans).due_at), known.source)
    answer = WORKING_TIME_FUNCTIONS[function](ground, *arguments)
    due = parse_instant(answer.value) + timedelta(microseconds=offset)
    if not spans:
        return Answer(_text(due), known.source, answer.provisional)
    found = moved(known.calendar, due, function.removesuffix(" after"), spans)
    return Answer(_text(found.due_at), known.source, answer.provisional or found.provisional)


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


WORKING_TIME_FUNCTIONS: Mapping[str, OutsideFunction] = {
    "working days after": _working_days_after,
    "working hours after": _working_hours_after,
    "working days between": _working_days_between,
    "working hours between": _working_hours_between,
    "is working day": _is_working_day,
    "deadline": _deadline,
}
