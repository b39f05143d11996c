"""Feeds of alerts: index entries as summaries, whole alerts in entries, and bad entries beside good ones."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from tests.conftest import SHARED
from tests.interchange.alert_xml import ALERT, CHANGES, change
from workflow_engine.audit.canonical import canonical_json
from workflow_engine.interchange.cap import CapError, NamedValue, alert_key, parse_alert
from workflow_engine.interchange.feed import MAX_FEED_BYTES, MAX_FEED_ENTRIES, parse_alerts, parse_feed

NWS = SHARED / "data" / "cap" / "ibm-cap" / "nws_atom_feed_example.xml"

ENTRY = """
<entry>
  <id>https://weather.example/142</id>
  <published>2026-06-18T05:40:00+08:00</published>
  <updated>2026-06-18T07:00:00+08:00</updated>
  <author><name>Weather centre</name></author>
  <title>Red rain warning</title>
  <link href="https://weather.example/142.xml"/>
  <summary>More than 100 mm in three hours</summary>
  <cap:event>Rain warning</cap:event>
  <cap:effective>2026-06-18T05:40:00+08:00</cap:effective>
  <cap:expires>2026-06-18T09:00:00+08:00</cap:expires>
  <cap:status>Test</cap:status>
  <cap:msgType>Alert</cap:msgType>
  <cap:category>Met</cap:category>
  <cap:urgency>Immediate</cap:urgency>
  <cap:severity>Extreme</cap:severity>
  <cap:certainty>Observed</cap:certainty>
  <cap:areaDesc>Kaifu</cap:areaDesc>
  <cap:polygon>28.20,112.95 28.30,112.95 28.30,113.05 28.20,112.95</cap:polygon>
  <cap:geocode>
    <valueName>GB</valueName><value>430105</value><valueName>UGC</valueName><value>X</value>
  </cap:geocode>
