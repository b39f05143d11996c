"""Conditions in forms, evaluated where the answers are taken: on the server, by the engine's own FEEL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from workflow_engine.domain.errors import ExpressionError
from workflow_engine.feel import Compiled, EvaluationContext, compile_expression

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
def _compiled(condition: str) -> Compiled | None:
    try:
        return compile_expression(condition.strip().removeprefix("=").strip())
    except ExpressionError:
        return None
