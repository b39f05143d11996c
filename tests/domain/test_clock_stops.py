"""Clocks that stand, over calendars with days off and make-up days: what stood adds up, whatever the calendar."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.demo.days import days_of_china
from workflow_engine.domain.calendar_content import CalendarContent, differences, notice_changes
from workflow_engine.domain.clock_stops import WORKING_DAYS, WORKING_HOURS, moved
from workflow_engine.domain.working_time import Calendar

FIRST = date(2026, 1, 1)
instants = st.datetimes(datetime(2026, 1, 2), datetime(2026, 10, 1), timezones=st.just(UTC))
spans = st.lists(st.timedeltas(timedelta(0), timedelta(days=12)), min_size=1, max_size=4)
units = st.sampled_from([WORKING_DAYS, WORKING_HOURS, None])


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A year's notice: some weekdays off, some weekends worked."""
    numbers = draw(st.sets(st.integers(0, 364), max_size=25))
    days = {
        day.isoformat(): {"kind": "work" if day.weekday() > 4 else "off", "name": ""}
        for day in (FIRST + timedelta(days=number) for number in numbers)
    }
    return CalendarContent().changed(days, {"2026": True}, {}).calendar("Asia/Shanghai")


@given(calendars(), instants, st.integers(1, 20))
def test_deadline_in_working_days_is_so_many_working_days_away(calendar: Calendar, start: datetime, days: int) -> None:
    due = calendar.add_working_days(start, days, day_end=True).due_at
    assert calendar.working_days_between(start, due) == days
    assert calendar.is_working_day(calendar.local_day(due))


@given(calendars(), instants, instants, spans, units)
def test_stops_that_adjoin_move_as_far_as_one(
    calendar: Calendar, due: datetime, stop: datetime, lengths: list[timedelta], unit: str | None
) -> None:
    parts, at = [], stop
    for length in lengths:
        parts.append((at, at + length))
        at += length
    whole = moved(calendar, due, unit, [(stop, at)]).due_at
    assert moved(calendar, due, unit, parts).due_at == moved(calendar, due, unit, parts[::-1]).due_at == whole
    assert whole >= due
    assert moved(calendar, due, unit, [(stop, stop)]).due_at == due


@given(calendars(), instants, st.integers(1, 15), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_what_is_left_of_a_deadline_is_as_much_after_the_stop_as_before(
    calendar: Calendar, stop: datetime, days: int, length: timedelta
) -> None:
    due = calendar.add_working_days(stop, days, day_end=True).due_at
    after = moved(calendar, due, WORKING_DAYS, [(stop, stop + length)]).due_at
    assert calendar.working_days_between(stop + length, after) == days
    hours = calendar.add_working_hours(stop, days).due_at
    left = calendar.working_time_between(stop, hours)
    later = moved(calendar, hours, WORKING_HOURS, [(stop, stop + length)]).due_at
    assert calendar.working_time_between(stop + length, later) == left


@given(calendars(), calendars(), instants, st.integers(1, 20))
def test_deadline_comes_back_with_the_calendar(one: Calendar, other: Calendar, start: datetime, days: int) -> None:
    first = one.add_working_days(start, days, day_end=True)
    assert one.add_working_days(start, days, day_end=True) == first
    there = other.add_working_days(start, days, day_end=True).due_at
    between = sorted([first.due_at, there])
    worked = [one.is_working_day(day) != other.is_working_day(day) for day in _days(start, between[1], one)]
    assert any(worked) or there == first.due_at


def _days(start: datetime, end: datetime, calendar: Calendar) -> list[date]:
    first, last = calendar.local_day(start), calendar.local_day(end)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_seed_from_the_package_is_the_notice(shared: Path, year: int) -> None:
    notice = json.loads((shared / "data" / "calendar" / f"cn_{year}.json").read_text(encoding="utf-8"))
    seeded = CalendarContent().changed(days_of_china(year), {}, {}).calendar("Asia/Shanghai")
    assert differences(seeded, notice_changes(notice)[0], year) == []
    one_less = {day: told for day, told in days_of_china(year).items() if not day.endswith("-10-01")}
    wrong = CalendarContent().changed(one_less, {}, {}).calendar("Asia/Shanghai")
    assert differences(wrong, notice_changes(notice)[0], year) == [(f"{year}-10-01", "work", "off")]
