"""Batches and their items: whom a selection means, who works on which, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, insert, null, or_, select, update

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.batches import MOST_ITEMS, STATES, SUBJECTS, BatchItem
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.lifecycle import BATCH, BATCH_ITEM
from workflow_engine.storage.changes import states_before
from workflow_engine.storage.schema import batch, batch_item, incident, process_instance, user_task
from workflow_engine.storage.schema.cases import INCIDENT_OPEN
from workflow_engine.storage.schema.operations import PENDING_ITEM, RUNNING
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork
from workflow_engine.storage.visibility import within_reach

_b = batch.c
_i = batch_item.c
_c = process_instance.c
_n = incident.c
_u = user_task.c
_CHUNK = 400
"""Identifiers in one condition: within every database's limit of parameters."""

_ADD = Statement(insert(batch))
_ADD_ITEM = Statement(insert(batch_item))
_HEAD_COLUMNS = (
    _b.batch_id, _b.operation, _b.state, _b.reason, _b.parameters, _b.created_by, _b.total, _b.done, _b.failed,
    _b.fence,
)  # fmt: skip
_LOCK = Statement(select(*_HEAD_COLUMNS).where(_b.batch_id == param("batch")).with_for_update())
_FREE = Statement(
    select(*_HEAD_COLUMNS)
    .where(
        RUNNING,
        or_(
            _b.lease_until.is_(None),
            _b.lease_until < param("now", _b.lease_until),
            _b.claimed_by == param("by"),
        ),
    )
    .order_by(_b.created_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_CLAIM = Statement(
    update(batch)
    .where(_b.batch_id == param("batch"))
    .values(fence=param("fence"), claimed_by=param("by"), lease_until=param("until", _b.lease_until))
)
_NEXT = Statement(
    select(_i.position, _i.case_id, _i.subject)
    .where(PENDING_ITEM, _i.batch_id == param("batch"))
    .order_by(_i.position)
    .limit(param("most"))
)
_SETTLE = Statement(
    update(batch_item)
    .where(
        _i.batch_id == param("batch"),
        _i.position == param("at_position"),
        _i.state.in_(states_before(BATCH_ITEM, "done")),
    )
    .values(state=param("state"), code=param("code"), message=param("message"), settled_at=param("at", _i.settled_at))
)
_COUNT = Statement(
    update(batch)
    .where(_b.batch_id == param("batch"))
    .values(done=param("done"), failed=param("failed"), lease_until=null())
)
_MOVE = {
    state: Statement(
        update(batch)
        .where(_b.batch_id == param("batch"), _b.state.in_(states_before(BATCH, state)))
        .values(state=state, finished_at=param("at", _b.finished_at))
    )
    for state in BATCH
}
_SKIP = Statement(
    update(batch_item)
    .where(_i.batch_id == param("batch"), PENDING_ITEM)
    .values(state="skipped", settled_at=param("at", _i.settled_at))
)


@dataclass(frozen=True, slots=True)
class BatchHead:
    """A batch, locked."""

    batch_id: str
    operation: str
    state: str
    reason: str
    parameters: str
    created_by: str
    total: int
    done: int
    failed: int
    fence: int


# ---------------------------------------------------------------------------------------------- whom a selection means
def resolve(unit: UnitOfWork, operation: str, selection: Mapping[str, Any], actor: Actor) -> list[BatchItem]:
    """Everyone the selection means now whose case the actor may operate, in the order of their cases.

    Raises:
        RejectedError: more than a batch may hold.
    """
    found: set[tuple[str, Any]] = set()
    reach = within_reach(actor, "case.operate")
    for query in _queries(operation, selection):
        if reach is not None:
            query = query.where(reach)
        compiled = Statement(query.limit(MOST_ITEMS + 1))
        found.update((row[0], row[1]) for row in unit.all(compiled, {}))
        if len(found) > MOST_ITEMS:
            raise RejectedError(f"Expected at most {MOST_ITEMS} to be selected for one batch; narrow the selection.")
    ordered = sorted(found, key=lambda pair: (pair[0], -1 if pair[1] is None else pair[1]))
    return [
        BatchItem(position, case_id, None if subject is None else str(subject))
        for position, (case_id, subject) in enumerate(ordered)
    ]


def _queries(operation: str, selection: Mapping[str, Any]) -> Iterable[Select[Any]]:
    kind = SUBJECTS[operation]
    if kind == "incident":
        return _incidents(selection)
    return _tasks(selection) if kind == "task" else _cases(selection, STATES[operation])


def _cases(selection: Mapping[str, Any], states: tuple[str, ...]) -> Iterable[Select[Any]]:
    wanted: list[ColumnElement[bool]] = [_c.state.in_(states)]
    named = [name for name in ("process_id", "definition_id", "state") if name in selection]
    wanted += [_c[name] == str(selection[name]) for name in named]
    query: Select[Any] = select(_c.case_id, null()).where(*wanted)
    if "cause" in selection:
        stopped = select(_n.case_id).where(INCIDENT_OPEN, _n.cause == str(selection["cause"]))
        query = query.where(_c.case_id.in_(stopped))
    if "cases" not in selection:
        yield query
        return
    for chunk in _chunks([str(case_id) for case_id in selection["cases"]]):
        yield query.where(_c.case_id.in_(chunk))


def _incidents(selection: Mapping[str, Any]) -> Iterable[Select[Any]]:
    joined = incident.join(process_instance, _c.case_id == _n.case_id)
    # The index on open incidents is taken only for its very words, which must name their table here.
    query = select(_n.case_id, _n.incident_no).select_from(joined).where(_n.state == "open")
    if "cause" in selection:
        query = query.where(_n.cause == str(selection["cause"]))
    for name in ("process_id", "definition_id"):
        if name in selection:
            query = query.where(_c[name] == str(selection[name]))
    if "incidents" not in selection:
        yield query
        return
    for chunk in _chunks([(str(case_id), int(number)) for case_id, number in selection["incidents"]]):
        yield query.where(or_(*(and_(_n.case_id == case_id, _n.incident_no == number) for case_id, number in chunk)))


def _tasks(selection: Mapping[str, Any]) -> Iterable[Select[Any]]:
    joined = user_task.join(process_instance, _c.case_id == _u.case_id)
    query = select(_u.case_id, _u.user_task_id).select_from(joined).where(_u.state.in_(["ready", "claimed"]))
    if "assignee" in selection:
        query = query.where(_u.assignee == str(selection["assignee"]))
    if "element_id" in selection:
        query = query.where(_u.element_id == str(selection["element_id"]))
    if "definition_id" in selection:
        query = query.where(_c.definition_id == str(selection["definition_id"]))
    if "tasks" not in selection:
        yield query
        return
    for chunk in _chunks([str(task_id) for task_id in selection["tasks"]]):
        yield query.where(_u.user_task_id.in_(chunk))


def _chunks(values: list[Any]) -> Iterable[list[Any]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


# ---------------------------------------------------------------------------------------------- batches
def add(unit: UnitOfWork, row: Mapping[str, Any], items: Iterable[BatchItem]) -> None:
    """Store a new batch with everything it is to do."""
    unit.run(_ADD, {**row, "done": 0, "failed": 0, "fence": 0, "claimed_by": None, "lease_until": None})
    unit.many(
        _ADD_ITEM,
        (
            {
                "batch_id": row["batch_id"], "position": item.position, "case_id": item.case_id,
                "subject": item.subject, "state": "pending", "code": None, "message": None, "settled_at": None,
            }
            for item in items
        ),
    )  # fmt: skip


def find(unit: UnitOfWork, batch_id: str) -> BatchHead | None:
    """The batch, locked; None when there is none."""
    row = unit.one(_LOCK, {"batch": batch_id})
    return None if row is None else BatchHead(*row)


def claim(unit: UnitOfWork, by: str, now: datetime, until: datetime) -> BatchHead | None:
    """The oldest running batch that nobody works on, taken until then; None when there is none."""
    row = unit.one(_FREE, {"now": now, "by": by})
    if row is None:
        return None
    head = replace(BatchHead(*row), fence=row[-1] + 1)
    unit.run(_CLAIM, {"batch": head.batch_id, "fence": head.fence, "by": by, "until": until})
    return head


def next_items(unit: UnitOfWork, batch_id: str, most: int) -> list[BatchItem]:
    """The first that are not settled."""
    return [BatchItem(*row) for row in unit.all(_NEXT, {"batch": batch_id, "most": most})]


def settle(unit: UnitOfWork, batch_id: str, outcomes: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """Note what became of items; of those as well that were under way when their batch was stopped."""
    for outcome in outcomes:
        values = {
            "batch": batch_id, "at_position": outcome["position"], "state": outcome["state"],
            "code": outcome.get("code"), "message": outcome.get("message"), "at": at,
        }  # fmt: skip
        unit.run(_SETTLE, values)


def count(unit: UnitOfWork, batch_id: str, done: int, failed: int) -> None:
    """Write how far the batch is, and give it back."""
    unit.run(_COUNT, {"batch": batch_id, "done": done, "failed": failed})


def move(unit: UnitOfWork, batch_id: str, state: str, finished_at: datetime | None = None) -> bool:
    """Along the lifecycle; False when its table forbids the step."""
    return unit.run(_MOVE[state], {"batch": batch_id, "at": finished_at}) == 1


def skip_rest(unit: UnitOfWork, batch_id: str, at: datetime) -> int:
    """Leave undone what is pending; returns how many."""
    return unit.run(_SKIP, {"batch": batch_id, "at": at})
