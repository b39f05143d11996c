"""Rows of sources of alerts and of what came from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, null, select, update

from workflow_engine.storage.schema import alert_source, alert_source_entry
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_s = alert_source.c
_e = alert_source_entry.c
_OF = _s.source_id == param("source")
SET = (
    "name", "url", "every_seconds", "categories", "least_severity", "codes", "words", "box", "signature",
    "certificates", "exercise", "unit_id", "set_at", "set_by", "next_at", "etag", "modified",
)  # fmt: skip
"""What setting a source writes; validators of the last answer are dropped with it, so that everything is read anew."""
ASKED = (
    "source_id", "name", "url", "every_seconds", "categories", "least_severity", "codes", "words", "box", "signature",
    "certificates", "exercise", "unit_id", "etag", "modified",
)  # fmt: skip
_ADD = Statement(insert(alert_source))
_CHANGE = Statement(
    lambda _dialect: update(alert_source).where(_OF).values({name: param(name, _s[name]) for name in SET})
)
_COUNT = Statement(select(func.count()).select_from(alert_source))
_STATE = Statement(select(_s.state).where(_OF).with_for_update())
_MOVE = Statement(update(alert_source).where(_OF).values(state=param("state"), next_at=param("now", _s.next_at)))
_DUE_NOW = Statement(update(alert_source).where(_OF).values(next_at=param("now", _s.next_at)))
_DROP_ENTRIES = Statement(delete(alert_source_entry).where(_e.source_id == param("source")))
_DROP = Statement(delete(alert_source).where(_OF))
_DUE = Statement(
    select(*(_s[name] for name in ASKED))
    .where(_s.state == "active", _s.next_at <= param("now", _s.next_at))
    .order_by(_s.next_at, _s.source_id)
    .limit(param("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = Statement(update(alert_source).where(_OF).values(next_at=param("until", _s.next_at)))
_ANSWERED = Statement(
    update(alert_source).where(_OF).values(
        next_at=param("next", _s.next_at), etag=param("etag"), modified=param("modified"), failures=0,
        asked_at=param("now", _s.asked_at), answered_at=param("now", _s.answered_at), last_error=null(),
    )
)  # fmt: skip
_FAILURES = Statement(select(_s.failures, _s.every_seconds).where(_OF).with_for_update())
_FAILED = Statement(
    update(alert_source).where(_OF).values(
        next_at=param("next", _s.next_at), failures=param("failures"), asked_at=param("now", _s.asked_at),
        last_error=param("error"),
    )
)  # fmt: skip
_NOTE = Statement(lambda dialect: upsert(dialect, alert_source_entry, ("source_id", "digest"), None))
_FORGET = Statement(
    delete(alert_source_entry).where(_e.source_id == param("source"), _e.seen_at < param("before", _e.seen_at))
)


def add_source(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A new source."""
    unit.run(_ADD, {**row, "state": "active", "failures": 0, "asked_at": None, "answered_at": None, "last_error": None})


def change_source(unit: UnitOfWork, source_id: str, row: Mapping[str, Any]) -> None:
    """What it is set to from now on."""
    unit.run(_CHANGE, {"source": source_id, **{name: row[name] for name in SET}})


def count_sources(unit: UnitOfWork) -> int:
    """How many there are."""
    row = unit.one(_COUNT, {})
    return 0 if row is None else int(row[0])


def find_state(unit: UnitOfWork, source_id: str) -> str | None:
    """Its state, locked; None when there is none."""
    row = unit.one(_STATE, {"source": source_id})
    return None if row is None else str(row[0])


def move_source(unit: UnitOfWork, source_id: str, state: str, now: datetime) -> None:
    """active ↔ paused; it is due now."""
    unit.run(_MOVE, {"source": source_id, "state": state, "now": now})


def make_due(unit: UnitOfWork, source_id: str, now: datetime) -> None:
    """Ask it next."""
    unit.run(_DUE_NOW, {"source": source_id, "now": now})


def remove_source(unit: UnitOfWork, source_id: str) -> None:
    """Delete it with what it remembers of its entries."""
    unit.run(_DROP_ENTRIES, {"source": source_id})
    unit.run(_DROP, {"source": source_id})


def take_due(unit: UnitOfWork, now: datetime, until: datetime, most: int) -> list[dict[str, Any]]:
    """Sources to ask now, each for one poller until then."""
    found = [dict(zip(ASKED, row, strict=True)) for row in unit.all(_DUE, {"now": now, "most": most})]
    unit.many(_LEASE, ({"source": one["source_id"], "until": until} for one in found))
    return found


def find_failures(unit: UnitOfWork, source_id: str) -> tuple[int, int] | None:
    """How often asking failed in a row, and the usual pause in seconds; None when the source is gone."""
    row = unit.one(_FAILURES, {"source": source_id})
    return None if row is None else (int(row[0]), int(row[1]))


def note_answer(
    unit: UnitOfWork, source_id: str, now: datetime, next_at: datetime, etag: str, modified: str
) -> None:
    """A good answer."""
    values = {"source": source_id, "now": now, "next": next_at, "etag": etag, "modified": modified}
    unit.run(_ANSWERED, values)


def note_failure(
    unit: UnitOfWork, source_id: str, now: datetime, next_at: datetime, failures: int, error: str
) -> None:
    """No answer, or none that can be used."""
    values = {"source": source_id, "now": now, "next": next_at, "failures": failures, "error": error}
    unit.run(_FAILED, values)


def note_entries(unit: UnitOfWork, rows: Iterable[Mapping[str, Any]]) -> None:
    """What became of entries; the first word on one stands."""
    unit.many(_NOTE, rows)


def forget_entries(unit: UnitOfWork, source_id: str, before: datetime) -> None:
    """Those that were seen long ago."""
    unit.run(_FORGET, {"source": source_id, "before": before})
