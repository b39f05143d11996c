"""Deployed versions: the list, and one with its files."""

from __future__ import annotations

import orjson
from sqlalchemy import select

from workflow_engine.bpmn.model import load_model
from workflow_engine.domain.errors import NotFoundError, Problem
from workflow_engine.queries.rows import DefinitionDetail, DefinitionRow, NoteRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import definition, definition_file, definition_process

_d = definition.c
_COLUMNS = (
    _d.definition_id, _d.process_id, _d.name, _d.version, _d.state, _d.deployed_by, _d.deployed_at, _d.released_by,
    _d.released_at, _d.retired_by, _d.retired_at,
)  # fmt: skip


def list_definitions(snapshot: Snapshot) -> list[DefinitionRow]:
    """Every version, by process and from the newest."""
    statement = select(*_COLUMNS).order_by(_d.process_id, _d.version.desc())
    return [DefinitionRow(*row) for row in snapshot.connection.execute(statement)]


def get_definition(snapshot: Snapshot, definition_id: str) -> DefinitionDetail:
    """One version with its files. Raises NotFoundError."""
    statement = select(*_COLUMNS, _d.model, _d.problems).where(_d.definition_id == definition_id)
    row = snapshot.connection.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(f"Expected a definition {definition_id[:64]!r}, but there is none.")
    f = definition_file.c
    files = {
        name: bytes(content)
        for name, content in snapshot.connection.execute(
            select(f.name, f.content).where(f.definition_id == definition_id).order_by(f.name)
        )
    }
    p = definition_process.c
    processes = snapshot.connection.execute(
        select(p.process_id).where(p.definition_id == definition_id).order_by(p.process_id)
    ).scalars()
    notes = tuple(
        NoteRow(note.kind, note.element_id, note.what, note.before, note.after)
        for note in load_model(bytes(row.model)).notes
    )
    return DefinitionDetail(
        **{column.name: getattr(row, column.name) for column in _COLUMNS},
        bpmn_xml=next(content for name, content in files.items() if _is_bpmn(name, content)),
        files=files,
        notes=notes,
        problems=tuple(Problem(**problem) for problem in orjson.loads(row.problems)),
        processes=tuple(processes),
    )


def _is_bpmn(name: str, content: bytes) -> bool:
    return name.lower().endswith((".bpmn", ".bpmn2", ".bpmn20.xml")) or (
        name.lower().endswith(".xml") and b"http://www.omg.org/spec/BPMN/20100524/MODEL" in content
    )
