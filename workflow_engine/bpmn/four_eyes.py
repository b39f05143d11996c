"""Two-person rules that a model states on its user tasks, as extension properties.

``completedBy`` names a variable that takes the id of who completes the task; nobody can type it.
``notCompletedBy`` names such variables, separated by commas: whoever stands in one of them may not complete the task.

Who prepared a task as its owner's delegate, or did the step before it was returned or taken back, counts with who
completed it: the case's header keeps them under ``also``, by variable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workflow_engine.bpmn.model import Node
from workflow_engine.domain.errors import NotPermittedError

COMPLETED_BY = "completedBy"
NOT_COMPLETED_BY = "notCompletedBy"


def signed(
    node: Node,
    before: Mapping[str, Any],
    submitted: Mapping[str, Any],
    completed_by: str,
    also: Mapping[str, Collection[str]],
) -> dict[str, Any]:
    """The submitted variables with who completed the task; nobody can submit a value under these names.

    ``before`` are the token's variables without the submission; ``also`` who else counts, by variable.

    Raises:
        NotPermittedError: the person stands in a variable that ``notCompletedBy`` names.
    """
    checked = _names(node, NOT_COMPLETED_BY)
    for name in checked:
        if _stands_in(name, completed_by, before, also):
            raise NotPermittedError(
                f"Expected {node.id!r} to be completed by another person, but {completed_by} is its {name}.",
                element_id=node.id,
                variable=name,
            )
    kept = {name: value for name, value in submitted.items() if name not in checked}
    return {**kept, **dict.fromkeys(_names(node, COMPLETED_BY), completed_by)}


def signed_by(node: Node, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What the variables say of who completed the node."""
    return {name: variables[name] for name in _names(node, COMPLETED_BY) if name in variables}


def counted_with(node: Node, helpers: list[str], also: Mapping[str, list[str]]) -> dict[str, list[str]] | None:
    """``also`` after the node was completed with this help; None when nothing changes."""
    changed = {name: helpers for name in _names(node, COMPLETED_BY) if helpers or name in also}
    return {**also, **changed} if changed else None


def _stands_in(name: str, person: str, before: Mapping[str, Any], also: Mapping[str, Collection[str]]) -> bool:
    return before.get(name) == person or person in also.get(name, ())


def _names(node: Node, key: str) -> list[str]:
    return [name.strip() for k, value in node.properties if k == key for name in value.split(",") if name.strip()]
