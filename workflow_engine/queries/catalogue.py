"""What can be started: the newest released version of every process that people begin themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import func, select

from workflow_engine.bpmn.model import Node, Process
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.permissions import may
from workflow_engine.domain.starting import is_starter
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.queries.user_tasks import find_form
from workflow_engine.storage.schema import definition, definition_process

_d = definition.c
_p = definition_process.c
OBJECTS, STAGE, LISTED = "liandong:objects", "liandong:stage", "liandong:catalogue"


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """A process as the catalogue shows it."""

    process_id: str
    name: str
    definition_id: str
    version: int
    documentation: str
    objects: tuple[str, ...]
    """What it is about, as its author says: people, governance, industry and so on; any words."""
    stage: str
    """``creation``, ``development``, or any other word of its author's."""
    starters: tuple[str, ...]
    """People and groups whom the model lets start it; empty: whoever may start cases."""
    form_key: str | None
    fields: tuple[Any, ...]
    """Form fields that the start event has itself, as plain data."""
    may_start: bool = False
    """Whether the person who asks may start it."""


@dataclass(frozen=True, slots=True)
class StartPage:
    """A process with the form that starts it; None: it has none of its own."""

    row: CatalogueRow
    form: Any


class CatalogueQueries:
    """Questions about what can be started. Rows are kept: a version never changes."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot
        self._kept: dict[tuple[str, str], CatalogueRow | None] = {}
        self._lock = threading.Lock()

    def list_startable(self, actor: Actor) -> list[CatalogueRow]:
        """Every process that people start, by name; those that the actor may not start are marked so."""
        with self._snapshot() as snapshot:
            found = [self._row(snapshot, *row) for row in snapshot.connection.execute(newest_released())]
        rows = [_for(row, actor) for row in found if row is not None]
        return sorted(rows, key=lambda row: row.name)

    def get_start(self, process_id: str, actor: Actor) -> StartPage:
        """One process with its start form. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            newest = newest_released().where(_p.process_id == process_id)
            rows = [self._row(snapshot, *row) for row in snapshot.connection.execute(newest)]
            row = next((row for row in rows if row is not None), None)
            if row is None:
                raise NotFoundError(f"Expected a process {process_id[:64]!r} to start, but there is none.")
            return StartPage(_for(row, actor), find_form(snapshot, row.definition_id, row.form_key))

    def _row(
        self, snapshot: Snapshot, process_id: str, definition_id: str, version: int, name: str | None
    ) -> CatalogueRow | None:
        with self._lock:
            if (definition_id, process_id) in self._kept:
                return self._kept[definition_id, process_id]
        process = snapshot.library.get(snapshot.unit, definition_id).process(process_id)
        row = _row_of(process, definition_id, version, name)
        with self._lock:
            self._kept[definition_id, process_id] = row
        return row


def newest_released() -> Any:
    """The newest released version of every process."""
    released = (
        select(_p.process_id, func.max(_p.version).label("version"))
        .join(definition, _d.definition_id == _p.definition_id)
        .where(_d.state == "released")
        .group_by(_p.process_id)
        .subquery()
    )
    return select(_p.process_id, _p.definition_id, _p.version, _p.name).join(
        released, (_p.process_id == released.c.process_id) & (_p.version == released.c.version)
    )


def _row_of(process: Process, definition_id: str, version: int, name: str | None) -> CatalogueRow | None:
    """None for a process that only messages, clocks or other processes start, or that does not want to be listed."""
    properties = dict(process.properties)
    start = _plain_start(process)
    if start is None or properties.get(LISTED, "").strip().lower() in ("no", "false"):
        return None
    form = start.start_form
    return CatalogueRow(
        process_id=process.id, name=name or process.name or process.id, definition_id=definition_id, version=version,
        documentation=process.documentation or "", objects=_words(properties.get(OBJECTS, "")),
        stage=properties.get(STAGE, "").strip(), starters=process.starters,
        form_key=None if form is None else form.form_key,
        fields=() if form is None else tuple(msgspec.to_builtins(form.fields)),
    )  # fmt: skip


def _plain_start(process: Process) -> Node | None:
    return next((node for node in process.scope.nodes if node.kind == "startEvent" and not node.events), None)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _for(row: CatalogueRow, actor: Actor) -> CatalogueRow:
    allowed = may(actor, "case.start", actor.unit_id, row.process_id) and is_starter(actor, row.starters)
    return replace(row, may_start=allowed)
