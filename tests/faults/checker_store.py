"""Reads a database without the product: ``sqlite3`` or ``psycopg``, one snapshot, plain rows."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg


@dataclass(frozen=True)
class Entry:
    """One audit entry as stored."""

    stream: str
    seq: int
    prev: str
    hash: str
    command_id: str
    at: datetime
    actor: str
    text: str
    body: dict[str, Any]

    @property
    def events(self) -> list[dict[str, Any]]:
        """What happened, in order."""
        found: list[dict[str, Any]] = self.body["events"]
        return found

    @property
    def is_of_case(self) -> bool:
        """Whether the chain is that of a case."""
        return ":" not in self.stream


class Store:
    """One consistent look at a database by its URL; use as a context manager."""

    def __init__(self, url: str) -> None:
        self._connection: Any
        if url.startswith("sqlite:///"):
            self.is_sqlite = True
            self._connection = sqlite3.connect(f"file:{url[10:]}?mode=ro", uri=True, isolation_level=None)
            self._connection.execute("BEGIN")
        else:
            self.is_sqlite = False
            self._connection = psycopg.connect(url.replace("+psycopg", "", 1), autocommit=True)
            self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Every row of a query."""
        return [tuple(row) for row in self._connection.execute(sql)]

    def entries(self) -> dict[str, list[Entry]]:
        """Every entry by its chain, in the order of the numbers."""
        found: dict[str, list[Entry]] = {}
        for stream, seq, prev, digest, command_id, at, actor, text in self.rows(
            "SELECT stream_id, seq, prev, hash, command_id, at, actor, body FROM audit_entry ORDER BY stream_id, seq"
        ):
            entry = Entry(stream, seq, prev, digest, command_id, instant(at), actor, text, json.loads(text))
            found.setdefault(stream, []).append(entry)
        return found

    def damages(self) -> list[str]:
        """What SQLite itself finds wrong with its file."""
        if not self.is_sqlite:
            return []
        found = [row[0] for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        return found + [f"foreign key: {row}" for row in self.rows("PRAGMA foreign_key_check")]


def instant(value: Any) -> datetime:
    """An instant in UTC from a driver's value or an ISO text."""
    found = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return found.astimezone(UTC)
