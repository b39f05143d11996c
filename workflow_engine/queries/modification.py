"""What a plan to change a running case starts from: where its tokens are, and where they could be put."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from workflow_engine.bpmn.elements.scopes import SubProcess
from workflow_engine.bpmn.migration_checks import inside_of
from workflow_engine.bpmn.modifying import why_bound, why_no_place
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token import ERROR, LIVE
from workflow_engine.bpmn.two_persons import elements_of
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.permissions import require_permission
from workflow_engine.queries.cases import require_visible_case, restore
from workflow_engine.queries.rows import CaseRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.cases import Case, find_case
from workflow_engine.storage.schema import process_instance, token

_c = process_instance.c
_t = token.c


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Where a token is."""

    token_id: int
    element_id: str
    element_kind: str
    scope_id: int | None
    inside_of: str | None
    """The activity in whose scope it runs; None at the top."""
    bound: str | None
    """Why it cannot be moved by itself; None when it can."""
    faulted: bool


@dataclass(frozen=True, slots=True)
class Target:
    """An element of the case's version where a token could be put."""

    element_id: str
    name: str | None
    kind: str
    refused: str | None
    """Why it cannot; None when it can."""


@dataclass(frozen=True, slots=True)
class PlanBasis:
    """Everything a plan is made from. ``case_version`` binds the command to it."""

    case: CaseRow
    case_version: int
    places: tuple[TokenPlace, ...]
    targets: tuple[Target, ...]
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ElementPair:
    """An element of a version with its counterpart in another one."""

    element_id: str
    name: str | None
    kind: str
    tokens: int
    """How many tokens of running cases are there now."""
    proposed: str | None
    """The element of the same id and kind; None when the other version has none."""
    candidates: tuple[str, ...]
    """Elements of the other version that are of its kind."""


def plan_basis(snapshot: Snapshot, case_id: str, actor: Actor) -> PlanBasis:
    """Where the case stands, for a plan. Raises NotFoundError, NotPermittedError or InvalidStateError."""
    shown, case = require_operable(snapshot, case_id, actor, f"modify case {case_id}")
    instance = restore(snapshot, case_id)
    return PlanBasis(
        case=shown,
        case_version=case.version,
        places=places_of(instance),
        targets=tuple(_targets(instance)),
        variables=instance.variables(),
    )


def require_operable(snapshot: Snapshot, case_id: str, actor: Actor, what: str) -> tuple[CaseRow, Case]:
    """The running case as lists show it and as it is stored. Raises what refuses a command to it."""
    shown = require_visible_case(snapshot, case_id, actor)
    case = find_case(snapshot.unit, case_id, lock=False)
    if case is None:
        raise NotFoundError(f"Expected to {what}, but there is no such case.", case_id=case_id)
    require_permission(actor, "case.operate", what, case.unit_id, case.process_id)
    if case.state != "active":
        raise InvalidStateError(f"Expected to {what}, but it is {case.state}.", state=case.state)
    return shown, case


def places_of(instance: Instance) -> tuple[TokenPlace, ...]:
    """Every live token that people can see, the oldest first."""
    index = instance.tree.index
    found = []
    for one in instance.open_tokens():
        live = index[one.token_id]
        if live.task_spec.kind in ("boundaryEvent", "eventListener"):
            continue
        host = live.workflow.host
        found.append(
            TokenPlace(
                one.token_id, one.element_id, one.element_kind, one.scope_id,
                None if host is None else host.element_id, why_bound(live), live.has_state(ERROR),
            )
        )  # fmt: skip
    return tuple(found)


def _targets(instance: Instance) -> Iterator[Target]:
    specs = [instance.tree.spec]
    specs += [scope.spec for _, scope in sorted(instance.tree.scopes.items())]
    seen: set[str] = set()
    while specs:
        spec = specs.pop(0)
        for element in elements_of(spec):
            if element.element_id in seen:
                continue
            seen.add(element.element_id)
            yield Target(element.element_id, element.node.name, element.kind, why_no_place(element))
            if isinstance(element, SubProcess) and element.kind == "subProcess":
                specs.append(element.inside)


def compare_versions(snapshot: Snapshot, process_id: str, old_id: str, new_id: str) -> list[ElementPair]:
    """Every element of the old version with its proposed counterpart, in the order of the model.

    Raises:
        NotFoundError: one of them is no version.
    """
    old, new = (snapshot.library.get(snapshot.unit, one) for one in (old_id, new_id))
    tokens = _count_tokens(snapshot, old_id)
    kinds: dict[str, str] = {element.element_id: element.kind for element in inside_of(new.spec(process_id))}
    return [
        ElementPair(
            element.element_id,
            element.node.name,
            element.kind,
            tokens.get(element.element_id, 0),
            element.element_id if kinds.get(element.element_id) == element.kind else None,
            tuple(name for name, kind in kinds.items() if kind == element.kind),
        )
        for element in inside_of(old.spec(process_id))
    ]


def _count_tokens(snapshot: Snapshot, definition_id: str) -> dict[str, int]:
    joined = token.join(process_instance, _c.case_id == _t.case_id)
    query = (
        select(_t.element, func.count())
        .select_from(joined)
        .where(_c.definition_id == definition_id, _c.state.in_(["active", "suspended"]))
        .where(_t.state.bitwise_and(int(LIVE)) != 0)
        .group_by(_t.element)
    )
    found: dict[str, int] = {}
    for name, count in snapshot.connection.execute(query):
        element_id = name.partition("#")[0]
        if element_id == name or element_id not in found:
            found[element_id] = found.get(element_id, 0) + (count if element_id == name else 0)
    return found
