"""Ends of time limits against a reckoning that goes minute by minute and day by day, and shares nothing with it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.house import ADMIN, House
from workflow_engine import ChangeCalendar, new_id
from workflow_engine.feel import EvaluationContext, compile_expression
from workflow_engine.outside import LiveOutside

CITY = ZoneInfo("Asia/Shanghai")
OFF = {date(2026, 10, day) for day in range(1, 8)} | {date(2026, 11, 13), date(2026, 12, 31)}
WORKED = {date(2026, 10, 10), date(2026, 11, 15)}
OPEN = [(time(9), time(12)), (time(13), time(18))]
MINUTE = timedelta(minutes=1)


def works(day: date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def is_open(at: datetime) -> bool:
    local = at.astimezone(CITY)
    return works(local.date()) and any(opens <= local.time() < closes for opens, closes in OPEN)


def slow_end(start: datetime, number: float, unit: str) -> datetime:
    if unit in ("hours", "urgent_hours"):
        return start + timedelta(minutes=round(number * 60))
    if unit == "working_hours":
        left, at = round(number * 60), start
        while left:
            left -= is_open(at)
            at += MINUTE
        return at
    day, left = start.astimezone(CITY).date(), int(number)
    while left:
        day += timedelta(days=1)
        left -= unit == "days" or works(day)
    return datetime.combine(day, time.max, CITY).astimezone(UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    opened = House(f"sqlite:///{tmp_path_factory.mktemp('limits')}/t.sqlite3")
    days = {day.isoformat(): {"kind": "off", "name": ""} for day in OFF}
    days |= {day.isoformat(): {"kind": "work", "name": ""} for day in WORKED}
    change = ChangeCalendar(command_id=new_id(), days=days, years={"2026": True}, base_version=0, reason="notice")
    opened.engine.handle(change, ADMIN)
    return opened


STARTS = st.integers(0, 100 * 24 * 60).map(lambda n: datetime(2026, 9, 20, tzinfo=UTC) + n * MINUTE)
LIMITS = st.one_of(
    st.tuples(st.integers(1, 160).map(lambda n: n / 4), st.sampled_from(["hours", "urgent_hours", "working_hours"])),
    st.tuples(st.integers(0, 30), st.sampled_from(["working_days", "days"])),
)
ENDS = compile_expression("string(time limit end(start, n, unit))")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(STARTS, LIMITS)
def test_limit_ends_where_a_slow_reckoning_says(house: House, start: datetime, limit: tuple[float, str]) -> None:
    number, unit = limit
    with house.engine.queries.look() as look:
        outside = LiveOutside(look.unit, start)

        def ask(name: str, arguments: list[object]) -> object:
            answer = outside.answer(name, arguments)
            assert answer.refusal is None
            return answer.value

        told = ENDS.evaluate({"start": start.isoformat(), "n": number, "unit": unit}, EvaluationContext(ask=ask))
    assert datetime.fromisoformat(told.replace("Z", "+00:00")) == slow_end(start, number, unit)
