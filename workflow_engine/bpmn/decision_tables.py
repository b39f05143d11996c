"""Decision tables: matching rows and every hit policy, enforced (DMN 1.5, chapter 8)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from workflow_engine.bpmn.decision_model import Output, Table
from workflow_engine.bpmn.decision_state import DecisionState, TableTrace
from workflow_engine.domain.errors import DecisionError
from workflow_engine.feel.compile_tests import Test
from workflow_engine.feel.operators import add, compare, equal
from workflow_engine.feel.runtime import NO_CONTEXT, Closure, Frame, State
from workflow_engine.feel.values import to_json, to_text

if TYPE_CHECKING:
    from workflow_engine.bpmn.decision_logic import Workshop

MULTIPLE = frozenset(("COLLECT", "RULE ORDER", "OUTPUT ORDER"))


class _Column(NamedTuple):
    label: str
    type_ref: str
    value: Closure
    allowed: Test | None
    allowed_text: str


class _Row(NamedTuple):
    number: int
    tests: tuple[tuple[int, Test], ...]
    results: tuple[Closure, ...]


class TableCompiler:
    """Turns one table into a closure."""

    def __init__(self, workshop: Workshop, table: Table) -> None:
        self._shop = workshop
        self._table = table

    def compile(self) -> Closure:
        """Return the closure; cells that are not FEEL are reported to the workshop."""
        columns = [self._column(position) for position in range(len(self._table.inputs))]
        rows = [self._row(number) for number in range(1, len(self._table.rules) + 1)]
        self._check_outputs()
        default = self._default()
        ranks = [self._rank(output) for output in self._table.outputs]
        policy = _Policy(self._table, self._shop.owner_name, ranks)
        shop, owner, types = self._shop, self._shop.owner, self._shop.types
        inspect = _make_inspect(columns, shop.owner_name, types.fit)
        first_only = self._table.hit_policy == "FIRST"
        cost = 1 + len(rows) // 4

        def decide(frame: Frame) -> Any:
            state = frame.state
            state.charge(cost)
            values, frames = inspect(frame)
            matched = _match(rows, values, frames, first_only)
            numbers = tuple(row.number for row in matched)
            if isinstance(state, DecisionState):
                inputs = {column.label: to_json(value) for column, value in zip(columns, values, strict=True)}
                state.trace.append(TableTrace(owner, policy.name, inputs, numbers))
            if not matched:
                return default(frame) if default else policy.nothing(state)
            return policy.choose([[cell(frame) for cell in row.results] for row in matched], numbers)

        return decide

    def _column(self, position: int) -> _Column:
        clause = self._table.inputs[position]
        label = clause.label or clause.text
        where = f"input {position + 1} ({label})"
        if not self._shop.types.known(clause.type_ref):
            self._shop.report("type_unknown", f"{where}: unknown type {clause.type_ref!r}.", "Use one of FEEL's types.")
        value = self._shop.expression(clause.text, where, self._table.line)
        with self._shop.scope(("?",)):
            allowed = self._shop.tests(clause.allowed, f"{where}, allowed values", self._table.line)
        return _Column(label, clause.type_ref, value, allowed, clause.allowed)

    def _row(self, number: int) -> _Row:
        rule = self._table.rules[number - 1]
        tests = []
        with self._shop.scope(("?",)):
            for position, text in enumerate(rule.tests[: len(self._table.inputs)]):
                clause = self._table.inputs[position]
                where = f"rule {number}, column {position + 1} ({clause.label or clause.text})"
                test = self._shop.tests(text, where, rule.line, rule.rule_id)
                if test is not None:
                    tests.append((position, test))
        results = []
        for position, text in enumerate(rule.results[: len(self._table.outputs)]):
            output = self._table.outputs[position]
            where = f"rule {number}, output {position + 1} ({output.label or output.name})"
            cell = self._shop.expression(text, where, rule.line, rule.rule_id)
            results.append(self._shop.typed(cell, output.type_ref))
        return _Row(number, tuple(tests), tuple(results))

    def _check_outputs(self) -> None:
        names = [output.name for output in self._table.outputs]
        if len(names) > 1 and (not all(names) or len(set(names)) != len(names)):
            self._shop.report(
                "output_name", "Several outputs need different names.", "Name each output.", self._table.line
            )
        needs_order = self._table.hit_policy in ("PRIORITY", "OUTPUT ORDER")
        if needs_order and not any(output.allowed for output in self._table.outputs):
            mend = "List the output values from the most to the least important."
            message = f"{self._table.hit_policy} needs output values, which give the order."
            self._shop.report("output_values", message, mend, self._table.line)

    def _default(self) -> Closure | None:
        outputs = self._table.outputs
        if not any(output.default for output in outputs):
            return None
        cells = [self._shop.expression(output.default, "default output", self._table.line) for output in outputs]
        if len(cells) == 1:
            return cells[0]
        names = [output.name for output in outputs]
        return lambda frame: {name: cell(frame) for name, cell in zip(names, cells, strict=True)}

    def _rank(self, output: Output) -> list[Any]:
        if not output.allowed:
            return []
        listed = self._shop.expression(f"[{output.allowed}]", "output values", self._table.line)
        values = listed(Frame({}, None, State({}, NO_CONTEXT, False)))
        return values if isinstance(values, list) else []


def _make_inspect(
    columns: list[_Column], owner: str, fit: Callable[..., tuple[bool, Any]]
) -> Callable[[Frame], tuple[list[Any], list[Frame]]]:
    """Return the function that evaluates, fits and checks all inputs."""

    def inspect(frame: Frame) -> tuple[list[Any], list[Frame]]:
        values: list[Any] = []
        frames: list[Frame] = []
        for column in columns:
            found = column.value(frame)
            fits, value = fit(found, column.type_ref, read_text=True)
            if not fits:
                raise DecisionError(
                    f"Decision {owner!r}: expected {column.label!r} to be of type {column.type_ref}, "
                    f"but it is {to_text(found, nested=True)[:200]}",
                    input=column.label,
                )
            inner = Frame({"?": value}, frame, frame.state)
            if column.allowed is not None and value is not None and column.allowed(value, inner) is not True:
                raise DecisionError(
                    f"Decision {owner!r}: expected {column.label!r} to be one of {column.allowed_text}, "
                    f"but it is {to_text(value, nested=True)[:200]}",
                    input=column.label,
                )
            values.append(value)
            frames.append(inner)
        return values, frames

    return inspect


def _match(rows: list[_Row], values: list[Any], frames: list[Frame], first_only: bool) -> list[_Row]:
    matched: list[_Row] = []
    for row in rows:
        for position, test in row.tests:
            if test(values[position], frames[position]) is not True:
                break
        else:
            matched.append(row)
            if first_only:
                break
    return matched


class _Policy:
    """What becomes of the rows that match."""

    def __init__(self, table: Table, owner: str, ranks: list[list[Any]]) -> None:
        self._policy = table.hit_policy
        self._aggregation = table.aggregation
        self._names = [output.name for output in table.outputs]
        self._owner = owner
        self._ranks = ranks
        self.name = f"{table.hit_policy} {table.aggregation}".strip()

    def nothing(self, state: State) -> Any:
        """No row matches: an empty list where many may match, else an error unless the caller allows it."""
        if self._policy in MULTIPLE and not self._aggregation:
            return []
        if self._aggregation == "COUNT":
            return Decimal(0)
        if isinstance(state, DecisionState) and not state.allow_no_match:
            raise DecisionError(f"Decision {self._owner!r}: expected a rule to match, but none does", reason="no_match")
        return None

    def choose(self, results: list[list[Any]], numbers: tuple[int, ...]) -> Any:
        """Return the value of the table."""
        if self._policy == "UNIQUE" and len(results) > 1:
            raise self._broken("at most one rule to match", numbers)
        if self._policy == "ANY" and any(equal(results[0], other) is not True for other in results[1:]):
            raise self._broken("all matching rules to give the same", numbers)
        if self._policy in ("PRIORITY", "OUTPUT ORDER"):
            results = sorted(results, key=self._order)
        if self._policy not in MULTIPLE:
            return self._shape(results[0])
        if self._aggregation:
            return self._aggregate(results)
        return [self._shape(result) for result in results]

    def _broken(self, expected: str, numbers: tuple[int, ...]) -> DecisionError:
        listed = ", ".join(map(str, numbers))
        return DecisionError(
            f"Decision {self._owner!r}: expected {expected} ({self._policy}), but rules {listed} match",
            reason="hit_policy",
            rules=list(numbers),
        )

    def _order(self, result: list[Any]) -> list[int]:
        return [_place(value, rank) for value, rank in zip(result, self._ranks, strict=True)]

    def _shape(self, result: list[Any]) -> Any:
        return result[0] if len(result) == 1 else dict(zip(self._names, result, strict=True))

    def _aggregate(self, results: list[list[Any]]) -> Any:
        if self._aggregation == "COUNT":
            return Decimal(len(results))
        columns = [[result[position] for result in results] for position in range(len(self._names))]
        return self._shape([self._total(column) for column in columns])

    def _total(self, values: list[Any]) -> Any:
        total = values[0]
        for value in values[1:]:
            order = compare(value, total)
            if order is None or (total is None):
                raise DecisionError(
                    f"Decision {self._owner!r}: expected results that can be aggregated", values=str(values)
                )
            if self._aggregation == "SUM":
                total = add(total, value)
            elif order == (-1 if self._aggregation == "MIN" else 1):
                total = value
        return total


def _place(value: Any, rank: list[Any]) -> int:
    return next((place for place, known in enumerate(rank) if equal(value, known) is True), len(rank))
