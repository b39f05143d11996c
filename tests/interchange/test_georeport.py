"""GeoReport v2: what is written is read back the same, XML and JSON; arguments and forms are judged as it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from workflow_engine.interchange.georeport_asking import GeoReportRefusedError, read_asked
from workflow_engine.interchange.georeport_model import (
    GeoAttribute,
    GeoRequest,
    GeoServiceType,
    GeoValue,
    read_w3c,
    w3c,
)
from workflow_engine.interchange.georeport_post import read_posted
from workflow_engine.interchange.georeport_read import NoGeoReportError, UnreadableRequest, read_requests
from workflow_engine.interchange.georeport_write import write_definition, write_requests, write_services
from workflow_engine.interchange.xml_reading import XmlRefusedError

NOW = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
ZONES = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
INSTANTS = st.datetimes(datetime(1000, 1, 2), datetime(9998, 1, 1), timezones=ZONES).map(
    lambda at: at.replace(microsecond=0)
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40).filter(
    lambda text: all(c in "\t\n" or (c >= " " and c not in "\ufffe\uffff") for c in text)
)
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)


@st.composite
def requests(draw: Any) -> GeoRequest:
    texts = {
        name: draw(TEXTS)
        for name in (
            "service_name", "status_notes", "description", "agency_responsible", "service_notice", "address",
            "address_id", "zipcode", "media_url",
        )
    }  # fmt: skip
    degrees = st.floats(-90, 90, allow_nan=False, allow_infinity=False) | st.none()
    lat = draw(degrees)
    return GeoRequest(
        service_request_id=draw(NAMES), status=draw(st.sampled_from(["open", "closed"])), service_code=draw(NAMES),
        requested_datetime=draw(INSTANTS), updated_datetime=draw(INSTANTS | st.none()),
        expected_datetime=draw(INSTANTS | st.none()), lat=lat, long=None if lat is None else lat * 2, **texts,
    )  # fmt: skip


@given(st.lists(requests(), max_size=4), st.sampled_from(["xml", "json"]))
def test_requests_written_in_either_format_read_back_the_same(listed: list[GeoRequest], form: str) -> None:
    assert list(read_requests(write_requests(listed, form))) == listed


@given(st.text(max_size=60))
def test_any_text_gives_xml_that_parses(text: str) -> None:
    service = GeoServiceType("a", text, description=text, keywords=[text], group=text)
    (found,) = etree.fromstring(write_services([service], "xml"))
    assert [child.tag for child in found][:3] == ["service_code", "service_name", "description"]


@given(INSTANTS)
def test_an_instant_is_written_and_read_with_its_zone(at: datetime) -> None:
    assert read_w3c(w3c(at)) == at
    assert read_w3c(w3c(at).replace("+", " ")) == at  # what a form makes of a plus sign that was not escaped


@pytest.mark.parametrize("text", ["2010-01-01", "2010-01-01T00:00:00", "20100101T000000Z", "yesterday", "", "T Z"])
def test_what_is_no_instant_with_a_zone_is_none(text: str) -> None:
    assert read_w3c(text) is None


def test_definition_shows_attributes_in_their_order_and_values_of_lists_only() -> None:
    attributes = [
        GeoAttribute("B", "multivaluelist", "Which?", order=2, values=[GeoValue("1", "一"), GeoValue("2", "二")]),
        GeoAttribute("A", "text", "What?", required=True, order=1),
    ]
    found = json.loads(write_definition("x", attributes, "json"))
    assert [(one["code"], one["required"], "values" in one) for one in found["attributes"]] == [
        ("A", True, False), ("B", False, True),
    ]  # fmt: skip
    root = etree.fromstring(write_definition("x", attributes, "xml"))
    assert root.xpath("//value/key/text()") == ["1", "2"]
    assert root.xpath("//attribute[1]/datatype_description")[0].text is None


@pytest.mark.parametrize(
    "data", [b"<services/>", b"{}", b"[1]", b"nonsense", b"<!DOCTYPE a [<!ENTITY b 'c'>]><service_requests/>"]
)
def test_a_file_without_service_requests_is_refused(data: bytes) -> None:
    with pytest.raises((NoGeoReportError, XmlRefusedError)):
        list(read_requests(data))


def test_a_request_that_does_not_fit_is_told_and_keeps_no_other_out() -> None:
    good = {"service_request_id": 7, "status": "open", "service_code": 1, "requested_datetime": "2010-01-01T00:00:00Z"}
    bad = {"service_request_id": "8", "status": "done", "lat": "91", "requested_datetime": "soon"}
    first, second = read_requests(json.dumps([good, bad]).encode())
    assert isinstance(first, GeoRequest)
    assert (first.service_request_id, first.service_code, first.lat) == ("7", "1", None)
    assert isinstance(second, UnreadableRequest)
    assert (second.number, second.service_request_id) == (2, "8")
    assert [problem.split()[0] for problem in second.problems] == [
        "requested_datetime", "lat", "service_code", "status",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "start", "end"),
    [
        ({}, NOW - timedelta(days=90), NOW),
        ({"start_date": "", "status": ""}, NOW - timedelta(days=90), NOW),
        ({"start_date": "2011-01-01T00:00:00Z"}, datetime(2011, 1, 1, tzinfo=UTC), datetime(2011, 4, 1, tzinfo=UTC)),
        ({"end_date": "2011-04-01T08:00:00 08:00"}, datetime(2011, 1, 1, tzinfo=UTC), datetime(2011, 4, 1, tzinfo=UTC)),
    ],
)
def test_dates_that_are_missing_make_ninety_days(arguments: dict[str, str], start: datetime, end: datetime) -> None:
    asked = read_asked(arguments, NOW)
    assert (asked.start, asked.end, asked.statuses, asked.rows) == (start, end, ("open", "closed"), 1000)


@pytest.mark.parametrize(
    "arguments",
    [
        {"start_date": "2011-01-01T00:00:00Z", "end_date": "2011-04-01T00:00:01Z"},
        {"start_date": "2011-01-02T00:00:00Z", "end_date": "2011-01-01T00:00:00Z"},
        {"start_date": "2011-01-01"},
        {"start_date": "0001-01-01T00:00:00+14:00"},
        {"end_date": "0001-01-01T00:00:00Z"},
        {"status": "open,done"},
        {"page": "0"},
        {"page": "²"},
        {"page_size": "1001"},
        {"page": "1000", "page_size": "1000"},
        {"service_request_id": ",".join(map(str, range(1001)))},
        {"service_code": ",".join(map(str, range(101)))},
    ],
)
def test_arguments_that_are_not_as_the_standard_has_them_are_refused(arguments: dict[str, str]) -> None:
    with pytest.raises(GeoReportRefusedError) as refused:
        read_asked(arguments, NOW)
    assert refused.value.status == 400
    assert all(error.code == 400 and error.description for error in refused.value.errors)


def test_ids_override_every_other_argument() -> None:
    asked = read_asked({"service_request_id": "a, b,a", "start_date": "nonsense", "page": "x"}, NOW)
    assert (asked.ids, asked.start, asked.skipped) == (("a", "b"), None, 0)


ATTRIBUTES = [
    GeoAttribute("note", "string", variable=False, required=True),
    GeoAttribute("pole", "string", required=True, order=2),
    GeoAttribute("height", "number", order=3),
    GeoAttribute("since", "datetime", order=4),
    GeoAttribute("more", "text", order=5),
    GeoAttribute("kind", "singlevaluelist", order=6, values=[GeoValue("a", "A"), GeoValue("b", "B")]),
    GeoAttribute("signs", "multivaluelist", order=7, values=[GeoValue("x", "X"), GeoValue("y", "Y")]),
]
POSTED = {
    "service_code": ["light"], "lat": ["28.2"], "long": ["112.9"], "description": [" dark \n street "],
    "attribute[pole]": ["P-7"], "attribute[height]": ["-3.5e1"], "attribute[since]": ["2026-05-01"],
    "attribute[more]": ["two\nlines"], "attribute[kind]": ["b"], "attribute[signs][]": ["x", "y", "x"],
    "device_id": ["not kept"], "email": [""],
}  # fmt: skip


def test_a_posted_request_has_its_place_its_text_and_its_answers() -> None:
    posted = read_posted(POSTED, ATTRIBUTES)
    assert (posted.service_code, posted.lat, posted.long) == ("light", 28.2, 112.9)
    assert (posted.description, posted.email) == ("dark \n street", "")
    assert posted.answers == {
        "pole": ("P-7",), "height": ("-3.5e1",), "since": ("2026-05-01",), "more": ("two\nlines",), "kind": ("b",),
        "signs": ("x", "y"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        {"attribute[pole]": []},
        {"attribute[pole]": ["two\nlines"]},
        {"attribute[pole]": ["a", "b"]},
        {"attribute[pole]": ["x" * 401]},
        {"attribute[height]": ["tall"]},
        {"attribute[height]": ["NaN"]},
        {"attribute[since]": ["last week"]},
        {"attribute[kind]": ["c"]},
        {"attribute[signs][]": ["x", "z"]},
        {"attribute[note]": ["answered"]},
        {"attribute[unknown]": ["1"]},
        {"long": [""]},
        {"lat": ["north"], "long": ["1"]},
        {"lat": ["nan"]},
        {"lat": [""], "long": [""]},
        {"description": ["x" * 4001]},
        {"media_url": ["javascript:alert(1)"]},
    ],
)
def test_a_posted_request_that_does_not_fit_is_refused(changed: dict[str, list[str]]) -> None:
    with pytest.raises(GeoReportRefusedError) as refused:
        read_posted({**POSTED, **changed}, ATTRIBUTES)
    assert len(refused.value.errors) == 1
