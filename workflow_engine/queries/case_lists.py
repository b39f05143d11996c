"""Questions about lists of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from sqlalchemy import select

from workflow_engine.domain.actors import Actor
from workflow_engine.queries.case_walks import CASE_COLUMNS, CASE_FROM, CaseFilter, case_row, find_cases
from workflow_engine.queries.related import RelatedCase, find_related
from workflow_engine.queries.rows import CaseRow, Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import process_instance
from workflow_engine.storage.visibility import visible_to


class CaseListQueries:
    """Questions about lists of cases."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def page(self, actor: Actor, wanted: CaseFilter, after: str | None = None, limit: int = 50) -> Page[CaseRow]:
        """Cases within the actor's reach, the newest first."""
        with self._snapshot() as snapshot:
            return find_cases(snapshot, actor, wanted, after=after, limit=limit)

    def get_many(self, actor: Actor, case_ids: Iterable[str]) -> list[CaseRow]:
        """Those of these cases that are within the actor's reach."""
        statement = select(*CASE_COLUMNS).select_from(CASE_FROM).where(process_instance.c.case_id.in_(set(case_ids)))
        if (visible := visible_to(actor)) is not None:
            statement = statement.where(visible)
        with self._snapshot() as snapshot:
            return [case_row(row) for row in snapshot.connection.execute(statement)]

    def related(self, case: CaseRow, message_ids: Iterable[str], actor: Actor) -> list[RelatedCase]:
        """Cases within reach that have to do with this one; ``message_ids`` are those that its record names."""
        with self._snapshot() as snapshot:
            return find_related(snapshot, case, message_ids, actor)
