"""What differs between two versions of a model: its diagram element by element, its tables row by row, its forms.

Works on the files themselves, so that nothing an author changed is missed, whether the engine uses it or not. Never
raises for what files hold: one that cannot be read is told as changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value that was one thing and is another; None where it is not there at all."""

    path: str
    """Where it stands inside its element, as ``candidateGroups`` or ``property liandong:lane``."""
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ElementChange:
    """An element of the diagram, or a message, signal or pool beside it."""

    element_id: str
    kind: Kind
    element_type: str
    """Its BPMN name, as ``userTask``."""
    name: str
    values: Sequence[ValueChange] = ()
    moved: bool = False
    """Its place or size in the drawing differs too."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row of a decision table, before and after."""

    column: str
    before: str | None
    after: str | None

    @property
    def differs(self) -> bool:
        """Whether it was changed."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of a decision table that differs; numbers count from 1, None where there is no such row."""

    kind: Kind
    number_before: int | None
    number_after: int | None
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class TableChange:
    """A decision that differs."""

    file: str
    decision_id: str
    name: str
    kind: Kind
    values: Sequence[ValueChange] = ()
    """Of the decision itself: its hit policy, its columns, its logic where it is no table."""
    rows: Sequence[RowChange] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a form that differs."""

    kind: Kind
    key: str
    label: str
    values: Sequence[ValueChange] = ()


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file other than model and tables that differs: a form with its fields, texts with their keys."""

    file: str
    kind: Kind
    fields: Sequence[FieldChange] = ()
    values: Sequence[ValueChange] = ()


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """Everything that differs between two sets of files."""

    elements: Sequence[ElementChange] = ()
    tables: Sequence[TableChange] = ()
    files: Sequence[FileChange] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    """Number of elements of the diagram by kind of change."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.elements or self.tables or self.files)
