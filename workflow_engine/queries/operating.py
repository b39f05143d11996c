"""What administrators look at before and after they step in: causes of incidents, previews, batches and their items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.batches import BatchItem, require_sound
from workflow_engine.domain.causes import without_particulars
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.permissions import may, require_somewhere
from workflow_engine.queries.case_walks import CASE_COLUMNS, CASE_FROM, case_row
from workflow_engine.queries.cases import incidents_of
from workflow_engine.queries.modification import ElementPair, PlanBasis, compare_versions, plan_basis
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import CaseRow, IncidentRow, Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import batches as store
from workflow_engine.storage.schema import batch, batch_item, definition_process, incident, process_instance
from workflow_engine.storage.schema.cases import INCIDENT_OPEN
from workflow_engine.storage.schema.operations import RUNNING
from workflow_engine.storage.visibility import within_reach

_n = incident.c
_c = process_instance.c
_b = batch.c
_i = batch_item.c
_p = definition_process.c
MOST_CAUSES = 100
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Open incidents of one cause."""

    cause: str
    count: int
    oldest_at: datetime
    newest_at: datetime
    code: str
    element_id: str | None
    message: str
    """Of the oldest, without what differs from case to case."""
    definition_id: str
    process_id: str
    process_name: str
    version: int


@dataclass(frozen=True, slots=True)
class StoppedRow:
    """An open incident with its case."""

    incident: IncidentRow
    case: CaseRow


@dataclass(frozen=True, slots=True)
class BatchPreview:
    """Whom a batch would be done to: how many, and the first of them."""

    count: int
    sample: tuple[tuple[CaseRow, str | None], ...]
    """(case, number of the incident or id of the task)."""
    suspended: int
    """How many of the cases are suspended, and will refuse what only a running case allows."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in the list and on its page."""

    batch_id: str
    operation: str
    state: str
    reason: str
    selection: Mapping[str, Any]
    parameters: Mapping[str, Any]
    created_at: datetime
    created_by: str
    total: int
    done: int
    failed: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class BatchItemRow:
    """What became of one."""

    position: int
    case_id: str
    subject: str | None
    state: str
    code: str | None
    message: str | None
    settled_at: datetime | None
    case_title: str | None
    business_key: str | None


