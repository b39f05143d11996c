"""The variables of a running case as somebody looks at them: one picture of what parallel branches hold.

Every branch counts with what it changed since it parted from the others, the latest change last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.tree import changed_variables, tokens_below
from workflow_engine.domain.variables import merge3

if TYPE_CHECKING:
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import ScopeTree

_ASIDE = ("eventListener", "boundaryEvent")
_Picture = tuple[int, dict[str, Any]]
"""Variables, and the number of the newest token in them."""


def without_own(token: Token, variables: dict[str, Any]) -> dict[str, Any]:
    """The variables around an activity that has made ``variables`` of its own and theirs, before any output mapping.

    What its input mappings gave it is its own; where outputs are declared, so is everything.
    """
    outer: dict[str, Any] | None = token.internal_data.get("outer")
    if outer is None:
        return variables
    node = token.task_spec.node
    if node.outputs:
        return outer
    own = {mapping.target.partition(".")[0] for mapping in node.inputs}
    kept = {name: value for name, value in variables.items() if name not in own}
    return {**kept, **{name: value for name, value in outer.items() if name in own}}


def scope_view(tree: ScopeTree) -> dict[str, Any]:
    """The variables of a scope as they stand now, with what sub-processes inside it have made of them so far.

    Bodies of a multi-instance activity count when they are done: each has values of its own under the same names.
    """
    found: dict[int, _Picture] = {}
    for token in reversed(tokens_below(tree.root, _parts)):
        below = [found[child.id] for child in _parts(token)]
        change = token.internal_data.get("result" if token is tree.root else "ended")
        found[token.id] = _picture(token, below, change)
    return dict(found[tree.root.id][1])


def _parts(token: Token) -> list[Token]:
    """The branches that part at this token."""
    if token.is_live and token.task_spec.kind != "eventBasedGateway":
        return []
    return [child for child in token.children if child.task_spec.kind not in _ASIDE]


def _picture(token: Token, below: list[_Picture], change: dict[str, Any] | None) -> _Picture:
    if token.is_live:
        below = [*below, (token.id, token.task_spec.variables_now(token))]
    if isinstance(change, dict):
        below = [*below, (change["at"], changed_variables(token.data, change))]
    below.sort(key=lambda picture: picture[0])
    view = token.data
    for _, variables in below:
        view = merge3(token.data, view, variables)[0]
    if token.internal_data.get("given"):
        view = merge3(token.data, token.parent.data, view)[0]
    return (below[-1][0] if below else token.id), view


def view_from(token: Token, seen: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What a condition at this token may look at: the variables of its scope and of every scope around it.

    ``seen`` keeps what was computed of each scope, for who asks for several tokens while nothing changes.
    """
    top, trees = token.workflow.top_workflow, []
    tree: ScopeTree | None = token.workflow
    while tree is not None:
        trees.append(tree)
        host = tree.host
        tree = host.workflow if host is not None and host.task_spec.shares_variables else None
    view = _seen_view(trees[-1], seen)
    for inner in reversed(trees[:-1]):
        host = top.index[inner.parent_task_id]
        if host.task_spec.container is not None:
            view = merge3(host.parent.data, view, host.data)[0]
        view = merge3(inner.root.data, view, _seen_view(inner, seen))[0]
    return view


def _seen_view(tree: ScopeTree, seen: dict[int, dict[str, Any]]) -> dict[str, Any]:
    found = seen.get(tree.root.id)
    if found is None:
        found = seen[tree.root.id] = scope_view(tree)
    return found
