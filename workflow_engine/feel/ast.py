"""The tree of a FEEL expression. Nodes are immutable and know nothing of how they are run."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


class Node:
    """Any FEEL expression."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, string, boolean or null."""

    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """``@"2026-01-01"``: a date, time, date and time or duration written as text."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, parameter or function by its normalised name."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """``source.key``."""

    source: Node
    key: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """``source[condition]``."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function invocation; ``names`` is None for positional arguments."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Left-associative arithmetic on one level of precedence: first, then (operator, operand)."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Negate(Node):
    """Arithmetic minus."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """``left op right`` with = != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """``and`` / ``or`` over two or more operands, three-valued."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Between(Node):
    """``value between low and high``."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """``value in (tests)``."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Operator(Node):
    """A one-sided test ``< 5`` as it stands in unary tests and on the right of ``in``."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """``[low..high]``; an end may be missing for one-sided ranges such as ``(> 5)``."""

    low: Node | None
    high: Node | None
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class ListLiteral(Node):
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextLiteral(Node):
    """``{key: value}``; later entries see earlier ones."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """``if c then a else b``."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class For(Node):
    """``for x in list, … return body``; a domain may be an ascending or descending ``low..high``."""

    domains: tuple[tuple[str, Node], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Steps(Node):
    """``low..high`` as the domain of an iteration."""

    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """``some`` or ``every``."""

    kind: str
    domains: tuple[tuple[str, Node], ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FunctionLiteral(Node):
    """``function(a: number, b) body``."""

    parameters: tuple[tuple[str, TypeRef | None], ...]
    body: Node


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """``value instance of type``."""

    value: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as written: a name, ``list<T>``, ``range<T>``, ``context<k: T>``, ``function<…> -> T``."""

    name: str
    arguments: tuple[TypeRef, ...] = ()
    fields: tuple[tuple[str, TypeRef], ...] = ()


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """The content of an input entry; ``tests`` None is ``-`` (any value)."""

    tests: tuple[Node, ...] | None
    negated: bool = False


def children(node: Node) -> list[Node]:
    """Return the expressions directly below ``node``."""
    found: list[Node] = []
    for field in node.__dataclass_fields__:  # type: ignore[attr-defined]
        _collect(getattr(node, field), found)
    return found


def count_nodes(node: Node) -> int:
    """Return how many expressions the tree holds; the measure of what one run of it costs."""
    total = 0
    pending = [node]
    while pending:
        total += 1
        pending.extend(children(pending.pop()))
    return total


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)
