"""Writing CAP 1.2: what is written reads back as the same alert, is valid by the schema, and nothing bad is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.conftest import SHARED
from tests.interchange.alert_xml import ALERT
from workflow_engine.interchange import cap_grammar as grammar
from workflow_engine.interchange.cap import (
    CapAlert,
    CapArea,
    CapError,
    CapInfo,
    CapReference,
    CapResource,
    Circle,
    NamedValue,
    parse_alert,
    write_alert,
)

XSD = SHARED / "data" / "cap" / "xsd" / "CAP-v1.2.xsd"
_Value = TypeVar("_Value")

TEXTS = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=20)
    | st.text("a <&>\"'\n\t", max_size=8)
).map(str.strip)
SOME_TEXTS = TEXTS.filter(bool)
OPTIONAL = st.none() | SOME_TEXTS
NAMES = st.text("abcXYZ019@.:/-_城", min_size=1, max_size=12)
LIST_ITEMS = st.lists(st.text("abc é", min_size=1, max_size=6).map(str.strip).filter(bool), max_size=3).map(tuple)
URLS = st.none() | st.builds("https://city.example/{}".format, st.text("abc019", max_size=5))
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.builds(
    lambda at, offset: at.replace(microsecond=0, tzinfo=offset),
    st.datetimes(datetime(1901, 1, 1), datetime(8990, 1, 1)),
    OFFSETS,
)
OPTIONAL_TIMES = st.none() | TIMES
POINTS = st.tuples(
    st.floats(-90, 90).map(lambda number: round(number, 6)), st.floats(-180, 180).map(lambda number: round(number, 6))
)
POLYGONS = st.lists(POINTS, min_size=3, max_size=6).map(lambda points: (*points, points[0]))
NUMBERS = st.floats(0, 1e9).map(lambda number: round(number, 3))


def some(strategy: st.SearchStrategy[_Value], least: int = 0) -> st.SearchStrategy[tuple[_Value, ...]]:
    return st.lists(strategy, min_size=least, max_size=3).map(tuple)


PAIRS = some(st.builds(NamedValue, TEXTS, TEXTS))
AREAS = st.builds(
    lambda area, ceiling: replace(area, ceiling=None if area.altitude is None else ceiling),
    st.builds(
        CapArea,
        desc=SOME_TEXTS,
        polygons=some(POLYGONS),
        circles=some(st.builds(Circle, POINTS, NUMBERS)),
        geocodes=PAIRS,
        altitude=st.none() | NUMBERS,
    ),
    st.none() | NUMBERS,
)
RESOURCES = st.builds(CapResource, SOME_TEXTS, SOME_TEXTS, st.none() | st.integers(0, 10**12), URLS, OPTIONAL, OPTIONAL)
INFOS = st.builds(
    CapInfo,
    category=some(st.sampled_from(grammar.CATEGORY), 1),
    event=SOME_TEXTS,
    urgency=st.sampled_from(grammar.URGENCY),
    severity=st.sampled_from(grammar.SEVERITY),
    certainty=st.sampled_from(grammar.CERTAINTY),
    language=st.sampled_from(["en-US", "zh-CN", "fr", "zh-Hans-CN"]),
    response_types=some(st.sampled_from(grammar.RESPONSE_TYPE)),
    audience=OPTIONAL,
    event_codes=PAIRS,
    effective=OPTIONAL_TIMES,
    onset=OPTIONAL_TIMES,
    expires=OPTIONAL_TIMES,
    sender_name=OPTIONAL,
    headline=OPTIONAL,
    description=OPTIONAL,
    instruction=OPTIONAL,
    web=URLS,
    contact=OPTIONAL,
    parameters=PAIRS,
    resources=some(RESOURCES),
    areas=some(AREAS),
)
ALERTS = st.builds(
    CapAlert,
    identifier=NAMES,
    sender=NAMES,
    sent=TIMES,
    status=st.sampled_from(grammar.STATUS),
    msg_type=st.sampled_from(grammar.MSG_TYPE),
    scope=st.sampled_from(grammar.SCOPE),
    source=OPTIONAL,
    restriction=SOME_TEXTS,
    addresses=LIST_ITEMS.filter(bool),
    codes=some(SOME_TEXTS),
    note=OPTIONAL,
    references=some(st.builds(CapReference, NAMES, NAMES, TIMES), 1),
    incidents=LIST_ITEMS,
    infos=some(INFOS),
)


@cache
def schema() -> etree.XMLSchema:
    if not XSD.is_file():
        pytest.skip("needs the CAP schema of the reference data")
    return etree.XMLSchema(file=str(XSD))


@given(ALERTS)
def test_write_alert_reads_back_as_the_same_alert(alert: CapAlert) -> None:
    again = parse_alert(write_alert(alert))
    assert again == alert
    assert again.sent.utcoffset() == alert.sent.utcoffset()


@given(ALERTS)
def test_write_alert_is_valid_by_the_schema(alert: CapAlert) -> None:
    schema().assertValid(etree.fromstring(write_alert(alert)))


def test_write_alert_writes_utc_as_the_standard_wants() -> None:
    alert = replace(parse_alert(ALERT.encode()), sent=datetime(2026, 6, 17, 21, 40, 0, 999, tzinfo=UTC))
    assert b"<sent>2026-06-17T21:40:00-00:00</sent>" in write_alert(alert)
    mean_time = timezone(timedelta(hours=8, minutes=5, seconds=43))
    assert b"<sent>2026-06-17T13:34:17-00:00</sent>" in write_alert(
        replace(alert, sent=datetime(2026, 6, 17, 21, 40, tzinfo=mean_time))
    )


def test_write_alert_of_a_signed_alert_of_1_1_is_an_unsigned_1_2() -> None:
    alert = replace(parse_alert(ALERT.encode()), version="1.1", signed=True)
    again = parse_alert(write_alert(alert))
    assert (again.version, again.signed, again.infos) == ("1.2", False, alert.infos)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"identifier": "a b"}, "no space, comma"),
        ({"msg_type": "Update"}, "Expected references"),
        ({"status": "Practice"}, "Expected one of Actual"),
        ({"scope": "Private"}, "Expected addresses"),
        ({"note": "bell \x07"}, "texts that XML can hold"),
        ({"note": "\ud800"}, "texts that XML can hold"),
        ({"sent": datetime(2026, 6, 17, 21, 40)}, "has no offset"),
        ({"addresses": ('a"b',)}, "holds a quotation mark"),
        ({"incidents": ("",)}, "is empty"),
    ],
)
def test_write_alert_that_would_not_be_valid_is_refused(change: dict[str, object], expected: str) -> None:
    alert = replace(parse_alert(ALERT.encode()), **change)  # type: ignore[arg-type]
    with pytest.raises(CapError) as refused:
        write_alert(alert)
    assert expected in str(refused.value)
    assert refused.value.problems


def test_write_alert_of_a_summary_without_category_is_refused() -> None:
    alert = parse_alert(ALERT.encode())
    bare = replace(alert, infos=(replace(alert.infos[0], category=()),))
    with pytest.raises(CapError, match="Expected the element category, but it is missing"):
        write_alert(bare)
