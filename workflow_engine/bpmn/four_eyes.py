"""Two-person rules that a model states on its user tasks, as extension properties.

``completedBy`` names a variable that takes the id of who completes the task; nobody can type it.
``notCompletedBy`` names such variables, separated by commas: whoever stands in one of them may not complete the task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.bpmn.model import Node
from workflow_engine.domain.errors import NotPermittedError

COMPLETED_BY = "completedBy"
NOT_COMPLETED_BY = "notCompletedBy"


def signed(
    node: Node, before: Mapping[str, Any], submitted: Mapping[str, Any], completed_by: str
) -> dict[str, Any]:
    """The submitted variables with who completed the task; nobody can submit a value under these names.

    ``before`` are the token's variables without the submission.

    Raises:
        NotPermittedError: the person stands in a variable that ``notCompletedBy`` names.
    """
    checked = _names(node, NOT_COMPLETED_BY)
    for name in checked:
        if before.get(name) == completed_by:
            raise NotPermittedError(
                f"Expected {node.id!r} to be completed by another person, but {completed_by} is its {name}.",
                element_id=node.id,
                variable=name,
            )
    kept = {name: value for name, value in submitted.items() if name not in checked}
    return {**kept, **dict.fromkeys(_names(node, COMPLETED_BY), completed_by)}


def _names(node: Node, key: str) -> list[str]:
    return [name.strip() for k, value in node.properties if k == key for name in value.split(",") if name.strip()]
