"""Server-side sessions: the cookie holds only a random id, everything else stays here and can be revoked at once.

They live in a small SQLite file of their own (or in memory), apart from the cases: losing them signs people out,
nothing more. Only the SHA-256 of an id is stored, so that a copy of the file opens no session.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from werkzeug.datastructures import CallbackDict

SCHEMA = """
CREATE TABLE IF NOT EXISTS web_session (
    id_digest  TEXT PRIMARY KEY,
    person_id  TEXT,
    content    TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS web_session_by_person ON web_session (person_id);
CREATE INDEX IF NOT EXISTS web_session_by_seen ON web_session (seen_at);
"""
ANONYMOUS_SECONDS = 3600
IDLE_SECONDS = 8 * 3600
LONGEST_SECONDS = 16 * 3600
LONGEST_SECONDS_EVER = 72 * 3600
"""No profile lets a session live longer: what is older may be cleaned away."""
TOUCH_SECONDS = 60
"""How old ``seen_at`` may get before it is written again: reading a page must not cost a write."""
CLEAN_SECONDS = 600


class SessionStore:
    """Sessions by id; safe to use from many threads, and from several processes over one file."""

    def __init__(self, path: Path | None = None) -> None:
        self.limits: Callable[[], tuple[float, float]] = lambda: (IDLE_SECONDS, LONGEST_SECONDS)
        """After how many seconds without a request, and after how many in all, a session has run out."""
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._cleaned_at = 0.0
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False, timeout=10
        )
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;" + SCHEMA)
        if path is not None:
            path.chmod(0o600)

    def find(self, session_id: str, now: float) -> dict[str, Any] | None:
        """The content of a live session; None when there is none or it has run out."""
        digest = _digest(session_id)
        with self._lock:
            row = self._connection.execute(
                "SELECT person_id, content, started_at, seen_at FROM web_session WHERE id_digest = ?", (digest,)
            ).fetchone()
            if row is None:
                return None
            person_id, content, started_at, seen_at = row
            idle, longest = self.limits()
            if now - seen_at > (idle if person_id else ANONYMOUS_SECONDS) or now - started_at > longest:
                self._connection.execute("DELETE FROM web_session WHERE id_digest = ?", (digest,))
                return None
            if now - seen_at > TOUCH_SECONDS:
                self._connection.execute("UPDATE web_session SET seen_at = ? WHERE id_digest = ?", (int(now), digest))
        loaded: dict[str, Any] = json.loads(content)
        return loaded

    def save(self, session_id: str, content: dict[str, Any], now: float) -> None:
        """Write a session; its start stays what it was."""
        row = (_digest(session_id), content.get("person_id"), json.dumps(content), int(now), int(now))
        with self._lock:
            self._connection.execute(
                "INSERT INTO web_session VALUES (?, ?, ?, ?, ?) ON CONFLICT (id_digest) DO UPDATE SET"
                " person_id = excluded.person_id, content = excluded.content, seen_at = excluded.seen_at",
                row,
            )
            if now - self._cleaned_at > CLEAN_SECONDS:
                self._cleaned_at = now
                self._connection.execute(
                    "DELETE FROM web_session WHERE seen_at < ? OR (person_id IS NULL AND seen_at < ?)",
                    (int(now - LONGEST_SECONDS_EVER), int(now - ANONYMOUS_SECONDS)),
                )

    def delete(self, session_id: str) -> None:
        """End one session."""
        with self._lock:
            self._connection.execute("DELETE FROM web_session WHERE id_digest = ?", (_digest(session_id),))

    def delete_all_of(self, person_id: str) -> None:
        """End every session of one person."""
        with self._lock:
            self._connection.execute("DELETE FROM web_session WHERE person_id = ?", (person_id,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _digest(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """One visitor's session as views see it: a dictionary that notices changes."""

    def __init__(self, session_id: str | None, content: dict[str, Any] | None = None) -> None:
        self.session_id = session_id
        self.retired_id: str | None = None
        self.modified = False
        self.accessed = True
        super().__init__(content or {}, _mark_modified)

    def renew(self) -> None:
        """Go on under a new id; the old one opens nothing any more. Called whenever rights change."""
        self.retired_id = self.session_id
        self.session_id = None
        self.modified = True


def _mark_modified(session: ServerSession) -> None:
    session.modified = True


class ServerSessions(SessionInterface):
    """Flask's door to the store."""

    def __init__(self, store: SessionStore) -> None:
        self.store = store

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        session_id = request.cookies.get(self.get_cookie_name(app))
        content = self.store.find(session_id, time.time()) if session_id else None
        return ServerSession(session_id if content is not None else None, content)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession) or not session.modified:
            return
        name, path, domain = self.get_cookie_name(app), self.get_cookie_path(app), self.get_cookie_domain(app)
        for old in {session.retired_id, session.session_id if not session else None} - {None}:
            self.store.delete(str(old))
        if not session:
            response.delete_cookie(name, path=path, domain=domain)
            return
        if session.session_id is None:
            session.session_id = secrets.token_urlsafe(32)
            response.set_cookie(
                name, session.session_id, path=path, domain=domain, httponly=True,
                secure=self.get_cookie_secure(app), samesite=self.get_cookie_samesite(app),
            )  # fmt: skip
        self.store.save(session.session_id, dict(session), time.time())
