"""Whom a task is kept from: who did the step that it checks, and who has an interest in what it decides.

``conflictWith`` on a user task lists the parties of the matter, ids with commas between or FEEL after ``=`` that gives
a list: ``=[applicant, company_code]``. Who is one of them, belongs to one (a unit), or has a declared conflict of
interest with one, neither gets nor completes the task. A conflict with the case itself stands in the case's header
under ``conflicts`` and bars from all its tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.four_eyes import NOT_COMPLETED_BY
from workflow_engine.bpmn.model import Node
from workflow_engine.bpmn.standing_in import FOR
from workflow_engine.domain.errors import ExpressionError
from workflow_engine.domain.events import CaseConflictDeclared, CaseConflictLifted
from workflow_engine.feel import EvaluationContext, compile_expression, to_json

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree

CONFLICT_WITH = "conflictWith"
CONFLICTS = "conflicts"


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


def barred_by_case(token: Token) -> dict[str, str]:
    """Person → why, for everybody whom the case itself keeps from the task at this token."""
    header, found = token.workflow.top_workflow.header, {}
    for key, names in token.task_spec.node.properties:
        if key != NOT_COMPLETED_BY:
            continue
        for name in filter(None, map(str.strip, names.split(","))):
            people = [token.data.get(name), token.data.get(name + FOR), *header.get("also", {}).get(name, ())]
            found.update({person: f"is its {name}" for person in people if isinstance(person, str)})
    found.update(dict.fromkeys(header.get(CONFLICTS, ()), "has a conflict of interest with this case"))
    return found


def declare(tree: CaseTree, person: str, reason: str) -> None:
    """The person takes no further part."""
    tree.header[CONFLICTS] = sorted({*tree.header.get(CONFLICTS, ()), person})
    tree.recorder.add(CaseConflictDeclared(person=person, reason=reason))


def lift(tree: CaseTree, person: str, reason: str) -> None:
    """The person may take part again."""
    tree.header[CONFLICTS] = sorted({*tree.header.get(CONFLICTS, ())} - {person})
    tree.recorder.add(CaseConflictLifted(person=person, reason=reason))


def _parties(text: str, variables: Mapping[str, Any], now: datetime) -> list[str]:
    if not text.startswith("="):
        return [part.strip() for part in text.split(",") if part.strip()]
    try:
        value = to_json(compile_expression(text[1:]).evaluate(variables, EvaluationContext(now=now)))
    except ExpressionError as error:
        raise ExpressionError(f"conflictWith {text!r}: {error.message}", **error.details) from error
    given = value if isinstance(value, list) else [] if value is None else str(value).split(",")
    return [str(one).strip() for one in given if one is not None and str(one).strip()]
