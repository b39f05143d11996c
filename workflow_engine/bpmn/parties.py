"""The parties of a matter that a user task names: who is one of them is kept from the task.

``conflictWith`` lists them, ids with commas between or FEEL after ``=`` that gives a list:
``=[applicant, company_code]``. The check of uploaded models reads this module in a process of its own, so it asks for
little.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_engine.bpmn.model import Node
from workflow_engine.domain.errors import ExpressionError
from workflow_engine.feel import EvaluationContext, compile_expression, to_json

CONFLICT_WITH = "conflictWith"


def parties_of(node: Node, variables: Mapping[str, Any], now: datetime) -> list[str]:
    """The parties that the node names, each once.

    Raises:
        ExpressionError: they cannot be told from these variables.
    """
    found: dict[str, None] = {}
    for key, text in node.properties:
        if key == CONFLICT_WITH:
            found.update(dict.fromkeys(_parties(text.strip(), variables, now)))
    return list(found)


def _parties(text: str, variables: Mapping[str, Any], now: datetime) -> list[str]:
    if not text.startswith("="):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        value = to_json(compile_expression(text[1:]).evaluate(variables, EvaluationContext(now=now)))
    except ExpressionError as error:
        raise ExpressionError(f"conflictWith {text!r}: {error.message}", **error.details) from error
    given = value if isinstance(value, list) else [] if value is None else str(value).split(",")
    return [str(one).strip() for one in given if one is not None and str(one).strip()]
