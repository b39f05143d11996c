"""XML from strangers: nothing is opened, nothing grows, nothing hides behind an encoding."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.interchange.xml_reading import XmlRefusedError, read_xml

LIMIT = 100_000
BOMB = "<!DOCTYPE a [<!ENTITY b0 'ha'>" + "".join(f"<!ENTITY b{n} '&b{n - 1};&b{n - 1};'>" for n in range(1, 64))
DOCTYPE = "<!DOCTYPE a SYSTEM 'http://localhost:9/x.dtd'><a/>"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("something reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(DOCTYPE, id="external-dtd"),
        pytest.param("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><a>&x;</a>", id="external-entity"),
        pytest.param("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://localhost:9/p'> %p;]><a/>", id="parameter-entity"),
        pytest.param(BOMB + "]><a>&b63;</a>", id="billion-laughs"),
        pytest.param(f"<!DOCTYPE a [<!ENTITY x '{'y' * 5000}'>]><a>{'&x;' * 9000}</a>", id="quadratic-blowup"),
        pytest.param("<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]><a/>", id="default-attribute"),
        pytest.param(" \n<!-- - --><?p q?>\r\n<!-- -->" + DOCTYPE, id="behind-comments"),
        pytest.param("<!DOCTYPE a><a/>", id="without-anything"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_read_xml_with_a_document_type_is_refused(text: str, encoding: str, no_network: None) -> None:
    declaration = f"<?xml version='1.0' encoding='{encoding.removesuffix('-sig')}'?>"
    for whole in (text, declaration + text.lstrip()):
        with pytest.raises(XmlRefusedError, match="Expected"):
            read_xml(whole.encode(encoding), 1_000_000)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"<?xml version='1.0' encoding='utf-7'?>" + "<!DOCTYPE a><a/>".encode("utf-7"), id="utf-7"),
        pytest.param("<?xml version='1.0' encoding='cp037'?><!DOCTYPE a><a/>".encode("cp037"), id="ebcdic"),
        pytest.param(b"<?xml version='1.0' encoding='x-unknown'?><a/>", id="unknown-encoding"),
        pytest.param(b"<?xml version='1.0 encoding=\"utf-8\"' encoding='utf-7'?><a/>", id="two-encodings"),
        pytest.param(b"<?xml encoding='utf-7' version='1.0'?><a/>", id="wrong-order"),
        pytest.param(b"<?xml version='1.0' x='>' encoding='utf-7'?><a/>", id="odd-declaration"),
        pytest.param(b"\xff\xfe<\x00a", id="half-utf-16"),
        pytest.param(b"<a>\x00</a>", id="nul"),
        pytest.param(b"<a>\xff</a>", id="not-utf-8"),
        pytest.param(b"<a>&x;</a>", id="undeclared-entity"),
        pytest.param(b"<a>&#0;</a>", id="character-that-xml-has-not"),
        pytest.param(b"<a" + b" x='1'" * 2 + b"/>", id="attribute-twice"),
        pytest.param(b"<a>" * 5000 + b"</a>" * 5000, id="too-deep"),
        pytest.param(b"<a/><b/>", id="two-roots"),
        pytest.param(b"<a>", id="open"),
        pytest.param(b"<!-- only", id="open-comment"),
        pytest.param(b"{}", id="json"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_read_xml_that_is_not_plain_xml_is_refused(data: bytes) -> None:
    with pytest.raises(XmlRefusedError, match="Expected"):
        read_xml(data, LIMIT)


def test_read_xml_of_too_many_bytes_is_refused() -> None:
    assert read_xml(b"<a>" + b" " * 93 + b"</a>", 100).tag == "a"
    with pytest.raises(XmlRefusedError, match="at most 100 bytes, but got 101"):
        read_xml(b"<a>" + b" " * 94 + b"</a>", 100)


def test_read_xml_names_the_line() -> None:
    with pytest.raises(XmlRefusedError) as refused:
        read_xml(b"<?xml version='1.0'?>\n<!-- \n -->\n" + DOCTYPE.encode(), LIMIT)
    assert refused.value.line == 4
    with pytest.raises(XmlRefusedError) as refused:
        read_xml(b"<a>\n<b>\n</a>", LIMIT)
    assert refused.value.line == 3


def test_read_xml_follows_no_reference(tmp_path: Path, no_network: None) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<secret/>")
    text = (
        f"<?xml-stylesheet href='{secret.as_uri()}'?><a xmlns:xi='http://www.w3.org/2001/XInclude' "
        "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='urn:x http://localhost:9/x.xsd'>"
        f"<xi:include href='{secret.as_uri()}'/></a>"
    )
    root = read_xml(text.encode(), LIMIT)
    assert [child.tag for child in root.iter()] == ["a", "{http://www.w3.org/2001/XInclude}include"]


@given(st.binary(max_size=60))
def test_read_xml_of_any_bytes_reads_or_refuses(data: bytes) -> None:
    for whole in (data, b"<a>" + data + b"</a>", b"<?xml version='1.0' encoding='gbk'?><a>" + data + b"</a>"):
        with suppress(XmlRefusedError):
            assert read_xml(whole, LIMIT).tag
