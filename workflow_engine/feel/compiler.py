"""Tree to Python closures: each node becomes one function of a frame, made once.

Nothing of the source text ever becomes Python code, and no closure looks up a Python attribute by a name
from the source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from workflow_engine.feel import ast
from workflow_engine.feel.runtime import Closure
from workflow_engine.feel.typecheck import TypeTable, make_fit

Handler = Callable[["Compiler", Any], Closure]
HANDLERS: dict[type[ast.Node], Handler] = {}


def handles(kind: type[ast.Node]) -> Callable[[Handler], Handler]:
    """Register how one kind of node is compiled."""

    def register(handler: Handler) -> Handler:
        HANDLERS[kind] = handler
        return handler

    return register


class Scope:
    """Local names at compile time; ``is_filter`` scopes may also answer by the item's own keys."""

    __slots__ = ("is_filter", "names")

    def __init__(self, names: Iterable[str], *, is_filter: bool = False) -> None:
        self.names = set(names)
        self.is_filter = is_filter


class Compiler:
    """State of one compilation: the scopes around the node, and the free names met so far."""

    def __init__(self, *, shadowed: Iterable[str] = (), types: TypeTable | None = None) -> None:
        self.scopes: list[Scope] = []
        self.free_names: set[str] = set()
        self.shadowed = frozenset(shadowed)
        self.types = types
        self.fit = make_fit(types)
        self.guarded = False

    def compile(self, node: ast.Node) -> Closure:
        """Return the closure of a node."""
        return HANDLERS[type(node)](self, node)

    def compile_guarded(self, node: ast.Node) -> Closure:
        """Compile an operand that may name a missing variable without an error even when strict."""
        before, self.guarded = self.guarded, True
        closure = self.compile(node)
        self.guarded = before
        return closure

    @contextmanager
    def scope(self, names: Iterable[str], *, is_filter: bool = False) -> Iterator[Scope]:
        """Compile inside one more frame."""
        scope = Scope(names, is_filter=is_filter)
        self.scopes.append(scope)
        before, self.guarded = self.guarded, False
        yield scope
        self.guarded = before
        self.scopes.pop()

    def find_local(self, name: str) -> tuple[list[int], int | None]:
        """Return (frames up of filters that may answer, frames up of the local that does)."""
        filters: list[int] = []
        for hops, scope in enumerate(reversed(self.scopes)):
            if name in scope.names:
                return filters, hops
            if scope.is_filter:
                filters.append(hops)
        return filters, None


def cost_of(node: ast.Node) -> int:
    """Return the steps one run of a loop body or function costs."""
    return 1 + ast.count_nodes(node) // 4
