"""Modification by hand: an administrator's plan of moves, additions and withdrawals, done in one step or refused whole.

What can be moved is a *branch*: what people would put a finger on (see ``bpmn.moving``). A plan is refused, with the
reason, where it would leave the case with nothing to do, tear one instance out of a multi-instance activity, put a
token on a join without saying for which flow it stands, or void a two-person rule of the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.changing import change_everywhere
from workflow_engine.bpmn.elements.scopes import SubProcess
from workflow_engine.bpmn.faults import resolve_stuck
from workflow_engine.bpmn.moving import branch_of, branches, find_scope, mark_moved, move
from workflow_engine.bpmn.scoping import withdraw
from workflow_engine.bpmn.two_persons import checks_ahead, gaps, has_rules, signed_names, skipped
from workflow_engine.bpmn.views import scope_view
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError, RejectedError
from workflow_engine.domain.events import CaseModified, VariablesChanged

if TYPE_CHECKING:
    from workflow_engine.bpmn.elements.element import Element
    from workflow_engine.bpmn.token import Token
    from workflow_engine.bpmn.tree import CaseTree, ScopeSpec, ScopeTree

_FIELDS = {
    "move": ({"token_id", "element_id"}, {"token_id", "element_id"}),
    "add": ({"element_id"}, {"element_id", "scope_id"}),
    "cancel": ({"token_id"}, {"token_id"}),
}
"""What each kind of instruction needs, and what it may have."""
_JOINS = ("parallelGateway", "inclusiveGateway")
MOST_INSTRUCTIONS = 200


def require_plan(instructions: Sequence[Mapping[str, Any]]) -> None:
    """Raise RejectedError for instructions that do not say what is to be done."""
    if len(instructions) > MOST_INSTRUCTIONS:
        raise RejectedError(
            f"Expected at most {MOST_INSTRUCTIONS} instructions in a plan, but got {len(instructions)}."
        )
    for one in instructions:
        fields = _FIELDS.get(str(one.get("do")))
        if fields is None:
            raise RejectedError(f"Expected an instruction to move, add or cancel, but got {str(one.get('do'))[:40]!r}.")
        given = {name for name, value in one.items() if name != "do"}
        if not fields[0] <= given <= fields[1]:
            wanted = sorted(fields[1])
            raise RejectedError(f"Expected {wanted} in an instruction to {one['do']}, but got {sorted(given)}.")
        for name in ("token_id", "scope_id"):
            value = one.get(name)
            if name in one and not (type(value) is int or (name == "scope_id" and value is None)):
                raise RejectedError(f"Expected {name} to be a number, but got {str(value)[:40]!r}.")


def modify(
    top: CaseTree,
    instructions: Sequence[Mapping[str, Any]],
    variables: Mapping[str, Any],
    scope_id: int | None,
    reason: str,
) -> None:
    """Carry out a plan; the caller drives the tree afterwards.

    Raises:
        RejectedError: what is wrong with it; the tree is worthless then.
    """
    require_plan(instructions)
    top.recorder.add(CaseModified(instructions=[dict(one) for one in instructions], reason=reason))
    resolve_stuck(top, "superseded")  # should nothing be able to happen afterwards either, that is told anew
    if variables:
        _change(top, variables, scope_id)
    emptied: list[int | None] = []
    checks: dict[int | None, set[str]] = {}
    for one in instructions:
        if one["do"] == "cancel":
            checks = {**_checks_ahead(top, find_branch(top, one["token_id"])), **checks}
        if one["do"] == "move":
            emptied.append(_move(top, find_branch(top, one["token_id"]), str(one["element_id"])))
        elif one["do"] == "add":
            _add(top, one)
        else:
            emptied.append(_cancel(top, find_branch(top, one["token_id"])))
    for one_scope in emptied:
        _close_if_empty(top, one_scope)
    _require_checks(top, checks)


# ---------------------------------------------------------------------------------------------- what can be taken
def find_branch(top: CaseTree, token_id: int) -> Token:
    """The token, if it can be moved or withdrawn by itself.

    Raises:
        NotFoundError: there is no such live token.
        InvalidStateError: it goes with another one; the message says with which.
    """
    token = top.index.get(token_id)
    if token is None or not token.is_live:
        raise NotFoundError(f"Expected an open token {token_id} in case {top.case_id}, but there is none.")
    why = why_bound(token)
    if why is not None:
        raise InvalidStateError(f"Expected to take token {token_id} from {token.element_id!r}, but {why}.")
    return token


def why_bound(token: Token) -> str | None:
    """Why a live token cannot be moved by itself; None when it can."""
    if token.task_spec.container is not None:
        return f"it is one instance of it: take the whole activity, token {token.parent.id}"
    holder = branch_of(token)
    if holder is not token:
        return f"it waits there for {holder.element_id!r}: take that, token {holder.id}"
    if token.task_spec.kind == "eventListener":
        return "it only listens while its scope runs"
    return None


# ---------------------------------------------------------------------------------------------- what is done
def _change(top: CaseTree, variables: Mapping[str, Any], scope_id: int | None) -> None:
    scope = find_scope(top, scope_id)
    forged = signed_names(scope.spec.definition) & variables.keys()
    if forged:
        raise NotPermittedError(
            f"Expected other variables to be set, but {', '.join(sorted(forged))} says who did a task, which a "
            "two-person rule of the model relies on."
        )
    top.recorder.add(VariablesChanged(names=sorted(variables), variables=dict(variables), scope_id=scope_id))
    change_everywhere(top, variables, scope_id)


def _move(top: CaseTree, token: Token, element_id: str) -> int | None:
    """The token in its place, or the outermost activity it is alone in; returns the scope that may be empty now."""
    tree: ScopeTree = token.workflow
    source: Token | None = token
    while (path := path_to(tree.spec, element_id)) is None:
        host = tree.host
        if host is None or not isinstance(host.task_spec, SubProcess):
            raise NotFoundError(
                f"Expected an element {element_id!r} in the process in which token {token.id} runs, but there is none."
            )
        if host.task_spec.container is not None:
            raise InvalidStateError(
                f"Expected to move token {token.id} to {element_id!r}, but it runs in one instance of "
                f"{host.element_id!r}: move within it, or move the whole activity, token {host.parent.id}."
            )
        source = host if source is not None and len(branches(tree)) == 1 else None  # None: it goes beside the others
        tree = host.workflow
    _require_place(tree.spec, path)
    _require_rules(tree, None if source is None else source.element_id, path[0], token.task_spec.variables_now(token))
    running = _running_inside(tree, path)
    if running is not None:
        move(running[0], [], running[1])
        withdraw_branch(token)
    elif source is not None:
        move(tree, [source], path)
        return tree.parent_task_id
    else:
        move(tree, [], path)
        withdraw_branch(token)
    return token.workflow.parent_task_id


def _add(top: CaseTree, one: Mapping[str, Any]) -> None:
    element_id = str(one["element_id"])
    if "scope_id" in one:
        scopes = [find_scope(top, one["scope_id"])]
    else:
        running: list[ScopeTree] = [top, *(top.scopes[number] for number in sorted(top.scopes))]
        scopes = [tree for tree in running if element_id in tree.spec.task_specs] or [top]
    if len(scopes) > 1:
        numbers = ", ".join(str(tree.parent_task_id) for tree in scopes)
        raise InvalidStateError(
            f"Expected one place to add a token at {element_id!r}, but it runs {len(scopes)} times: say in which scope "
            f"({numbers})."
        )
    (tree,) = scopes
    path = path_to(tree.spec, element_id)
    if path is None:
        raise NotFoundError(f"Expected an element {element_id!r} in {tree.spec.name!r}, but there is none.")
    _require_place(tree.spec, path)
    _require_rules(tree, None, path[0], scope_view(tree))
    move(tree, [], path)


def _cancel(top: CaseTree, token: Token) -> int | None:
    tree = token.workflow
    withdraw_branch(token)
    top.header["moved"] = True
    return tree.parent_task_id


def withdraw_branch(token: Token) -> None:
    """Take it out without anything in its place."""
    mark_moved(token.workflow)
    withdraw(token)


def _close_if_empty(top: CaseTree, scope_id: int | None) -> None:
    """A scope from which the last token was taken goes with its activity, and so on outwards."""
    while scope_id is not None and scope_id in top.scopes and not branches(top.scopes[scope_id]):
        host = top.index[scope_id]
        if host.task_spec.container is not None:
            raise InvalidStateError(
                f"Expected something to be left in every instance of {host.element_id!r}, but token {scope_id} would "
                f"be empty: take the whole activity, token {host.parent.id}."
            )
        if branch_of(host) is not host:
            return
        scope_id = host.workflow.parent_task_id
        withdraw_branch(host)
    if scope_id is None and not branches(top):
        raise InvalidStateError(
            f"Expected something to be left to do in case {top.case_id}, but the plan takes everything. "
            "Cancel the case instead, or add a token where it is to go on."
        )


# ---------------------------------------------------------------------------------------------- where it may go
def path_to(spec: ScopeSpec, element_id: str) -> list[str] | None:
    """The way to an element of this scope or of a sub-process inside it; None when there is none."""
    if element_id in spec.task_specs and "#" not in element_id:
        return [element_id]
    for name, element in spec.task_specs.items():
        if isinstance(element, SubProcess) and "#" not in name and element.kind == "subProcess":
            inner = path_to(element.inside, element_id)
            if inner is not None:
                return [name, *inner]
    return None


def why_no_place(element: Element) -> str | None:
    """Why a token cannot be put at this element; None when it can."""
    if element.kind == "boundaryEvent":
        return "it occurs on an activity; put the token on what follows it"
    if element.kind == "startEvent":
        return "it is a start; put the token on what follows it"
    if element.kind == "eventSubProcess":
        return "only its event starts it"
    if element.kind in _JOINS and len(element.node.incoming) > 1:
        return "it joins several flows; put the token before it or after it"
    return None


def _require_place(spec: ScopeSpec, path: list[str]) -> None:
    for name in path[:-1]:
        spec = spec.task_specs[name].inside
    element: Element = spec.task_specs[path[-1]]
    why = why_no_place(element)
    if why is not None:
        raise InvalidStateError(f"Expected to put a token at {path[-1]!r}, but {why}.", element_id=path[-1])


def _running_inside(tree: ScopeTree, path: list[str]) -> tuple[ScopeTree, list[str]] | None:
    """Where the sub-process on the way runs already: there, and the rest of the way."""
    if len(path) < 2:
        return None
    top = tree.top_workflow
    hosts = [token for token in branches(tree) if token.element_id == path[0] and token.id in top.scopes]
    if len(hosts) != 1:
        return None
    inside: ScopeTree = top.scopes[hosts[0].id]
    return _running_inside(inside, path[1:]) or (inside, path[1:])


# ---------------------------------------------------------------------------------------------- two persons
def _require_rules(tree: ScopeTree, source: str | None, target: str, variables: Mapping[str, Any]) -> None:
    spec = tree.spec
    if not has_rules(spec):
        return
    passed = skipped(spec, source, target)
    if passed:
        raise NotPermittedError(
            f"Expected to go on at {target!r}, but that leaves out {passed[0]!r}, where a second person checks the "
            "first."
        )
    before = [source] if source is not None else [element.name for element in spec.start_elements]
    new = gaps(spec, [target], variables) - gaps(spec, before, variables)
    if new:
        check, name = min(new)
        raise NotPermittedError(
            f"Expected to go on at {target!r}, but {check!r} is for another person than the one in {name}, and nobody "
            "stands there yet."
        )


def _checks_ahead(top: CaseTree, token: Token) -> dict[int | None, set[str]]:
    """For each scope around the token that has any: the checks to which its branches can come now."""
    found: dict[int | None, set[str]] = {}
    tree: ScopeTree | None = token.workflow
    while tree is not None:
        if has_rules(tree.spec):
            found[tree.parent_task_id] = checks_ahead(tree.spec, [branch.task_spec.name for branch in branches(tree)])
        host = tree.host
        tree = None if host is None else host.workflow
    return found


def _require_checks(top: CaseTree, before: Mapping[int | None, set[str]]) -> None:
    """What is only withdrawn must not be the last that leads to a check, while its scope goes on."""
    for scope_id, checks in before.items():
        tree: ScopeTree | None = top if scope_id is None else top.scopes.get(scope_id)
        left = [] if tree is None else [branch.task_spec.name for branch in branches(tree)]
        lost = checks - checks_ahead(tree.spec, left) if tree is not None and left else set()
        if lost:
            raise NotPermittedError(
                f"Expected the rest of the case to go on, but without what is withdrawn nobody comes to {min(lost)!r}, "
                "where a second person checks the first."
            )
