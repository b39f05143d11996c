"""Files of reports: our own CSV there and back, the Boston sample with its flag and its names, GeoReport as reports."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.interchange.boston311 import REDACTED, ordinary_words, profile
from workflow_engine.interchange.georeport_model import GeoRequest
from workflow_engine.interchange.georeport_write import write_requests
from workflow_engine.interchange.on_time import compare, is_on_time
from workflow_engine.interchange.report_files import read_reports
from workflow_engine.interchange.report_rows import (
    STATUSES,
    BadRow,
    ReportRow,
    UnreadableReportsError,
    read_csv,
    write_csv,
)

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
NAMES = (
    "Somers", "Cardarelli", "Sheehan", "Stockbridge", "Tiger", "Kehoe", "DON", "Dowd", "Kevin", "Michael", "Mark",
    "morrill", "Royer", "Cruz", "MFD", "biszko", "Chris",
)  # fmt: skip
INSTANTS = st.datetimes(datetime(1000, 1, 2), datetime(9998, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30).map(str.strip)


@st.composite
def whole(draw: st.DrawFn) -> ReportRow:
    row = draw(ROWS)
    closed_at = draw(INSTANTS) if row.is_closed else None
    return replace(row, closed_at=closed_at, lon=None if row.lat is None else row.lat * 2)


ROWS = st.builds(
    ReportRow,
    external_id=st.text("abc019:-", min_size=1),
    category=st.text("abc.", min_size=1),
    status=st.sampled_from(STATUSES),
    received_at=INSTANTS,
    title=CELLS,
    description=CELLS,
    address=CELLS,
    lat=st.none() | st.floats(-90, 90),
    place_code=st.text("0123456789", max_size=12),
    status_note=CELLS,
    due_at=st.none() | INSTANTS,
    changed_at=st.none() | INSTANTS,
    on_time=st.none() | st.booleans(),
)


@pytest.fixture(scope="module")
def boston(shared: Path) -> list[ReportRow | BadRow]:
    data = (shared / "data" / "open311" / "boston311_sample500.csv").read_bytes()
    return list(read_reports(data, "boston311"))


@given(st.lists(whole(), max_size=4))
def test_our_csv_is_read_back_the_same(rows: list[ReportRow]) -> None:
    assert list(read_csv("".join(write_csv(rows)))) == rows


def test_rows_that_do_not_fit_are_told_with_their_lines() -> None:
    text = (
        "external_id,category,status,received_at,lat\r\n"
        'a,pothole,dispatched,2026-01-01T00:00:00Z,""\r\n'
        "\r\n"
        "b,,done,2026-01-01,91\r\n"
        "c\r\n"
        "d,pothole,closed_resolved,2026-01-01T00:00:00Z,28.2\r\n"
    )
    first, second, third, fourth = read_csv(text)
    assert first == ReportRow(
        external_id="a", category="pothole", status="dispatched", received_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert isinstance(second, BadRow)
    assert (second.number, len(second.problems)) == (4, 4)
    assert isinstance(third, BadRow)
    assert (third.number, third.external_id) == (5, "c")
    assert isinstance(fourth, BadRow)
    assert [problem.split()[0] for problem in fourth.problems] == ["lat", "closed_at"]


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"external_id,category,status,received_at,other\n", b"\xff\xfe"])
def test_a_file_that_is_none_of_reports_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableReportsError):
        list(read_reports(data))


def test_georeport_becomes_reports() -> None:
    open_one = GeoRequest(
        "7", "open", "006", "Sidewalk", NOW, expected_datetime=NOW + timedelta(days=1), lat=1.0, long=2.0
    )
    closed = replace(open_one, service_request_id="8", status="closed", updated_datetime=NOW + timedelta(hours=1))
    for form in ("xml", "json"):
        first, second = read_reports(write_requests([open_one, closed], form))
        assert isinstance(first, ReportRow)
        assert isinstance(second, ReportRow)
        assert (first.status, first.category, first.title, first.lon) == ("dispatched", "006", "Sidewalk", 2.0)
        assert (first.closed_at, first.changed_at) == (None, NOW)
        assert (second.status, second.closed_at) == ("closed_resolved", NOW + timedelta(hours=1))


def test_boston_on_time_is_what_the_file_says_but_for_three_blanks(boston: list[ReportRow | BadRow]) -> None:
    found = compare(boston, NOW)
    assert (found.on_time, found.overdue, found.unreadable) == (314, 146, ())
    assert {one.external_id: (one.reckoned, one.said) for one in found.differences} == {
        "101000346119": (False, None), "101000346331": (False, None), "101000346382": (False, None),
    }  # fmt: skip


def test_boston_times_are_of_new_york(boston: list[ReportRow | BadRow]) -> None:
    first = boston[0]
    assert isinstance(first, ReportRow)
    assert first.received_at == datetime(2011, 10, 24, 5, 2, 47, tzinfo=UTC)
    late = next(row for row in boston if row.external_id == "101000346331")
    assert isinstance(late, ReportRow)
    assert late.closed_at == datetime(2011, 12, 6, 19, 36, 32, tzinfo=UTC)  # winter time


def test_boston_closing_texts_name_nobody(boston: list[ReportRow | BadRow]) -> None:
    notes = [row.status_note for row in boston if isinstance(row, ReportRow)]
    told = {word.strip(".,;:\"'()").lower() for note in notes for word in note.split()}
    assert not told & {name.lower() for name in NAMES}
    assert not any("[redacted]" in note for note in notes)
    assert sum(REDACTED in note for note in notes) == 45
    assert "Case Resolved […] reports that issue was resolved." in notes
    assert not ordinary_words() & {name.lower() for name in NAMES}


def test_boston_cases_have_categories_and_states(boston: list[ReportRow | BadRow]) -> None:
    rows = [row for row in boston if isinstance(row, ReportRow)]
    assert len(rows) == 460
    assert Counter(row.is_closed for row in rows) == {True: 413, False: 47}
    assert Counter(row.status for row in rows) == {
        "closed_resolved": 222, "closed_explained": 151, "dispatched": 47, "duplicate": 21,
        "rejected_with_reason": 15, "transferred": 4,
    }  # fmt: skip
    assert {row.category for row in rows} <= {
        *profile()["categories"]["types"].values(), *profile()["categories"]["reasons"].values(),
    }  # fmt: skip


def test_a_report_without_a_target_is_on_time_and_an_open_one_until_its_target() -> None:
    row = ReportRow(external_id="a", category="b", status="dispatched", received_at=NOW)
    assert is_on_time(row, NOW)
    assert is_on_time(replace(row, due_at=NOW), NOW)
    assert not is_on_time(replace(row, due_at=NOW), NOW + timedelta(seconds=1))
    assert is_on_time(replace(row, due_at=NOW, closed_at=NOW), NOW + timedelta(days=9))
