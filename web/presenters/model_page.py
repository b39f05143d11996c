"""Everything the model pages show, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web.context import engine
from web.i18n import marked
from web.presenters.diagram import diagram_of_definition
from web.presenters.names import names_of
from workflow_engine import Actor, DefinitionRow, new_id

NOTE_TITLES = {
    "unused": marked("Not used"),
    "translated": marked("Translated"),
    "rewritten": marked("Rewritten"),
}
FIRST_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One process in the list: its newest version and the older ones."""

    process_id: str
    name: str
    newest: DefinitionRow
    versions: list[DefinitionRow]


def model_list() -> list[ModelLine]:
    """Every process by name, its versions newest first."""
    found: dict[str, list[DefinitionRow]] = {}
    for row in engine().queries.list_definitions():
        found.setdefault(row.process_id, []).append(row)
    lines = []
    for process_id, rows in found.items():
        rows.sort(key=lambda row: row.version, reverse=True)
        lines.append(ModelLine(process_id, names_of(rows[0].definition_id).process(rows[0].name), rows[0], rows))
    return sorted(lines, key=lambda line: line.name)


def model_page(definition_id: str, actor: Actor) -> dict[str, Any]:
    """The template's values."""
    definition = engine().queries.get_definition(definition_id)
    names = names_of(definition_id)
    return {
        "model": definition,
        "names": names,
        "title": names.process(definition.name),
        "diagram": diagram_of_definition(definition_id, definition.problems),
        "problems": [
            (names.element(p.element_id, p.element_name) if p.element_id else "", p) for p in definition.problems
        ],
        "notes": _notes_by_kind(definition.notes, names),
        "files": sorted((name, len(content)) for name, content in definition.files.items()),
        "is_own": definition.deployed_by == actor.actor_id,
        "command_id": new_id(),
    }


def _notes_by_kind(notes: Any, names: Any) -> list[tuple[str, list[tuple[str, Any]]]]:
    kinds: dict[str, list[tuple[str, Any]]] = {}
    for note in notes:
        kinds.setdefault(note.kind, []).append((names.element(note.element_id) if note.element_id else "", note))
    return [(NOTE_TITLES.get(kind, kind), found) for kind, found in kinds.items()]
