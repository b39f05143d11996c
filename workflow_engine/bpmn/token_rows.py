"""Tokens as rows and back. A row's variables are the difference to its parent's, so a thousand branches stay small."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from workflow_engine.bpmn.token import WAITING, Token
from workflow_engine.bpmn.tree import CaseTree, difference
from workflow_engine.domain.errors import StateFormatError

if TYPE_CHECKING:
    from workflow_engine.bpmn.elements.element import Element

FORMAT = 1
_NOTHING = b"{}"


class TokenRow(NamedTuple):
    """One token as stored. ``data`` and ``internal`` are JSON; ``data`` is ``{"set": …, "unset": …}`` or ``{}``."""

    slot: int
    token_id: int
    parent_id: int | None
    scope_id: int | None
    element: str
    state: int
    data: bytes
    internal: bytes


def row_of(token: Token) -> TokenRow:
    """The token as it has to be stored now."""
    tree, base, internal = token.workflow, _base_of(token), token.internal_data
    if "outer" in internal:
        internal = {**internal, "outer": _change(base, internal["outer"])}
    return TokenRow(
        token.slot,
        token.id,
        token._parent,
        tree.parent_task_id,
        token.task_spec.name,
        token._state,
        _NOTHING if base is token.data else orjson.dumps(_change(base, token.data)),
        orjson.dumps(internal) if internal else _NOTHING,
    )


def _base_of(token: Token) -> Mapping[str, Any]:
    parent = token.parent
    if parent is not None:
        data: Mapping[str, Any] = parent.data
        return data
    host = token.workflow.host
    return host.data if host is not None else {}


def _change(base: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    changed, unset = difference(base, data)
    if unset:
        return {"set": changed, "unset": unset}
    return {"set": changed} if changed else {}


def _apply(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    out = {**base, **change.get("set", {})}
    for name in change.get("unset", ()):
        out.pop(name, None)
    return out


def plant_rows(top: CaseTree, rows: Iterable[TokenRow]) -> None:
    """Grow the tree of a case from its rows.

    Raises:
        StateFormatError: a row does not fit the definition or its neighbours.
    """
    by_scope: dict[int, list[TokenRow]] = {}
    outermost: list[TokenRow] = []
    for row in sorted(rows, key=lambda row: row.token_id):
        (outermost if row.scope_id is None else by_scope.setdefault(row.scope_id, [])).append(row)
    _plant_scope(top, outermost)
    for scope_id in sorted(by_scope):  # outer ones first: a scope is younger than the scope of its host
        host = top.index.get(scope_id)
        if host is None:
            raise StateFormatError(f"Expected token {scope_id}, the host of a scope, to be stored, but it is not.")
        _plant_scope(top.open_scope(host.task_spec.inner_spec(host), host), by_scope[scope_id])
    top.find_free_slots()
    top.recorder.clear()


def _plant_scope(tree: Any, rows: list[TokenRow]) -> None:
    elements: dict[str, Element] = tree.spec.task_specs
    children: dict[int, list[int]] = {}
    for row in rows:
        if row.element not in elements:
            raise StateFormatError(f"Expected element {row.element!r} in {tree.spec.name!r}, but there is none.")
        token = Token(tree, elements[row.element], row.token_id, row.slot, row.parent_id, row.state, {})
        if row.internal != _NOTHING:
            token.internal_data = orjson.loads(row.internal)
        if row.parent_id is None:
            tree.root = token
        else:
            children.setdefault(row.parent_id, []).append(row.token_id)
    differences = {row.token_id: row.data for row in rows}
    pending = [tree.root]
    while pending:  # parents before children: a row's variables are the difference to its parent's
        token = pending.pop()
        base, change = _base_of(token), differences[token.id]
        token.data = dict(base) if change == _NOTHING else _apply(base, orjson.loads(change))
        if "outer" in token.internal_data:
            token.internal_data["outer"] = _apply(base, token.internal_data["outer"])
        token._children = children.get(token.id, [])
        pending.extend(token.children)
    for row in rows:
        _wait_again(tree.tasks[row.token_id])


def _wait_again(token: Token) -> None:
    """Put the token back into the indexes that only live in memory."""
    if not token.is_live:
        return
    top, node = token.workflow.top_workflow, token.task_spec.node
    if node.kind in ("parallelGateway", "inclusiveGateway"):
        if token.has_state(WAITING):
            token.workflow.arrivals.setdefault(token.element_id, {})[token.id] = token
            if node.kind == "inclusiveGateway" or token.workflow.root.internal_data.get("moved"):
                top.joins[token.id] = token
    elif token.has_state(WAITING) and any(event.kind == "conditional" for event in node.events):
        top.conditions[token.id] = token
