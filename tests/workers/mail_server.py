"""A real SMTP server on a free port that keeps what it takes in."""

from __future__ import annotations

import email
import email.policy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from aiosmtpd.controller import Controller


class Mailbox:
    """What the server took in; ``verdicts`` are its answers to recipients, by address."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], EmailMessage]] = []
        self.verdicts: dict[str, str] = {}
        self.answer = "250 kept"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        verdict = self.verdicts.get(address, "250 OK")
        if verdict.startswith("250"):
            envelope.rcpt_tos.append(address)
        return verdict

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
        self.messages.append((envelope.rcpt_tos, message))  # type: ignore[arg-type]
        return self.answer


@contextmanager
def running_mail_server(mailbox: Mailbox, port: int) -> Iterator[None]:
    """Take in mail on 127.0.0.1 until the block ends."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
