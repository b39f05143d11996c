"""Questions about lists of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from workflow_engine.domain.actors import Actor
from workflow_engine.queries.case_walks import CaseFilter, find_cases
from workflow_engine.queries.related import RelatedCase, find_related
from workflow_engine.queries.rows import CaseRow, Page
from workflow_engine.queries.snapshot import Snapshot


class CaseListQueries:
    """Questions about lists of cases."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def page(self, actor: Actor, wanted: CaseFilter, after: str | None = None, limit: int = 50) -> Page[CaseRow]:
        """Cases within the actor's reach, the newest first."""
        with self._snapshot() as snapshot:
            return find_cases(snapshot, actor, wanted, after=after, limit=limit)

    def related(self, case: CaseRow, message_ids: Iterable[str], actor: Actor) -> list[RelatedCase]:
        """Cases within reach that have to do with this one; ``message_ids`` are those that its record names."""
        with self._snapshot() as snapshot:
            return find_related(snapshot, case, message_ids, actor)
