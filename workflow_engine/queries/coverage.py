"""What the released processes cover, from their own properties."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from workflow_engine.domain.coverage import ProcessScope, scope_from
from workflow_engine.queries.catalogue import newest_released
from workflow_engine.queries.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class CoveredBy:
    """A released process with what it covers."""

    scope: ProcessScope
    name: str
    definition_id: str


class CoverageQueries:
    """Reached as ``engine.queries.coverage``."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def list_processes(self) -> list[CoveredBy]:
        """The newest released version of every process, by id; those that say nothing cover nothing."""
        found = []
        with self._snapshot() as snapshot:
            for process_id, definition_id, _version, name in snapshot.connection.execute(newest_released()):
                process = snapshot.library.get(snapshot.unit, definition_id).process(process_id)
                scope = scope_from(process_id, process.properties)
                found.append(CoveredBy(scope, name or process.name or process_id, definition_id))
        return sorted(found, key=lambda one: one.scope.process_id)
