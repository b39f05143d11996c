"""Variables set from outside the flow: whatever a case keeps of a variable gets the new value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree


def change_everywhere(tree: CaseTree, variables: Mapping[str, Any], scope_id: int | None) -> None:
    """Set variables in every token that sees those of the process, or of the called process in token ``scope_id``.

    An activity's own variables under the same names stay as they are.
    """
    for _, token in sorted(tree.index.items()):
        if _sees_variables_of(token, scope_id):
            change_token(token, variables)


def _sees_variables_of(token: Token, scope_id: int | None) -> bool:
    tree = token.workflow
    while tree.parent_task_id != scope_id:
        if tree.host is None or not tree.host.task_spec.shares_variables:
            return False
        tree = tree.host.workflow
    return True


def change_token(token: Token, variables: Mapping[str, Any]) -> None:
    """Set variables in one token; see ``change_everywhere``."""
    if not variables:
        return
    state = token.internal_data
    own: set[str] = set()
    if "outer" in state:
        own = {mapping.target.partition(".")[0] for mapping in token.task_spec.node.inputs}
        state["outer"] = {**state["outer"], **variables}
    frame = token.task_spec.kind == "multiInstance" and token.is_live
    for key in ("result", "ended", "last"):
        if key in state:
            state[key] = _plainly(state[key], variables) if frame else _without(state[key], variables)
    if "returned" in state:
        state["returned"] = [{**kept, **variables} for kept in state["returned"]]
    token.set_variables({**token.data, **{name: value for name, value in variables.items() if name not in own}})


def _without(change: dict[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """What ended branches changed, as a scope or a parting point keeps it, without these names."""
    gone = [name for name in change["unset"] if name not in names]
    return {**change, "set": _plainly(change["set"], names), "unset": gone}


def _plainly(change: dict[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in change.items() if name not in names}
