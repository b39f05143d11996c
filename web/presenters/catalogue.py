"""The catalogue of what can be started: shelves by object, and within each by stage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.names import names_of
from web.presenters.people import actor_name, group_name
from web.presenters.prose import prose
from workflow_engine import CatalogueRow

OBJECTS = {
    "people": marked("The people"),
    "governance": marked("Governance"),
    "industry": marked("Industry"),
    "environment": marked("Environment"),
    "livelihood": marked("Livelihood"),
    "infrastructure": marked("Infrastructure"),
    "planning": marked("Planning"),
}
"""What cities act on, in the order in which the shelves stand; other words of an author come after them."""
STAGES = {"creation": marked("Creation"), "development": marked("Development"), "mechanism": marked("Mechanism")}
OTHER = ""


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """A process on a shelf."""

    row: CatalogueRow
    name: str
    text: str
    starters: list[str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One object with its processes by stage."""

    name: str
    stages: list[tuple[str, list[CatalogueLine]]]


def catalogue_shelves(rows: Iterable[CatalogueRow], words: str) -> list[Shelf]:
    """The shelves that hold something, in their order; a process about several objects stands on each."""
    found: dict[str, dict[str, list[CatalogueLine]]] = {}
    for row in rows:
        line = catalogue_line(row)
        if not _matches(line, words):
            continue
        for key in row.objects or (OTHER,):
            found.setdefault(key, {}).setdefault(row.stage, []).append(line)
    order = [*OBJECTS, *sorted(key for key in found if key not in OBJECTS and key), OTHER]
    return [
        Shelf(object_name(key), [(stage_name(stage), found[key][stage]) for stage in _stages(found[key])])
        for key in order
        if key in found
    ]


def catalogue_line(row: CatalogueRow) -> CatalogueLine:
    """A process with its words."""
    names = names_of(row.definition_id)
    text = names.documentation(row.process_id)
    return CatalogueLine(row, names.element(row.process_id, row.name), text, starter_names(row))


def start_values(row: CatalogueRow) -> dict[str, Any]:
    """What the page of the start form tells about the process."""
    line = catalogue_line(row)
    return {"row": row, "name": line.name, "text": prose(line.text) if line.text else "", "starters": line.starters}


def starter_names(row: CatalogueRow) -> list[str]:
    """Who may start it, by name; empty: whoever may start cases."""
    return [actor_name(one) if one.startswith("user:") else group_name(one) for one in row.starters]


def object_name(key: str) -> str:
    """A shelf's name; an author's own word stands for itself."""
    if key == OTHER:
        return _("Other matters")
    return _(OBJECTS[key]) if key in OBJECTS else key


def stage_name(key: str) -> str:
    """A stage's name; empty for those of no stage."""
    return _(STAGES[key]) if key in STAGES else key


def _stages(shelf: dict[str, list[CatalogueLine]]) -> list[str]:
    return [stage for stage in STAGES if stage in shelf] + sorted(stage for stage in shelf if stage not in STAGES)


def _matches(line: CatalogueLine, words: str) -> bool:
    told = f"{line.name} {line.text} {line.row.process_id}".casefold()
    return all(word in told for word in words.casefold().split())
