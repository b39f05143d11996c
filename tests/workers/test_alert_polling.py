"""Alerts fetched from real servers: once each, whole, as signed, only what is for this city, again after failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler
from typing import Any
from zlib import crc32

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.signer import XMLSigner

from tests.support.house import ADMIN, ANNE, NOON, House, chain, user_task
from tests.workers.http_server import Asked, Outside, reply
from workflow_engine import (
    AlertEntryRow,
    AlertSourceRow,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    PauseAlertSource,
    PollAlertSource,
    RemoveAlertSource,
    ResumeAlertSource,
    SetAlertSource,
    Settings,
    new_id,
)
from workflow_engine.workers.alert_polling import AlertPoller

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
MODEL = '<bpmn:message id="U" name="alert.updated"/>' + chain(user_task("respond"), process="emergency_response")


def cap(identifier: str, *, area: str = "", more: str = "", kind: str = "Alert", severity: str = "Severe") -> str:
    """A good alert with this identifier."""
    return f"""<alert xmlns="{CAP}"><identifier>{identifier}</identifier><sender>w@example.org</sender>
<sent>2026-05-12T10:00:00+08:00</sent><status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>{more}
<info><category>Met</category><event>Flood</event><urgency>Immediate</urgency><severity>{severity}</severity>
<certainty>Observed</certainty><headline>Flood {identifier}</headline>
<area><areaDesc>Old town</areaDesc>{area}</area></info></alert>"""


def feed(*entries: str) -> bytes:
    """Whole alerts in an Atom feed."""
    found = "".join(
        f"<entry><id>urn:{number}</id><content>{entry}</content></entry>" for number, entry in enumerate(entries)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:f</id><title>Warnings</title>{found}</feed>'.encode()


def serve(outside: Outside, **files: bytes) -> None:
    """Answer /name with the file of this name, and 304 to whoever knows it already."""

    def answer(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        content = files.get(asked.path.strip("/"))
        if content is None:
            reply(handler, 404)
        elif asked.headers.get("if-none-match") == f'"{crc32(content)}"':
            reply(handler, 304, Content_Length="0")
        else:
            reply(handler, 200, content, ETag=f'"{crc32(content)}"', Content_Type="application/atom+xml")

    outside.answer = answer


@pytest.fixture
def poller(house: House) -> AlertPoller:
    """What serves, allowed to ask this machine alone."""
    house.release(MODEL)
    allowed = {"http_allow": ("127.0.0.1",), "http_allow_networks": ("127.0.0.0/8",)}
    return AlertPoller(house.engine, Settings(database_url="", http_timeout_seconds=30, **allowed))  # type: ignore[arg-type]


def source(house: House, url: str, **more: Any) -> str:
    """Set a source; returns its id."""
    source_id = str(more.pop("source_id", new_id()))
    house.engine.handle(
        SetAlertSource(command_id=new_id(), source_id=source_id, name="Weather", url=url, **more), ADMIN
    )
    return source_id


def entries(house: House, source_id: str) -> list[AlertEntryRow]:
    return list(house.engine.queries.alert_sources.list_entries(source_id).items)


def outcomes(house: House, source_id: str) -> dict[str, str]:
    return {row.entry_id: row.outcome for row in entries(house, source_id)}


def found(house: House, source_id: str) -> AlertSourceRow:
    return house.engine.queries.alert_sources.get(source_id)


def test_feed_brings_each_alert_in_once(house: House, poller: AlertPoller, outside: Outside) -> None:
    serve(outside, feed=feed(cap("B"), cap("A")))
    source_id = source(house, f"{outside.url}/feed", every_seconds=60)
    assert poller.run_once() == 1
    assert poller.run_once() == 0
    assert outcomes(house, source_id) == {"urn:0": "started", "urn:1": "started"}
    assert {row.source for row in house.engine.queries.get_alerts().items} == {"Weather"}
    house.clock.advance(60)
    poller.run_once()
    assert outside.requests[-1].headers["if-none-match"]
    assert len(house.engine.queries.get_alerts().items) == 2
    serve(outside, feed=feed(cap("C"), cap("B"), cap("A")))
    house.clock.advance(60)
    poller.run_once()
    assert len(house.engine.queries.get_alerts().items) == 3
    row = found(house, source_id)
    assert (row.failures, row.last_error, row.answered_at) == (0, None, house.clock.now())


def test_index_entry_is_fetched_whole_from_where_it_says(house: House, poller: AlertPoller, outside: Outside) -> None:
    names = f'xmlns="http://www.w3.org/2005/Atom" xmlns:cap="{CAP}"'
    entry = f"""<entry><id>urn:1</id><link href="{outside.url}/whole"/><author><name>w@example.org</name></author>
