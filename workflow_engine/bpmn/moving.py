"""Moving tokens by hand: withdraw what stands somewhere, and place a token where the case is to go on.

This is the one primitive under every step that the model does not take by itself: a task returned to an earlier one,
a task taken back, an administrator's move. What it promises:

* One transaction of the tree: the new token is placed before the old ones go, so that a scope never ends in between.
* What is withdrawn is withdrawn whole, with everything below and inside it: timers, subscriptions, jobs, tasks,
  sub-processes, bodies of a multi-instance activity.
* No value is lost: the new token sees what the withdrawn branches had made of the variables.
* The case is never stuck for it: a scope in which somebody moved tokens is marked, and from then on its parallel joins
  wait only while a token can still come (``elements.gateways``, ``driving``). Dead branches are not waited for.

A *branch* is a token on which people would put a finger in the diagram: an open task, a running sub-process, a token
that waits at a join. What hangs below one (its boundary events, its bodies) goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.elements.scopes import ScopedActivity
from workflow_engine.bpmn.scoping import withdraw
from workflow_engine.bpmn.token import FUTURE, Token
from workflow_engine.bpmn.tree import changed_variables, tokens_below
from workflow_engine.bpmn.views import scope_view
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.variables import merge3

if TYPE_CHECKING:
    from workflow_engine.bpmn.elements.element import Element
    from workflow_engine.bpmn.tree import CaseTree, ScopeTree

_ASIDE = ("boundaryEvent", "eventListener")


def find_scope(top: CaseTree, scope_id: int | None) -> ScopeTree:
    """The scope that runs in this token; None: the case itself. Raises NotFoundError."""
    if scope_id is None:
        return top
    scope = top.scopes.get(scope_id)
    if scope is None:
        raise NotFoundError(f"Expected a running scope {scope_id} in case {top.case_id}, but there is none.")
    return scope


def branches(tree: ScopeTree) -> list[Token]:
    """Where the scope stands: the outermost live token of each of its branches, oldest first."""
    found, pending = [], list(tree.root.children)
    while pending:
        token = pending.pop()
        if not token.is_live:
            pending.extend(token.children)
        elif token.task_spec.kind not in _ASIDE:
            found.append(token)
    return sorted(found, key=lambda token: token.id)


def branch_of(token: Token) -> Token:
    """The branch of its scope to which a token belongs: itself, or the activity whose body or event it is."""
    branch, at = token, token.parent
    while at is not None:
        if at.is_live:
            branch = at
        at = at.parent
    return branch


def require_path(tree: ScopeTree, path: Sequence[str]) -> Element:
    """The element at the head of a path of element ids; all but the last have to be activities with an inside.

    Raises:
        NotFoundError: the scope has no such element, or one on the way cannot be entered.
    """
    found = tree.spec.task_specs.get(path[0]) if path else None
    if found is None or found.node.kind == "boundaryEvent" or not hasattr(found, "element_id"):
        raise NotFoundError(f"Expected an element {'/'.join(path)!r} in {tree.spec.name!r}, but there is none.")
    if len(path) > 1 and not isinstance(found, ScopedActivity):
        raise NotFoundError(f"Expected {path[0]!r} to be a sub-process that can be entered, but it is not.")
    return found  # type: ignore[no-any-return]  # every spec in a scope of ours is an Element


def move(
    tree: ScopeTree,
    replaced: Sequence[Token],
    path: Sequence[str],
    *,
    variables: dict[str, Any] | None = None,
    noted: dict[str, Any] | None = None,
) -> Token:
    """Withdraw these branches of the scope and go on at ``path`` in their place; returns the token placed there.

    ``path`` is the id of an element of this scope, or of an activity and of an element inside it, and so on: what has
    to be entered is entered, without running what lies before. ``replaced`` may be empty: the token then comes beside
    whatever runs. ``variables`` are the token's; None: what the withdrawn branches saw. ``noted`` is kept in the placed
    token's ``internal_data`` (of the innermost, where a path is entered).

    The caller drives the tree afterwards (``Instance.act`` does).
    """
    element = require_path(tree, path)
    mark_moved(tree)
    parent = _common_parent(tree, replaced)
    seen = _left_by(parent, replaced) if replaced else scope_view(tree)
    placed = tree.new_token(element, parent, FUTURE, dict(seen if variables is None else variables))
    if len(path) > 1:
        placed.internal_data["enter"] = {"path": list(path[1:]), "noted": noted or {}}
    else:
        placed.internal_data.update(noted or {})
    for token in replaced:
        withdraw(token)
    element.arrive(placed)
    return placed


def mark_moved(tree: ScopeTree) -> None:
    """From now on the scope's joins wait only for tokens that can still come."""
    top = tree.top_workflow
    top.header["moved"] = True
    if not tree.root.internal_data.get("moved"):
        tree.root.note(moved=True)
    for waiting in tree.arrivals.values():
        top.joins.update(waiting)


def is_moved(tree: ScopeTree) -> bool:
    """Whether somebody moved tokens in this scope."""
    return bool(tree.root.internal_data.get("moved"))


def _common_parent(tree: ScopeTree, replaced: Sequence[Token]) -> Token:
    """Below which token the new one belongs: where the withdrawn branches parted."""
    if not replaced:
        return tree.root
    return replaced[0].parent if len(replaced) == 1 else tree.lowest_common_ancestor(list(replaced))


def _left_by(fork: Token, replaced: Iterable[Token]) -> dict[str, Any]:
    """The variables as the withdrawn branches below ``fork`` leave them, and branches between that ended already."""
    wanted = {token.id for token in replaced}
    found: dict[int, dict[str, Any] | None] = {}
    for token in reversed(tokens_below(fork, _partings)):
        if token.id in wanted:
            found[token.id] = token.task_spec.variables_now(token)
            continue
        below = [view for child in _partings(token) if (view := found[child.id]) is not None]
        if not below:
            found[token.id] = None
            continue
        change = token.internal_data.get("ended") if token is not fork else None
        if isinstance(change, dict):
            below.append(changed_variables(token.data, change))
        view = token.data
        for variables in below:
            view = merge3(token.data, view, variables)[0]
        if token.internal_data.get("given") and token is not fork:
            view = merge3(token.data, token.parent.data, view)[0]
        found[token.id] = view
    return found[fork.id] or dict(fork.data)


def _partings(token: Token) -> list[Token]:
    return [] if token.is_live else [child for child in token.children if child.task_spec.kind not in _ASIDE]
