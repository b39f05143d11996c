"""The dimensions of a table: one for each different input expression, and whether every combination may occur."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from workflow_engine.bpmn.decision_cells import Cell, read_cell
from workflow_engine.bpmn.decision_domains import ColumnType, Dimension, make_dimension
from workflow_engine.bpmn.decision_model import DecisionFile, DecisionNode, Knowledge, Table
from workflow_engine.bpmn.decision_types import TypeSystem
from workflow_engine.bpmn.decision_typing import input_type, path_of
from workflow_engine.bpmn.decision_walk import texts_of
from workflow_engine.feel import FeelSyntaxError, compile_expression


def rows_of_cells(table: Table) -> list[list[Cell]]:
    """Every test of the table, read."""
    return [[read_cell(text) for text in rule.tests] for rule in table.rules]


def make_dimensions(
    table: Table, node: DecisionNode | Knowledge, file: DecisionFile, types: TypeSystem
) -> tuple[list[Dimension], bool]:
    """Return the dimensions, and whether every combination of their values may really occur."""
    cells = rows_of_cells(table)
    places: dict[str, list[int]] = {}
    for at, clause in enumerate(table.inputs):
        places.setdefault(" ".join(clause.text.split()), []).append(at)
    if any(len(row) != len(table.inputs) for row in cells) or not cells:
        return [], False
    dimensions = []
    for text, columns in places.items():
        clause = table.inputs[columns[0]]
        known = input_type(clause, node, file, types)
        for column in columns[1:]:
            known = _both(known, input_type(table.inputs[column], node, file, types))
        by_column = [[row[column] for row in cells] for column in columns]
        dimensions.append(make_dimension(text, clause.label or clause.text, by_column, known))
    sure = all(one.exact for one in dimensions) and _independent([one.text for one in dimensions], node, file)
    return dimensions, sure


def _both(one: ColumnType, other: ColumnType) -> ColumnType:
    return ColumnType(
        one.kind or other.kind,
        one.whole or other.whole,
        tuple(dict.fromkeys(one.allowed + other.allowed)),
        one.values or other.values,
        one.is_list or other.is_list,
    )


def _independent(texts: list[str], node: DecisionNode | Knowledge, file: DecisionFile) -> bool:
    """Whether the inputs are plain data that do not depend on one another."""
    paths = [path_of(text) for text in texts]
    if None in paths:
        return False
    for one, other in combinations(filter(None, paths), 2):
        shorter = min(len(one), len(other))
        if one[:shorter] == other[:shorter]:
            return False
    if len(texts) == 1 or isinstance(node, Knowledge):
        return True
    sources = [_sources(path[0], file) for path in paths if path]
    return all(not (one & other) or paths_share_only_data(one, other, file) for one, other in combinations(sources, 2))


def paths_share_only_data(one: frozenset[str], other: frozenset[str], file: DecisionFile) -> bool:
    """Whether what two inputs have in common is a single piece of data, read at different places."""
    decisions = {decision.name for decision in file.decisions}
    return len(one) == len(other) == 1 and not (one & decisions)


def _sources(name: str, file: DecisionFile) -> frozenset[str]:
    """The name itself, or for a decision everything that its logic reads."""
    found: set[str] = set()
    pending = [name]
    while pending:
        at = pending.pop()
        if at in found:
            continue
        found.add(at)
        decision = next((one for one in file.decisions if one.name == at), None)
        if decision is not None:
            pending.extend(_reads(decision))
    return frozenset(found)


def _reads(decision: DecisionNode) -> Iterator[str]:
    for text in texts_of(decision.logic):
        if not text.tests:
            try:
                yield from compile_expression(text.source).free_names if text.source.strip() else ()
            except FeelSyntaxError:
                continue
