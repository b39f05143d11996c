"""Timer texts: what is read, what is refused, and when it falls due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from workflow_engine.domain.errors import ExpressionError, ProcessFaultError
from workflow_engine.domain.timing import (
    Cycle,
    Duration,
    TimingError,
    add,
    catch_up,
    missed,
    parse_cycle,
    parse_duration,
    parse_instant,
    subtract,
)

HOUR = timedelta(hours=1)
NOON = datetime(2030, 1, 31, 12, tzinfo=UTC)

instants = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
durations = st.builds(
    Duration,
    months=st.integers(0, 240),
    time=st.timedeltas(timedelta(0), timedelta(days=4000)),
)
cycle_durations = durations.filter(bool)


def at(text: str) -> datetime:
    return parse_instant(text)


@pytest.mark.parametrize(
    ("text", "months", "seconds"),
    [
        ("PT1H", 0, 3600),
        ("PT90M", 0, 5400),
        ("P1D", 0, 86_400),
        ("P2W", 0, 1_209_600),
        ("P1W2D", 0, 777_600),
        ("P1Y6M", 18, 0),
        ("P1.5Y", 18, 0),
        ("P0.5D", 0, 43_200),
        ("PT1.5H", 0, 5400),
        ("PT1,5S", 0, 1.5),
        ("P1Y2M3DT4H5M6.000007S", 14, 3 * 86_400 + 4 * 3600 + 5 * 60 + 6.000007),
        ("PT0S", 0, 0),
        (" PT5M ", 0, 300),
    ],
)
def test_duration_text_is_read(text: str, months: int, seconds: float) -> None:
    assert parse_duration(text) == Duration(months, timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P1DT",
        "1H",
        "pt1h",
        "-PT1H",
        "+PT1H",
        "PT-1H",
        "PT1H30",
        "PT1.5H30M",
        "P1.5M",
        "P0.3Y",
        "P1H",
        "PT1D",
        "P1D2W",
        "P1S",
        "tomorrow",
        "PT\uff11H",
        "PT1H\x00",
        "P" + "9" * 15 + "Y",
        "P" + "9" * 15 + "D",
        "PT" + "1" * 300 + "S",
    ],
)
def test_duration_text_is_refused(text: str) -> None:
    with pytest.raises(TimingError) as caught:
        parse_duration(text)
    assert "Expected" in caught.value.message


def test_refusal_becomes_an_incident() -> None:
    assert issubclass(TimingError, ExpressionError) and issubclass(TimingError, ProcessFaultError)
    with pytest.raises(TimingError, match="Expected a duration as text, but got int"):
        parse_duration(5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("start", "span", "expected"),
    [
        ("2030-01-31T12:00Z", "P1M", "2030-02-28T12:00Z"),
        ("2028-01-31T12:00Z", "P1M", "2028-02-29T12:00Z"),
        ("2030-03-31T12:00Z", "P1M", "2030-04-30T12:00Z"),
        ("2028-02-29T00:00Z", "P1Y", "2029-02-28T00:00Z"),
        ("2028-02-29T00:00Z", "P4Y", "2032-02-29T00:00Z"),
        ("2030-12-31T23:59:59Z", "P2M", "2031-02-28T23:59:59Z"),
        ("2000-01-12T12:13:14Z", "P1Y3M5DT7H10M3.3S", "2001-04-17T19:23:17.3Z"),  # XML Schema 1.1 part 2, E
        ("2026-03-28T12:00+01:00", "P1D", "2026-03-29T11:00Z"),  # 24 hours, whatever a local clock does
        ("1900-01-31T00:00Z", "P1M", "1900-02-28T00:00Z"),
        ("2000-01-31T00:00Z", "P1M", "2000-02-29T00:00Z"),
    ],
)
def test_adding_follows_the_calendar(start: str, span: str, expected: str) -> None:
    assert add(at(start), parse_duration(span)) == at(expected)


def test_adding_beyond_the_calendar_is_refused() -> None:
    for span in ("P9000Y", "P3000000D"):
        with pytest.raises(TimingError, match="years 1 to 9999"):
            add(NOON, parse_duration(span))
    with pytest.raises(TimingError, match="years 1 to 9999"):
        subtract(NOON, parse_duration("P3000Y"))


def test_adding_to_a_naive_instant_is_refused() -> None:
    with pytest.raises(TimingError, match="has none"):
        add(datetime(2030, 1, 1), parse_duration("PT1H"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2030-01-31T12:00Z", NOON),
        ("2030-01-31T12:00:00+00:00", NOON),
        ("2030-01-31T12:00:00-00:00", NOON),
        ("2030-01-31T20:00:00+08:00", NOON),
        ("2030-01-31T20:00+0800", NOON),
        ("2030-01-31T20:00+08", NOON),
        ("2030-01-31T20:00@Asia/Shanghai", NOON),
        ("2030-01-31T13:00:00+01:00[Europe/Berlin]", NOON),
        ("2026-07-01T12:00@Europe/Berlin", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2030-01-31T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
        ("2030-01-31T12:00:00.123456789Z", NOON + timedelta(microseconds=123456)),
        ("2030-01-30T24:00Z", datetime(2030, 1, 31, tzinfo=UTC)),
        ("2028-02-29T00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_instant_text_is_read(text: str, expected: datetime) -> None:
    read = parse_instant(text)
    assert read == expected and read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "2030-01-31T12:00:00",
        "2030-01-31",
        "2030-02-30T00:00Z",
        "2029-02-29T00:00Z",
        "2030-01-31T25:00Z",
        "2030-01-31T12:60Z",
        "2030-01-31T12:00+15:00",
        "2030-01-31T12:00+08:75",
        "0000-01-01T00:00Z",
        "0001-01-01T00:00+08:00",
        "9999-12-31T24:00Z",
        "2030-01-31T12:00@Asia",
        "2030-01-31T12:00@Mars/Olympus",
        "2030-01-31T12:00Z@Asia/Shanghai",
        "2030-01-31 12:00Z",
        "PT1H",
        "",
        "2030-01-31T12:00Z2030-01-31T12:00Z",
        "\u0662\u0660\u0663\u0660-01-31T12:00Z",
    ],
)
def test_instant_text_is_refused(text: str) -> None:
    with pytest.raises(TimingError):
        parse_instant(text)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("R3/PT1H", ["2030-01-31T13:00Z", "2030-01-31T14:00Z", "2030-01-31T15:00Z", None]),
        ("R/P1M", ["2030-02-28T12:00Z", "2030-03-31T12:00Z", "2030-04-30T12:00Z", "2030-05-31T12:00Z"]),
        ("R-1/P1D", ["2030-02-01T12:00Z", "2030-02-02T12:00Z"]),
        ("R2/2030-02-01T00:00Z/P1D", ["2030-02-01T00:00Z", "2030-02-02T00:00Z", None]),
        ("R/2030-01-01T08:00Z/P1D", ["2030-02-01T08:00Z", "2030-02-02T08:00Z"]),  # earlier days never happened
        ("R3/2030-01-01T08:00Z/P1D", [None]),
        ("R2/2030-02-01T00:00Z/2030-02-01T06:00Z", ["2030-02-01T00:00Z", "2030-02-01T06:00Z", None]),
        ("R2/P1D/2030-02-10T00:00Z", ["2030-02-09T00:00Z", "2030-02-10T00:00Z", None]),
        ("R/PT12H/2030-02-01T18:00Z", ["2030-01-31T18:00Z", "2030-02-01T06:00Z", "2030-02-01T18:00Z", None]),
        ("R/PT12H/2029-02-01T18:00Z", [None]),
        (
            "R/P1M/2030-05-31T00:00Z",
            ["2030-02-28T00:00Z", "2030-03-31T00:00Z", "2030-04-30T00:00Z", "2030-05-31T00:00Z", None],
        ),
    ],
)
def test_cycle_falls_due(text: str, due: list[str | None]) -> None:
    cycle = parse_cycle(text)
    assert [cycle.due(n, NOON) for n in range(1, len(due) + 1)] == [None if d is None else at(d) for d in due]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 0/5 * * * ?", "cron"),
        ("0/2 * * * * ?", "cron"),
        ("0 0 12 ? * MON-FRI 2030", "cron"),
        ("PT1H", "R/PT1H"),
        ("R", "parts after R"),
        ("R3", "parts after R"),
        ("R3/", "parts after R"),
        ("R0/PT1H", "zero times"),
        ("R3/PT0S", "longer than nothing"),
        ("R3/-PT1H", "sign"),
        ("R3/PT1H/PT1H", "two durations"),
        ("R3/2030-01-01T00:00Z", "period is missing"),
        ("R3/2030-01-01T00:00/PT1H", "offset is missing"),
        ("R3/2030-01-02T00:00Z/2030-01-01T00:00Z", "after the start"),
        ("R3/PT1H/2030-01-01T00:00Z/PT1H", "parts after R"),
        ("R-5/PT1H", "expected a form"),
        ("", "expected a form"),
    ],
)
def test_cycle_text_is_refused(text: str, says: str) -> None:
    with pytest.raises(TimingError, match=says):
        parse_cycle(text)


def test_missed_firings_are_coalesced() -> None:
    cycle = parse_cycle("R5/PT1M")
    assert catch_up(cycle, NOON, 0, NOON + timedelta(seconds=59)) is None
    found = catch_up(cycle, NOON, 0, NOON + HOUR)
    assert found is not None
    assert (found.number, found.due_at, found.skipped) == (5, NOON + timedelta(minutes=5), 4)
    assert catch_up(cycle, NOON, 5, NOON + HOUR) is None
    assert missed(cycle, NOON, 3, NOON + HOUR) == [NOON + timedelta(minutes=4), NOON + timedelta(minutes=5)]


def test_missed_list_is_bounded_after_a_long_stop() -> None:
    late = NOON + timedelta(days=3650)
    found = missed(parse_cycle("R/PT1S"), NOON, 0, late)
    assert len(found) == 1000 and found[-1] == late


def test_instants_do_not_depend_on_the_zone_they_are_given_in() -> None:
    shanghai = NOON.astimezone(timezone(timedelta(hours=8)))
    assert parse_cycle("R/P1M").due(1, shanghai) == parse_cycle("R/P1M").due(1, NOON)


@given(durations)
def test_duration_text_round_trips(duration: Duration) -> None:
    assert parse_duration(duration.to_text()) == duration


@given(instants)
def test_instant_text_round_trips(instant: datetime) -> None:
    assert parse_instant(instant.isoformat()) == instant
    assert parse_instant(instant.astimezone(timezone(timedelta(hours=-3, minutes=-30))).isoformat()) == instant


@given(instants, instants, durations)
def test_adding_is_monotone(one: datetime, other: datetime, duration: Duration) -> None:
    assume(one <= other)
    assert one <= add(one, duration) <= add(other, duration)


@given(instants, durations)
def test_exact_time_is_taken_back(instant: datetime, duration: Duration) -> None:
    exact = Duration(time=duration.time)
    assert subtract(add(instant, exact), exact) == instant


@given(instants, cycle_durations, st.integers(1, 300))
def test_cycle_never_drifts(anchor: datetime, duration: Duration, n: int) -> None:
    cycle = Cycle(None, duration)
    try:
        due, following = cycle.due(n, anchor), cycle.due(n + 1, anchor)
    except TimingError:
        return
    assert due == add(anchor, duration.times(n)) and following is not None and due < following
    assert cycle.next_after(due, anchor) == (n + 1, following)
    assert cycle.next_after(due - timedelta(microseconds=1), anchor) == (n, due)


@given(
    st.builds(
        Cycle,
        st.none() | st.integers(1, 50),
        st.builds(Duration, st.integers(0, 3), st.timedeltas(timedelta(minutes=1), timedelta(days=40))),
        start=st.none() | instants,
    )
    | st.builds(
        Cycle,
        st.none() | st.integers(1, 50),
        st.builds(Duration, st.integers(0, 3), st.timedeltas(timedelta(minutes=1), timedelta(days=40))),
        end=instants,
    ),
    st.timedeltas(timedelta(days=-100), timedelta(days=100)),
    st.timedeltas(timedelta(0), timedelta(days=300)),
    st.integers(0, 5),
)
def test_catching_up_agrees_with_the_list(cycle: Cycle, before: timedelta, passed: timedelta, fired: int) -> None:
    anchor = (cycle.start or cycle.end or NOON) - before
    due = []
    for n in range(1, 2000):
        instant = cycle.due(n, anchor)
        if instant is None or instant > anchor + passed:
            break
        due.append(instant)
        assert instant >= anchor
    assert due == sorted(set(due))
    assume(len(due) < 1000)
    found = catch_up(cycle, anchor, fired, anchor + passed)
    assert missed(cycle, anchor, fired, anchor + passed) == due[fired:]
    if found is None:
        assert len(due) <= fired
    else:
        assert (found.number, found.due_at, found.skipped) == (len(due), due[-1], len(due) - fired - 1)
