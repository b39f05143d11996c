"""Boxed expressions to closures, in the same frames that FEEL's own forms use (DMN 1.5, 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from workflow_engine.bpmn.decision_model import (
    Conditional,
    Context,
    FilterLogic,
    Function,
    Invocation,
    Iteration,
    ListLogic,
    Literal,
    Logic,
    Relation,
    Table,
)
from workflow_engine.bpmn.decision_tables import TableCompiler
from workflow_engine.bpmn.decision_types import TypeSystem
from workflow_engine.domain.errors import Problem
from workflow_engine.feel import ast
from workflow_engine.feel.compile_calls import call_function
from workflow_engine.feel.compile_forms import iterate, select_items
from workflow_engine.feel.compile_tests import Test, compile_unary_tests
from workflow_engine.feel.compiled import BUILTIN_NAMES
from workflow_engine.feel.compiler import Compiler
from workflow_engine.feel.errors import FeelSyntaxError, WrongCallError
from workflow_engine.feel.names import NameIndex
from workflow_engine.feel.parser import parse_expression, parse_unary_tests
from workflow_engine.feel.runtime import Closure, Frame, Lambda
from workflow_engine.feel.values import FunctionValue

_BODY_COST = 4


class Workshop:
    """Compiles the logic of one file; ``problems`` collects every cell that is not FEEL."""

    def __init__(self, names: frozenset[str], types: TypeSystem, problems: list[Problem]) -> None:
        self.types = types
        self.problems = problems
        self.compiler = Compiler(shadowed=names, types=types.table)
        self._indexes = [BUILTIN_NAMES, NameIndex(sorted(names))]
        self.owner = ""
        self.owner_name = ""

    # -- texts ------------------------------------------------------------------------------------------------

    def expression(self, text: str, where: str = "", line: int = 0, element_id: str = "") -> Closure:
        """Compile FEEL text; what is not FEEL becomes a problem and answers null."""
        if not text.strip():
            return _null
        try:
            tree: ast.Node = parse_expression(text, self._indexes)
            return self.compiler.compile(tree)
        except (FeelSyntaxError, WrongCallError, RecursionError) as error:
            self._report(error, where, line, element_id)
            return _null

    def tests(self, text: str, where: str = "", line: int = 0, element_id: str = "") -> Test | None:
        """Compile unary tests; None stands for 'any value'."""
        if text.strip() in ("", "-"):
            return None
        try:
            tree = parse_unary_tests(text, self._indexes)
            if tree.tests is None:
                return None
            return compile_unary_tests(self.compiler, tree)[0]
        except (FeelSyntaxError, WrongCallError, RecursionError) as error:
            self._report(error, where, line, element_id)
            return None

    def report(self, code: str, message: str, mend: str, line: int = 0, element_id: str = "") -> None:
        """Add an error about the decision at hand."""
        whole = f"Decision {self.owner_name!r}: {message}"
        self.problems.append(
            Problem(code, "error", whole, mend, element_id or self.owner, self.owner_name, line or None)
        )

    def _report(self, error: Exception, where: str, line: int, element_id: str) -> None:
        text = getattr(error, "message", "nested too deeply")
        message = f"{where}: {text}" if where else str(text)
        self.report("feel_syntax", message, "Write it in FEEL.", line, element_id)

    # -- scopes -----------------------------------------------------------------------------------------------

    @contextmanager
    def scope(self, names: tuple[str, ...], *, is_filter: bool = False) -> Iterator[Callable[[str], None]]:
        """Compile inside one more frame; the yielded function makes a further name known."""
        index = NameIndex(names)
        self._indexes.append(index)
        with self.compiler.scope(names, is_filter=is_filter) as inner:

            def learn(name: str) -> None:
                inner.names.add(name)
                index.add(name)

            yield learn
        self._indexes.pop()

    # -- logic ------------------------------------------------------------------------------------------------

    def logic(self, logic: Logic | None) -> Closure:
        """Compile a boxed expression and fit its value to its type."""
        if logic is None:
            return _null
        closure = _COMPILERS[type(logic)](self, logic)
        return closure if isinstance(logic, Function) else self.typed(closure, logic.type_ref)

    def typed(self, closure: Closure, type_ref: str) -> Closure:
        """Fit what a closure gives; what does not fit is null (10.3.2.9.4)."""
        if not type_ref or type_ref in ("Any", "feel:Any"):
            return closure
        if not self.types.known(type_ref):
            self.report("type_unknown", f"Unknown type {type_ref!r}.", "Define it, or use one of FEEL's types.")
            return closure
        fit = self.types.fit

        def typed(frame: Frame) -> Any:
            fits, value = fit(closure(frame), type_ref)
            return value if fits else None

        return typed

    def literal(self, logic: Literal) -> Closure:
        return self.expression(logic.text, line=logic.line)

    def table(self, logic: Table) -> Closure:
        return TableCompiler(self, logic).compile()

    def context(self, logic: Context) -> Closure:
        entries: list[tuple[str, Closure]] = []
        with self.scope(()) as learn:
            for entry in logic.entries:
                if isinstance(entry.logic, Function):
                    learn(entry.name)  # it may call itself
                entries.append((entry.name, self.typed(self.logic(entry.logic), entry.type_ref)))
                learn(entry.name)

        def build(frame: Frame) -> Any:
            inner = Frame({}, frame, frame.state)
            for name, closure in entries:
                value = closure(inner)
                if not name:
                    return value
                inner.values[name] = value
            return inner.values

        return build

    def list_logic(self, logic: ListLogic) -> Closure:
        items = [self.logic(item) for item in logic.items]
        return lambda frame: [item(frame) for item in items]

    def relation(self, logic: Relation) -> Closure:
        rows = [list(zip(logic.columns, map(self.logic, row), strict=False)) for row in logic.rows]
        return lambda frame: [{name: cell(frame) for name, cell in row} for row in rows]

    def function(self, logic: Function) -> Closure:
        names = tuple(entry.name for entry in logic.parameters)
        types = tuple(self.types.reference(entry.type_ref) for entry in logic.parameters)
        with self.scope(names):
            body = self.typed(self.logic(logic.body), self.types.result_type(logic.type_ref))
        fit = self.fit_reference
        return lambda frame: Lambda(names, types, body, frame, fit, _BODY_COST)

    def fit_reference(self, value: Any, wanted: Any) -> tuple[bool, Any]:
        """Fit an argument to a parameter's type; item definitions with all their rules."""
        return (True, value) if wanted is None else self.types.fit(value, wanted.name)

    def invocation(self, logic: Invocation) -> Closure:
        called = self.logic(logic.called)
        names = tuple(entry.name for entry in logic.bindings)
        values = [self.logic(entry.logic) for entry in logic.bindings]

        def invoke(frame: Frame) -> Any:
            target = called(frame)
            if not isinstance(target, FunctionValue):
                return None
            return call_function(frame.state, target, [value(frame) for value in values], names)

        return invoke

    def conditional(self, logic: Conditional) -> Closure:
        condition, then, otherwise = map(self.logic, (logic.condition, logic.then, logic.otherwise))
        return lambda frame: then(frame) if condition(frame) is True else otherwise(frame)

    def iteration(self, logic: Iteration) -> Closure:
        with self.scope(("partial",) if logic.kind == "for" else ()) as learn:
            domain = self.logic(logic.domain)
            learn(logic.variable)
            body = self.logic(logic.body)
        domains = [(logic.variable, domain)]
        if logic.kind == "for":
            return _loop(domains, body, keep_partial=b"partial" in msgspec.json.encode(logic.body))
        return _quantified(domains, body, decisive=logic.kind == "some")

    def filter_logic(self, logic: FilterLogic) -> Closure:
        source = self.logic(logic.source)
        with self.scope(("item",), is_filter=True):
            match = self.logic(logic.match)
        return lambda frame: select_items(source(frame), match, frame, _BODY_COST)


