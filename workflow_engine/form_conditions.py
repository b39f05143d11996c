"""Conditions in forms, evaluated where the answers are taken: on the server, by the engine's own FEEL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from workflow_engine.domain.errors import ExpressionError
from workflow_engine.feel import Compiled, EvaluationContext, ast, compile_expression
from workflow_engine.feel.parser import parse_expression

_MOST_STEPS = 20_000


def condition_holds(condition: str, values: Mapping[str, Any], now: datetime | None = None) -> bool:
    """Whether a form's FEEL condition (with or without the leading ``=``) is true for these values.

    Missing values are null; a condition that is not FEEL or takes too long does not hold, so that the field stays.
    """
    compiled = _compiled(condition)
    if compiled is None:
        return False
    try:
        return compiled.evaluate(values, EvaluationContext(now=now, max_steps=_MOST_STEPS)) is True
    except ExpressionError:
        return False


def names_in_condition(condition: str) -> frozenset[str]:
    """The values that a form's condition reads."""
    compiled = _compiled(condition)
    return frozenset() if compiled is None else compiled.free_names


@lru_cache(maxsize=1_024)
def comparisons_in(condition: str) -> Any:
    """A condition made of comparisons alone, for whoever cannot ask FEEL; None where it is made of more.

    ``("and" | "or", …)``, or ``("=" | "!=", name, constant)`` with the name written like ``plan.unit``.
    """
    try:
        return _comparisons(parse_expression(condition.strip().removeprefix("=").strip()))
    except ExpressionError:
        return None


def _comparisons(node: ast.Node) -> Any:
    if isinstance(node, ast.Logic):
        parts = [_comparisons(operand) for operand in node.operands]
        return None if None in parts else (node.operator, *parts)
    if not isinstance(node, ast.Compare) or node.operator not in ("=", "!="):
        return None
    name, constant = _named(node.left), node.right
    if name is None or not isinstance(constant, ast.Literal):
        return None
    return (node.operator, name, _plain(constant.value))


def _plain(value: Decimal | str | bool | None) -> int | float | str | bool | None:
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == int(value) else float(value)


def _named(node: ast.Node) -> str | None:
    if isinstance(node, ast.Path):
        source = _named(node.source)
        return source and f"{source}.{node.key}"
    return node.name if isinstance(node, ast.Name) else None


@lru_cache(maxsize=1_024)
def _compiled(condition: str) -> Compiled | None:
    try:
        return compile_expression(condition.strip().removeprefix("=").strip())
    except ExpressionError:
        return None
