"""Cases: the list within the actor's reach, and one case with everything about where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, text, tuple_, union

from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain.actors import Actor, Held
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.library import BoundSource
from workflow_engine.queries.inbox import INBOX_COLUMNS, INBOX_FROM, inbox_row
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.record import final_variables, read_entries
from workflow_engine.queries.rows import CaseDetail, CaseRow, IncidentRow, JobRow, Page, SubscriptionRow, TimerRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.cases import get_tokens
from workflow_engine.storage.schema import (
    case_scope,
    definition_process,
    incident,
    job,
    offer,
    process_instance,
    subscription,
    timer,
    user_task,
)
from workflow_engine.storage.visibility import in_scope, scopes_of, subjects_by_process, subjects_of, visible_to

_c = process_instance.c
_p = definition_process.c
CASE_COLUMNS = (
    _c.case_id, _c.process_id, _p.name.label("process_name"), _c.definition_id, _c.process_version.label("version"),
    _c.business_key, _c.title, _c.state, _c.exercise, _c.started_at, _c.started_by, _c.ended_at, _c.incident_count,
)  # fmt: skip
# Written out, not bound, so that the planner takes the partial indexes of user_task.
_STILL_OPEN = text("user_task.state IN ('ready', 'claimed') AND user_task.assignee IS NOT NULL")
_COMPLETED = text("user_task.state = 'completed'")
CASE_FROM = process_instance.join(
    definition_process, and_(_p.definition_id == _c.definition_id, _p.process_id == _c.process_id)
)
JOB_COLUMNS = tuple(
    job.c[name]
    for name in (
        "job_id", "case_id", "token_id", "element_id", "topic", "state", "retries", "error", "created_at",
        "available_at", "locked_by", "lock_until",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list is to hold; None asks for any."""

    process_id: str | None = None
    state: str | None = None
    search: str | None = None
    exercise: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same on ``process_instance``."""
        found: list[ColumnElement[bool]] = []
        if self.process_id:
            found.append(_c.process_id == self.process_id)
        if self.state:
            found.append(_c.state == self.state)
        if self.exercise is not None:
            found.append(_c.exercise == self.exercise)
        for word in (self.search or "").split()[:8]:
            columns = (_c.title, _c.business_key, _c.case_id)
            found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        return found


def find_cases(snapshot: Snapshot, actor: Actor, wanted: CaseFilter, *, after: str | None, limit: int) -> Page[CaseRow]:
    """Cases within reach, newest first."""
    limit = clamp(limit)
    key = decode(after, 2)
    walks = _walks(actor, wanted.conditions(), key, limit + 1)
    if len(walks) == 1:
        keys = snapshot.connection.execute(walks[0]).all()
    else:
        merged = union(*(select(walk.subquery()) for walk in walks)).subquery()
        newest = merged.select().order_by(merged.c.started_at.desc(), merged.c.case_id.desc()).limit(limit + 1)
        keys = snapshot.connection.execute(newest).all()
    statement = select(*CASE_COLUMNS).select_from(CASE_FROM).where(_c.case_id.in_([row.case_id for row in keys]))
    found = {row.case_id: case_row(row) for row in snapshot.connection.execute(statement)}
    return page_of([found[row.case_id] for row in keys], limit, lambda row: (row.started_at, row.case_id))


def _walks(
    actor: Actor, conditions: list[ColumnElement[bool]], key: tuple[Any, ...] | None, most: int
) -> list[Select[Any]]:
    """Sort keys of the page, one short walk down an index for each reason why the actor may see a case."""
    scopes = scopes_of(actor)
    if scopes is None:
        return [_newest(select(_c.started_at, _c.case_id).where(*conditions), _c, key, most)]
    started = select(_c.started_at, _c.case_id).where(_c.started_by == actor.actor_id, *conditions)
    walks = [_newest(started, _c, key, most), *(_in_scope(scope, conditions, key, most) for scope in scopes)]
    walks += _touched(actor.actor_id, subjects_of(actor), conditions, key, most)
    for process_id, subjects in subjects_by_process(actor).items():
        narrower = [*conditions, _c.process_id == process_id]
        walks += _touched(None, subjects, narrower, key, most)
    for one in actor.stands_in_for:
        narrower = conditions if one.process_id is None else [*conditions, _c.process_id == one.process_id]
        walks += _touched(one.person_id, [], narrower, key, most)
    return walks


def _in_scope(
    scope: Held, conditions: list[ColumnElement[bool]], key: tuple[Any, ...] | None, most: int
) -> Select[Any]:
    """Down the index of the unit's cases, or of the process's."""
    if scope.unit_id is None:
        return _newest(select(_c.started_at, _c.case_id).where(in_scope(scope), *conditions), _c, key, most)
    s = case_scope.c
    walk = select(s.started_at, s.case_id).where(s.unit_id == scope.unit_id)
    if scope.process_id is not None:
        conditions = [*conditions, _c.process_id == scope.process_id]
    if conditions:
        walk = walk.join(process_instance, _c.case_id == s.case_id).where(*conditions)
    return _newest(walk, s, key, most)


def _touched(
    person_id: str | None,
    subjects: list[str],
    conditions: list[ColumnElement[bool]],
    key: tuple[Any, ...] | None,
    most: int,
) -> list[Select[Any]]:
    """What was offered to any of these subjects, and what a person has or has done."""
    o = offer.c
    walks = []
    for subject in subjects:
        offered = select(o.started_at, o.case_id).distinct().where(o.subject == subject)
        if conditions:
            offered = offered.join(process_instance, _c.case_id == o.case_id).where(*conditions)
        walks.append(_newest(offered, o, key, most))
    if person_id is not None:
        for mine in (user_task.c.assignee, user_task.c.completed_by):
            done = select(_c.started_at, _c.case_id).distinct().join(user_task, user_task.c.case_id == _c.case_id)
            in_index = _STILL_OPEN if mine is user_task.c.assignee else _COMPLETED
            walks.append(_newest(done.where(mine == person_id, in_index, *conditions), _c, key, most))
    return walks


def _newest(statement: Select[Any], columns: Any, key: tuple[Any, ...] | None, most: int) -> Select[Any]:
    if key is not None:
        start = tuple_(literal(key[0], _c.started_at.type), literal(key[1]))
        statement = statement.where(tuple_(columns.started_at, columns.case_id) < start)
    return statement.order_by(columns.started_at.desc(), columns.case_id.desc()).limit(most)


def require_visible_case(snapshot: Snapshot, case_id: str, actor: Actor) -> CaseRow:
    """The case. Raises NotFoundError also when it is outside the actor's reach."""
    statement = select(*CASE_COLUMNS).select_from(CASE_FROM).where(_c.case_id == case_id)
    if (visible := visible_to(actor)) is not None:
        statement = statement.where(visible)
    row = snapshot.connection.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(f"Expected a case {case_id[:64]!r}, but there is none.", case_id=case_id)
    return case_row(row)


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


def restore(snapshot: Snapshot, case_id: str) -> Instance:
    """The case in memory, for looking only."""
    header = snapshot.connection.execute(select(_c.header).where(_c.case_id == case_id)).scalar_one()
    rows = [TokenRow(*row) for row in get_tokens(snapshot.unit, case_id)]
    source = BoundSource(snapshot.unit, snapshot.library)
    return Instance.restore(case_id, source, orjson.loads(header), rows)


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


def case_row(row: Any) -> CaseRow:
    """A database row of ``CASE_COLUMNS`` as a ``CaseRow``."""
    values = dict(row._mapping)
    values["process_name"] = values["process_name"] or values["process_id"]
    return CaseRow(**values)


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
