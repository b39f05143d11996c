"""Questions about models beside their versions: working copies, and which running cases a version concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.permissions import held
from workflow_engine.queries import model_impact
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.definitions import get_definition
from workflow_engine.queries.model_rows import Impact, ModelWork, ModelWorkRow
from workflow_engine.queries.record import read_entries
from workflow_engine.queries.rows import DefinitionDetail
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import definition, model_work, model_work_file

if TYPE_CHECKING:
    from workflow_engine.queries.door import Queries

_w = model_work.c
_f = model_work_file.c


class ModelQuestions:
    """Reached as ``engine.queries.models``."""

    def __init__(self, door: Queries) -> None:
        self._door = door

    def list_work(self, actor: Actor) -> list[ModelWorkRow]:
        """The actor's own working copies, the one changed last first."""
        with self._door.snapshot() as snapshot:
            rows = snapshot.connection.execute(
                _WORK.where(_w.owner == actor.actor_id).order_by(_w.changed_at.desc(), _w.work_id)
            ).all()
            names: dict[str, list[str]] = {row.work_id: [] for row in rows}
            wanted = select(_f.work_id, _f.name).where(_f.work_id.in_(list(names))).order_by(_f.name)
            for work_id, name in snapshot.connection.execute(wanted):
                names[work_id].append(name)
        return [ModelWorkRow(*row, file_names=tuple(names[row.work_id])) for row in rows]

    def get_work(self, work_id: str, actor: Actor) -> ModelWork:
        """One of the actor's own working copies with its files. Raises NotFoundError."""
        with self._door.snapshot() as snapshot:
            connection = snapshot.connection
            row = connection.execute(_WORK.where(_w.work_id == work_id, _w.owner == actor.actor_id)).one_or_none()
            if row is None:
                raise NotFoundError(f"Expected a working copy {work_id[:64]!r}, but there is none.")
            wanted = select(_f.name, _f.content).where(_f.work_id == work_id).order_by(_f.name)
            files = {name: bytes(content) for name, content in connection.execute(wanted)}
        return ModelWork(*row, files=files)

    def get_drawn(self, definition_id: str, actor: Actor, case_id: str | None = None) -> DefinitionDetail:
        """One version as its diagram is shown: to who sees models or cases of its processes, or this case of it.

        Raises:
            NotFoundError: there is none, or it is outside the actor's reach.
        """
        with self._door.snapshot() as snapshot:
            found = get_definition(snapshot, definition_id)
            if not _sees_process(actor, found) and not _is_of_case(snapshot, definition_id, actor, case_id):
                raise NotFoundError(f"Expected a definition {definition_id[:64]!r}, but there is none.")
        return found

    def count_running(self, *, exercises: bool | None = None) -> dict[str, int]:
        """Number of running cases by version; of exercises alone, or without them, where it is said."""
        with self._door.snapshot() as snapshot:
            return model_impact.count_running(snapshot, exercises=exercises)

    def impact(self, before_id: str, after_id: str) -> Impact:
        """What one version means for the running cases of another. Raises NotFoundError."""
        with self._door.snapshot() as snapshot:
            return model_impact.impact_of(snapshot, before_id, after_id)


def _sees_process(actor: Actor, found: DefinitionDetail) -> bool:
    processes = {None, found.process_id, *found.processes}
    return any(one.process_id in processes for verb in _SEEING for one in held(actor, verb))


def _is_of_case(snapshot: Snapshot, definition_id: str, actor: Actor, case_id: str | None) -> bool:
    """Whether the case is within reach and runs this version, or has run it, or called it."""
    if case_id is None:
        return False
    if require_visible_case(snapshot, case_id, actor).definition_id == definition_id:
        return True
    entries = read_entries(snapshot, case_id)
    return any(event.get("definition_id") == definition_id for entry in entries for event in entry.events)


_SEEING = (
    "definition.see", "definition.deploy", "definition.release", "definition.retire", "case.see_all", "case.operate",
    "case.audit", "analysis.see",
)  # fmt: skip
_WORK = select(
    _w.work_id, _w.base_definition_id, definition.c.version, definition.c.name, _w.revision, _w.changed_at
).select_from(model_work.outerjoin(definition, definition.c.definition_id == _w.base_definition_id))
