"""Everything written in a decision: its tables, and its FEEL texts with the names that are local where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workflow_engine.bpmn.decision_model import (
    Conditional,
    Context,
    DecisionFile,
    DecisionNode,
    FilterLogic,
    Function,
    InputData,
    Invocation,
    ItemType,
    Iteration,
    Knowledge,
    ListLogic,
    Literal,
    Logic,
    Relation,
    ServiceNode,
    Table,
)


@dataclass(frozen=True, slots=True)
class Text:
    """One FEEL text; ``tests`` marks the content of an input entry."""

    source: str
    local: frozenset[str]
    where: str = ""
    line: int = 0
    element_id: str = ""
    tests: bool = False
    in_filter: bool = False


def owners_in(file: DecisionFile) -> list[DecisionNode | Knowledge]:
    """The decisions and knowledge models of a file."""
    return [*file.decisions, *file.knowledge]


def logic_of(node: DecisionNode | Knowledge) -> Logic | None:
    """The boxed expression of a decision or a knowledge model."""
    return node.logic if isinstance(node, DecisionNode) else node.function


def tables_of(node: DecisionNode | Knowledge) -> Iterator[Table]:
    """Every table in it, wherever it stands."""
    pending = [logic_of(node)]
    while pending:
        logic = pending.pop(0)
        if isinstance(logic, Table):
            yield logic
        elif logic is not None:
            pending.extend(_parts(logic))


def texts_of(logic: Logic | None, local: frozenset[str] = frozenset(), in_filter: bool = False) -> Iterator[Text]:
    """Every FEEL text in it."""
    if isinstance(logic, Literal):
        yield Text(logic.text, local, line=logic.line, in_filter=in_filter)
    elif isinstance(logic, Table):
        yield from _texts_of_table(logic, local, in_filter)
    elif isinstance(logic, Context):
        known = local
        for entry in logic.entries:
            yield from texts_of(entry.logic, known, in_filter)
            known |= {entry.name}
    elif isinstance(logic, Function):
        yield from texts_of(logic.body, local | {entry.name for entry in logic.parameters}, in_filter)
    elif isinstance(logic, Iteration):
        yield from texts_of(logic.domain, local, in_filter)
        yield from texts_of(logic.body, local | {logic.variable, "partial"}, in_filter)
    elif isinstance(logic, FilterLogic):
        yield from texts_of(logic.source, local, in_filter)
        yield from texts_of(logic.match, local | {"item"}, True)
    elif logic is not None:
        for part in _parts(logic):
            yield from texts_of(part, local, in_filter)


def _texts_of_table(table: Table, local: frozenset[str], in_filter: bool) -> Iterator[Text]:
    for number, clause in enumerate(table.inputs, 1):
        where = f"input {number} ({clause.label or clause.text})"
        yield Text(clause.text, local, where, table.line, in_filter=in_filter)
    for number, rule in enumerate(table.rules, 1):
        for column, (clause, tests) in enumerate(zip(table.inputs, rule.tests, strict=False), 1):
            where = f"rule {number}, column {column} ({clause.label or clause.text})"
            yield Text(tests, local | {"?"}, where, rule.line, rule.rule_id, True, in_filter)
        for column, (output, source) in enumerate(zip(table.outputs, rule.results, strict=False), 1):
            where = f"rule {number}, output {column} ({output.label or output.name})"
            yield Text(source, local, where, rule.line, rule.rule_id, in_filter=in_filter)


def _parts(logic: Logic) -> list[Logic | None]:
    if isinstance(logic, Context):
        return [entry.logic for entry in logic.entries]
    if isinstance(logic, ListLogic):
        return list(logic.items)
    if isinstance(logic, Relation):
        return [cell for row in logic.rows for cell in row]
    if isinstance(logic, Function):
        return [logic.body]
    if isinstance(logic, Invocation):
        return [logic.called, *(entry.logic for entry in logic.bindings)]
    if isinstance(logic, Conditional):
        return [logic.condition, logic.then, logic.otherwise]
    if isinstance(logic, Iteration):
        return [logic.domain, logic.body]
    if isinstance(logic, FilterLogic):
        return [logic.source, logic.match]
    return []


def names_in(file: DecisionFile) -> Iterator[str]:
    """Every name that may stand in an expression of the file."""
    nodes: list[DecisionNode | Knowledge | ServiceNode | InputData] = [*owners_in(file), *file.services, *file.inputs]
    yield from (node.name for node in nodes)
    for one in file.imports:
        yield one.name
        if one.file is not None:
            yield from names_in(one.file)
    for item in file.types:
        yield from _names_in_type(item)
    for owner in owners_in(file):
        yield from _names_in_logic(logic_of(owner))


def _names_in_type(item: ItemType) -> Iterator[str]:
    for component in item.components:
        yield component.name
        yield from _names_in_type(component)


def _names_in_logic(logic: Logic | None) -> Iterator[str]:
    if isinstance(logic, Table):
        yield from (output.name for output in logic.outputs if output.name)
    elif isinstance(logic, Context):
        yield from (entry.name for entry in logic.entries if entry.name)
    elif isinstance(logic, Relation):
        yield from logic.columns
    elif isinstance(logic, Function):
        yield from (entry.name for entry in logic.parameters if entry.name)
    elif isinstance(logic, Iteration):
        yield logic.variable
    if logic is not None:
        for part in _parts(logic):
            yield from _names_in_logic(part)
