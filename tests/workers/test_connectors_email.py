"""The e-mail connector against a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.workers.mail_server import Mailbox, running_mail_server
from workflow_engine.workers.connectors import ConnectorError, Work
from workflow_engine.workers.connectors_email import EmailConnector, MailServer

NOW = datetime(2026, 5, 12, 6, 28, 4, tzinfo=UTC)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox, free_port: int) -> Iterator[MailServer]:
    with running_mail_server(mailbox, free_port):
        yield MailServer("127.0.0.1", "liandong@city.example", port=free_port, security="none", timeout_seconds=60)


def _send(server: MailServer, **parameters: Any) -> Any:
    wanted = {"to": "duty@fire.example", "subject": "暴雨红色预警", "body": "请立即响应。\n第二行", **parameters}
    return EmailConnector(server, lambda: NOW)(Work("case1.7", "email", "case1", "mail", {}, wanted))


def test_mail_arrives_with_a_constant_message_id(server: MailServer, mailbox: Mailbox) -> None:
    for _try in range(2):
        assert _send(server, to=["duty@fire.example", "police@city.example"], cc="mayor@city.example") == {}
    (recipients, first), (_again, second) = mailbox.messages
    assert recipients == ["duty@fire.example", "police@city.example", "mayor@city.example"]
    assert first["Message-ID"] == second["Message-ID"] == "<case1.7@city.example>"
    assert (first["Subject"], first["To"]) == ("暴雨红色预警", "duty@fire.example, police@city.example")
    assert first.get_content().splitlines() == ["请立即响应。", "第二行"]
    assert first["Date"].datetime == NOW
    assert first["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "parameters",
    [
        {"subject": "a\r\nBcc: evil@evil.example"},
        {"to": "a@b.example\r\nBcc: evil@evil.example"},
        {"to": "a@b.example, c@d.example"},
        {"to": "nobody"},
        {"to": [3]},
        {"to": []},
        {"to": None},
        {"subject": None},
        {"body": {"a": 1}},
        {"to": [f"a{number}@b.example" for number in range(101)]},
    ],
)
def test_mail_that_cannot_be_meant_is_refused_before_it_is_sent(
    server: MailServer, mailbox: Mailbox, parameters: dict[str, Any]
) -> None:
    with pytest.raises(ConnectorError) as caught:
        _send(server, **parameters)
    assert caught.value.final
    assert mailbox.messages == []


def test_mail_goes_only_to_the_listed_domains(server: MailServer, mailbox: Mailbox) -> None:
    strict = MailServer(server.host, server.sender, server.port, "none", recipient_domains=("city.example",))
    _send(strict, to="a@City.example")
    with pytest.raises(ConnectorError, match="mail_domains"):
        _send(strict, to="a@elsewhere.example")
    assert len(mailbox.messages) == 1


def test_recipient_who_is_refused_is_told_when_others_got_it(server: MailServer, mailbox: Mailbox) -> None:
    mailbox.verdicts = {"gone@fire.example": "550 no such mailbox"}
    assert _send(server, to=["gone@fire.example", "duty@fire.example"]) == {"refused_recipients": ["gone@fire.example"]}


@pytest.mark.parametrize(("verdict", "final"), [("550 no such mailbox", True), ("451 come back later", False)])
def test_mail_that_nobody_took_is_tried_again_if_that_may_help(
    server: MailServer, mailbox: Mailbox, verdict: str, final: bool
) -> None:
    mailbox.verdicts = {"duty@fire.example": verdict}
    with pytest.raises(ConnectorError, match=verdict[4:]) as caught:
        _send(server)
    assert caught.value.final is final


@pytest.mark.parametrize(("answer", "final"), [("554 spam", True), ("452 disk full", False)])
def test_content_that_the_server_refuses_fails(server: MailServer, mailbox: Mailbox, answer: str, final: bool) -> None:
    mailbox.answer = answer
    with pytest.raises(ConnectorError, match=answer[4:]) as caught:
        _send(server)
    assert caught.value.final is final


def test_server_that_is_gone_is_tried_again(free_port: int) -> None:
    with pytest.raises(ConnectorError, match="Expected to reach the mail server") as caught:
        _send(MailServer("127.0.0.1", "a@b.example", free_port, "none", timeout_seconds=2))
    assert not caught.value.final


def test_server_without_the_asked_for_encryption_gets_nothing(server: MailServer, mailbox: Mailbox) -> None:
    with pytest.raises(ConnectorError, match="STARTTLS"):
        _send(MailServer(server.host, server.sender, server.port, "starttls"))
    assert mailbox.messages == []
