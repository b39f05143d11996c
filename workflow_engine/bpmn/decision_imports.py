"""Elements of imported files at run time: they see their own names, and are seen as ``import.name``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.decision_state import DecisionState
from workflow_engine.feel.runtime import State
from workflow_engine.feel.values import FunctionValue

if TYPE_CHECKING:
    from workflow_engine.bpmn.decision_program import Program


class ImportedFile:
    """One import of a program, compiled."""

    def __init__(self, name: str, namespace: str, program: Program) -> None:
        self.name = name
        self.namespace = namespace
        self.program = program

    def take(self, node_id: str, state: DecisionState, depth: int) -> None:
        """Evaluate or lend what an element of the importing file requires, and show it under the import's name.

        Inputs of the imported file are entries of a variable named like the import, else the case's own variables.
        """
        inner = self._state(state)
        inner.steps, inner.size = state.steps, state.size
        self.program.provide(node_id, inner, depth + 1)
        state.steps, state.size = inner.steps, inner.size
        self._show(self.program.parameter(node_id), inner, state)

    def _state(self, state: DecisionState) -> DecisionState:
        key = (self.name, self.namespace)
        found = state.imported.get(key)
        if found is None:
            given = state.results.get(self.name) if self.name else None
            variables = dict(given) if isinstance(given, dict) else dict(state.results)
            found = DecisionState(variables, state.context, state.allow_no_match)
            found.trace = state.trace
            state.imported[key] = found
        return found

    def _show(self, name: str, inner: DecisionState, state: DecisionState) -> None:
        if name not in inner.results:
            return
        value = inner.results[name]
        if isinstance(value, FunctionValue) and not isinstance(value, ImportedFunction):
            value = ImportedFunction(value, inner)
        if not self.name:
            state.results[name] = value
            return
        shown = state.results.get(self.name)
        state.results[self.name] = {**(shown if isinstance(shown, dict) else {}), name: value}


class ImportedFunction(FunctionValue):
    """A function whose body sees the file it was written in, within the caller's budget."""

    __slots__ = ("_inner", "_target", "types")

    def __init__(self, target: FunctionValue, inner: DecisionState) -> None:
        super().__init__(target.name, target.parameters)
        self._target = target
        self._inner = inner
        self.types = getattr(target, "types", None)

    def call(self, state: State, arguments: list[Any]) -> Any:
        """Run with positional arguments."""
        inner = self._inner
        inner.steps, inner.size, inner.depth = state.steps, state.size, state.depth - 1
        inner.charge(1)
        value = self._target.call(inner, arguments)
        state.steps, state.size = inner.steps, inner.size
        return value
