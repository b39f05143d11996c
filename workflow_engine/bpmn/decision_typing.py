"""The types of inputs and results of tables, and cells that cannot be of them (DMN 1.5, 7.3.2 and 8.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from workflow_engine.bpmn.decision_cells import UNKNOWN, kind_of, read_cell
from workflow_engine.bpmn.decision_domains import ColumnType
from workflow_engine.bpmn.decision_linking import types_of
from workflow_engine.bpmn.decision_model import DecisionFile, DecisionNode, Input, ItemType, Knowledge, Table
from workflow_engine.bpmn.decision_outputs import fixed_value, listed_values, possible_results
from workflow_engine.bpmn.decision_types import TypeSystem, plain_type
from workflow_engine.domain.errors import Problem
from workflow_engine.feel import FeelSyntaxError, ast, compile_expression
from workflow_engine.feel.operators import equal

_WHOLE = frozenset(("integer", "long"))
_MOST_STEPS = 12
_COMPARABLE = frozenset(
    ("number", "string", "boolean", "date", "time", "date and time", "days and time duration",
     "years and months duration")
)  # fmt: skip


def column_type(types: TypeSystem, type_ref: str | ItemType) -> ColumnType:
    """What a type allows."""
    found = ColumnType()
    for _ in range(_MOST_STEPS):
        item = type_ref if isinstance(type_ref, ItemType) else types.find_item(type_ref)
        if item is None:
            name = str(type_ref)
            whole = name.rpartition(":")[2].strip().lower() in _WHOLE
            return replace(found, kind=plain_type(name) if name else None, whole=whole)
        if item.is_collection or item.components or item.parameters:
            return replace(found, kind="context" if item.components else "list", is_list=item.is_collection)
        tests = tuple(text for text in (item.allowed, item.constraint) if text)
        found = replace(found, allowed=found.allowed + tests)
        type_ref = item.type_ref
    return found


def input_type(clause: Input, node: DecisionNode | Knowledge, file: DecisionFile, types: TypeSystem) -> ColumnType:
    """What an input of a table may be, by its own type, by what its expression reads, and by its allowed values."""
    derived = _derived(clause.text, node, file, types)
    own = column_type(types, clause.type_ref) if clause.type_ref not in ("", "Any") else derived
    allowed = (*derived.allowed, *(own.allowed if own is not derived else ()), *filter(None, [clause.allowed]))
    kind = own.kind if own.kind not in (None, "Any") else derived.kind
    return replace(own, kind=kind, allowed=tuple(dict.fromkeys(allowed)), values=derived.values)


def _derived(text: str, node: DecisionNode | Knowledge, file: DecisionFile, types: TypeSystem) -> ColumnType:
    path = path_of(text)
    if path is None:
        return ColumnType()
    if isinstance(node, Knowledge):
        parameters = node.function.parameters if node.function else ()
        kinds = {entry.name: entry.type_ref for entry in parameters}
        return _reached(types, kinds.get(path[0], ""), path[1:])
    decision = next((one for one in file.decisions if one.name == path[0] and one.node_id in node.decisions), None)
    if decision is not None:
        values = possible_results(decision, path[1] if len(path) == 2 else "") if len(path) <= 2 else None
        known = _reached(types, decision.type_ref, path[1:])
        return replace(known, values=tuple(values) if values else None)
    data = next((one for one in file.inputs if one.name == path[0]), None)
    return _reached(types, data.type_ref, path[1:]) if data else ColumnType()


def _reached(types: TypeSystem, type_ref: str, keys: tuple[str, ...]) -> ColumnType:
    """The type at the end of a path through item definitions."""
    at: str | ItemType = type_ref
    for key in keys:
        item = _with_parts(types, at)
        part = None if item is None else next((one for one in item.components if one.name == key), None)
        if part is None:
            return ColumnType()
        at = part
    return column_type(types, at) if at else ColumnType()


def _with_parts(types: TypeSystem, type_ref: str | ItemType) -> ItemType | None:
    for _ in range(_MOST_STEPS):
        item = type_ref if isinstance(type_ref, ItemType) else types.find_item(type_ref)
        if item is None or item.components:
            return item
        type_ref = item.type_ref
    return None


def path_of(text: str) -> tuple[str, ...] | None:
    """The names of ``a.b.c``; None for any other expression."""
    try:
        node = compile_expression(text).tree
    except FeelSyntaxError:
        return None
    keys: list[str] = []
    while isinstance(node, ast.Path):
        keys.append(node.key)
        node = node.source
    return (node.name, *reversed(keys)) if isinstance(node, ast.Name) else None


# -- cells --------------------------------------------------------------------------------------------------------


def check_types(
    table: Table, node: DecisionNode | Knowledge, file: DecisionFile, types: TypeSystem
) -> Iterator[Problem]:
    """Tell every cell that cannot be of its column's type, and results that are not among the output values."""
    known = [input_type(clause, node, file, types) for clause in table.inputs]
    for number, rule in enumerate(table.rules, 1):

        def problem(code: str, message: str, mend: str, severity: str = "error") -> Problem:
            where = f"Decision {node.name!r}: rule {number}, {message}"  # noqa: B023 - told at once
            element = rule.rule_id or node.node_id  # noqa: B023
            return Problem(code, severity, where, mend, element, node.name, rule.line or table.line or None)  # type: ignore[arg-type]  # noqa: B023

        for column, (clause, kind, tests) in enumerate(zip(table.inputs, known, rule.tests, strict=False), 1):
            wrong = _wrong_test(tests, kind)
            if wrong is not None:
                message = f"column {column} ({clause.label or clause.text}): {tests.strip()} is {_article(wrong)}"
                yield problem("type_mismatch", f"{message}, but the column is of type {kind.kind}; it never matches.",
                              f"Write a {kind.kind}.")  # fmt: skip
        for column, (output, source) in enumerate(zip(table.outputs, rule.results, strict=False), 1):
            value = fixed_value(source)
            if value is UNKNOWN or value is None:
                continue
            label = f"output {column} ({output.label or output.name or node.name}): {source.strip()}"
            wanted = column_type(types, output.type_ref) if output.type_ref else ColumnType()
            given = kind_of(value)
            if wanted.kind in _COMPARABLE and not wanted.is_list and given not in (None, wanted.kind):
                if not (wanted.kind == "date and time" and given == "date"):
                    message = f"{label} is {_article(str(given))}, but the output is of type {wanted.kind}."
                    yield problem("type_mismatch", message, f"Write a {wanted.kind}.")
            elif table.aggregation in ("SUM", "MIN", "MAX") and given == "boolean":
                yield problem("aggregation", f"{label} cannot be aggregated by {table.aggregation}.", "Give numbers.")
            elif output.allowed and _outside(value, output.allowed):
                orders = table.hit_policy in ("PRIORITY", "OUTPUT ORDER")
                severity = "error" if orders else "warning"
                message = f"{label} is not among the output values {output.allowed}."
                yield problem("output_values", message, "Add it to the output values, or mend the cell.", severity)


