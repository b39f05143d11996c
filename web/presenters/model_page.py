"""Everything the model pages show, put together once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from web.context import engine
from web.i18n import marked
from web.permissions import may
from web.presenters.diagram import diagram_of_definition
from web.presenters.model_changes import find_previous, get_model, versions_of
from web.presenters.names import Names, in_language, names_of
from workflow_engine import Actor, DefinitionRow, ModelWorkRow, NoteRow, new_id

NOTE_TITLES = {
    "unused": marked("Not used"),
    "translated": marked("Translated"),
    "rewritten": marked("Rewritten"),
}


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the list, and how many cases run on it."""

    row: DefinitionRow
    running: int
    drills: int
    """How many of them are exercises."""
    previous_id: str | None
    """What to look at it beside."""


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One process in the list with its versions, the newest first."""

    process_id: str
    name: str
    versions: list[VersionLine]

    @property
    def newest(self) -> DefinitionRow:
        """The version deployed last."""
        return self.versions[0].row

    @property
    def released(self) -> DefinitionRow | None:
        """The version from which cases start now."""
        return next((line.row for line in self.versions if line.row.state == "released"), None)

    @property
    def running(self) -> int:
        """Running cases of all versions."""
        return sum(line.running for line in self.versions)

    @property
    def drills(self) -> int:
        """How many of them are exercises."""
        return sum(line.drills for line in self.versions)


def model_list() -> list[ModelLine]:
    """Every process by name, its versions newest first."""
    queries = engine().queries
    running, drills = queries.models.count_running(), queries.models.count_running(exercises=True)
    found: dict[str, list[DefinitionRow]] = {}
    for row in queries.list_definitions():
        if not may("see_models", process_id=row.process_id):
            continue
        found.setdefault(row.process_id, []).append(row)
    lines = []
    for process_id, rows in found.items():
        rows.sort(key=lambda row: row.version, reverse=True)
        versions = []
        for row in rows:
            previous = find_previous(rows, row)
            previous_id = None if previous is None else previous.definition_id
            count, drilled = (some.get(row.definition_id, 0) for some in (running, drills))
            versions.append(VersionLine(row, count, drilled, previous_id))
        lines.append(ModelLine(process_id, names_of(rows[0].definition_id).process(rows[0].name), versions))
    return sorted(lines, key=lambda line: line.name)


def work_list(actor: Actor) -> list[ModelWorkRow]:
    """The actor's own working copies."""
    rows = engine().queries.models.list_work(actor)
    return [replace(row, base_name=in_language(row.base_name)) for row in rows]


def model_page(definition_id: str, actor: Actor) -> dict[str, Any]:
    """The template's values."""
    queries = engine().queries
    definition = get_model(definition_id)
    names = names_of(definition_id)
    versions = versions_of(definition.process_id)
    previous = find_previous(versions, definition)
    return {
        "model": definition,
        "names": names,
        "title": names.process(definition.name),
        "diagram": diagram_of_definition(definition_id, definition.problems),
        "problems": definition.problems,
        "notes": notes_by_kind(definition.notes, names),
        "files": sorted((name, len(content)) for name, content in definition.files.items()),
        "is_own": definition.deployed_by == actor.actor_id,
        "previous_id": None if previous is None else previous.definition_id,
        "versions": versions,
        "running": queries.models.count_running().get(definition_id, 0),
        "drills": queries.models.count_running(exercises=True).get(definition_id, 0),
        "command_id": new_id(),
    }


def notes_by_kind(notes: Iterable[NoteRow], names: Names) -> list[tuple[str, list[tuple[str, NoteRow]]]]:
    """What was translated, rewritten or not used, each with the name of its element."""
    kinds: dict[str, list[tuple[str, NoteRow]]] = {}
    for note in notes:
        kinds.setdefault(note.kind, []).append((names.element(note.element_id) if note.element_id else "", note))
    return [(NOTE_TITLES.get(kind, kind), found) for kind, found in kinds.items()]