<published>2026-05-12T10:00:00+08:00</published><cap:event>Flood</cap:event><cap:status>Actual</cap:status>
<cap:msgType>Alert</cap:msgType><cap:category>Met</cap:category><cap:urgency>Immediate</cap:urgency>
<cap:severity>Severe</cap:severity><cap:certainty>Observed</cap:certainty></entry>"""
    index = f"<feed {names}><id>urn:f</id><title>T</title>{entry}</feed>".encode()
    serve(outside, index=index)
    source_id = source(house, f"{outside.url}/index", every_seconds=60)
    poller.run_once()
    assert outcomes(house, source_id) == {"urn:1": "refused"}, "there is no such file, and asking again will not help"
    source(house, f"{outside.url}/index", source_id=source_id)
    serve(outside, index=index.replace(b"urn:1", b"urn:2"), whole=cap("W-1").encode())
    poller.run_once()
    (alert,) = house.engine.queries.get_alerts().items
    assert (alert.identifier, outcomes(house, source_id)["urn:2"]) == ("W-1", "started")
    serve(outside, index=index.replace(b"urn:1", b"urn:3").replace(b"127.0.0.1", b"elsewhere.example"))
    source(house, f"{outside.url}/index", source_id=source_id)
    poller.run_once()
    assert outcomes(house, source_id)["urn:3"] == "started", "by what the index says of it"


def test_what_is_not_for_this_city_stays_outside_but_for_what_follows_a_known_one(
    house: House, poller: AlertPoller, outside: Outside
) -> None:
    here = "<polygon>28.1,112.9 28.3,112.9 28.3,113.1 28.1,112.9</polygon>"
    there = "<circle>40.0,116.4 20</circle>"
    reference = "<references>w@example.org,A,2026-05-12T10:00:00+08:00</references>"
    alerts = (
        cap("E", kind="Cancel", more=reference, area=there), cap("D", severity="Minor"), cap("C", area=there),
        cap("B"), cap("A", area=here),
    )  # fmt: skip
    serve(outside, feed=feed(*alerts))
    source_id = source(house, f"{outside.url}/feed", box="27.8, 111.9, 28.7, 114.3", least_severity="Moderate")
    poller.run_once()
    assert outcomes(house, source_id) == {
        "urn:4": "started", "urn:3": "started", "urn:2": "elsewhere", "urn:1": "elsewhere", "urn:0": "cancelled",
    }  # fmt: skip
    assert {row.entry_id: row.reason for row in entries(house, source_id)}["urn:1"] == "severity"


def test_source_that_fails_is_asked_less_often_and_keeps_what_it_knows(
    house: House, poller: AlertPoller, outside: Outside
) -> None:
    outside.answer = lambda handler, _asked: reply(handler, 503)
    source_id = source(house, f"{outside.url}/feed", every_seconds=60)
    pauses = []
    for _ in range(3):
        assert poller.run_once() == 1
        row = found(house, source_id)
        pauses.append((row.next_at - house.clock.now()).total_seconds())
        house.clock.advance((row.next_at - house.clock.now()).total_seconds())
    assert pauses == [60, 120, 240]
    assert "503" in str(row.last_error)
    serve(outside, feed=cap("A").encode())
    poller.run_once()
    assert (found(house, source_id).failures, outcomes(house, source_id)) == (0, {"A": "started"})
    serve(outside, feed=b"<html/>")
    house.clock.advance(60)
    poller.run_once()
    assert "Atom" in str(found(house, source_id).last_error) or "alert" in str(found(house, source_id).last_error)


def test_poller_goes_nowhere_that_is_not_allowed(house: House, outside: Outside) -> None:
    house.release(MODEL)
    source_id = source(house, f"{outside.url}/feed")
    AlertPoller(house.engine, Settings(database_url="", http_allow_networks=("127.0.0.0/8",))).run_once()
    assert outside.requests == []
    assert "http_allow" in str(found(house, source_id).last_error)


@cache
def keys(name: str) -> tuple[str, str]:
    """A private key and its certificate as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=200))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, certificate.public_bytes(Encoding.PEM).decode()


