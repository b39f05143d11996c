"""Two-person rules where somebody acts for somebody else: both count, at the task and ever after.

Beside a variable of ``completedBy`` stands one of the same name with ``_for``: on whose behalf the task was completed.
Whoever stands in either may not complete a task whose ``notCompletedBy`` names the variable, nor may their deputy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.bpmn.four_eyes import COMPLETED_BY, NOT_COMPLETED_BY
from workflow_engine.bpmn.model import Node
from workflow_engine.domain.errors import NotPermittedError

FOR = "_for"


def counted(
    node: Node, before: Mapping[str, Any], submitted: Mapping[str, Any], actor_id: str, absent: str | None
) -> Mapping[str, Any]:
    """The submission with on whose behalf it is, where the node has a two-person rule; nobody can type that.

    Raises:
        NotPermittedError: the actor or the absent person stands in what ``notCompletedBy`` names.
    """
    checked, signed = _names(node, NOT_COMPLETED_BY), _names(node, COMPLETED_BY)
    if not checked and not signed:
        return submitted
    for name in checked:
        before_it = (before.get(name), before.get(name + FOR))
        for person in (actor_id, absent):
            if person is not None and person in before_it:
                raise NotPermittedError(
                    f"Expected {node.id!r} to be completed by another person, but {person} is its {name}.",
                    element_id=node.id,
                    variable=name,
                )
    kept = {name: value for name, value in submitted.items() if name.removesuffix(FOR) not in (*checked, *signed)}
    kept.update((name, submitted[name]) for name in (*checked, *signed) if name in submitted)
    for name in signed:
        if absent is not None or before.get(name + FOR) is not None:
            kept[name + FOR] = absent
    return kept


def _names(node: Node, key: str) -> list[str]:
    return [name.strip() for k, value in node.properties if k == key for name in value.split(",") if name.strip()]
