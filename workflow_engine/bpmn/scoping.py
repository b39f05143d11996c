"""Scopes of a running case: what happens when a token ends, a scope ends, and what a scope's variables are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.faults import resolve_incident
from workflow_engine.bpmn.token import READY, Token
from workflow_engine.bpmn.tree import changed_variables, difference, tokens_below
from workflow_engine.bpmn.views import scope_view
from workflow_engine.domain.errors import StuckError
from workflow_engine.domain.events import CaseCompleted
from workflow_engine.domain.variables import merge3

if TYPE_CHECKING:
    from workflow_engine.bpmn.tree import CaseTree, ScopeTree


def end_token(token: Token) -> None:
    """A token has nowhere to go: keep what it knows for the scope's result, and end the scope with its last token.

    BPMN 2.0.2, 13.5.6: a scope ends when no token is left in it.
    """
    tree, fork = token.workflow, token.parent
    while fork.internal_data.get("given"):
        fork = fork.parent
    if tree.is_parting_point(fork):
        leave_to_siblings(token, fork)
    else:
        gather(token)
    tree.detach(token)
    if all(child.task_spec.kind == "eventListener" for child in tree.root.children):
        end_scope(tree, "completed")


def leave_to_siblings(token: Token, fork: Token) -> None:
    """Keep what a finished branch changed at ``fork``, where it parted; the last sibling takes it along.

    Merging it into the scope's result at once would compare it with the beginning of the scope, and take everything
    that was set before the parting for a change of both branches.
    """
    so_far = changed_variables(fork.data, fork.internal_data.get("ended"))
    merged, conflicts = merge3(fork.data, so_far, token.workflow.rebased(token, fork))
    token.workflow.top_workflow.recorder.add_conflicts(token, conflicts)
    if change := _change(fork, merged):
        fork.note(ended=change)


def gather(token: Token) -> None:
    """Merge what a finished branch changed into the result of its scope."""
    tree = token.workflow
    merged, conflicts = merge3(tree.root.data, scope_result(tree), tree.rebased(token, tree.root))
    token.workflow.top_workflow.recorder.add_conflicts(token, conflicts)
    change = _change(tree.root, merged)
    if change or "result" in tree.root.internal_data:
        tree.root.note(result=change or {"set": {}, "unset": [], "at": tree.top_workflow.next_token_id})


def _change(base: Token, variables: dict[str, Any]) -> dict[str, Any] | None:
    """These variables as a difference to those of ``base``; None when there is none."""
    changed, gone = difference(base.data, variables)
    if not changed and not gone:
        return None
    return {"set": changed, "unset": gone, "at": base.workflow.top_workflow.next_token_id}


def scope_result(tree: ScopeTree) -> dict[str, Any]:
    """The scope's variables as its ended branches left them."""
    return changed_variables(tree.root.data, tree.root.internal_data.get("result"))


def end_scope(tree: ScopeTree, outcome: str, result: dict[str, Any] | None = None) -> None:
    """No token is left: hand the result to the enclosing activity, or end the case."""
    result = scope_result(tree) if result is None else result
    top: CaseTree = tree.top_workflow
    host = tree.host
    for listener in list(tree.root.children):
        drop_listener(listener)
    if host is None:
        top.completed = True
        top.header["outcome"] = outcome
        top.recorder.add(CaseCompleted(outcome=outcome, variables=result))
        return
    before = tree.root.data
    top.close_scope(tree)
    host.task_spec.scope_done(host, before, result)


def drop_listener(token: Token) -> None:
    """An event that hangs below ``token.parent``, to interrupt it or to act beside it, can occur no more."""
    token.task_spec.release(token)
    if "incident" in token.internal_data:
        resolve_incident(token, "cancelled")
    token.parent._children.remove(token.id)
    token.workflow.forget(token)


def terminate_scope(tree: ScopeTree) -> None:
    """A terminate end event: every other token of this scope is withdrawn at once (BPMN 2.0.2, 13.5.6).

    What the others have changed by then stays changed.
    """
    result = scope_view(tree)
    empty_scope(tree)
    end_scope(tree, "terminated", result)


def empty_scope(tree: ScopeTree) -> None:
    """Cancel and drop every token of a scope but its root."""
    for child in list(tree.root.children):
        cancel_tree(child)
    tree.root._children.clear()


def cancel_tree(token: Token) -> None:
    """Cancel a token and all below and inside it, and forget them; the parent's list is the caller's concern."""
    _cancel_below(token)
    token.task_spec.cancel(token)
    token.workflow.forget(token)


def withdraw(token: Token) -> None:
    """Cancel one branch and take it out of its tree."""
    _cancel_below(token)
    token.task_spec.cancel(token)
    token.workflow.detach(token)


def _cancel_below(token: Token) -> None:
    """Innermost first, and without recursion: calls may be nested deeper than Python's own."""
    for at in reversed(tokens_below(token, _below_and_inside)):
        at._children.clear()
        scope = at.workflow.top_workflow.scopes.get(at.id)
        if scope is not None:
            scope.root._children.clear()
        if at is not token:
            at.task_spec.cancel(at)
            at.workflow.forget(at)


def _below_and_inside(token: Token) -> list[Token]:
    scope = token.workflow.top_workflow.scopes.get(token.id)
    return token.children if scope is None else [*token.children, *scope.root.children]


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
