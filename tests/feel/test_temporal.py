"""Dates, times and durations: the standard's examples, and Python's calendar as the oracle where it reaches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.feel import compile_expression, to_json
from workflow_engine.feel.temporal import civil_from_days, days_from_civil
from workflow_engine.feel.values import adopt


def run(source, **variables):
    return to_json(compile_expression(source).evaluate(variables))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('date("2026-02-28")', "2026-02-28"),
        ('date("2026-02-30")', None),
        ('date("26-02-28")', None),
        ('date("2026-2-8")', None),
        ("date(2026, 13, 1)", None),
        ('date(date and time("2026-02-28T10:00:00Z"))', "2026-02-28"),
        ('date("999999999-12-31")', "999999999-12-31"),
        ('date("-0044-03-15")', "-0044-03-15"),
        ('time("10:30:00")', "10:30:00"),
        ('time("10:30:00.123456789+08:00")', "10:30:00.123456789+08:00"),
        ('time("24:00:00")', None),
        ('time("10:30:00@Asia/Shanghai")', "10:30:00@Asia/Shanghai"),
        ('time("10:30:00@Nowhere/City")', None),
        ('time(10, 30, 5.5, duration("-PT2H"))', "10:30:05.5-02:00"),
        ("time(10, 30, 60)", None),
        ('date and time("2026-01-01T10:00:00")', "2026-01-01T10:00:00"),
        ('date and time("2026-01-01")', "2026-01-01T00:00:00"),
        ('date and time(date("2026-01-01"), time("10:00:00Z"))', "2026-01-01T10:00:00Z"),
        ('duration("P1Y2M")', "P1Y2M"),
        ('duration("P1DT2H3M4.5S")', "P1DT2H3M4.5S"),
        ('duration("-PT90M")', "-PT1H30M"),
        ('duration("P14M")', "P1Y2M"),
        ('duration("P")', None),
        ('duration("PT")', None),
        ('duration("P1Y1D")', None),
        ('duration("P2W")', None),
        ('@"2026-01-01"', "2026-01-01"),
        ('@"PT1H"', "PT1H"),
        ('@"nothing"', None),
        ('@"10:00:00"', "10:00:00"),
        ('years and months duration(date("2011-12-22"), date("2013-08-24"))', "P1Y8M"),
        ('years and months duration(date("2013-08-24"), date("2011-12-22"))', "-P1Y8M"),
    ],
)
def test_conversion(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('date("2026-01-31") + duration("P1M")', "2026-02-28"),
        ('date("2024-02-29") + duration("P1Y")', "2025-02-28"),
        ('date("2026-01-01") - date("2025-12-31")', "P1D"),
        ('date("2026-01-01") + duration("PT36H")', "2026-01-02"),
        ('time("23:30:00") + duration("PT1H")', "00:30:00"),
        ('time("10:00:00Z") - time("09:00:00+01:00")', "PT2H"),
        ('date and time("2026-03-29T00:30:00@Europe/Berlin") + duration("PT2H")', "2026-03-29T03:30:00@Europe/Berlin"),
        ('date and time("2026-01-01T00:00:00Z") - date and time("2026-01-01T00:00:00+08:00")', "PT8H"),
        ('duration("P1D") * 1.5', "P1DT12H"),
        ('duration("P1Y") / 2', "P6M"),
        ('duration("P1D") / duration("PT1H")', 24),
        ('duration("P1Y") + duration("P1D")', None),
        ('duration("P1D") + duration("PT25H")', "P2DT1H"),
        ('-duration("P1D")', "-P1D"),
        ('date("2026-01-02") > date("2026-01-01")', True),
        ('time("10:00:00+08:00") = time("02:00:00Z")', True),
        ('date and time("2026-01-01T00:00:00") < date and time("2026-01-01T00:00:00Z")', None),
        ('date("2026-01-01") + 1', None),
        ('date("2026-05-05") in [date("2026-01-01")..date("2026-12-31")]', True),
        ('duration("PT60M") = duration("PT1H")', True),
    ],
)
def test_arithmetic(source, expected):
    assert run(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('date("2026-11-23").weekday', 1),
        ('date("2026-11-23").year', 2026),
        ('date and time("2026-11-23T10:11:12.5+08:00").second', 12.5),
        ('time("10:00:00+08:00").time offset', "PT8H"),
        ('time("10:00:00@Asia/Shanghai").timezone', "Asia/Shanghai"),
        ('duration("P1DT2H").hours', 2),
        ('duration("P1Y2M").months', 2),
        ('duration("P1D").years', None),
        ('date("2026-01-01").hour', None),
        ('day of week(date("2026-11-23"))', "Monday"),
        ('day of year(date("2026-12-31"))', 365),
        ('month of year(date("2026-11-23"))', "November"),
        ('week of year(date("2005-01-01"))', 53),
        ('week of year(date("2005-01-03"))', 1),
        ('last day of month(date("2024-02-05"))', "2024-02-29"),
        ('day of week("2026-11-23")', None),
    ],
)
def test_properties_and_names(source, expected):
    assert run(source) == expected


@given(st.dates())
def test_calendar_agrees_with_python(day):
    days = days_from_civil(day.year, day.month, day.day)
    assert days == (day - date(1970, 1, 1)).days
    assert civil_from_days(days) == (day.year, day.month, day.day)
    assert run("week of year(d)", d=day) == day.isocalendar().week
    assert run("day of year(d)", d=day) == day.timetuple().tm_yday


@given(st.integers(-(10**11), 10**11))
def test_calendar_reaches_far(days):
    assert days_from_civil(*civil_from_days(days)) == days


_MOMENTS = st.datetimes(min_value=datetime(1980, 1, 1), max_value=datetime(2100, 1, 1))
_ZONES = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)


@given(_MOMENTS, _ZONES, st.integers(-(10**8), 10**8))
def test_adding_seconds_agrees_with_zoneinfo(moment, zone, seconds):
    start = moment.replace(microsecond=0, tzinfo=ZoneInfo(zone))
    expected = (start.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone))
    found = run(
        f'date and time("{moment.replace(microsecond=0).isoformat()}@{zone}") + duration("{_duration(seconds)}")'
    )
    assert found == f"{expected.replace(tzinfo=None).isoformat()}@{zone}"


@given(_MOMENTS, _MOMENTS)
def test_difference_agrees_with_python(left, right):
    found = compile_expression("a - b").evaluate({"a": left.replace(tzinfo=UTC), "b": right.replace(tzinfo=UTC)})
    assert found == adopt(left - right)


def _duration(seconds):
    return f"-PT{-seconds}S" if seconds < 0 else f"PT{seconds}S"
