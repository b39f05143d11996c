"""How long work took in past cases: for plans of rehearsals that are calibrated from them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.permissions import require_permission
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import process_instance, user_task

MOST_TASKS = 200_000
MOST_CASES = 20_000
_t, _p = user_task.c, process_instance.c


@dataclass(frozen=True, slots=True)
class PastTaskRow:
    """A task that was completed."""

    case_id: str
    element_id: str
    created_at: datetime
    claimed_at: datetime | None
    completed_at: datetime


class PastWorkQueries:
    """``engine.queries.past_work``; for those who may see figures of many cases. Exercises do not count."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def tasks(self, actor: Actor, process_id: str) -> list[PastTaskRow]:
        """Completed tasks of the latest cases of a process."""
        require_permission(actor, "analysis.see", "see figures of many cases")
        latest = (
            select(_p.case_id)
            .where(_p.process_id == process_id, _p.exercise.is_(False))
            .order_by(_p.started_at.desc(), _p.case_id.desc())
            .limit(MOST_CASES)
        )
        statement = (
            select(_t.case_id, _t.element_id, _t.created_at, _t.claimed_at, _t.completed_at)
            .where(_t.case_id.in_(latest), _t.state == "completed")
            .order_by(_t.case_id, _t.token_id)
            .limit(MOST_TASKS)
        )
        with self._snapshot() as snapshot:
            return [PastTaskRow(*row) for row in snapshot.connection.execute(statement)]

    def starts(self, actor: Actor, process_id: str) -> list[datetime]:
        """When the latest cases of a process began, the oldest first."""
        require_permission(actor, "analysis.see", "see figures of many cases")
        statement = (
            select(_p.started_at)
            .where(_p.process_id == process_id, _p.exercise.is_(False))
            .order_by(_p.started_at.desc(), _p.case_id.desc())
            .limit(MOST_CASES)
        )
        with self._snapshot() as snapshot:
            return sorted(snapshot.connection.execute(statement).scalars())
