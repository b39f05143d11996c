"""The connector ``email``: plain-text mail through the operator's own mail server."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any, Literal

from workflow_engine.workers.connectors import ConnectorError, Work, text_parameter
from workflow_engine.workers.connectors_network import tls_context

MOST_RECIPIENTS = 100
_PERMANENT = range(500, 600)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in."""

    host: str
    sender: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password: str | None = None
    timeout_seconds: float = 20.0
    recipient_domains: tuple[str, ...] = ()
    """Mail goes only to these domains; empty: to any."""


@dataclass(frozen=True, slots=True)
class EmailConnector:
    """Sends one mail; parameters ``to``, ``cc`` (text or lists of text), ``subject`` and ``body`` come from the model.

    The message id is constant over all tries, so that a mailbox shows a repetition once.
    """

    server: MailServer
    now: Callable[[], datetime]

    def __call__(self, work: Work) -> Mapping[str, Any]:
        to, copies = self._recipients(work, "to"), self._recipients(work, "cc")
        if not to:
            raise ConnectorError("Expected the parameter 'to' of an e-mail to name somebody.", final=True)
        if len(to) + len(copies) > MOST_RECIPIENTS:
            raise ConnectorError(
                f"Expected at most {MOST_RECIPIENTS} recipients, but got {len(to) + len(copies)}.", final=True
            )
        message = self._compose(work, to, copies)
        refused = self._hand_in(message, [address.addr_spec for address in (*to, *copies)])
        return {"refused_recipients": sorted(refused)} if refused else {}

    def _recipients(self, work: Work, name: str) -> tuple[Address, ...]:
        value = work.parameters.get(name)
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(self._address(text) for text in texts if text)

    def _address(self, text: Any) -> Address:
        try:
            address = Address(addr_spec=text.strip())
        except (AttributeError, MessageError, ValueError, IndexError) as error:
            raise ConnectorError(f"Expected an e-mail address, but got {text!r}.", final=True) from error
        allowed = self.server.recipient_domains
        if not address.domain or (allowed and address.domain.lower() not in allowed):
            raise ConnectorError(
                f"Expected a recipient in {', '.join(allowed) or 'a domain'}, but got {text!r}. "
                "The setting mail_domains lists them.",
                final=True,
            )
        return address

    def _compose(self, work: Work, to: tuple[Address, ...], copies: tuple[Address, ...]) -> EmailMessage:
        sender = Address(addr_spec=self.server.sender)
        international = not all(address.addr_spec.isascii() for address in (*to, *copies))
        message = EmailMessage(SMTPUTF8 if international else SMTP)
        try:
            message["From"] = sender
            message["To"] = to
            if copies:
                message["Cc"] = copies
            message["Subject"] = text_parameter(work, "subject")
        except ValueError as error:  # A line break in a header would begin another header.
            raise ConnectorError(f"Expected one line of text in each header: {error}", final=True) from error
        message["Date"] = format_datetime(self.now())
        message["Message-ID"] = f"<{work.key}@{sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text_parameter(work, "body"))
        return message

    def _hand_in(self, message: EmailMessage, recipients: list[str]) -> list[str]:
        try:
            with self._connect() as connection:
                return list(connection.send_message(message, self.server.sender, recipients))
        except smtplib.SMTPRecipientsRefused as error:
            final = all(code in _PERMANENT for code, _reason in error.recipients.values())
            raise ConnectorError(f"Every recipient was refused: {_told(error.recipients)}", final=final) from error
        except smtplib.SMTPResponseException as error:
            raise ConnectorError(
                f"The mail server refused: {error.smtp_code} {_text(error.smtp_error)}",
                final=error.smtp_code in _PERMANENT,
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ConnectorError(f"Expected to reach the mail server {self.server.host}, but: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        server = self.server
        if server.security == "tls":
            made: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.timeout_seconds, context=tls_context()
            )
        else:
            made = smtplib.SMTP(server.host, server.port, timeout=server.timeout_seconds)
        try:
            if server.security == "starttls":
                made.starttls(context=tls_context())
            if server.user:
                made.login(server.user, server.password or "")
        except BaseException:
            made.close()
            raise
        return made


def _told(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return "; ".join(f"{address}: {code} {_text(reason)}" for address, (code, reason) in sorted(refused.items()))


def _text(reason: bytes | str) -> str:
    return reason.decode(errors="replace") if isinstance(reason, bytes) else reason
