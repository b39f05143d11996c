"""What is known of a table's results without running it: fixed values and their order of importance."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workflow_engine.bpmn.decision_cells import UNKNOWN, constant_of
from workflow_engine.bpmn.decision_model import DecisionNode, Table
from workflow_engine.feel import FeelSyntaxError, compile_expression
from workflow_engine.feel.operators import equal

Rank = tuple[int, ...]


@lru_cache(maxsize=8_192)
def fixed_value(source: str) -> Any:
    """Return the value of a result cell that reads nothing, else ``UNKNOWN``."""
    if not source.strip():
        return None
    try:
        return constant_of(compile_expression(source).tree)
    except FeelSyntaxError:
        return UNKNOWN


def same_outputs(table: Table, one: int, other: int) -> bool:
    """Whether two rows may give the same; only rows whose results are fixed and differ certainly do not."""
    for left, right in zip(table.rules[one].results, table.rules[other].results, strict=False):
        values = fixed_value(left), fixed_value(right)
        if UNKNOWN not in values and equal(*values) is not True:
            return False
    return True


def listed_values(source: str) -> list[Any]:
    """The values of an output clause's list, in order; empty when they are not fixed."""
    found = fixed_value(f"[{source}]") if source.strip() else []
    return found if isinstance(found, list) else []


def ranks_of(table: Table) -> list[Rank | None]:
    """For each row how important its results are, smaller first; None where a result is not fixed."""
    ranks = [listed_values(output.allowed) for output in table.outputs]

    def place(value: Any, rank: list[Any]) -> int:
        return next((at for at, known in enumerate(rank) if equal(value, known) is True), len(rank))

    found: list[Rank | None] = []
    for rule in table.rules:
        values = [fixed_value(result) for result in rule.results]
        fixed = UNKNOWN not in values and len(values) == len(ranks)
        found.append(tuple(map(place, values, ranks)) if fixed else None)
    return found


def possible_results(node: DecisionNode, key: str = "") -> list[Any] | None:
    """Every value that a table with one answer can give (in output ``key``); None when they cannot be listed."""
    table = node.logic
    if not isinstance(table, Table) or table.hit_policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER"):
        return None
    names = [output.name for output in table.outputs]
    if (len(names) > 1) != bool(key) or (key and key not in names):
        return None
    at = names.index(key) if key else 0
    default = table.outputs[at].default
    sources = [rule.results[at] for rule in table.rules if at < len(rule.results)] + ([default] if default else [])
    values: list[Any] = []
    for source in sources:
        value = fixed_value(source)
        if value is UNKNOWN or isinstance(value, list | dict):
            return None
        if not any(value is known or equal(value, known) is True for known in values):
            values.append(value)
    return values or None
