"""Random FEEL programs that mostly parse: every operator, form and built-in, over values of every kind."""

from __future__ import annotations

import random

from workflow_engine.feel.builtins import REGISTRY

ATOMS = (
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "2.5",
    "1e30",
    "-0.001",
    '""',
    '"a"',
    '"b.*"',
    '"2026-01-31"',
    '"PT1H"',
    "[]",
    "[1,2,3]",
    '["a",null]',
    "{}",
    "{a: 1, b: [1]}",
    'date("2026-01-31")',
    'time("10:00:00Z")',
    '@"2026-01-31T10:00:00@Asia/Shanghai"',
    'date and time("2026-01-31T10:00:00")',
    'duration("P1Y2M")',
    'duration("-P1DT2H")',
    "[1..5]",
    "(1..5]",
    '["a".."c"]',
    "(< 5)",
    "function(x) x",
    "function(x, y) x < y",
    "function(n: number) n + 1",
    "abs",
    "n",
    "text",
    "items",
    "ctx",
    "missing",
    "item",
    "partial",
    "?",
    'date("999999999-12-31")',
    "999999999999999999999999999999999999",
    "now()",
    "today()",
)
BINARY = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
KEYS = ("a", "b", "year", "time offset", "days", "start", "value", "name")
TYPES = ("number", "string", "list<number>", "context<a: Any>", "function<Any> -> Any", "range<date>", "Any")
FUNCTIONS = tuple(sorted(REGISTRY))


def program(source: random.Random, depth: int = 4) -> str:
    """Return one random expression."""
    if depth <= 0 or source.random() < 0.15:
        return source.choice(ATOMS)

    def part() -> str:
        return program(source, depth - 1)

    kind = source.randrange(14)
    if kind <= 2:
        return f"({part()} {source.choice(BINARY)} {part()})"
    if kind <= 6:
        function = source.choice(FUNCTIONS)
        count = source.choice((0, 1, 1, 2, 2, 2, 3, 3, 4))
        return f"{function}({', '.join(part() for _ in range(count))})"
    forms = (
        lambda: f"(if {part()} then {part()} else {part()})",
        lambda: f"(for x in {part()}, y in {part()} return {part()})",
        lambda: f"({source.choice(('some', 'every'))} x in {part()} satisfies {part()})",
        lambda: f"{part()}[{part()}]",
        lambda: f"{part()}.{source.choice(KEYS)}",
        lambda: f"({part()} instance of {source.choice(TYPES)})",
        lambda: f"({part()} between {part()} and {part()})",
        lambda: f"[{part()}, {part()}]",
        lambda: f"{{a: {part()}, b: {part()}}}",
        lambda: f"({part()} in ({part()}, < {part()}))",
        lambda: f"[{part()}..{part()}]",
        lambda: f"({part()})({part()})",
        lambda: f"-{part()}",
    )
    return source.choice(forms)()
