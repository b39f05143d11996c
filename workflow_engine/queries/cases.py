"""One case with everything about where it stands."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.library import BoundSource
from workflow_engine.queries.case_walks import CASE_COLUMNS, CASE_FROM, case_row
from workflow_engine.queries.inbox import INBOX_COLUMNS, INBOX_FROM, inbox_row
from workflow_engine.queries.record import final_variables, read_entries
from workflow_engine.queries.rows import CaseDetail, CaseRow, IncidentRow, JobRow, SubscriptionRow, TimerRow
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.storage.cases import get_tokens
from workflow_engine.storage.schema import (
    incident,
    job,
    process_instance,
    subscription,
    timer,
    user_task,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.visibility import is_in_scope, is_own_case

_c = process_instance.c
_CASE = Statement(select(*CASE_COLUMNS).select_from(CASE_FROM).where(_c.case_id == param("case")))
_HEADER = Statement(select(_c.header).where(_c.case_id == param("case")))
JOB_COLUMNS = tuple(
    job.c[name]
    for name in (
        "job_id", "case_id", "token_id", "element_id", "topic", "state", "retries", "error", "created_at",
        "available_at", "locked_by", "lock_until",
    )
)  # fmt: skip


def require_visible_case(look: Look, case_id: str, actor: Actor) -> CaseRow:
    """The case. Raises NotFoundError also when it is outside the actor's reach."""
    row = look.unit.one(_CASE, {"case": case_id})
    return require_visible(look, case_id, None if row is None else case_row(row), actor)


def require_visible(look: Look, case_id: str, case: CaseRow | None, actor: Actor) -> CaseRow:
    """The case that was found. Raises NotFoundError also when it is outside the actor's reach."""
    if case is None or not _is_visible(look, case, actor):
        raise NotFoundError(f"Expected a case {case_id[:64]!r}, but there is none.", case_id=case_id)
    return case


def _is_visible(look: Look, case: CaseRow, actor: Actor) -> bool:
    """The rule of ``visible_to``, cheapest reasons first."""
    if is_in_scope(look.unit, actor, case.case_id, case.process_id):
        return True
    return is_own_case(look.unit, actor, case.case_id, case.process_id, case.started_by)


def get_case(snapshot: Snapshot, case_id: str, actor: Actor) -> CaseDetail:
    """Everything about where the case stands."""
    case = require_visible_case(snapshot, case_id, actor)
    instance = None if case.state in ENDED_CASE else restore(snapshot, case_id)
    tasks = select(*INBOX_COLUMNS).select_from(INBOX_FROM).where(user_task.c.case_id == case_id)
    completed: dict[str, None] = {}
    entries = read_entries(snapshot, case_id)
    for entry in entries:
        for event in entry.events:
            if event["event"] == "element.completed":
                completed[event["element_id"]] = None
    connection = snapshot.connection
    return CaseDetail(
        case=case,
        variables=final_variables(entries) if instance is None else instance.variables(),
        user_tasks=tuple(map(inbox_row, connection.execute(tasks.order_by(user_task.c.token_id)))),
        timers=_timers(snapshot, case_id),
        subscriptions=_subscriptions(snapshot, case_id),
        jobs=tuple(
            JobRow(*row)
            for row in connection.execute(select(*JOB_COLUMNS).where(job.c.case_id == case_id).order_by(job.c.token_id))
        ),
        incidents=incidents_of(snapshot, incident.c.case_id == case_id),
        open_elements=() if instance is None else tuple(token.element_id for token in instance.open_tokens()),
        completed_elements=tuple(completed),
    )


def restore(look: Look, case_id: str) -> Instance:
    """The case in memory, for looking only. Raises NotFoundError."""
    row = look.unit.one(_HEADER, {"case": case_id})
    if row is None:
        raise NotFoundError(f"Expected a case {case_id[:64]!r}, but there is none.", case_id=case_id)
    rows = [TokenRow(*row) for row in get_tokens(look.unit, case_id)]
    return Instance.restore(case_id, BoundSource(look.unit, look.library), orjson.loads(row[0]), rows)


def incidents_of(snapshot: Snapshot, *conditions: Any, most: int | None = None) -> tuple[IncidentRow, ...]:
    """Incidents that meet the conditions, in the order in which they were opened."""
    names = (
        "case_id", "incident_no", "token_id", "element_id", "code", "message", "variables", "state", "opened_at",
        "resolved_at", "resolved_by", "resolution",
    )  # fmt: skip
    i = incident.c
    statement = select(*(i[name] for name in names)).where(*conditions)
    statement = statement.order_by(i.opened_at, i.case_id, i.incident_no)
    if most is not None:
        statement = statement.limit(most)
    rows = snapshot.connection.execute(statement)
    return tuple(IncidentRow(**{**row._mapping, "variables": orjson.loads(row.variables)}) for row in rows)


def _timers(snapshot: Snapshot, case_id: str) -> tuple[TimerRow, ...]:
    t = timer.c
    statement = (
        select(t.timer_id, t.token_id, t.position, t.element_id, t.due_at, t.state, t.interrupting, t.fired_at)
        .where(t.case_id == case_id)
        .order_by(t.due_at, t.timer_id)
    )
    return tuple(TimerRow(*row) for row in snapshot.connection.execute(statement))


def _subscriptions(snapshot: Snapshot, case_id: str) -> tuple[SubscriptionRow, ...]:
    s = subscription.c
    statement = (
        select(s.subscription_id, s.element_id, s.kind, s.name, s.correlation, s.opened_at)
        .where(s.case_id == case_id)
        .order_by(s.opened_at, s.subscription_id)
    )
    return tuple(
        SubscriptionRow(*row[:4], None if row.correlation is None else orjson.loads(row.correlation), row.opened_at)
        for row in snapshot.connection.execute(statement)
    )
