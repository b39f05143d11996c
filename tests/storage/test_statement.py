"""Statements compiled once: what goes to the driver and what comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select

from workflow_engine.storage.schema import heartbeat, timer
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.types import UTCDateTime, instant_text

AT = datetime(2026, 5, 12, 6, 0, 0, 5, tzinfo=UTC)


def test_sqlite_binds_instants_as_sortable_text() -> None:
    statement = Statement(select(timer.c.timer_id).where(timer.c.due_at <= param("now", timer.c.due_at)))
    assert statement.compiled("sqlite").bind({"now": AT}) == ("2026-05-12T06:00:00.000005Z",)
    assert statement.compiled("postgresql").bind({"now": AT}) == (AT,)


def test_instants_of_other_offsets_are_written_in_utc() -> None:
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert instant_text(shanghai) == instant_text(AT)


def test_naive_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UTCDateTime().process_bind_param(AT.replace(tzinfo=None), Statement(insert(timer)) and _dialect())


def test_fixed_values_stand_in_their_places() -> None:
    statement = Statement(
        select(timer.c.timer_id).where(timer.c.state.in_(["a", "b"]), timer.c.lane == param("lane"))
    )
    assert statement.compiled("sqlite").bind({"lane": 1}) == ("a", "b", 1)


def test_missing_values_are_named() -> None:
    with pytest.raises(KeyError, match="due_at"):
        Statement(insert(timer)).compiled("sqlite").bind({"timer_id": "x"})


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_upsert_replaces_only_what_is_named(dialect: str) -> None:
    sql = Statement(lambda name: upsert(name, heartbeat, ("name",), ("at",))).compiled(dialect).sql
    assert "DO UPDATE SET at = excluded.at" in sql


def _dialect() -> object:
    from workflow_engine.storage.statement import DIALECTS

    return DIALECTS["sqlite"]
