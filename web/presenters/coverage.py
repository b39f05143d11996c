"""The coverage of the released processes as tables: every two axes, and object, stage and mechanism at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.catalogue import OBJECTS, STAGES
from web.presenters.names import names_of
from web.presenters.organisation import SUBJECT_CLASSES
from workflow_engine import AXES, PAIRS, REQUIRED_PAIRS, CoverageEntry, CoveredBy, coverage_cells, coverage_gaps

MECHANISMS = {
    "decision": marked("Decision"), "evaluation": marked("Evaluation"), "operation": marked("Operation"),
    "emergency": marked("Emergency"), "supervision": marked("Supervision"),
}  # fmt: skip
WORDS: Mapping[str, Mapping[str, str]] = {
    "subjects": SUBJECT_CLASSES, "objects": OBJECTS, "stages": STAGES, "mechanisms": MECHANISMS
}  # fmt: skip
AXIS_NAMES = {
    "subjects": marked("Subject"), "objects": marked("Object"), "stages": marked("Stage"),
    "mechanisms": marked("Mechanism"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CoverageCell:
    """What covers one cell: (process, name, whether it leads there)."""

    entries: list[tuple[str, str, bool]]
    is_required: bool
    """An empty one is a gap."""


@dataclass(frozen=True, slots=True)
class CoverageTable:
    """One table: its columns, and its rows with their heading."""

    key: str
    name: str
    corner: str
    columns: list[str]
    rows: list[tuple[str, list[CoverageCell]]]


def coverage_page(found: Sequence[CoveredBy]) -> dict[str, object]:
    """The template's values."""
    scopes = [one.scope for one in found]
    names = {one.scope.process_id: names_of(one.definition_id).element(one.scope.process_id, one.name) for one in found}
    silent = [names[scope.process_id] for scope in scopes if not any(scope.on(axis) for axis in AXES)]
    return {
        "tables": [_table(found, names, rows, columns) for rows, columns in PAIRS] + [_whole(found, names)],
        "gaps": [" × ".join(word_of(word) for word in words) for words in coverage_gaps(scopes)],
        "processes": [(names[scope.process_id], scope.process_id) for scope in scopes if any(map(scope.on, AXES))],
        "silent": silent,
    }


def word_of(word: str) -> str:
    """A word of any axis in the visitor's language."""
    return next((_(words[word]) for words in WORDS.values() if word in words), word)


def _table(found: Sequence[CoveredBy], names: Mapping[str, str], rows: str, columns: str) -> CoverageTable:
    cells = coverage_cells([one.scope for one in found], rows, columns)
    is_required = (rows, columns) in REQUIRED_PAIRS
    return CoverageTable(
        f"{rows}-{columns}", f"{_(AXIS_NAMES[rows])} × {_(AXIS_NAMES[columns])}", _(AXIS_NAMES[rows]),
        [word_of(word) for word in AXES[columns]],
        [
            (word_of(row), [_cell(cells[row, column], names, is_required) for column in AXES[columns]])
            for row in AXES[rows]
        ],
    )  # fmt: skip


def _whole(found: Sequence[CoveredBy], names: Mapping[str, str]) -> CoverageTable:
    cells = coverage_cells([one.scope for one in found], "objects", "stages", "mechanisms")
    return CoverageTable(
        "whole", f"{_(AXIS_NAMES['objects'])} × {_(AXIS_NAMES['stages'])} × {_(AXIS_NAMES['mechanisms'])}",
        f"{_(AXIS_NAMES['objects'])}, {_(AXIS_NAMES['stages'])}",
        [word_of(word) for word in AXES["mechanisms"]],
        [
            (
                f"{word_of(thing)}, {word_of(stage)}",
                [_cell(cells[thing, stage, mechanism], names, False) for mechanism in AXES["mechanisms"]],
            )
            for thing in AXES["objects"]
            for stage in AXES["stages"]
        ],
    )  # fmt: skip


def _cell(entries: Sequence[CoverageEntry], names: Mapping[str, str], is_required: bool) -> CoverageCell:
    ordered = sorted(entries, key=lambda entry: not entry.leads)
    return CoverageCell([(one.process_id, names[one.process_id], one.leads) for one in ordered], is_required)