def signed(xml: str, name: str) -> bytes:
    key, certificate = keys(name)
    return etree.tostring(XMLSigner().sign(etree.fromstring(xml), key=key, cert=certificate))


@pytest.mark.parametrize(
    ("signer", "change", "signature", "outcome"),
    [
        ("office", b"Old town", "required", "started"),
        ("somebody else", b"Old town", "required", "refused"),
        ("somebody else", b"Old town", "present", "refused"),
        ("office", b"New town", "present", "refused"),
        ("", b"Old town", "required", "refused"),
        ("", b"Old town", "present", "started"),
    ],
)
def test_signature_counts_as_the_source_says(
    house: House, poller: AlertPoller, outside: Outside, signer: str, change: bytes, signature: str, outcome: str
) -> None:
    content = signed(cap("A"), signer) if signer else cap("A").encode()
    serve(outside, alert=content.replace(b"Old town", change))
    certificate = keys("office")[1]
    source_id = source(house, f"{outside.url}/alert", signature=signature, certificates=certificate)
    poller.run_once()
    assert outcomes(house, source_id) == {"A": outcome}


def test_signature_is_checked_even_where_no_certificate_is_named_and_ends_with_its_certificate(
    house: House, poller: AlertPoller, outside: Outside
) -> None:
    good = signed(cap("A"), "office")
    serve(outside, alert=good.replace(b"Old town", b"New town"))
    source_id = source(house, f"{outside.url}/alert")
    poller.run_once()
    assert outcomes(house, source_id) == {"A": "refused"}
    serve(outside, alert=good)
    house.clock.advance((datetime(2027, 1, 1, tzinfo=UTC) - NOON).total_seconds())
    poller.run_once()
    (row,) = entries(house, source_id)
    assert (row.outcome, "valid now" in row.reason) == ("refused", True), "the one before is long forgotten"


def test_source_is_paused_resumed_asked_at_once_and_removed(
    house: House, poller: AlertPoller, outside: Outside
) -> None:
    serve(outside, alert=cap("A").encode())
    source_id = source(house, f"{outside.url}/alert", every_seconds=3600)
    house.engine.handle(PauseAlertSource(command_id=new_id(), source_id=source_id), ADMIN)
    assert poller.run_once() == 0
    house.engine.handle(ResumeAlertSource(command_id=new_id(), source_id=source_id), ADMIN)
    assert poller.run_once() == 1
    house.engine.handle(PollAlertSource(command_id=new_id(), source_id=source_id), ADMIN)
    assert poller.run_once() == 1
    house.engine.handle(RemoveAlertSource(command_id=new_id(), source_id=source_id), ADMIN)
    assert poller.run_once() == 0
    assert house.engine.queries.alert_sources.list() == []
    assert len(house.engine.queries.get_alerts().items) == 1, "what came stays"
    with pytest.raises(NotFoundError):
        house.engine.handle(PollAlertSource(command_id=new_id(), source_id=source_id), ADMIN)


def test_source_that_cannot_be_says_which_fields(house: House) -> None:
    with pytest.raises(InvalidVariablesError) as refused:
        source(house, "ftp://x", every_seconds=1, categories=["Wind"], box="1, 2", signature="required", codes=["a b"],
               unit_id="nobody")  # fmt: skip
    assert sorted(refused.value.problems) == [
        "box", "categories", "certificates", "codes", "every_seconds", "unit_id", "url",
    ]  # fmt: skip
    with pytest.raises(NotPermittedError):
        house.engine.handle(SetAlertSource(command_id=new_id(), source_id="s", name="n", url="https://a.example"), ANNE)