class OperationQueries:
    """Questions of those who operate cases; each is one snapshot of its own."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def list_causes(self, actor: Actor, limit: int = 50) -> list[CauseRow]:
        """Open incidents by cause, the most frequent first; of cases that the actor operates."""
        with self._snapshot() as snapshot:
            return _causes(snapshot, actor, min(limit, MOST_CAUSES))

    def get_cause(self, cause: str, actor: Actor) -> CauseRow:
        """One of them. Raises NotFoundError when no incident of this cause is open any more."""
        with self._snapshot() as snapshot:
            found = _causes(snapshot, actor, 1, cause)
        if not found:
            raise NotFoundError(f"Expected open incidents of cause {cause[:32]!r}, but there are none.")
        return found[0]

    def list_incidents_of(
        self, cause: str, actor: Actor, after: str | None = None, limit: int = 50
    ) -> Page[StoppedRow]:
        """The open incidents of one cause with their cases, the oldest first; of cases that the actor operates."""
        with self._snapshot() as snapshot:
            return _incidents_of(snapshot, actor, cause, after, limit)

    def preview_batch(
        self, operation: str, selection: Mapping[str, Any], parameters: Mapping[str, Any], actor: Actor
    ) -> BatchPreview:
        """Whom ``CreateBatch`` with these would be done to now. Raises what it would raise."""
        require_somewhere(actor, "case.operate", f"{operation} many at once")
        require_sound(operation, selection, parameters)
        with self._snapshot() as snapshot:
            return _preview(snapshot, store.resolve(snapshot.unit, operation, selection, actor))

    def get_plan_basis(self, case_id: str, actor: Actor) -> PlanBasis:
        """What a plan to modify this case starts from. Raises NotFoundError or InvalidStateError."""
        with self._snapshot() as snapshot:
            return plan_basis(snapshot, case_id, actor)

    def compare_versions(self, process_id: str, old_id: str, new_id: str) -> list[ElementPair]:
        """Elements of the old version with their counterparts in the new one. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            return compare_versions(snapshot, process_id, old_id, new_id)

    def is_batch_running(self) -> bool:
        """Whether a batch waits for a worker; one step in an index, so that workers may ask all the time."""
        with self._snapshot() as snapshot:
            return snapshot.connection.execute(select(_b.batch_id).where(RUNNING).limit(1)).first() is not None

    def list_batches(
        self, actor: Actor, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[BatchRow]:
        """Batches, the newest first: all for who operates every case, else one's own."""
        limit = clamp(limit)
        query = select(*_BATCH_COLUMNS).where(*_own(actor))
        if state is not None:
            query = query.where(_b.state == state)
        if (key := decode(after, 2)) is not None:
            start = tuple_(literal(key[0], _b.created_at.type), literal(key[1]))
            query = query.where(tuple_(_b.created_at, _b.batch_id) < start)
        with self._snapshot() as snapshot:
            rows = _batches(snapshot, query.order_by(_b.created_at.desc(), _b.batch_id.desc()).limit(limit + 1))
        return page_of(rows, limit, lambda row: (row.created_at, row.batch_id))

    def get_batch(self, batch_id: str, actor: Actor) -> BatchRow:
        """One batch. Raises NotFoundError also when it is not the actor's to see."""
        with self._snapshot() as snapshot:
            found = _batches(snapshot, select(*_BATCH_COLUMNS).where(_b.batch_id == batch_id, *_own(actor)))
        if not found:
            raise NotFoundError(f"Expected a batch {batch_id[:64]!r}, but there is none.", batch_id=batch_id)
        return found[0]

    def list_batch_items(
        self, batch_id: str, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> Page[BatchItemRow]:
        """What became of each, in the batch's order; ask ``get_batch`` first whether the actor may know."""
        limit = clamp(limit)
        joined = batch_item.outerjoin(process_instance, _c.case_id == _i.case_id)
        query = select(*_ITEM_COLUMNS).select_from(joined).where(_i.batch_id == batch_id)
        if state is not None:
            query = query.where(_i.state == state)
        if (key := decode(after, 1)) is not None:
            query = query.where(_i.position > key[0])
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(query.order_by(_i.position).limit(limit + 1))
            found = [BatchItemRow(*row) for row in rows]
        return page_of(found, limit, lambda row: (row.position,))


_BATCH_COLUMNS = tuple(
    _b[name]
    for name in (
        "batch_id", "operation", "state", "reason", "selection", "parameters", "created_at", "created_by", "total",
        "done", "failed", "finished_at",
    )
)  # fmt: skip
_ITEM_COLUMNS = (
    _i.position, _i.case_id, _i.subject, _i.state, _i.code, _i.message, _i.settled_at, _c.title, _c.business_key,
)  # fmt: skip


def _own(actor: Actor) -> list[ColumnElement[bool]]:
    return [] if may(actor, "case.operate") else [_b.created_by == actor.actor_id]


def _reached(actor: Actor) -> list[ColumnElement[bool]]:
    """Narrows incidents to cases that the actor operates; nothing where those are all."""
    reach = within_reach(actor, "case.operate")
    return [] if reach is None else [exists().where(_c.case_id == _n.case_id, reach)]


def _causes(snapshot: Snapshot, actor: Actor, limit: int, cause: str | None = None) -> list[CauseRow]:
    counted = select(
        _n.cause, func.count().label("count"), func.min(_n.opened_at).label("oldest"),
        func.max(_n.opened_at).label("newest"),
    ).where(INCIDENT_OPEN, *_reached(actor))  # fmt: skip
    if cause is not None:
        counted = counted.where(_n.cause == cause)
    groups = counted.group_by(_n.cause).order_by(func.count().desc(), _n.cause).limit(limit).subquery()
    first = and_(_n.cause == groups.c.cause, _n.opened_at == groups.c.oldest, _n.state == "open")
    joined = groups.join(incident, first).join(process_instance, _c.case_id == _n.case_id)
    joined = joined.join(definition_process, and_(_p.definition_id == _c.definition_id, _p.process_id == _c.process_id))
    query = (
        select(
            groups.c.cause, groups.c["count"], groups.c.oldest, groups.c.newest, _n.code, _n.element_id, _n.message,
            _c.definition_id, _c.process_id, _p.name, _c.process_version,
        )
        .select_from(joined)
        .order_by(groups.c["count"].desc(), groups.c.cause, _n.case_id, _n.incident_no)
    )  # fmt: skip
    found: dict[str, CauseRow] = {}
    for row in snapshot.connection.execute(query):
        if row.cause not in found:
            found[row.cause] = CauseRow(
                *row[:6], without_particulars(row.message), row.definition_id, row.process_id,
                row.name or row.process_id, row.process_version,
            )  # fmt: skip
    return list(found.values())


def _incidents_of(snapshot: Snapshot, actor: Actor, cause: str, after: str | None, limit: int) -> Page[StoppedRow]:
    limit = clamp(limit)
    conditions: list[Any] = [INCIDENT_OPEN, _n.cause == cause, *_reached(actor)]
    if (key := decode(after, 3)) is not None:
        start = tuple_(literal(key[0], _n.opened_at.type), literal(key[1]), literal(key[2]))
        conditions.append(tuple_(_n.opened_at, _n.case_id, _n.incident_no) > start)
    found = incidents_of(snapshot, *conditions, most=limit + 1)
    cases = cases_by_id(snapshot, (row.case_id for row in found))
    rows = [StoppedRow(row, cases[row.case_id]) for row in found]
    return page_of(rows, limit, lambda row: (row.incident.opened_at, row.incident.case_id, row.incident.incident_no))


def _preview(snapshot: Snapshot, items: list[BatchItem]) -> BatchPreview:
    shown = items[:SAMPLE]
    cases = cases_by_id(snapshot, (item.case_id for item in shown))
    suspended = set(
        snapshot.connection.execute(select(_c.case_id).where(_c.state == "suspended").limit(20_000)).scalars()
    )
    return BatchPreview(
        len(items),
        tuple((cases[item.case_id], item.subject) for item in shown),
        len({item.case_id for item in items} & suspended),
    )


def cases_by_id(snapshot: Snapshot, case_ids: Iterable[str]) -> dict[str, CaseRow]:
    """These cases by their ids."""
    query = select(*CASE_COLUMNS).select_from(CASE_FROM).where(_c.case_id.in_(sorted(set(case_ids))))
    return {row.case_id: case_row(row) for row in snapshot.connection.execute(query)}


def _batches(snapshot: Snapshot, query: Select[Any]) -> list[BatchRow]:
    return [
        BatchRow(**{
            **row._mapping, "selection": orjson.loads(row.selection), "parameters": orjson.loads(row.parameters)
        })
        for row in snapshot.connection.execute(query)
    ]  # fmt: skip
