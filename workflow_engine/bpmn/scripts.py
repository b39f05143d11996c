"""Script tasks (BPMN 2.0.2, 10.3.3): Python-subset scripts over the case's variables, run where they can do no harm.

A script reads variables as names; the names it binds at its top level become variables, and ``del name`` removes
one. Names that begin with ``_``, loop variables, functions, classes and modules stay local. What it leaves must be
JSON: tuples become lists; dates, times and durations ISO text, decimals their digits as text; numeric names text;
integral floats integers; sets, functions, NaN and anything else are refused. Values given are never changed in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from workflow_engine.bpmn.scripts_analysis import ScriptAnalysis, analyse
from workflow_engine.bpmn.scripts_context import ScriptContext
from workflow_engine.bpmn.scripts_sandbox import SandboxPool, ScriptLimits
from workflow_engine.bpmn.scripts_values import UnsureError
from workflow_engine.domain.errors import InvalidVariablesError, Problem, ScriptError
from workflow_engine.domain.variables import clean_variables, same_json

__all__ = [
    "SCRIPT_FORMATS",
    "ScriptChanges",
    "ScriptContext",
    "ScriptLimits",
    "ScriptSandbox",
    "check_script",
    "is_script_format",
    "script_names",
]

SCRIPT_FORMATS = frozenset({"", "python", "python3", "text/python", "text/x-python", "application/x-python"})

_MISSING = object()


class ScriptChanges(dict[str, Any]):
    """The variables that a script created or changed, by name; ``removed`` names those it deleted."""

    __slots__ = ("removed",)

    def __init__(self, changed: Mapping[str, Any], removed: tuple[str, ...] = ()) -> None:
        super().__init__(changed)
        self.removed = removed

    def applied_to(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """A new object with the changes made; ``variables`` stays as it is."""
        result = {**variables, **self}
        for name in self.removed:
            result.pop(name, None)
        return result


def is_script_format(script_format: str | None) -> bool:
    """Whether a ``scriptFormat`` means the language run here; none given means it, too."""
    return (script_format or "").strip().lower() in SCRIPT_FORMATS


def check_script(source: str) -> list[Problem]:
    """Everything that speaks against a script, each with its line, for the person who uploads it; empty when fine."""
    return list(analyse(source).problems)


def script_names(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names a script reads and those it binds, changes or deletes, as far as its text tells."""
    analysis = analyse(source)
    return analysis.reads, frozenset(analysis.binds) | analysis.deletes


class ScriptSandbox:
    """Runs scripts; safe to share between threads and to carry over a fork. ``close()`` ends its workers."""

    def __init__(self, limits: ScriptLimits | None = None) -> None:
        self._limits = limits or ScriptLimits()
        self._pool = SandboxPool(self._limits)

    def run(self, source: str, variables: Mapping[str, Any], context: ScriptContext) -> ScriptChanges:
        """Run a script on JSON variables; what it created, changed and removed.

        Raises ``ScriptError``: refused, failed (with the line), or out of time, memory or output.
        """
        analysis = analyse(source)
        if analysis.problems:
            problem = analysis.problems[0]
            raise ScriptError(f"The script is refused: {problem.message} {problem.mend}".strip(), line=problem.line)
        if analysis.simple is not None:
            try:
                bound, removed = analysis.simple.run(variables)
            except UnsureError:
                pass
            else:
                return self._changes(bound, removed, variables)
        return self._run_in_sandbox(analysis, variables, context)

    def close(self) -> None:
        """End the workers of this process; the next run starts new ones."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _run_in_sandbox(
        self, analysis: ScriptAnalysis, variables: Mapping[str, Any], context: ScriptContext
    ) -> ScriptChanges:
        results = self._pool.run(analysis, variables, context)
        if analysis.sandbox_problems:
            problem = analysis.sandbox_problems[0]
            raise ScriptError(f"The script failed: {problem.message} {problem.mend}", line=problem.line)
        return self._changes(results, set(analysis.deletes), variables)

    def _changes(self, bound: Mapping[str, Any], removed: set[str], variables: Mapping[str, Any]) -> ScriptChanges:
        """The new values that differ from the old ones, checked as a tree and rebuilt."""
        new = {
            name: value
            for name, value in bound.items()
            if name[:1] != "_" and value is not variables.get(name, _MISSING)
        }
        if not new:
            return ScriptChanges(new, tuple(sorted(removed & variables.keys())))
        try:
            clean = clean_variables(new, limits=self._limits.results)
        except InvalidVariablesError as error:
            raise ScriptError(f"The script's results cannot be kept: {error.message}", **error.details) from error
        changed = {name: value for name, value in clean.items() if not same_json(value, variables.get(name, _MISSING))}
        return ScriptChanges(changed, tuple(sorted(removed & variables.keys())))
