"""The working calendar as administrators keep it: days, years and hours as JSON, and the calendar they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from workflow_engine.domain.office_hours import OFFICE_HOURS, WEEKDAYS, CalendarError, Opening, check_openings
from workflow_engine.domain.working_time import Calendar
from workflow_engine.domain.year_notices import read_notice

OFF, WORK, PLAIN = "off", "work", "plain"
KINDS = (OFF, WORK, PLAIN)
MAKE_UP = "make_up"
LONGEST_NAME = 60
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


@dataclass(frozen=True, slots=True)
class CalendarContent:
    """One version, immutable. ``days`` holds only days that are not what their weekday says."""

    days: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    published: frozenset[int] = frozenset()
    hours: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            key: tuple(map(str, OFFICE_HOURS)) for key in (*(str(day) for day in WEEKDAYS), MAKE_UP)
        }
    )

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> CalendarContent:
        """A stored version; an empty one is what the product is delivered with."""
        if not content:
            return cls()
        hours = {key: tuple(openings) for key, openings in content["hours"].items()}
        return cls(content["days"], frozenset(content["published"]), hours)

    def content(self) -> dict[str, Any]:
        """As it is stored."""
        days = {day: dict(self.days[day]) for day in sorted(self.days)}
        hours = {key: list(openings) for key, openings in sorted(self.hours.items())}
        return {"days": days, "published": sorted(self.published), "hours": hours}

    def changed(
        self,
        days: Mapping[str, Mapping[str, str]],
        years: Mapping[str, bool],
        hours: Mapping[str, list[str]],
    ) -> CalendarContent:
        """With other days, years and hours. Raises CalendarError."""
        new_days = dict(self.days)
        for text, told in days.items():
            day = _day(text)
            kind, name = told.get("kind", ""), told.get("name", "").strip()
            if kind not in KINDS:
                raise CalendarError(f"Expected {text} to be off, work or plain, but got {kind!r}.")
            if len(name) > LONGEST_NAME or not (name.isprintable() or not name):
                raise CalendarError(f"Expected a name of at most {LONGEST_NAME} characters for {text}.")
            new_days.pop(day.isoformat(), None)
            if kind != PLAIN:
                new_days[day.isoformat()] = {"kind": kind, "name": name}
        published = set(self.published)
        for text, is_published in years.items():
            (published.add if is_published else published.discard)(_year(text))
        new_hours = {**self.hours, **{_weekday(key): tuple(openings) for key, openings in hours.items()}}
        made = CalendarContent(new_days, frozenset(published), new_hours)
        made.calendar("UTC")  # hours that cannot be are refused here
        return made

    def calendar(self, zone: str) -> Calendar:
        """The calendar for reckoning. Raises CalendarError."""
        weekly = {day: _openings(self.hours.get(str(day), ())) for day in range(7)}
        make_up = _openings(self.hours.get(MAKE_UP, ()))
        check_openings(weekly, make_up)
        return Calendar(
            zone=zone,
            days_off=frozenset(date.fromisoformat(day) for day, told in self.days.items() if told["kind"] == OFF),
            make_up_days=frozenset(date.fromisoformat(day) for day, told in self.days.items() if told["kind"] == WORK),
            published_years=self.published,
            weekly={day: openings for day, openings in weekly.items() if openings},
            make_up_hours=make_up,
        )


def notice_changes(document: Mapping[str, Any]) -> tuple[dict[str, dict[str, str]], int]:
    """A year's notice (``holidays``, ``workdays``, ``inLieuDays``) as changes of days, and its year."""
    notice = read_notice(document)
    named: dict[str, str] = {}
    for part in ("holidays", "workdays", "inLieuDays"):
        named.update({day: str(name) for day, name in document.get(part, {}).items() if isinstance(name, str)})
    days = {day.isoformat(): {"kind": OFF, "name": _short(named, day)} for day in notice.days_off}
    days.update({day.isoformat(): {"kind": WORK, "name": _short(named, day)} for day in notice.make_up_days})
    return days, notice.year


def differences(worked: Calendar, notice: Mapping[str, Mapping[str, str]], year: int) -> list[tuple[str, str, str]]:
    """(day, here, in the notice) of each day of the year that is worked by one and not by the other."""
    theirs = CalendarContent().changed(notice, {}, {}).calendar(worked.zone)
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    words = {True: WORK, False: OFF}
    return [
        (day.isoformat(), words[worked.is_working_day(day)], words[theirs.is_working_day(day)])
        for day in days
        if day.year == year and worked.is_working_day(day) != theirs.is_working_day(day)
    ]


def _short(named: Mapping[str, str], day: date) -> str:
    return "".join(c for c in named.get(day.isoformat(), "") if c.isprintable())[:LONGEST_NAME]


def _openings(texts: Any) -> tuple[Opening, ...]:
    return tuple(Opening.parse(text) for text in texts)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CalendarError(f"Expected a day like 2026-10-01, but got {text[:20]!r}.") from None
    _year(str(day.year))
    return day


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit() and _FIRST_YEAR <= int(text) <= _LAST_YEAR):
        raise CalendarError(f"Expected a year, but got {text[:20]!r}.")
    return int(text)


def _weekday(key: str) -> str:
    if key not in (MAKE_UP, *map(str, range(7))):
        raise CalendarError(f"Expected a weekday from 0 (Monday) to 6 or {MAKE_UP}, but got {key[:20]!r}.")
    return key
