"""Compiled expressions and unary tests, kept in a bounded cache by their source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from workflow_engine.feel import (
    ast,
    builtins_contexts,
    builtins_convert,
    builtins_lists,
    builtins_numbers,
    builtins_ranges,
    builtins_text,
    builtins_times,
    compile_basic,
    compile_calls,
    compile_forms,
)
from workflow_engine.feel.builtins import REGISTRY
from workflow_engine.feel.compile_tests import Test
from workflow_engine.feel.compile_tests import compile_unary_tests as compile_tests_of
from workflow_engine.feel.compiler import Compiler
from workflow_engine.feel.errors import FeelLimitError, WrongCallError, syntax_error
from workflow_engine.feel.names import NameIndex
from workflow_engine.feel.outside import OUTSIDE
from workflow_engine.feel.parser import parse_expression, parse_unary_tests
from workflow_engine.feel.runtime import NO_CONTEXT, Closure, EvaluationContext, Frame, State
from workflow_engine.feel.typecheck import TypeTable
from workflow_engine.feel.values import adopt

REGISTERED = (
    builtins_contexts,
    builtins_convert,
    builtins_lists,
    builtins_numbers,
    builtins_ranges,
    builtins_text,
    builtins_times,
    compile_basic,
    compile_calls,
    compile_forms,
)
"""Modules that fill the registries when they are imported."""

CACHE_SIZE = 2_048
BUILTIN_NAMES = NameIndex([*REGISTRY, *OUTSIDE])


class Compiled:
    """An expression ready to run. ``free_names`` are the top-level variables it may read."""

    __slots__ = ("_run", "free_names", "source", "tree")

    def __init__(self, source: str, tree: ast.Node, run: Closure, free_names: frozenset[str]) -> None:
        self.source = source
        self.tree = tree
        self.free_names = free_names
        self._run = run

    def evaluate(
        self, variables: Mapping[str, Any], context: EvaluationContext | None = None, *, strict: bool = False
    ) -> Any:
        """Return the FEEL value (see ``to_json``) for JSON variables.

        A missing variable is null; with ``strict`` it raises ``UnknownNameError`` as soon as it is read, unless it
        stands in a comparison with null, ``is defined``, ``is empty`` or ``get or else``. Raises ``FeelLimitError``
        when the expression needs more than the context allows. Wrong types give null, never an error (10.3.2.13).
        """
        state = State(variables, context or NO_CONTEXT, strict)
        try:
            return self._run(Frame({}, None, state))
        except (RecursionError, MemoryError) as error:
            raise FeelLimitError("Expected an expression that is nested less deeply") from error

    def __repr__(self) -> str:
        return f"Compiled({self.source!r})"


class CompiledUnaryTests:
    """The content of a decision table's input entry, ready to run."""

    __slots__ = ("_test", "_uses_value", "free_names", "source", "tree")

    def __init__(
        self, source: str, tree: ast.UnaryTests, test: Test, uses_value: bool, free_names: frozenset[str]
    ) -> None:
        self.source = source
        self.tree = tree
        self.free_names = free_names
        self._test = test
        self._uses_value = uses_value

    def matches(self, value: Any, variables: Mapping[str, Any], context: EvaluationContext | None = None) -> bool:
        """Return whether a JSON or FEEL value passes the tests."""
        return self.test(adopt(value), State(variables, context or NO_CONTEXT, False))

    def test(self, value: Any, state: State) -> bool:
        """Like ``matches``, for a FEEL value and a state shared by many tests (a whole table)."""
        return self.run(value, Frame({"?": value}, Frame({}, None, state), state))

    def run(self, value: Any, frame: Frame) -> bool:
        """Like ``test``, in a frame that already holds the value as ``?``."""
        try:
            return self._test(value, frame) is True
        except (RecursionError, MemoryError) as error:
            raise FeelLimitError("Expected a test that is nested less deeply") from error

    def __repr__(self) -> str:
        return f"CompiledUnaryTests({self.source!r})"


def compile_expression(source: str, *, names: Iterable[str] = (), types: TypeTable | None = None) -> Compiled:
    """Compile one expression; raises ``FeelSyntaxError`` with line and column.

    ``names`` are known variables and members whose names hold blanks or signs, or hide a built-in function.
    ``types`` are named types for ``instance of`` and typed parameters.
    """
    if types:
        return _compile(source, frozenset(names), types)
    return _cached_expression(source, frozenset(names))


def compile_unary_tests(
    source: str, *, names: Iterable[str] = (), types: TypeTable | None = None
) -> CompiledUnaryTests:
    """Compile the content of an input entry: ``-``, ``< 5``, ``[1..5]``, ``"a","b"``, ``not(…)``, tests of ``?``."""
    if types:
        return _compile_tests(source, frozenset(names), types)
    return _cached_tests(source, frozenset(names))


def _scopes(names: frozenset[str]) -> list[NameIndex]:
    return [BUILTIN_NAMES, NameIndex(sorted(names))] if names else [BUILTIN_NAMES]


def _compile(source: str, names: frozenset[str], types: TypeTable | None) -> Compiled:
    try:
        tree = parse_expression(source, _scopes(names))
        compiler = Compiler(shadowed=names, types=types)
        run = compiler.compile(tree)
    except RecursionError as error:
        raise syntax_error(source, 0, "The expression is nested too deeply", "a flatter expression") from error
    except WrongCallError as error:
        raise syntax_error(source, 0, error.message, "another call") from error
    return Compiled(source, tree, run, frozenset(compiler.free_names))


def _compile_tests(source: str, names: frozenset[str], types: TypeTable | None) -> CompiledUnaryTests:
    try:
        tree = parse_unary_tests(source, _scopes(names))
        compiler = Compiler(shadowed=names, types=types)
        test, uses_value = compile_tests_of(compiler, tree)
    except RecursionError as error:
        raise syntax_error(source, 0, "The tests are nested too deeply", "flatter tests") from error
    except WrongCallError as error:
        raise syntax_error(source, 0, error.message, "another call") from error
    return CompiledUnaryTests(source, tree, test, uses_value, frozenset(compiler.free_names))


@lru_cache(maxsize=CACHE_SIZE)
def _cached_expression(source: str, names: frozenset[str]) -> Compiled:
    return _compile(source, names, None)


@lru_cache(maxsize=CACHE_SIZE)
def _cached_tests(source: str, names: frozenset[str]) -> CompiledUnaryTests:
    return _compile_tests(source, names, None)
