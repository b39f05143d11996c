"""Lists of cases as walks down indexes, the newest first: one walk for each reason why somebody may see a case.

Filters that no index knows look at no more than ``MOST_LOOKED_AT`` rows of each walk; the page then says from where to
look further.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, text, tuple_, union

from workflow_engine.domain.actors import Actor, Held
from workflow_engine.queries.paging import clamp, decode, encode
from workflow_engine.queries.rows import CaseRow, Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import (
    case_scope,
    definition_process,
    offer,
    process_instance,
    task_copy,
    user_task,
)
from workflow_engine.storage.visibility import in_scope, scopes_of, subjects_by_process, subjects_of, visible_to

_c = process_instance.c
_p = definition_process.c
MOST_LOOKED_AT = 3_000
CASE_COLUMNS = (
    _c.case_id, _c.process_id, _p.name.label("process_name"), _c.definition_id, _c.process_version.label("version"),
    _c.business_key, _c.title, _c.state, _c.exercise, _c.started_at, _c.started_by, _c.ended_at, _c.incident_count,
)  # fmt: skip
CASE_FROM = process_instance.join(
    definition_process, and_(_p.definition_id == _c.definition_id, _p.process_id == _c.process_id)
)
# Written out, not bound, so that the planner takes the partial indexes of user_task.
_STILL_OPEN = text("user_task.state IN ('ready', 'claimed') AND user_task.assignee IS NOT NULL")
_COMPLETED = text("user_task.state = 'completed'")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list is to hold; None asks for any."""

    process_id: str | None = None
    state: str | None = None
    search: str | None = None
    exercise: bool | None = None
    unit: str | None = None
    """A unit (as ``unit:…``) that answers for the case or had a task in it, or a role that had one."""
    business_key: str | None = None
    """Exactly this one."""
    started_by: str | None = None
    started_from: datetime | None = None
    started_until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same on ``process_instance``, but for the period."""
        found: list[ColumnElement[bool]] = []
        for column, value in (
            (_c.business_key, self.business_key), (_c.process_id, self.process_id), (_c.state, self.state),
            (_c.started_by, self.started_by),
        ):  # fmt: skip
            if value:
                found.append(column == value)
        if self.exercise is not None:
            found.append(_c.exercise == self.exercise)
        for word in (self.search or "").split()[:8]:
            columns = (_c.title, _c.business_key, _c.case_id)
            found.append(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        return found


@dataclass(frozen=True, slots=True)
class _Walk:
    """One way down an index of cases: what it starts from, and what each row must still be."""

    rows: Select[Any]
    columns: Any
    filters: tuple[ColumnElement[bool], ...] = ()

    def page(self, key: tuple[Any, ...] | None, most: int, until: tuple[Any, ...] | None = None) -> Select[Any]:
        statement = self.rows
        if self.filters:
            if self.columns is not _c:
                statement = statement.join(process_instance, _c.case_id == self.columns.case_id)
            statement = statement.where(*self.filters)
        if until is not None:
            statement = statement.where(self._place >= _typed(until))
        return self._newest(statement, key).limit(most)

    def ahead(self, key: tuple[Any, ...] | None, steps: int) -> Select[Any]:
        """The key of the row that many steps on; nothing when the walk ends before."""
        return self._newest(self.rows, key).offset(steps).limit(1)

    @property
    def _place(self) -> Any:
        return tuple_(self.columns.started_at, self.columns.case_id)

    def _newest(self, statement: Select[Any], key: tuple[Any, ...] | None) -> Select[Any]:
        if key is not None:
            statement = statement.where(self._place < _typed(key))
        return statement.order_by(self.columns.started_at.desc(), self.columns.case_id.desc())


def find_cases(snapshot: Snapshot, actor: Actor, wanted: CaseFilter, *, after: str | None, limit: int) -> Page[CaseRow]:
    """Cases within reach, newest first. With filters a page may hold few, or none, and yet a cursor to look further."""
    limit = clamp(limit)
    key = decode(after, 2)
    walks = _walks(actor, wanted)
    execute = snapshot.connection.execute
    until = None
    if any(walk.filters for walk in walks):
        ends = [execute(walk.ahead(key, MOST_LOOKED_AT)).one_or_none() for walk in walks]
        until = max((tuple(end) for end in ends if end is not None), default=None)
    pages = [walk.page(key, limit + 1, until) for walk in walks]
    if len(pages) == 1:
        keys = [tuple(row) for row in execute(pages[0])]
    else:
        merged = union(*(select(page.subquery()) for page in pages)).subquery()
        newest = select(merged).order_by(merged.c.started_at.desc(), merged.c.case_id.desc()).limit(limit + 1)
        keys = [tuple(row) for row in execute(newest)]
    shown = keys[:limit]
    statement = select(*CASE_COLUMNS).select_from(CASE_FROM).where(_c.case_id.in_([case_id for _, case_id in shown]))
    found = {row.case_id: case_row(row) for row in execute(statement)}
    further = shown[-1] if len(keys) > limit else until
    return Page([found[case_id] for _, case_id in shown], None if further is None else encode(*further))


def walks_of_cases(actor: Actor, wanted: CaseFilter, key: tuple[Any, ...] | None, most: int) -> list[Select[Any]]:
    """Sort keys of the page, one statement for each reason why the actor may see a case."""
    return [walk.page(key, most) for walk in _walks(actor, wanted)]


def _walks(actor: Actor, wanted: CaseFilter) -> list[_Walk]:
    conditions = wanted.conditions()
    visible = visible_to(actor)
    scopes = scopes_of(actor)
    if wanted.unit:
        # Under a name of its own: whether the actor may see the case is asked of ``offer`` as well.
        of_unit = offer.alias("of_unit").c
        offered = select(of_unit.started_at, of_unit.case_id).distinct().where(of_unit.subject == wanted.unit)
        filters = (*conditions, *(() if visible is None else (visible,)))
        walks = [_Walk(offered.where(*_period(wanted, of_unit)), of_unit, filters)]
        if wanted.unit.startswith("unit:"):
            own = case_scope.alias("own").c
            answered = select(own.started_at, own.case_id).where(own.unit_id == wanted.unit.removeprefix("unit:"))
            walks.append(_Walk(answered.where(*_period(wanted, own)), own, filters))
        return walks
    if wanted.started_by == actor.actor_id or scopes is None:
        # The first condition is one that an index begins with; the others are looked at row by row.
        first, others = conditions[:1], conditions[1:]
        if not any((wanted.business_key, wanted.process_id, wanted.state, wanted.started_by)):
            first, others = [], conditions
        return [_Walk(select(_c.started_at, _c.case_id).where(*first, *_period(wanted, _c)), _c, tuple(others))]
    started = select(_c.started_at, _c.case_id).where(_c.started_by == actor.actor_id, *_period(wanted, _c))
    walks = [_Walk(started, _c, tuple(conditions)), *(_in_scope(scope, wanted, conditions) for scope in scopes)]
    walks += _touched(actor.actor_id, subjects_of(actor), wanted, conditions)
    copied = select(task_copy.c.started_at, task_copy.c.case_id).distinct()
    copied = copied.where(task_copy.c.person_id == actor.actor_id, *_period(wanted, task_copy.c))
    walks.append(_Walk(copied, task_copy.c, tuple(conditions)))
    for process_id, subjects in subjects_by_process(actor).items():
        walks += _touched(None, subjects, wanted, [*conditions, _c.process_id == process_id])
    for one in actor.stands_in_for:
        narrower = conditions if one.process_id is None else [*conditions, _c.process_id == one.process_id]
        walks += _touched(one.person_id, [], wanted, narrower)
    return walks


def _in_scope(scope: Held, wanted: CaseFilter, conditions: list[ColumnElement[bool]]) -> _Walk:
    """Down the index of the unit's cases, or of the process's."""
    if scope.unit_id is None:
        rows = select(_c.started_at, _c.case_id).where(in_scope(scope), *_period(wanted, _c))
        return _Walk(rows, _c, tuple(conditions))
    s = case_scope.c
    filters = conditions if scope.process_id is None else [*conditions, _c.process_id == scope.process_id]
    rows = select(s.started_at, s.case_id).where(s.unit_id == scope.unit_id, *_period(wanted, s))
    return _Walk(rows, s, tuple(filters))


def _touched(
    person_id: str | None, subjects: list[str], wanted: CaseFilter, conditions: list[ColumnElement[bool]]
) -> list[_Walk]:
    """What was offered to any of these subjects, and what a person has or has done."""
    o, u = offer.c, user_task.c
    walks = []
    for subject in subjects:
        offered = select(o.started_at, o.case_id).distinct().where(o.subject == subject, *_period(wanted, o))
        walks.append(_Walk(offered, o, tuple(conditions)))
    if person_id is not None:
        for mine, in_index in ((u.assignee, _STILL_OPEN), (u.completed_by, _COMPLETED)):
            done = select(u.started_at, u.case_id).distinct().where(mine == person_id, in_index, *_period(wanted, u))
            walks.append(_Walk(done, u, tuple(conditions)))
    return walks


def _period(wanted: CaseFilter, columns: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.started_from is not None:
        found.append(columns.started_at >= wanted.started_from)
    if wanted.started_until is not None:
        found.append(columns.started_at < wanted.started_until)
    return found


def _typed(key: tuple[Any, ...]) -> Any:
    return tuple_(literal(key[0], _c.started_at.type), literal(key[1]))


def case_row(row: Any) -> CaseRow:
    """A database row of ``CASE_COLUMNS`` as a ``CaseRow``."""
    case_id, process_id, process_name, *others = row
    return CaseRow(case_id, process_id, process_name or process_id, *others)
