"""Two versions of a model side by side, and what the newer one means for running cases."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from web.context import engine
from web.i18n import current_language
from web.i18n import gettext as _
from web.permissions import may
from web.presenters.model_words import change_kind
from web.presenters.names import Drawn, Names, messages_in, names_of
from workflow_engine import (
    Actor,
    DefinitionDetail,
    DefinitionRow,
    ElementChange,
    Impact,
    ModelDifference,
    NotFoundError,
    compare_models,
)

MOST_SHOWN = 400


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a version, or somebody's working copy."""

    label: str
    url: str
    diagram_url: str
    files: Mapping[str, bytes]
    names: Names
    definition_id: str | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """An element that differs, in the visitor's words."""

    change: ElementChange
    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the page of a comparison shows."""

    before: Side
    after: Side
    difference: ModelDifference
    lines: Sequence[ChangeLine]
    moved: Sequence[ChangeLine]
    impact: Impact | None = None

    @property
    def left_out(self) -> int:
        """How many elements differ beside those that are shown."""
        return len(self.difference.elements) - len(self.lines) - len(self.moved)

    @property
    def marks(self) -> str:
        """Element to kind of change, as JSON for the script that marks both diagrams."""
        return json.dumps({line.change.element_id: line.change.kind for line in (*self.lines, *self.moved)})

    @property
    def words(self) -> str:
        """What the marks are called."""
        words = {kind: change_kind(kind) for kind in ("added", "removed", "changed", "moved")}
        return json.dumps({**words, "failed": _("The diagram cannot be drawn.")}, ensure_ascii=False)


def get_model(definition_id: str) -> DefinitionDetail:
    """A version that the visitor may see. Raises NotFoundError, also for what lies outside their reach."""
    definition = engine().queries.get_definition(definition_id)
    if not may("see_models", process_id=definition.process_id):
        raise NotFoundError(f"Expected a definition {definition_id[:64]!r}, but there is none.")
    return definition


def side_of_version(definition_id: str) -> Side:
    """A stored version. Raises NotFoundError."""
    definition = get_model(definition_id)
    return Side(
        label=_("version %(number)s", number=definition.version),
        url=url_for("models.page", definition_id=definition_id),
        diagram_url=url_for("models.xml", definition_id=definition_id, language=current_language().tag),
        files=definition.files,
        names=names_of(definition_id),
        definition_id=definition_id,
        state=definition.state,
    )


def side_of_work(work_id: str, actor: Actor) -> Side:
    """A working copy of the actor's own. Raises NotFoundError."""
    work = engine().queries.models.get_work(work_id, actor)
    return Side(
        label=_("your working copy"),
        url=url_for("models_work.page", work_id=work_id),
        diagram_url=url_for("models_work.xml", work_id=work_id, revision=work.revision),
        files=work.files,
        names=names_of_files(work.files),
    )


def names_of_files(files: Mapping[str, bytes]) -> Names:
    """Names in files that are no version yet."""
    # What nobody has checked yet is parsed in limited child processes only: drawn names come with the changes.
    return Names(Drawn({}, {}), messages_in(files), current_language().key)


def compare(before: Side, after: Side) -> Comparison:
    """The two side by side, with the running cases of the one before where both are versions."""
    difference = compare_models(before.files, after.files)
    lines = [_line(change, before, after) for change in difference.elements[:MOST_SHOWN]]
    impact = None
    if before.definition_id and after.definition_id:
        impact = engine().queries.models.impact(before.definition_id, after.definition_id)
    return Comparison(
        before, after, difference,
        [line for line in lines if line.change.kind != "moved"],
        [line for line in lines if line.change.kind == "moved"],
        impact,
    )  # fmt: skip


def _line(change: ElementChange, before: Side, after: Side) -> ChangeLine:
    names = before.names if change.kind == "removed" else after.names
    return ChangeLine(change, names.element(change.element_id, change.name))


def versions_of(process_id: str) -> list[DefinitionRow]:
    """Every version of a process, the newest first."""
    rows = [row for row in engine().queries.list_definitions() if row.process_id == process_id]
    return sorted(rows, key=lambda row: row.version, reverse=True)


def find_previous(versions: Sequence[DefinitionRow], of: DefinitionRow) -> DefinitionRow | None:
    """What a version is to be looked at beside: the newest released one but itself, else the one before it."""
    others = [row for row in versions if row.definition_id != of.definition_id]
    released = [row for row in others if row.state == "released" and row.version < of.version]
    older = [row for row in others if row.version < of.version]
    return next(iter(released or older), None)


def released_beside(definition_id: str) -> str:
    """The version from which cases start now, if it is another one; else nothing. Raises NotFoundError."""
    process_id = get_model(definition_id).process_id
    current = next((row.definition_id for row in versions_of(process_id) if row.state == "released"), "")
    return "" if current == definition_id else current


def release_page(definition_id: str) -> dict[str, Any]:
    """What a releaser must see: the very version, what is new in it, its findings, whom it touches."""
    current = released_beside(definition_id)
    return {
        "compared_with": current,
        "comparison": compare(side_of_version(current), side_of_version(definition_id)) if current else None,
    }
