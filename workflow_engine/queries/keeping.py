"""What is known of cases beyond their end: held, removed, due to be removed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.keeping import due_cases
from workflow_engine.storage.schema import case_hold, case_removal, heartbeat, process_instance


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long a case is kept."""

    removal_at: datetime | None
    """None: for ever, or it still runs, or is removed."""
    held_by: str | None
    held_at: datetime | None
    reason: str | None
    removed_at: datetime | None


class KeepingQueries:
    """Reached as ``engine.queries.keeping``; whoever asks has seen to it that the case is within reach."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def of_case(self, case_id: str) -> Keeping:
        """How long this case is kept."""
        c, h, r = process_instance.c, case_hold.c, case_removal.c
        statement = (
            select(c.removal_at, h.held_by, h.held_at, h.reason, r.removed_at)
            .select_from(process_instance)
            .outerjoin(case_hold, h.case_id == c.case_id)
            .outerjoin(case_removal, r.case_id == c.case_id)
            .where(c.case_id == case_id)
        )
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(statement).one_or_none()
        return Keeping(None, None, None, None, None) if row is None else Keeping(*row)

    def last_beat(self, name: str) -> datetime | None:
        """When this worker gave its last sign of life."""
        with self._snapshot() as snapshot:
            statement = select(heartbeat.c.at).where(heartbeat.c.name == name)
            found: datetime | None = snapshot.connection.execute(statement).scalar_one_or_none()
            return found

    def due(self, now: datetime, most: int) -> list[str]:
        """Cases whose time is over and that nobody holds."""
        with self._snapshot() as snapshot:
            return due_cases(snapshot.unit, now, most)
