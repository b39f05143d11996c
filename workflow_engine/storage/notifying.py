"""Telling other processes over PostgreSQL which cases changed: sent after the commit, never inside a transaction.

A NOTIFY inside a transaction would make all commits wait for each other; sent afterwards over a connection of its own,
and several together, it costs the command nothing. A notice that is lost costs a page its next look, nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
from sqlalchemy import Engine

from workflow_engine.domain.errors import UnavailableError

CHANNEL = "liandong_changes"
_LONGEST = 7_000
"""PostgreSQL takes payloads of less than 8,000 bytes."""


class Notices:
    """One connection that sends, or one that listens; for use by one thread."""

    def __init__(self, engine: Engine) -> None:
        url = engine.url
        query: dict[str, Any] = {key: str(value) for key, value in url.query.items()}
        try:
            self._connection = psycopg.connect(
                host=query.pop("host", url.host), port=url.port, user=url.username, password=url.password,
                dbname=url.database, autocommit=True, connect_timeout=10, **query,
            )  # fmt: skip
        except psycopg.Error as error:
            raise UnavailableError("No connection for notices could be had.") from error

    def send(self, words: Sequence[str]) -> None:
        """Tell these words to whoever listens, as few notices as they fit into. Raises UnavailableError."""
        try:
            for text in _packed(words):
                self._connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, text))
        except psycopg.Error as error:
            raise UnavailableError("The connection for notices was lost.") from error

    def listen(self) -> None:
        """Hear what is told from now on. Raises UnavailableError."""
        try:
            self._connection.execute(f"LISTEN {CHANNEL}")
        except psycopg.Error as error:
            raise UnavailableError("The connection for notices was lost.") from error

    def hear(self, seconds: float) -> list[str]:
        """The words told within this time; returns as soon as there are some. Raises UnavailableError."""
        try:
            heard = [notice.payload for notice in self._connection.notifies(timeout=seconds, stop_after=1)]
        except psycopg.Error as error:
            raise UnavailableError("The connection for notices was lost.") from error
        return [word for text in heard for word in text.split(" ") if word]

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def _packed(words: Sequence[str]) -> Iterator[str]:
    text = ""
    for word in words:
        if text and len(text) + 1 + len(word) > _LONGEST:
            yield text
            text = ""
        text = f"{text} {word}" if text else word
    if text:
        yield text
