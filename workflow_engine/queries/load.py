"""How much there is to do and how late it is; what exercises bring stands apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Table, and_, false, func, literal, select

from workflow_engine.domain.lanes import lanes_of
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import batch, heartbeat, incident, job, message, outbox, process_instance, timer
from workflow_engine.storage.schema.cases import INCIDENT_OPEN
from workflow_engine.storage.schema.operations import RUNNING
from workflow_engine.storage.schema.waiting import DEAD, DUE, PENDING, WAITING

MOST_COUNTED = 10_000
"""That many, or more."""
_t, _j, _p = timer.c, job.c, process_instance.c


def load(snapshot: Snapshot, now: datetime) -> dict[str, Any]:
    """Counts of real work, as JSON; the same counts of exercises under ``exercises``, which make nothing late."""
    connection = snapshot.connection
    beats = connection.execute(select(heartbeat.c.name, heartbeat.c.at, heartbeat.c.detail).order_by(heartbeat.c.name))
    # Each condition is written as its partial index has it; none counts further than MOST_COUNTED.
    conditions = {
        "overdue_timers": (timer, and_(DUE, _t.due_at <= now)),
        "open_incidents": (incident, INCIDENT_OPEN),
        "waiting_messages": (message, WAITING),
        "expired_messages": (message, message.c.state == "expired"),
        "pending_deliveries": (outbox, PENDING),
        "dead_deliveries": (outbox, DEAD),
        "open_jobs": (job, _j.state.in_(["available", "locked"])),
        "failed_jobs": (job, _j.state == "failed"),
        "running_batches": (batch, RUNNING),
    }
    counts = {name: _count(snapshot, table, condition) for name, (table, condition) in conditions.items()}
    oldest = select(_j.created_at).where(_j.state == "available", ~_drilled(job)).order_by(_j.created_at, _j.job_id)
    created_at = connection.execute(oldest.limit(1)).scalar_one_or_none()
    due_at = min(_due(snapshot), default=None)
    return {
        **{name: count[False] for name, count in counts.items()},
        "exercises": {name: count[True] for name, count in counts.items()},
        "job_lag_seconds": max((now - created_at).total_seconds(), 0.0) if created_at is not None else 0.0,
        "timer_lag_seconds": max((now - due_at).total_seconds(), 0.0) if due_at is not None else 0.0,
        "heartbeats": [
            {"name": row.name, "age_seconds": (now - row.at).total_seconds(), **orjson.loads(row.detail)}
            for row in beats
            if '"ended":true' not in row.detail
        ],
    }


def _count(snapshot: Snapshot, table: Table, condition: Any) -> dict[bool, int]:
    """How many are real (False) and how many are of exercises (True)."""
    some = select(_drilled(table).label("drilled")).select_from(table).where(condition).limit(MOST_COUNTED).subquery()
    rows = snapshot.connection.execute(select(some.c.drilled, func.count()).group_by(some.c.drilled))
    return {False: 0, True: 0} | {bool(drilled): int(count) for drilled, count in rows}


def _drilled(table: Table) -> Any:
    """Whether the row's case is an exercise; a message's is the one that sent it, or that it is for."""
    if table is message:
        case = func.coalesce(message.c.origin_case_id, message.c.target_case_id)
        said = message.c.payload.contains('"exercise":true')
        return func.coalesce(select(_p.exercise).where(_p.case_id == case).scalar_subquery(), said)
    if "case_id" not in table.c:
        return literal(False)
    return func.coalesce(select(_p.exercise).where(_p.case_id == table.c.case_id).scalar_subquery(), false())


def _due(snapshot: Snapshot) -> Iterator[datetime]:
    """The first real timer of each lane."""
    for lane in lanes_of(None):
        wanted = select(_t.due_at).where(DUE, _t.lane == lane, ~_drilled(timer)).order_by(_t.due_at, _t.timer_id)
        due_at = snapshot.connection.execute(wanted.limit(1)).scalar_one_or_none()
        if due_at is not None:
            yield due_at
