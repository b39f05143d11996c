"""Working days and hours: the published calendars, clock changes, and deadlines that add up."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.office_hours import CalendarError, Opening
from workflow_engine.domain.timing import TimingError, parse_instant
from workflow_engine.domain.working_time import Calendar
from workflow_engine.domain.year_notices import read_notice

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
NOTICE_2025 = {
    "holidays": dict.fromkeys(f"2025-01-{day}" for day in (28, 29, 30, 31))
    | dict.fromkeys(["2025-02-03", "2025-02-04"]),
    "workdays": {"2025-01-26": None, "2025-02-08": None},
    "inLieuDays": {"2025-02-03": None, "2025-02-04": None},
}
CALENDAR = Calendar.from_json(NOTICE_2025)
BERLIN = Calendar(
    zone="Europe/Berlin",
    weekly={day: (Opening.parse("00:00-05:00"), Opening.parse("08:00-24:00")) for day in range(7)},
)

instants = st.datetimes(datetime(2024, 12, 1), datetime(2025, 12, 1), timezones=st.just(UTC))
calendars = st.sampled_from([CALENDAR, BERLIN, Calendar(), Calendar(zone="America/New_York")])


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def published(shared: Path) -> Calendar:
    files = sorted((shared / "data" / "calendar").glob("cn_*.json"))
    return Calendar.from_json(*(json.loads(file.read_text(encoding="utf-8")) for file in files))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2025-01-26", True),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2025-10-01", False),
        ("2025-02-08", True),
        ("2025-02-09", False),
        ("2024-02-29", True),
        ("2027-02-15", True),
        ("2027-02-13", False),
    ],
)
def test_published_days(published: Calendar, day: str, works: bool) -> None:
    assert published.is_working_day(date.fromisoformat(day)) is works


def test_published_years(published: Calendar) -> None:
    assert [year for year in range(2020, 2030) if published.is_published(year)] == [2024, 2025, 2026]
    working = [
        sum(published.is_working_day(date(year, 1, 1) + timedelta(n)) for n in range(365)) for year in (2025, 2026)
    ]
    assert working == [248, 248]


@pytest.mark.parametrize(
    ("start", "days", "due", "provisional"),
    [
        ("2025-01-24T10:00", 1, "2025-01-26T10:00", False),  # the make-up Sunday counts
        ("2025-01-24T10:00", 2, "2025-01-27T10:00", False),
        ("2025-01-24T10:00", 3, "2025-02-05T10:00", False),
        ("2025-02-07T10:00", 1, "2025-02-08T10:00", False),
        ("2025-01-27T23:30", 0, "2025-01-27T23:30", False),
        ("2025-12-31T10:00", 1, "2026-01-01T10:00", True),  # no notice for 2026: plain weekdays, provisional
        ("2025-12-30T10:00", 1, "2025-12-31T10:00", False),
        ("2024-12-31T10:00", 1, "2025-01-01T10:00", True),
    ],
)
def test_adding_working_days(start: str, days: int, due: str, provisional: bool) -> None:
    found = CALENDAR.add_working_days(local(start), days)
    assert (found.due_at, found.provisional) == (local(due), provisional)
    assert found.due_at.tzinfo is UTC


def test_what_comes_in_on_a_day_off_has_the_whole_day() -> None:
    saturday = local("2025-03-01T09:00")
    assert CALENDAR.add_working_days(saturday, 1).due_at == local("2025-03-03T23:59:59.999999")
    assert CALENDAR.add_working_days(local("2025-03-03T09:00"), 2, day_end=True).due_at == local(
        "2025-03-05T23:59:59.999999"
    )


def test_date_is_the_offices_own() -> None:
    late = parse_instant("2025-03-02T17:00Z")  # Monday 01:00 in Shanghai
    assert CALENDAR.local_day(late) == date(2025, 3, 3)
    assert CALENDAR.add_working_days(late, 1).due_at == parse_instant("2025-03-03T17:00Z")


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2025-03-03T09:00", 3, "2025-03-03T12:00"),
        ("2025-03-03T09:00", 3.5, "2025-03-03T13:30"),
        ("2025-03-03T08:00", 8, "2025-03-03T18:00"),
        ("2025-03-03T17:00", 4, "2025-03-04T12:00"),
        ("2025-03-03T17:00", 4.5, "2025-03-04T13:30"),
        ("2025-02-28T20:00", 1, "2025-03-03T10:00"),
        ("2025-01-24T17:00", 2, "2025-01-26T10:00"),
        ("2025-03-01T12:34", 0, "2025-03-01T12:34"),
        ("2025-03-03T12:30", 1, "2025-03-03T14:00"),
    ],
)
def test_adding_working_hours(start: str, hours: float, due: str) -> None:
    assert CALENDAR.add_working_hours(local(start), hours).due_at == local(due)


def test_measuring_working_time() -> None:
    start, end = local("2025-01-24T17:00"), local("2025-02-05T10:00")
    assert CALENDAR.working_seconds_between(start, end) == (1 + 8 + 8 + 1) * 3600
    assert CALENDAR.working_seconds_between(end, start) == -(1 + 8 + 8 + 1) * 3600
    assert CALENDAR.working_days_between(start, end) == 3
    assert CALENDAR.working_days_between(end, start) == -3


def test_night_of_the_clock_change_is_an_hour_shorter_or_longer() -> None:
    night = [Opening.parse("00:00-05:00")]
    calendar = Calendar(zone="Europe/Berlin", weekly=dict.fromkeys(range(7), night))
    berlin = ZoneInfo("Europe/Berlin")
    for day, hours in ((date(2026, 3, 28), 5), (date(2026, 3, 29), 4), (date(2026, 10, 25), 6)):
        midnight = datetime(day.year, day.month, day.day, tzinfo=berlin)
        assert calendar.working_seconds_between(midnight, midnight + timedelta(days=1)) == hours * 3600
    in_the_gap = Calendar(
        zone="Europe/Berlin", weekly={6: [Opening.parse("01:00-02:30"), Opening.parse("03:00-04:00")]}
    )
    sunday = datetime(2026, 3, 29, tzinfo=berlin)
    assert in_the_gap.working_seconds_between(sunday, sunday + timedelta(days=1)) == 2 * 3600


def test_new_notice_makes_a_year_final() -> None:
    before = CALENDAR.add_working_days(local("2025-12-31T10:00"), 1)
    notice = read_notice({"holidays": {"2026-01-01": "", "2026-01-02": ""}, "workdays": {"2026-01-04": ""}})
    after = CALENDAR.with_notices(notice)
    found = after.add_working_days(local("2025-12-31T10:00"), 1)
    assert before.provisional and not found.provisional
    assert found.due_at == local("2026-01-04T10:00")
    assert after.with_notices(read_notice({"holidays": {"2026-01-01": ""}})).is_working_day(date(2026, 1, 2))
    assert not CALENDAR.is_published(2026)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"holidays": {}},
        {"holidays": ["2025-01-01"]},
        {"holidays": {"1 January": ""}},
        {"holidays": {"2025-02-30": ""}},
        {"holidays": {"2025-01-01": ""}, "workdays": {"2025-01-01": ""}},
        {"holidays": {"2025-01-01": ""}, "workdays": 5},
    ],
)
def test_malformed_notice_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(CalendarError, match="Expected"):
        Calendar.from_json(document)


@pytest.mark.parametrize(
    "text", ["", "9-12", "09:00", "12:00-09:00", "09:00-09:00", "09:00-24:30", "25:00-26:00", "09:00-12:00-13:00"]
)
def test_malformed_opening_is_refused(text: str) -> None:
    with pytest.raises(RejectedError, match="Expected"):
        Opening.parse(text)


@pytest.mark.parametrize(
    "settings",
    [
        {"zone": "Mars/Olympus"},
        {"zone": "../etc/passwd"},
        {"weekly": {}},
        {"weekly": {0: ()}},
        {"weekly": {7: (Opening(0, 60),)}},
        {"make_up_hours": ()},
        {"weekly": {0: (Opening(0, 60), Opening(30, 90))}},
    ],
)
def test_malformed_calendar_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(CalendarError, match="Expected"):
        Calendar(**settings)


def test_impossible_deadlines_are_refused() -> None:
    monday = local("2025-03-03T09:00")
    with pytest.raises(TimingError, match="from 0 on"):
        CALENDAR.add_working_days(monday, -1)
    with pytest.raises(TimingError, match="from 0 on"):
        CALENDAR.add_working_hours(monday, -1)
    with pytest.raises(TimingError, match="within 40000 days"):
        CALENDAR.add_working_hours(monday, 10**6)
    with pytest.raises(TimingError, match="has none"):
        CALENDAR.add_working_days(datetime(2025, 3, 3), 1)
    with pytest.raises(TimingError, match="year 9999"):
        Calendar().add_working_days(datetime(9999, 12, 30, tzinfo=UTC), 5)


def test_opening_reads_as_written() -> None:
    assert str(Opening.parse("08:30-24:00")) == "08:30-24:00"


@given(calendars, instants, st.integers(0, 60))
def test_added_working_days_are_measured_again(calendar: Calendar, start: datetime, days: int) -> None:
    found = calendar.add_working_days(start, days)
    assert calendar.working_days_between(start, found.due_at) == days
    assert found.due_at >= start
    if days:
        assert calendar.is_working_day(calendar.local_day(found.due_at))


@given(calendars, instants, st.timedeltas(timedelta(0), timedelta(hours=300)))
def test_added_working_time_is_measured_again(calendar: Calendar, start: datetime, span: timedelta) -> None:
    found = calendar.add_working_time(start, span)
    assert calendar.working_time_between(start, found.due_at) == span
    if span:  # the first such instant: a moment earlier it was less
        assert calendar.working_time_between(start, found.due_at - timedelta(microseconds=1)) < span


@given(calendars, instants, instants, st.integers(0, 20), st.timedeltas(timedelta(0), timedelta(hours=100)))
def test_later_starts_and_longer_spans_end_no_earlier(
    calendar: Calendar, one: datetime, other: datetime, days: int, span: timedelta
) -> None:
    first, second = sorted((one, other))
    assert calendar.add_working_time(first, span).due_at <= calendar.add_working_time(second, span).due_at
    assert calendar.add_working_time(first, span).due_at <= calendar.add_working_time(first, span + HOUR).due_at
    assert calendar.add_working_days(first, days).due_at < calendar.add_working_days(first, days + 1).due_at
    if calendar is not BERLIN:  # an hour that does not exist moves that day's deadline alone
        assert calendar.add_working_days(first, days).due_at <= calendar.add_working_days(second, days).due_at + HOUR


@given(calendars, instants, instants, instants)
def test_working_time_adds_up(calendar: Calendar, one: datetime, two: datetime, three: datetime) -> None:
    a, b, c = sorted((one, two, three))
    assert calendar.working_time_between(a, b) + calendar.working_time_between(b, c) == calendar.working_time_between(
        a, c
    )
    assert timedelta(0) <= calendar.working_time_between(a, b) <= b - a
    assert calendar.working_days_between(a, b) + calendar.working_days_between(b, c) == calendar.working_days_between(
        a, c
    )
