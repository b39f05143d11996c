"""Which running cases a new version of their model would concern, by the places where they stand now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from msgspec.structs import replace
from sqlalchemy import func, select, text

from workflow_engine.bpmn.model import Flow, Model, Node, Scope
from workflow_engine.bpmn.token import LIVE
from workflow_engine.queries.model_rows import Impact, Place, PlaceState
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import definition, process_instance, token

_c = process_instance.c
_t = token.c
_IS_RUNNING = text("process_instance.state IN ('active', 'suspended')")
"""Written out, not bound, so that the planner takes the partial index."""
MOST_TOKENS = 200_000
MOST_EXAMPLES = 5


def count_running(snapshot: Snapshot, *, exercises: bool | None = None) -> dict[str, int]:
    """Number of running cases by version; of exercises alone, or without them, where it is said."""
    # One short walk down the index of running cases per version; grouping would read every running case by its state.
    d = definition.c
    running = select(func.count()).where(_c.definition_id == d.definition_id, _IS_RUNNING)
    if exercises is not None:
        running = running.where(_c.exercise == exercises)
    counted = select(d.definition_id, running.scalar_subquery())
    return {row[0]: row[1] for row in snapshot.connection.execute(counted) if row[1]}


def impact_of(snapshot: Snapshot, before_id: str, after_id: str) -> Impact:
    """Where the running cases of one version stand, and what the other version makes of each such place.

    Raises:
        NotFoundError: there is no such version.
    """
    before = snapshot.library.get(snapshot.unit, before_id).model
    after = snapshot.library.get(snapshot.unit, after_id).model
    found: dict[str, _Found] = {}
    cases: set[str] = set()
    read = 0
    for case_id, element_id in _open_places(snapshot, before_id):
        read += 1
        cases.add(case_id)
        found.setdefault(element_id, _Found()).add(case_id)
    old, new = dict(_places(before)), dict(_places(after))
    places = [
        Place(
            element_id=element_id, state=_state(old.get(element_id), new.get(element_id)), tokens=here.tokens,
            cases=len(here.cases), examples=tuple(sorted(here.cases)[:MOST_EXAMPLES]),
        )
        for element_id, here in found.items()
    ]  # fmt: skip
    order: dict[PlaceState, int] = {"gone": 0, "changed": 1, "unchanged": 2}
    places.sort(key=lambda place: (order[place.state], -place.tokens, place.element_id))
    return Impact(before_id, after_id, len(cases), tuple(places), is_whole=read < MOST_TOKENS)


@dataclass(slots=True)
class _Found:
    tokens: int = 0
    cases: set[str] = field(default_factory=set)

    def add(self, case_id: str) -> None:
        self.tokens += 1
        self.cases.add(case_id)


def _open_places(snapshot: Snapshot, definition_id: str) -> Iterator[tuple[str, str]]:
    """(case, element) of each open token that stands in this very model, not in a process it calls."""
    statement = (
        select(_t.case_id, _t.token_id, _t.scope_id, _t.element, _t.state, _t.internal)
        .select_from(process_instance.join(token, _t.case_id == _c.case_id))
        .where(_c.definition_id == definition_id, _IS_RUNNING)
        .order_by(_t.case_id)
        .limit(MOST_TOKENS)
    )
    case_id = ""
    rows: list[Any] = []
    for row in snapshot.connection.execute(statement):
        if row.case_id != case_id:
            yield from _of_one_case(case_id, rows)
            case_id, rows = row.case_id, []
        rows.append(row)
    yield from _of_one_case(case_id, rows)


def _of_one_case(case_id: str, rows: list[Any]) -> Iterator[tuple[str, str]]:
    around = {row.token_id: row.scope_id for row in rows}
    calls = {row.token_id for row in rows if _calls(row.internal)}
    for row in rows:
        element_id = row.element.partition("#")[0]
        if element_id and row.state & LIVE and not _is_called(row.scope_id, around, calls):
            yield case_id, element_id


def _calls(internal: bytes) -> bool:
    return b'"process_id"' in internal and "process_id" in orjson.loads(internal)


def _is_called(scope_id: int | None, around: Mapping[int, int | None], calls: set[int]) -> bool:
    while scope_id is not None:
        if scope_id in calls:
            return True
        scope_id = around.get(scope_id)
    return False


def _places(model: Model) -> Iterator[tuple[str, tuple[Node, tuple[Flow, ...]]]]:
    for process in model.processes:
        yield from _inside(process.scope)


def _inside(scope: Scope) -> Iterator[tuple[str, tuple[Node, tuple[Flow, ...]]]]:
    flows = {flow.id: replace(flow, name=None) for flow in scope.flows}
    for node in scope.nodes:
        leaving = tuple(flows[flow_id] for flow_id in node.outgoing if flow_id in flows)
        # Names, texts and what stands inside a sub-process change nothing for a token at this very element.
        yield node.id, (replace(node, name=None, documentation=None, lane=None, incoming=(), body=None), leaving)
        if node.body is not None:
            yield from _inside(node.body)


def _state(before: Any, after: Any) -> PlaceState:
    if after is None or (before is not None and before[0].kind != after[0].kind):
        return "gone"
    return "unchanged" if before == after else "changed"
