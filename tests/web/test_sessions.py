"""Server-side sessions: found by their id only, ended by time and by hand."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from web.sessions import ANONYMOUS_SECONDS, IDLE_SECONDS, LONGEST_SECONDS, TOUCH_SECONDS, SessionStore

NOW = 1_800_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> SessionStore:
    return SessionStore(tmp_path / "sessions.db")


def test_session_is_found_by_its_id_only(store: SessionStore) -> None:
    store.save("one", {"person_id": "user:1", "csrf": "t"}, NOW)
    assert store.find("one", NOW) == {"person_id": "user:1", "csrf": "t"}
    assert store.find("two", NOW) is None


def test_file_holds_no_usable_id(store: SessionStore, tmp_path: Path) -> None:
    store.save("a-very-secret-id", {"person_id": "user:1"}, NOW)
    store.close()
    with sqlite3.connect(tmp_path / "sessions.db") as connection:
        rows = connection.execute("SELECT * FROM web_session").fetchall()
    connection.close()
    assert len(rows) == 1
    assert "a-very-secret-id" not in repr(rows)
    assert (tmp_path / "sessions.db").stat().st_mode & 0o077 == 0


def test_session_ends_when_idle_and_after_its_longest_time(store: SessionStore) -> None:
    store.save("idle", {"person_id": "user:1"}, NOW)
    assert store.find("idle", NOW + IDLE_SECONDS + 1) is None
    store.save("long", {"person_id": "user:1"}, NOW)
    at = NOW
    while at < NOW + LONGEST_SECONDS:
        assert store.find("long", at) is not None
        at += IDLE_SECONDS - TOUCH_SECONDS
    assert store.find("long", NOW + LONGEST_SECONDS + 1) is None


def test_anonymous_session_ends_sooner(store: SessionStore) -> None:
    store.save("visitor", {"csrf": "t"}, NOW)
    assert store.find("visitor", NOW + ANONYMOUS_SECONDS + 1) is None


def test_all_sessions_of_a_person_end_at_once(store: SessionStore) -> None:
    for name, person in (("a", "user:1"), ("b", "user:1"), ("c", "user:2")):
        store.save(name, {"person_id": person}, NOW)
    store.delete_all_of("user:1")
    assert [store.find(name, NOW) is not None for name in "abc"] == [False, False, True]


def test_sessions_survive_a_restart(store: SessionStore, tmp_path: Path) -> None:
    store.save("one", {"person_id": "user:1"}, NOW)
    store.close()
    assert SessionStore(tmp_path / "sessions.db").find("one", NOW) == {"person_id": "user:1"}