def _null(frame: Frame) -> None:
    return None


def _loop(domains: list[tuple[str, Closure]], body: Closure, *, keep_partial: bool) -> Closure:
    def loop(frame: Frame) -> list[Any] | None:
        results: list[Any] = []
        for inner in iterate(domains, frame, _BODY_COST):
            if inner is None:
                return None
            if keep_partial:
                inner.values["partial"] = list(results)
                frame.state.grow(len(results))
            frame.state.grow(1)
            results.append(body(inner))
        return results

    return loop


def _quantified(domains: list[tuple[str, Closure]], body: Closure, *, decisive: bool) -> Closure:
    def quantified(frame: Frame) -> bool | None:
        unknown = False
        for inner in iterate(domains, frame, _BODY_COST):
            if inner is None:
                return None
            value = body(inner)
            if value is decisive:
                return bool(value)
            unknown = unknown or type(value) is not bool
        return None if unknown else not decisive

    return quantified


_COMPILERS: dict[type, Callable[[Workshop, Any], Closure]] = {
    Literal: Workshop.literal,
    Table: Workshop.table,
    Context: Workshop.context,
    ListLogic: Workshop.list_logic,
    Relation: Workshop.relation,
    Function: Workshop.function,
    Invocation: Workshop.invocation,
    Conditional: Workshop.conditional,
    Iteration: Workshop.iteration,
    FilterLogic: Workshop.filter_logic,
}
