"""What one entry does to the rows, collected event by event and written in one batch per kind of change.

A row that an event makes and a later event of the same entry moves on is written once, in its last form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow_engine.domain.errors import AuditError
from workflow_engine.domain.lifecycle import Table as Lifecycle
from workflow_engine.domain.lifecycle import may_move
from workflow_engine.storage.statement import Statement
from workflow_engine.storage.unit_of_work import UnitOfWork

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What an applier may depend on besides the event: the entry's own data and the case's fixed columns."""

    case_id: str
    seq: int
    at: datetime
    actor_id: str
    definition_id: str
    lane: int
    started_at: datetime
    """Of the case."""
    started_by: str
    """Of the case."""
    process_id: str


@dataclass(frozen=True, slots=True, eq=False)
class Insert:
    """Rows of one table, made by one statement."""

    name: str
    statement: Statement


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """A change of rows that exist; ``exactly`` is how many each execution must touch (None: any number)."""

    name: str
    statement: Statement
    exactly: int | None = 1


class Changes:
    """Collects; ``flush`` writes: first moves of stored rows, then new rows, which may take the place of moved ones."""

    __slots__ = ("_inserts", "_moves")

    def __init__(self) -> None:
        self._inserts: dict[Insert, dict[Any, Values]] = {}
        self._moves: dict[Move, list[Values]] = {}

    def insert(self, kind: Insert, key: Any, row: Values) -> None:
        """A new row; ``key`` finds it again within this entry."""
        rows = self._inserts.get(kind)
        if rows is None:
            rows = self._inserts[kind] = {}
        rows[key] = row

    def pending(self, kind: Insert, key: Any) -> Values | None:
        """The row made earlier in this entry, to be changed in place; None when it is in the database."""
        rows = self._inserts.get(kind)
        return None if rows is None else rows.get(key)

    def pending_of(self, kind: Insert) -> list[Values]:
        """Every row of this kind made in this entry."""
        return list(self._inserts.get(kind, {}).values())

    def drop(self, kind: Insert, key: Any) -> bool:
        """Forget a row made in this entry; False when there is none."""
        rows = self._inserts.get(kind)
        return rows is not None and rows.pop(key, None) is not None

    def moving(self, kind: Move, key: Any) -> Values | None:
        """The change of the stored row ``key`` that was collected earlier in this entry, to be added to."""
        return next((values for values in self._moves.get(kind, ()) if values["key"] == key), None)

    def move(self, kind: Move, values: Values) -> None:
        """A change of stored rows."""
        found = self._moves.get(kind)
        if found is None:
            found = self._moves[kind] = []
        found.append(values)

    def flush(self, unit: UnitOfWork) -> None:
        """Write everything.

        Raises:
            AuditError: a row is not in a state from which its event may move it.
        """
        for move, all_values in self._moves.items():
            touched = unit.many(move.statement, all_values)
            if move.exactly is not None and touched != move.exactly * len(all_values):
                wanted = move.exactly * len(all_values)
                raise AuditError(
                    f"Expected “{move.name}” to change {wanted} rows, but it changed {touched}: "
                    "rows and record do not fit together.",
                    values=[str(sorted(values.items())) for values in all_values[:3]],
                )
        for insert, rows in self._inserts.items():
            if rows:
                unit.many(insert.statement, rows.values())


def flush_new(unit: UnitOfWork, many: Iterable[Changes]) -> None:
    """Write what the first entries of many cases make: one statement for each kind of rows."""
    together: dict[Insert, list[Values]] = {}
    for changes in many:
        if changes._moves:  # rare: of something that cannot be stored yet, such as drafts of a task withdrawn at once
            changes.flush(unit)
            continue
        for insert, rows in changes._inserts.items():
            together.setdefault(insert, []).extend(rows.values())
    for insert, found in together.items():
        unit.many(insert.statement, found)


def text_column(text: str | None, most: int = 200) -> str | None:
    """Text that an expression made, so that every database takes it: without NUL, not longer than the column."""
    return None if text is None else text.replace("\x00", "")[:most]


def moved(row: Values, table: Lifecycle, state: str, changes: Mapping[str, Any]) -> None:
    """Move a pending row along its lifecycle, with further columns. Raises AuditError when the table forbids it."""
    if not may_move(table, row["state"], state):
        raise AuditError(f"Expected to move a row from {row['state']} to {state}, but its lifecycle forbids it.")
    row["state"] = state
    row.update(changes)


def states_before(table: Lifecycle, state: str) -> list[str]:
    """From which states a row may move to ``state``; for the WHERE of a guarded UPDATE."""
    return [before for before, after in table.items() if state in after]
