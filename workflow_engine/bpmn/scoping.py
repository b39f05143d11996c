"""Scopes of a running case: what happens when a token ends, a scope ends, and what a scope's variables are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.token import READY, Token
from workflow_engine.bpmn.tree import changed_variables
from workflow_engine.domain.errors import StuckError
from workflow_engine.domain.events import CaseCompleted, MergeConflict
from workflow_engine.domain.variables import Conflict, merge3

if TYPE_CHECKING:
    from workflow_engine.bpmn.tree import CaseTree, ScopeTree


def end_token(token: Token) -> None:
    """A token has nowhere to go: keep what it knows for the scope's result, and end the scope with its last token.

    BPMN 2.0.2, 13.5.6: a scope ends when no token is left in it.
    """
    tree = token.workflow
    if tree.is_parting_point(token.parent):
        leave_to_siblings(token)
    else:
        gather(tree, token, token.data)
    tree.detach(token)
    if all(child.task_spec.kind == "eventListener" for child in tree.root.children):
        end_scope(tree, "completed")


def leave_to_siblings(token: Token) -> None:
    """Keep what a finished branch changed at the point where it parted; the last sibling takes it along.

    Merging it into the scope's result at once would compare it with the beginning of the scope, and take everything
    that was set before the parting for a change of both branches.
    """
    fork = token.parent
    so_far = changed_variables(fork.data, fork.internal_data.get("ended"))
    merged, conflicts = merge3(fork.data, so_far, token.data)
    record_conflicts(token, conflicts)
    if change := _change(fork, merged):
        fork.note(ended=change)


def gather(tree: ScopeTree, token: Token, variables: dict[str, Any]) -> None:
    """Merge what a finished branch changed into the result of its scope."""
    merged, conflicts = merge3(tree.root.data, scope_result(tree), variables)
    record_conflicts(token, conflicts)
    change = _change(tree.root, merged)
    if change or "result" in tree.root.internal_data:
        tree.root.note(result=change or {"set": {}, "unset": [], "at": tree.top_workflow.next_token_id})


def _change(base: Token, variables: dict[str, Any]) -> dict[str, Any] | None:
    """These variables as a difference to those of ``base``; None when there is none."""
    before = base.data
    changed = {name: value for name, value in variables.items() if name not in before or before[name] is not value}
    gone = [name for name in before if name not in variables]
    if not changed and not gone:
        return None
    return {"set": changed, "unset": gone, "at": base.workflow.top_workflow.next_token_id}


def scope_result(tree: ScopeTree) -> dict[str, Any]:
    """The scope's variables as its ended branches left them."""
    return changed_variables(tree.root.data, tree.root.internal_data.get("result"))


def end_scope(tree: ScopeTree, outcome: str) -> None:
    """No token is left: hand the result to the enclosing activity, or end the case."""
    top: CaseTree = tree.top_workflow
    host = tree.host
    for listener in list(tree.root.children):
        drop_listener(listener)
    if host is None:
        top.completed = True
        top.header["outcome"] = outcome
        top.recorder.add(CaseCompleted(outcome=outcome, variables=scope_result(tree)))
        return
    result = scope_result(tree)
    before = tree.root.data
    top.close_scope(tree)
    host.task_spec.scope_done(host, before, result)


def drop_listener(token: Token) -> None:
    """A handler of the scope is needed no more."""
    token.task_spec.release(token)
    token.workflow.forget(token)
    token.workflow.root._children.remove(token.id)


def terminate_scope(tree: ScopeTree, by: Token) -> None:
    """A terminate end event: every other token of this scope is withdrawn at once (BPMN 2.0.2, 13.5.6)."""
    variables, at = by.data, by.parent
    while at is not tree.root:
        variables, conflicts = merge3(at.data, changed_variables(at.data, at.internal_data.get("ended")), variables)
        record_conflicts(by, conflicts)
        at = at.parent
    gather(tree, by, variables)
    empty_scope(tree)
    end_scope(tree, "terminated")


def empty_scope(tree: ScopeTree) -> None:
    """Cancel and drop every token of a scope but its root."""
    for child in list(tree.root.children):
        cancel_tree(child)
    tree.root._children.clear()


def cancel_tree(token: Token) -> None:
    """Cancel a token and all below it, and forget them; the parent's list is the caller's concern."""
    for below in list(token.children):
        cancel_tree(below)
    token._children.clear()
    token.task_spec.cancel(token)
    token.workflow.forget(token)


def withdraw(token: Token) -> None:
    """Cancel one branch and take it out of its tree."""
    for below in list(token.children):
        cancel_tree(below)
    token._children.clear()
    token.task_spec.cancel(token)
    token.workflow.detach(token)


def record_conflicts(token: Token, conflicts: list[Conflict]) -> None:
    """Keep both values of every variable that parallel branches wrote differently."""
    if conflicts:
        token.workflow.top_workflow.recorder.add(
            MergeConflict(
                token_id=token.id,
                element_id=token.element_id,
                paths=[str(conflict["path"]) for conflict in conflicts],
                conflicts=conflicts,
            )
        )


def scope_view(tree: ScopeTree) -> dict[str, Any]:
    """The variables of a scope as somebody from outside sees them: every branch's changes, the latest last."""
    base = tree.root.data
    branches = [(token.id, token.data) for token in tree.tasks.values() if _is_branch(token)]
    ended = tree.root.internal_data.get("result")
    if ended is not None:
        branches.append((ended["at"], scope_result(tree)))
    view = dict(base)
    for _, variables in sorted(branches, key=lambda branch: branch[0]):
        view = merge3(base, view, variables)[0]
    return view


def case_view(tree: ScopeTree) -> dict[str, Any]:
    """The variables of a scope with those of all sub-processes that run inside it, as people look at a case.

    Bodies of a multi-instance activity are left out: each has values of its own under the same names.
    """
    base = tree.root.data
    view = scope_view(tree)
    for token in sorted((token for token in tree.live_tokens()), key=lambda token: token.id):
        inner = tree.top_workflow.scopes.get(token.id)
        if inner is not None and token.task_spec.shares_variables and token.task_spec.container is None:
            view = merge3(inner.root.data, view, case_view(inner))[0]
    return view if view is not base else dict(base)


def _is_branch(token: Token) -> bool:
    return token.is_live and token.task_spec.kind not in ("eventListener", "boundaryEvent")


def view_from(token: Token) -> dict[str, Any]:
    """What a condition at this token may look at: the branches of its scope and of every scope around it."""
    trees = []
    tree: ScopeTree | None = token.workflow
    while tree is not None:
        trees.append(tree)
        host = tree.host
        tree = host.workflow if host is not None and host.task_spec.shares_variables else None
    view: dict[str, Any] = scope_view(trees[-1])
    for inner in reversed(trees[:-1]):
        view = merge3(inner.root.data, view, scope_view(inner))[0]
    return view


def require_open_work(top: CaseTree) -> None:
    """Nothing may hang silently: a case that has not ended waits for something that can happen.

    Raises:
        StuckError: no token waits for a person, an answer, a time, a message or a condition.
    """
    for token in top.index.values():
        if token.is_live and (token.task_spec.can_happen(token) or token.has_state(READY)):
            return
    places = sorted({token.element_id for token in top.index.values() if token.is_live})
    raise StuckError(f"The case has not ended, but nothing can happen any more; tokens wait at {', '.join(places)}.")