</entry>"""


def feed_of(*entries: str, head: str = "<id>https://weather.example/</id><title>Warnings</title>") -> bytes:
    namespaces = 'xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"'
    return f"<feed {namespaces}>{head}{''.join(entries)}</feed>".encode()


def test_parse_feed_reads_an_index_entry_as_a_summary() -> None:
    feed = parse_feed(feed_of(ENTRY))
    assert (feed.title, feed.refusals, len(feed.entries)) == ("Warnings", (), 1)
    entry = feed.entries[0]
    assert (entry.number, entry.entry_id) == (1, "https://weather.example/142")
    assert entry.link == "https://weather.example/142.xml"
    alert = entry.alert
    assert (alert.summary, alert.version, alert.scope) == (True, "1.2", "Public")
    assert (alert.status, alert.msg_type) == ("Test", "Alert")
    assert alert_key(alert) == "Weather_centre,https://weather.example/142,2026-06-17T21:40:00-00:00"
    (info,) = alert.infos
    assert (info.event, info.category) == ("Rain warning", ("Met",))
    assert (info.urgency, info.severity, info.certainty) == ("Immediate", "Extreme", "Observed")
    assert (info.headline, info.description) == ("Red rain warning", "More than 100 mm in three hours")
    assert info.expires == datetime(2026, 6, 18, 1, tzinfo=UTC)
    (area,) = info.areas
    assert (area.desc, len(area.polygons)) == ("Kaifu", 1)
    assert area.geocodes == (NamedValue("GB", "430105"), NamedValue("UGC", "X"))


def test_parse_feed_prefers_what_the_entry_says_in_cap() -> None:
    own = (
        "<cap:identifier>cs-1</cap:identifier><cap:sender>city@example</cap:sender>"
        "<cap:sent>2026-06-18T04:00:00+08:00</cap:sent><cap:scope>Restricted</cap:scope>"
        "<cap:references>city@example,cs-0,2026-06-18T03:00:00+08:00</cap:references>"
    )
    entry = ENTRY.replace("<cap:event>", own + "<cap:event>").replace(
        "<cap:msgType>Alert</cap:msgType>", "<cap:message_type>Update</cap:message_type>"
    )
    alert = parse_feed(feed_of(entry)).entries[0].alert
    assert alert_key(alert) == "city@example,cs-1,2026-06-17T20:00:00-00:00"
    assert (alert.scope, alert.msg_type) == ("Restricted", "Update")
    assert [reference.key for reference in alert.references] == ["city@example,cs-0,2026-06-17T19:00:00-00:00"]


def test_parse_feed_with_whole_alerts_in_entries() -> None:
    whole = ALERT.partition("?>")[2]
    entry = f"<entry><id>a</id><content type='text/xml'>{whole}</content></entry>"
    broken = entry.replace("<scope>Public</scope>", "")
    feed = parse_feed(feed_of(entry, broken))
    assert [found.alert for found in feed.entries] == [parse_alert(ALERT.encode())]
    assert [(refusal.number, refusal.problems[0].kind) for refusal in feed.refusals] == [(2, "structure")]
    assert feed.refusals[0].problems[0].path == "/feed/entry[2]/content/alert"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<cap:severity>Extreme</cap:severity>", "", "Expected the element severity, but it is missing."),
        ("Extreme", "Terrible", "Expected one of Extreme, Severe"),
        ("<cap:event>Rain warning</cap:event>", "<cap:event/>", "Expected the element event with a text."),
        ("<cap:category>Met", "<cap:category>Rain", "Expected one of Geo, Met"),
        ("<published>2026-06-18T05:40:00+08:00", "<published>this morning", "Expected a time such as"),
        ("2026-06-18T09:00:00+08:00", "2026-06-18T09:00:00", "Expected an offset from UTC"),
        ("28.30,113.05 28.20,112.95", "28.30,113.05 28.21,112.95", "closed polygon"),
        ("<value>X</value>", "", "as many elements value as valueName"),
        ("<id>https://weather.example/142</id>", "", "Expected an id and an author"),
        ("<cap:status>", "<cap:references/><cap:status>", "Expected references"),
    ],
)
def test_parse_feed_with_one_bad_entry_keeps_the_good_ones(old: str, new: str, expected: str) -> None:
    assert old in ENTRY
    bad = ENTRY.replace(old, new)
    if "references" in new:
        bad = bad.replace("<cap:msgType>Alert", "<cap:msgType>Cancel")
    feed = parse_feed(feed_of(ENTRY, bad, ENTRY))
    assert [entry.number for entry in feed.entries] == [1, 3]
    (refusal,) = feed.refusals
    assert refusal.number == 2
    assert expected in str(refusal)
    assert all(problem.line and problem.path.startswith("/feed/entry[2]") for problem in refusal.problems)


def test_parse_feed_reports_every_problem_of_an_entry() -> None:
    bad = ENTRY.replace("Extreme", "x").replace("Immediate", "y").replace("28.20,112.95 ", "")
    assert len(parse_feed(feed_of(bad)).refusals[0].problems) == 3


def test_parse_feed_with_entries_that_are_no_alerts() -> None:
    plain = "<entry><id>news</id><updated>2026-06-18T05:40:00+08:00</updated><title>News</title></entry>"
    feed = parse_feed(feed_of(plain, ENTRY))
    assert [str(refusal) for refusal in feed.refusals] == [
        "entry 1 (news): line 1, /feed/entry[1]: Expected CAP elements in the entry, but there are none."
    ]
    assert [entry.number for entry in feed.entries] == [2]


def test_parse_feed_without_entries_holds_nothing() -> None:
    assert parse_feed(feed_of()).entries == ()


def test_parse_feed_with_too_much_in_it_is_refused() -> None:
    with pytest.raises(CapError, match="at most 5,000 entries"):
        parse_feed(feed_of(*(["<entry/>"] * (MAX_FEED_ENTRIES + 1))))
    with pytest.raises(CapError, match="at most 8,000,000 bytes"):
        parse_feed(feed_of() + b" " * MAX_FEED_BYTES)


@pytest.mark.parametrize("data", [b"<feed/>", ALERT.encode(), b"<rss/>", b"<!DOCTYPE feed><feed/>", b""])
def test_parse_feed_of_something_else_is_refused(data: bytes) -> None:
    with pytest.raises(CapError, match="Expected"):
        parse_feed(data)


def test_parse_alerts_takes_an_alert_or_a_feed() -> None:
    single = parse_alerts(ALERT.encode())
    assert [(entry.number, entry.entry_id) for entry in single.entries] == [(1, "cs-2026-0142")]
    assert single.entries[0].alert == parse_alert(ALERT.encode())
    assert len(parse_alerts(feed_of(ENTRY, ENTRY)).entries) == 2
    with pytest.raises(CapError, match="Expected a CAP alert"):
        parse_alerts(b"<rss/>")
    with pytest.raises(CapError, match="at most 2,000,000 bytes"):
        parse_alerts(ALERT.encode() + b" " * 2_000_000)


@pytest.mark.skipif(not NWS.is_file(), reason="needs the feed of the reference data")
def test_parse_feed_of_the_weather_service() -> None:
    feed = parse_feed(NWS.read_bytes())
    assert feed.refusals == ()
    alerts = [entry.alert for entry in feed.entries]
    assert len({alert_key(alert) for alert in alerts}) == len(alerts) == 163
    infos = [alert.infos[0] for alert in alerts]
    assert Counter(info.severity for info in infos) == {"Minor": 56, "Moderate": 49, "Severe": 39, "Unknown": 19}
    assert sum(bool(info.areas[0].polygons) for info in infos) == 99
    assert {(alert.status, alert.msg_type, alert.version) for alert in alerts} == {("Actual", "Alert", "1.1")}
    assert {alert.sender for alert in alerts} == {"w-nws.webmaster@noaa.gov"}
    assert all(info.event and info.expires and info.areas[0].geocodes for info in infos)
    assert all(entry.link == entry.entry_id for entry in feed.entries)


@given(CHANGES)
def test_parse_feed_that_was_changed_at_random_keeps_the_good_entries(changes: list[tuple[Any, ...]]) -> None:
    root = etree.fromstring(feed_of(ENTRY, ENTRY))
    entry = root[-1]
    for one in changes:
        change(entry, *one)
    feed = parse_feed(etree.tostring(root))
    assert feed.entries[0] == parse_feed(feed_of(ENTRY)).entries[0]
    assert all(refusal.number > 1 and refusal.problems for refusal in feed.refusals)
    for found in feed.entries:
        assert canonical_json(found.alert.to_dict())
