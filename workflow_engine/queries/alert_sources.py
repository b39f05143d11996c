"""Sources of alerts, how asking them goes, and what became of what they gave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from workflow_engine.domain.errors import NotFoundError
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import alert, alert_source, alert_source_entry

_s, _e = alert_source.c, alert_source_entry.c


@dataclass(frozen=True, slots=True)
class AlertSourceRow:
    """A source, what it is set to, and how asking it goes."""

    source_id: str
    name: str
    url: str
    every_seconds: int
    categories: tuple[str, ...]
    least_severity: str
    codes: tuple[str, ...]
    words: tuple[str, ...]
    box: str
    signature: str
    certificates: str
    exercise: bool
    unit_id: str | None
    state: str
    next_at: datetime
    asked_at: datetime | None
    answered_at: datetime | None
    failures: int
    last_error: str | None


@dataclass(frozen=True, slots=True)
class AlertEntryRow:
    """One thing that a source gave, and what became of it."""

    digest: str
    entry_id: str
    title: str
    """As the alert says it; empty where it cannot be read."""
    alert_key: str | None
    outcome: str
    reason: str
    case_id: str | None
    seen_at: datetime


_ROW = tuple(_s[name] for name in AlertSourceRow.__dataclass_fields__)
_ENTRY = tuple(_e[name] for name in AlertEntryRow.__dataclass_fields__)


class AlertSourceQueries:
    """Questions about sources of alerts."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def has_due(self, now: datetime) -> bool:
        """Whether a source is to be asked now."""
        statement = select(_s.source_id).where(_s.state == "active", _s.next_at <= now).limit(1)
        with self._snapshot() as snapshot:
            return snapshot.connection.execute(statement).first() is not None

    def list(self) -> list[AlertSourceRow]:
        """Every source, by name."""
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(select(*_ROW).order_by(_s.name, _s.source_id)).all()
        return [_row(row) for row in rows]

    def get(self, source_id: str) -> AlertSourceRow:
        """One source. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(select(*_ROW).where(_s.source_id == source_id)).first()
        if row is None:
            raise NotFoundError("Expected a source of alerts, but there is no such one.")
        return _row(row)

    def list_entries(self, source_id: str, after: str | None = None, limit: int = 50) -> Page[AlertEntryRow]:
        """What came from it, the newest first. Raises NotFoundError."""
        self.get(source_id)
        limit, key = clamp(limit), decode(after, 2)
        statement = select(*_ENTRY).where(_e.source_id == source_id)
        if key is not None:
            statement = statement.where(tuple_(_e.seen_at, _e.digest) < key)
        statement = statement.order_by(_e.seen_at.desc(), _e.digest.desc()).limit(limit + 1)
        with self._snapshot() as snapshot:
            found = [AlertEntryRow(*row) for row in snapshot.connection.execute(statement)]
        return page_of(found, limit, lambda row: (row.seen_at, row.digest))

    def known(self, source_id: str, digests: Sequence[str]) -> frozenset[str]:
        """Those of the entries of which it is known what became of them."""
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(
                select(_e.digest).where(_e.source_id == source_id, _e.digest.in_(digests))
            )
            return frozenset(row[0] for row in rows)

    def is_about_known(self, keys: Sequence[str]) -> bool:
        """Whether one of these alerts (by key) came in before."""
        if not keys:
            return False
        with self._snapshot() as snapshot:
            statement = select(alert.c.alert_key).where(alert.c.alert_key.in_(keys)).limit(1)
            return snapshot.connection.execute(statement).first() is not None


def _row(row: Sequence[object]) -> AlertSourceRow:
    values = dict(zip(AlertSourceRow.__dataclass_fields__, row, strict=True))
    values["categories"], values["codes"] = (tuple(str(values[name]).split()) for name in ("categories", "codes"))
    values["words"] = tuple(str(values["words"]).splitlines())
    return AlertSourceRow(**values)  # type: ignore[arg-type]  # columns of these names and types