def _wrong_test(tests: str, known: ColumnType) -> str | None:
    """The kind of a fixed value in the cell that is not the column's."""
    if known.kind not in _COMPARABLE or known.is_list:
        return None
    kinds = {kind_of(value) for value in read_cell(tests).constants or () if value is not None}
    if known.kind != "boolean" and kinds == {"boolean"}:
        return None  # a test that is true or false by itself
    return next((kind for kind in sorted(filter(None, kinds)) if kind != known.kind), None)


def _outside(value: object, allowed: str) -> bool:
    listed = listed_values(allowed)
    if not listed or any(kind_of(one) is None for one in listed):
        cell = read_cell(allowed)
        return cell.constants is not None and not cell.matches(value)
    return not any(equal(value, one) is True for one in listed)


def _article(kind: str) -> str:
    return f"a {kind}"


# -- item definitions ---------------------------------------------------------------------------------------------


def check_item_types(file: DecisionFile) -> Iterator[Problem]:
    """Tell item definitions that lead back to themselves: a type made of itself has no values at all."""
    items = {item.name: item for item in types_of(file)}
    own = {item.name for item in file.types}
    for name in sorted(own):
        cycle = _cycle(name, items, through_parts=False)
        if cycle:
            message = f"Item definitions {' → '.join(cycle)} are defined by each other."
            yield Problem("type_cycle", "error", message, "Give one of them a type of FEEL.")
        elif _cycle(name, items, through_parts=True):
            message = f"Item definition {name!r} contains itself; values are checked to a depth of {_MOST_STEPS} only."
            yield Problem("type_recursive", "warning", message, "Prefer a flat list that refers by id.")


def _cycle(name: str, items: dict[str, ItemType], *, through_parts: bool) -> list[str]:
    """The way from a type back to itself; empty when there is none."""
    pending = [(name, [name])]
    seen: set[str] = set()
    while pending:
        at, way = pending.pop()
        for target in _targets(items[at], items, through_parts):
            if target == name:
                return [*way, name]
            if target not in seen:
                seen.add(target)
                pending.append((target, [*way, target]))
    return []


def _targets(item: ItemType, items: dict[str, ItemType], through_parts: bool) -> Iterator[str]:
    plain = item.type_ref if item.type_ref in items else item.type_ref.rpartition(":")[2]
    if plain in items and not item.components:
        yield plain
    if through_parts:
        for part in item.components:
            yield from _targets(part, items, through_parts)
