"""What those who run the product look at: incidents, messages, jobs, deliveries, alerts, and how far behind it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, literal, select, tuple_

from workflow_engine.domain.lanes import lanes_of
from workflow_engine.queries.cases import JOB_COLUMNS, incidents_of
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import AlertRow, IncidentRow, JobRow, MessageRow, OutboxRow, Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    alert,
    incident,
    job,
    message,
    outbox,
    process_instance,
    timer,
)
from workflow_engine.storage.schema.waiting import DUE
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_t = timer.c
_NEXT_DUE = Statement(
    select(_t.due_at).where(DUE, _t.lane == param("lane")).order_by(_t.due_at, _t.timer_id).limit(1)
)


def list_incidents(snapshot: Snapshot, after: str | None, limit: int) -> Page[IncidentRow]:
    """Open incidents, the oldest first."""
    limit = clamp(limit)
    i = incident.c
    conditions: list[Any] = [i.state == "open"]
    if (key := decode(after, 3)) is not None:
        start = tuple_(literal(key[0], i.opened_at.type), literal(key[1]), literal(key[2]))
        conditions.append(tuple_(i.opened_at, i.case_id, i.incident_no) > start)
    found = incidents_of(snapshot, *conditions, most=limit + 1)
    return page_of(found, limit, lambda row: (row.opened_at, row.case_id, row.incident_no))


def list_messages(snapshot: Snapshot, state: str | None, after: str | None, limit: int) -> Page[MessageRow]:
    """Messages, newest first: ``waiting``, ``correlated``, or ``expired`` (the undelivered ones)."""
    limit = clamp(limit)
    m = message.c
    names = (
        "message_id", "name", "state", "correlation", "payload", "published_at", "published_by", "origin_case_id",
        "case_id", "expires_at", "settled_at",
    )  # fmt: skip
    statement = select(*(m[name] for name in names))
    if state is not None:
        statement = statement.where(m.state == state)
    if (key := decode(after, 2)) is not None:
        start = tuple_(literal(key[0], m.published_at.type), literal(key[1]))
        statement = statement.where(tuple_(m.published_at, m.message_id) < start)
    statement = statement.order_by(m.published_at.desc(), m.message_id.desc()).limit(limit + 1)
    found = [_message(row) for row in snapshot.connection.execute(statement)]
    return page_of(found, limit, lambda row: (row.published_at, row.message_id))


def list_jobs(snapshot: Snapshot, state: str | None, topic: str | None, after: str | None, limit: int) -> Page[JobRow]:
    """Jobs, the oldest first."""
    limit = clamp(limit)
    j = job.c
    statement = select(*JOB_COLUMNS)
    if state is not None:
        statement = statement.where(j.state == state)
    if topic is not None:
        statement = statement.where(j.topic == topic)
    if (key := decode(after, 2)) is not None:
        start = tuple_(literal(key[0], j.created_at.type), literal(key[1]))
        statement = statement.where(tuple_(j.created_at, j.job_id) > start)
    found = [
        JobRow(*row) for row in snapshot.connection.execute(statement.order_by(j.created_at, j.job_id).limit(limit + 1))
    ]
    return page_of(found, limit, lambda row: (row.created_at, row.job_id))


def list_outbox(snapshot: Snapshot, state: str, limit: int) -> list[OutboxRow]:
    """Deliveries in this state, the longest waiting first; ``dead`` ones need a person."""
    o = outbox.c
    names = ("outbox_id", "kind", "state", "attempts", "last_error", "created_at", "next_at")
    statement = select(*(o[name] for name in names)).where(o.state == state)
    rows = snapshot.connection.execute(statement.order_by(o.next_at, o.outbox_id).limit(clamp(limit)))
    return [OutboxRow(*row) for row in rows]


def get_alerts(
    snapshot: Snapshot, case_id: str | None, exercise: bool | None, after: str | None, limit: int
) -> Page[AlertRow]:
    """Alerts that came in, the newest first."""
    limit = clamp(limit)
    a = alert.c
    names = (
        "alert_key", "identifier", "sender", "sent_at", "status", "msg_type", "event", "severity", "exercise", "source",
        "case_id", "superseded_by", "disposition", "imported_at", "imported_by",
    )  # fmt: skip
    statement = select(*(a[name] for name in names))
    if case_id is not None:
        statement = statement.where(a.case_id == case_id)
    if exercise is not None:
        statement = statement.where(a.exercise == exercise)
    if (key := decode(after, 2)) is not None:
        start = tuple_(literal(key[0], a.imported_at.type), literal(key[1]))
        statement = statement.where(tuple_(a.imported_at, a.alert_key) < start)
    statement = statement.order_by(a.imported_at.desc(), a.alert_key.desc()).limit(limit + 1)
    found = [AlertRow(*row) for row in snapshot.connection.execute(statement)]
    return page_of(found, limit, lambda row: (row.imported_at, row.alert_key))


def next_due_at(unit: UnitOfWork, lane: int | None = None) -> datetime | None:
    """When the next timer falls due (it may be past); None when none is set. One step in the index per lane.

    Clocks ask this every second, so it is a compiled statement.
    """
    rows = [unit.one(_NEXT_DUE, {"lane": each}) for each in lanes_of(lane)]
    return min((row[0] for row in rows if row is not None), default=None)


def count_cases(snapshot: Snapshot) -> dict[str, int]:
    """How many cases there are, by state."""
    c = process_instance.c
    rows = snapshot.connection.execute(select(c.state, func.count()).group_by(c.state))
    return {row[0]: row[1] for row in rows}


def _message(row: Any) -> MessageRow:
    values = dict(row._mapping)
    values["payload"] = orjson.loads(values["payload"])
    values["correlation"] = None if values["correlation"] is None else orjson.loads(values["correlation"])
    return MessageRow(**values)
