"""Reading CAP alerts: what is read from an own alert, and every rule of the standard that is not the schema's."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.interchange.alert_xml import ALERT, CAP, changed
from workflow_engine.audit.canonical import canonical_json
from workflow_engine.domain.errors import RejectedError
from workflow_engine.interchange.cap import (
    MAX_ALERT_BYTES,
    CapAlert,
    CapError,
    Circle,
    NamedValue,
    alert_key,
    find_problems,
    parse_alert,
)
from workflow_engine.interchange.cap_values import parse_time

SIGNATURE = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>'


def problems_of(data: bytes) -> list[tuple[str, str]]:
    return [(problem.kind, problem.path) for problem in find_problems(data)]


def test_parse_alert_reads_everything_it_says() -> None:
    alert = parse_alert(ALERT.encode())
    assert (alert.identifier, alert.sender, alert.version) == ("cs-2026-0142", "warning@changsha.example", "1.2")
    assert alert.sent == datetime(2026, 6, 17, 21, 40, tzinfo=UTC)
    assert alert.sent.utcoffset() == timedelta(hours=8)
    assert (alert.status, alert.msg_type, alert.scope) == ("Exercise", "Alert", "Public")
    assert (alert.source, alert.note) == ("City weather centre", "Spring drill")
    assert (alert.codes, alert.incidents) == (("colour:red",), ("flood-7", "ring road"))
    assert (alert.signed, alert.summary, alert.references, alert.restriction) == (False, False, (), None)
    (info,) = alert.infos
    assert (info.language, info.category, info.event) == ("zh-CN", ("Met", "Safety"), "暴雨红色预警")
    assert (info.response_types, info.urgency) == (("Evacuate",), "Immediate")
    assert (info.severity, info.certainty) == ("Extreme", "Observed")
    assert info.event_codes == (NamedValue("GB", "11B03"),)
    assert info.parameters == (NamedValue("rain_mm_3h", "112"),)
    assert info.effective == alert.sent
    assert info.expires == datetime(2026, 6, 17, 23, 40, tzinfo=UTC)
    assert (info.headline, info.contact) == ("三小时内降雨将达100毫米以上", "0731-12345")
    assert (info.resources[0].mime_type, info.resources[0].size) == ("image/png", 20480)
    (area,) = info.areas
    assert area.polygons == (((28.2, 112.95), (28.3, 112.95), (28.3, 113.05), (28.2, 112.95)),)
    assert area.circles == (Circle((28.25, 113.0), 3.5),)
    assert area.geocodes == (NamedValue("GB/T 2260", "430105"),)
    assert (area.desc, area.altitude, area.ceiling) == ("开福区", 100, 300.5)


def test_alert_has_a_json_form() -> None:
    form = parse_alert(ALERT.encode()).to_dict()
    assert json.loads(json.dumps(form)) == form
    assert canonical_json(form)
    assert form["sent"] == "2026-06-18T05:40:00+08:00"
    assert form["infos"][0]["areas"][0]["circles"] == [{"center": [28.25, 113.0], "radius": 3.5}]
    assert form["infos"][0]["parameters"] == [{"name": "rain_mm_3h", "value": "112"}]


@pytest.mark.parametrize(
    ("name", "encoding"), [("GB18030", "gb18030"), ("UTF-16", "utf-16"), ("gbk", "gbk"), ("UTF-8", "utf-8-sig")]
)
def test_parse_alert_in_the_encoding_it_declares(name: str, encoding: str) -> None:
    data = ALERT.replace("UTF-8", name).encode(encoding)
    assert parse_alert(data) == parse_alert(ALERT.encode())


def test_parse_alert_with_a_prefix_comments_and_style_sheet() -> None:
    body = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1c:", ALERT.partition("?>")[2]).replace("xmlns=", "xmlns:c=")
    body = body.replace("flood-7", "<!-- hidden -->flood<!-- -->-7")
    text = "<?xml-stylesheet href='http://localhost:9/x.xsl'?>\n<!-- <!DOCTYPE alert> -->" + body
    assert "<c:alert xmlns:c=" in text
    assert parse_alert(text.encode()) == parse_alert(ALERT.encode())


def test_parse_alert_of_version_1_1() -> None:
    data = changed((CAP, "urn:oasis:names:tc:emergency:cap:1.1"), ("<mimeType>image/png</mimeType>", ""))
    alert = parse_alert(data)
    assert (alert.version, alert.infos[0].resources[0].mime_type) == ("1.1", None)
    assert problems_of(data.replace(b"Evacuate", b"AllClear")) == [("structure", "/alert/info/responseType")]
    assert parse_alert(data.replace(b"06:00:00+08:00", b"06:00:00.5Z")).infos[0].onset is not None
    assert problems_of(data.replace(b"</alert>", SIGNATURE.encode() + b"</alert>")) == [
        ("structure", "/alert/Signature")
    ]


def test_parse_alert_with_a_signature_says_so() -> None:
    assert parse_alert(changed(("</alert>", SIGNATURE + "</alert>"))).signed
    assert problems_of(changed(("<info>", SIGNATURE + "<info>"))) == [("structure", "/alert/info")]
    assert problems_of(changed(("<area>", SIGNATURE + "<area>"))) == [("structure", "/alert/info/Signature")]


def test_parse_alert_of_a_cancel_names_what_it_cancels() -> None:
    first = parse_alert(ALERT.encode())
    named = "warning@changsha.example,cs-2026-0142,2026-06-17T21:40:00-00:00 a,b,2026-01-01T00:00:00Z"
    references = f"<references>{named}</references><incidents>"
    cancel = parse_alert(changed(("<msgType>Alert", "<msgType>Cancel"), ("<incidents>", references)))
    assert cancel.references[0].key == alert_key(first)
    assert cancel.references[1].key == "a,b,2026-01-01T00:00:00-00:00"


def test_alert_key_is_the_same_for_two_spellings_of_one_instant() -> None:
    assert alert_key(parse_alert(ALERT.encode())) == ("warning@changsha.example,cs-2026-0142,2026-06-17T21:40:00-00:00")
    other = changed(("<sent>2026-06-18T05:40:00+08:00", "<sent>2026-06-17T21:40:00-00:00"))
    assert alert_key(parse_alert(other)) == alert_key(parse_alert(ALERT.encode()))


@pytest.mark.parametrize("msg_type", ["Update", "Cancel", "Ack", "Error"])
def test_parse_alert_without_the_references_its_type_needs_is_refused(msg_type: str) -> None:
    assert problems_of(changed(("<msgType>Alert", f"<msgType>{msg_type}"))) == [("meaning", "/alert")]
    empty = changed(
        ("<msgType>Alert", f"<msgType>{msg_type}"), ("<incidents>", "<references> </references><incidents>")
    )
    assert problems_of(empty) == [("meaning", "/alert/references")]


@pytest.mark.parametrize(
    ("old", "new", "path", "expected"),
    [
        ("<incidents>", "<references>a,b</references><incidents>", "references", "sender,identifier,sent"),
        ("<incidents>", "<references>a,,2026-01-01T00:00:00Z</references><incidents>", "references", "sender"),
        ("<incidents>", "<references>a,b,yesterday</references><incidents>", "references", "a time such as"),
        ("cs-2026-0142", "cs 2026", "identifier", "no space"),
        ("cs-2026-0142", "cs,2026", "identifier", "no space, comma"),
        ("cs-2026-0142", " ", "identifier", "it is empty"),
        ("warning@", "a&amp;b@", "sender", "no space"),
        ("<scope>Public", "<scope>Private", "", "Expected addresses with addressees, because scope is Private"),
        ("<scope>Public", "<scope>Restricted", "", "Expected restriction with the rule"),
        ("暴雨红色预警", " ", "info/event", "what the event is"),
        ("28.20,112.95 28.30,112.95 ", "28.20,112.95 ", "info/area/polygon", "at least 4 pairs, but found 3"),
        ("113.05 28.20,112.95<", "113.05 28.21,112.95<", "info/area/polygon", "last pair must repeat the first"),
        ("28.30,113.05", "28.30;113.05", "info/area/polygon", "latitude,longitude"),
        ("28.30,113.05", "90.01,113.05", "info/area/polygon", "latitude from -90 to 90"),
        ("28.30,113.05", "28.30,-180.5", "info/area/polygon", "longitude from -180 to 180"),
        ("28.30,113.05", "nan,113.05", "info/area/polygon", "decimal number, but found “nan”"),
        ("28.30,113.05", "1e1,113.05", "info/area/polygon", "decimal number"),
        ("28.30,113.05", "２８,113.05", "info/area/polygon", "decimal number"),
        ("113.00 3.5", "113.00", "info/area/circle", "radius"),
        ("113.00 3.5", "113.00 -1", "info/area/circle", "radius of 0 kilometres or more"),
        ("<altitude>100</altitude>", "", "info/area", "altitude together with the ceiling"),
    ],
)
def test_parse_alert_against_the_standard_is_refused(old: str, new: str, path: str, expected: str) -> None:
    data = changed((old, new))
    assert problems_of(data) == [("meaning", "/alert" + (f"/{path}" if path else ""))]
    with pytest.raises(CapError, match="The alert is refused: line") as refused:
        parse_alert(data)
    assert expected in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<scope>Public</scope>", "<scope>Private</scope><addresses>fire police</addresses>"),
        ("<scope>Public</scope>", "<scope>Restricted</scope><restriction>Services only</restriction>"),
        ("<scope>Public</scope>", "<scope>Public</scope><restriction/><addresses>0</addresses>"),
        ("<note>Spring drill</note>", "<note/><references/>"),
        ("<language>zh-CN</language>", "<language/>"),
        ("<circle>28.25,113.00 3.5</circle>", "<polygon/><circle/>"),
        ("<value>112</value>", "<value/>"),
        ("06:00:00+08:00", "24:00:00+08:00"),
    ],
)
def test_parse_alert_with_what_the_standard_allows(old: str, new: str) -> None:
    assert isinstance(parse_alert(changed((old, new))), CapAlert)


def test_parse_alert_reports_all_problems_with_path_and_line() -> None:
    data = changed(
        ("<status>Exercise", "<status>Practice"),
        ("<scope>Public</scope>", ""),
        ("2026-06-18T06:00:00+08:00", "2026-06-18T06:00:00Z"),
        ("28.20,112.95 28.30,112.95 ", ""),
        ("<altitude>100", "<altitude>high"),
    )
    assert [(problem.line, problem.path) for problem in find_problems(data)] == [
        (2, "/alert"),
        (6, "/alert/status"),
        (25, "/alert/info/onset"),
        (42, "/alert/info/area/polygon"),
        (45, "/alert/info/area/altitude"),
    ]
    with pytest.raises(CapError, match=r"Expected the element scope, but it is missing\. and 4 more") as refused:
        parse_alert(data)
    assert isinstance(refused.value, RejectedError)
    assert refused.value.details["problems"][1]["message"].startswith("Expected one of Actual, Exercise")


def test_parse_alert_numbers_elements_of_one_name() -> None:
    info = ALERT[ALERT.index("<info>") : ALERT.index("</alert>")]
    data = changed(("</alert>", info.replace("<event>暴雨红色预警</event>", "") + "</alert>"))
    assert problems_of(data) == [("structure", "/alert/info[2]")]


def test_parse_alert_with_endless_problems_gives_a_bounded_answer() -> None:
    found = find_problems(changed(("<area>", "<x/>" * 5000 + "<area>")))
    assert len(found) == 101
    assert found[-1].message == "There are 4900 more problems; mend these first."


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"<alert/>", "Expected a CAP alert"),
        (
            b"<alert xmlns='urn:oasis:names:tc:emergency:cap:1.0'/>",
            "found “alert” of “urn:oasis:names:tc:emergency:cap:1.0”",
        ),
        (f"<info xmlns='{CAP}'/>".encode(), "found “info”"),
        (b"", "Expected XML"),
        (b"\x89PNG\r\n", "Expected XML"),
        (ALERT.encode()[:-20], "Expected well-formed XML"),
        (ALERT.encode() + b" " * MAX_ALERT_BYTES, "Expected at most 2,000,000 bytes"),
    ],
)
def test_parse_alert_of_something_else_is_refused(data: bytes, expected: str) -> None:
    with pytest.raises(CapError) as refused:
        parse_alert(data)
    assert expected in str(refused.value)
    assert len(refused.value.problems) == 1


@given(
    st.datetimes(datetime(1900, 1, 2), datetime(8999, 12, 30)),
    st.integers(-14 * 60, 14 * 60),
)
def test_parse_time_keeps_instant_and_offset(at: datetime, minutes: int) -> None:
    aware = at.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=minutes)))
    parsed = parse_time(aware.isoformat())
    assert (parsed, parsed.utcoffset()) == (aware, timedelta(minutes=minutes))


def test_parse_time_of_utc_and_of_the_end_of_a_day() -> None:
    assert parse_time("2026-06-18T00:00:00-00:00").tzinfo is UTC
    assert parse_time(" 2026-06-18T24:00:00+00:00\n") == datetime(2026, 6, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-18T05:40:00Z",
        "2026-06-18T05:40:00",
        "2026-06-18T05:40+08:00",
        "2026-06-18T05:40:00.5+08:00",
        "2026-06-18 05:40:00+08:00",
        "2026-02-29T05:40:00+08:00",
        "2026-06-18T24:00:01+08:00",
        "2026-06-18T05:40:60+08:00",
        "2026-06-18T05:40:00+14:01",
        "2026-06-18T05:40:00+08:60",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T24:00:00-08:00",
        "２０２６-06-18T05:40:00+08:00",
    ],
)
def test_parse_time_that_the_standard_does_not_allow_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Expected"):
        parse_time(text)
