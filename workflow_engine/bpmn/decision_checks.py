"""What can be told of decision tables before anything is decided: gaps, overlaps, dead rows, wrong types, lost names.

Every finding names a concrete example. Nothing is claimed of cells that cannot be decided; a note says so instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Literal

from workflow_engine.bpmn.decision_columns import make_dimensions, rows_of_cells
from workflow_engine.bpmn.decision_cover import Cover, TooLargeError, numbers_in
from workflow_engine.bpmn.decision_domains import Dimension
from workflow_engine.bpmn.decision_model import DecisionFile, DecisionNode, Knowledge, Table
from workflow_engine.bpmn.decision_names import check_names
from workflow_engine.bpmn.decision_outputs import ranks_of, same_outputs
from workflow_engine.bpmn.decision_types import TypeSystem
from workflow_engine.bpmn.decision_typing import check_item_types, check_types
from workflow_engine.bpmn.decision_walk import owners_in, tables_of
from workflow_engine.bpmn.decision_words import example
from workflow_engine.domain.errors import Problem

MOST_TOLD = 5
MOST_COUNTED = 500
_RANKS = ("error", "warning", "info")
_TOO_LARGE = "the table is too large to be searched completely"
Severity = Literal["error", "warning", "info"]
_MANY_WITHOUT_GAPS = ("RULE ORDER", "OUTPUT ORDER")


def check_file(file: DecisionFile, types: TypeSystem) -> list[Problem]:
    """Return what is wrong, or likely to be, with the tables, names and types of a file that was read."""
    found = list(check_item_types(file))
    for node in owners_in(file):
        for table in tables_of(node):
            typing = list(check_types(table, node, file, types))
            found += typing
            wrong_rows = {problem.element_id for problem in typing if problem.element_id}
            found += _TableCheck(table, node, file, types, wrong_rows).problems()
    return found + list(check_names(file, types))


class _TableCheck:
    """The findings about one table."""

    def __init__(
        self, table: Table, node: DecisionNode | Knowledge, file: DecisionFile, types: TypeSystem, wrong: set[str]
    ) -> None:
        self._table = table
        self._node = node
        self._wrong = wrong
        self._cells = rows_of_cells(table)
        self._dimensions, self._sure = make_dimensions(table, node, file, types)
        self._undecided = frozenset().union(*(one.undecided for one in self._dimensions)) if self._dimensions else set()
        self._rows = range(len(table.rules))
        self._policy = table.hit_policy

    def problems(self) -> Iterator[Problem]:
        """Everything about the rows of the table."""
        if not self._table.outputs or any(len(row) != len(self._table.inputs) for row in self._cells):
            return
        try:
            cover = Cover(self._dimensions, len(self._table.rules))
        except TooLargeError:
            yield self._undecided_note(_TOO_LARGE)
            return
        found: list[Problem] = []
        for part in (self._overlaps, self._gap, self._dead_rows):
            try:
                found += part(cover)
            except TooLargeError:
                found.append(self._undecided_note(_TOO_LARGE))
        yield from sorted(dict.fromkeys(found), key=lambda problem: _RANKS.index(problem.severity))

    # -- gaps -------------------------------------------------------------------------------------------------

    def _gap(self, cover: Cover) -> Iterator[Problem]:
        if not self._needs_match() or any(self._table.outputs[at].default for at in range(len(self._table.outputs))):
            return
        gap = cover.find_gap(self._rows)
        if gap is not None:
            which = cover.needed(self._rows, gap)
            shown = example(self._dimensions, gap, which)
            severity: Severity = "warning" if self._sure else "info"
            unless = "" if self._sure else ", should that occur"
            message = (
                f"nothing matches {shown}{unless}; the case would stop there."
                if self._table.rules
                else ("the table has no rule.")
            )
            yield self._problem("table_gap", severity, message, "Add a rule for it, a last row of '-', or a default.")
        elif self._undecided and cover.find_gap(self._decided()) is not None:
            yield self._undecided_note(self._undecided_cell())
            severity = "info" if self._policy == "UNIQUE" else "warning"
            mend = "Add a last row of '-', or a default output."
            yield self._problem("catch_all_missing", severity, "there is no row for everything else.", mend)

    def _needs_match(self) -> bool:
        if self._policy == "COLLECT":
            return self._table.aggregation in ("SUM", "MIN", "MAX")
        return self._policy not in _MANY_WITHOUT_GAPS

    def _decided(self) -> list[int]:
        return [row for row in self._rows if row not in self._undecided]

    # -- overlaps ---------------------------------------------------------------------------------------------

    def _overlaps(self, cover: Cover) -> Iterator[Problem]:
        if self._policy not in ("UNIQUE", "ANY"):
            return
        pairs = list(islice(self._clashes(cover), MOST_COUNTED))
        for one, other in pairs[:MOST_TOLD]:
            place = cover.common_place(one, other)
            which = [at for at, used in enumerate(self._dimensions) if self._speaks(used, one, other)]
            shown = example(self._dimensions, place, which)
            expected = "at most one may (UNIQUE)" if self._policy == "UNIQUE" else "they differ in their results (ANY)"
            unless = "" if self._sure else ", should that occur"
            message = f"rules {one + 1} and {other + 1} both match {shown}{unless}, but {expected}."
            mend = "Narrow one of them, or choose another hit policy."
            severity: Severity = "error" if self._sure else "warning"
            yield self._problem("table_overlap", severity, message, mend, other)
        if len(pairs) > MOST_TOLD:
            least = "at least " if len(pairs) == MOST_COUNTED else ""
            message = f"{least}{len(pairs) - MOST_TOLD} more pairs of rules match together."
            yield self._problem("table_overlap", "error" if self._sure else "warning", message, "Narrow them.")
        if self._undecided and self._policy == "UNIQUE" and len(self._rows) > 1:
            yield self._undecided_note(self._undecided_cell())

    def _clashes(self, cover: Cover) -> Iterator[tuple[int, int]]:
        decided = set(self._decided())
        for one in decided:
            for other in numbers_in(cover.overlapping(one)):
                if other <= one or other not in decided:
                    continue
                if self._policy == "UNIQUE" or not same_outputs(self._table, one, other):
                    yield one, other

    def _speaks(self, dimension: Dimension, one: int, other: int) -> bool:
        return any(dimension.masks[row] != dimension.everything for row in (one, other))

    # -- rows that never decide -------------------------------------------------------------------------------

    def _dead_rows(self, cover: Cover) -> Iterator[Problem]:
        told = 0
        for row in self._rows:
            why = self._dead(cover, row)
            if why:
                told += 1
                if told <= MOST_TOLD:
                    message = f"rule {row + 1} {why}."
                    yield self._problem("row_unreachable", "warning", message, "Mend, move or remove the row.", row)
        if told > MOST_TOLD:
            message = f"{told - MOST_TOLD} more rules never decide."
            yield self._problem("row_unreachable", "warning", message, "Mend, move or remove them.")

    def _dead(self, cover: Cover, row: int) -> str:
        """Why a row never decides; empty when it may."""
        rule_id = self._table.rules[row].rule_id
        if rule_id and rule_id in self._wrong:
            return ""
        empty = next((one for one in self._dimensions if not one.masks[row]), None)
        if empty is not None:
            return f"can never match, because nothing that {empty.label} may be passes"
        before = self._stronger(row)
        if before and cover.find_gap(before, inside=row) is None:
            return "never decides, because rules before or above it take all its cases"
        return ""

    def _stronger(self, row: int) -> list[int]:
        """The decidable rows that win over this one wherever both match."""
        decided = self._decided()
        if self._policy == "FIRST":
            return [one for one in decided if one < row]
        if self._policy == "PRIORITY":
            ranks = ranks_of(self._table)
            mine = ranks[row]
            if mine is None:
                return []
            return [one for one in decided if (rank := ranks[one]) is not None and (rank, one) < (mine, row)]
        return []

    # -- telling ----------------------------------------------------------------------------------------------

    def _undecided_cell(self) -> str:
        for row in self._rows:
            for column, cell in enumerate(self._cells[row]):
                if cell.constants is None:
                    clause = self._table.inputs[column]
                    return f"rule {row + 1}, column {column + 1} ({clause.label or clause.text}) is no plain comparison"
        return "an input has values that cannot be listed"

    def _undecided_note(self, why: str) -> Problem:
        message = f"gaps and overlaps are not decided, because {why}."
        return self._problem("table_not_decided", "info", message, "Check these rows by scenarios.")

    def _problem(self, code: str, severity: Severity, message: str, mend: str, row: int | None = None) -> Problem:
        rule = None if row is None else self._table.rules[row]
        line = (rule.line if rule else 0) or self._table.line or self._node.line
        name = self._node.name
        element = (rule.rule_id if rule else "") or self._node.node_id
        return Problem(code, severity, f"Decision {name!r}: {message}", mend, element, name, line or None)
