"""Questions about many cases: what their steps cost, which ways they took, which were drawn, what was asked.

Every question walks an index over a bounded stretch: single visits for spans up to ``SHORT_DAYS``, sums per day for
longer ones. Whoever does not see every case gets the figures of the cases within their reach, of the last
``REACH_DAYS`` days at most.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, case, func, select, text

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.clock import Clock
from workflow_engine.domain.paths import SPANS
from workflow_engine.domain.permissions import require_permission
from workflow_engine.queries.analysis_rows import AnalysisScope, StepFigures, VisitRow
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import case_path, process_instance, visit, visit_day
from workflow_engine.storage.visibility import visible_to

SHORT_DAYS = 7
REACH_DAYS = 31
MOST_VISITS = 100
MOST_UNITS = 200
_v, _d, _p, _c = visit.c, visit_day.c, process_instance.c, case_path.c
# Written out, so that the planner takes the partial indexes.
_LEFT = text("visit.left_at IS NOT NULL AND visit.counted")
_OPEN = text("visit.left_at IS NULL")
_SPANS = tuple(f"span{number}" for number in range(len(SPANS) + 1))
Open = Callable[[], AbstractContextManager[Snapshot]]


class AnalysisQueries:
    """``engine.queries.analysis``; every question raises NotPermittedError for those who may not see figures."""

    def __init__(self, snapshot: Open, clock: Clock) -> None:
        self._snapshot = snapshot
        self._clock = clock

    def steps(self, actor: Actor, scope: AnalysisScope, *, by_unit: bool = False) -> list[StepFigures]:
        """Figures of each element; with ``by_unit`` of each element in each department that worked at it.

        What is open is told of the present only, not of a time that has passed.
        """
        require_permission(actor, "analysis.see", "see figures of many cases")
        with self._snapshot() as snapshot:
            visible = visible_to(actor)
            short = visible is not None or scope.until - scope.since <= timedelta(days=SHORT_DAYS)
            statement = _short(scope, visible, by_unit) if short else _long(scope, by_unit)
            rows = snapshot.connection.execute(statement).all()
            still_open = (
                snapshot.connection.execute(self._open_now(scope, visible, by_unit)).all()
                if scope.until >= self._clock.now()
                else []
            )
        is_open = {
            (row.element_id, row.unit if by_unit else None): (row.open_now, row.open_overdue) for row in still_open
        }
        found = {(row.element_id, row.unit if by_unit else None): row for row in rows}
        return [
            _figures(key, found.get(key), is_open.get(key, (0, 0)))
            for key in sorted(found.keys() | is_open.keys(), key=lambda key: (key[0], key[1] or ""))
        ]

    def units(self, actor: Actor, scope: AnalysisScope) -> list[str]:
        """The departments that worked at a process in the time, but not longer ago than ``REACH_DAYS``."""
        require_permission(actor, "analysis.see", "see figures of many cases")
        since = max(scope.since, scope.until - timedelta(days=REACH_DAYS))
        statement = (
            select(_d.unit)
            .where(*_in_days(scope.process_id, since, scope.until), _d.unit != "")
            .distinct()
            .order_by(_d.unit)
            .limit(MOST_UNITS)
        )
        with self._snapshot() as snapshot:
            return list(snapshot.connection.execute(statement).scalars())

    def visits(
        self, actor: Actor, scope: AnalysisScope, element_id: str, *, only: str | None = None
    ) -> list[VisitRow]:
        """The longest visits of an element, or the longest of those ``overdue`` or ``returned``."""
        require_permission(actor, "analysis.see", "see figures of many cases")
        visible = visible_to(actor)
        since = scope.since if visible is None else max(scope.since, scope.until - timedelta(days=REACH_DAYS))
        conditions = [*_within(scope, since), _v.element_id == element_id]
        if only == "overdue":
            conditions.append(_v.overdue)
        elif only == "returned":
            conditions.append(_v.returned)
        order = (_v.seconds.desc(), _v.case_id, _v.visit_no)
        found = _seen(select(_v.case_id, _v.visit_no).where(*conditions), visible)
        longest = found.order_by(*order).limit(MOST_VISITS).subquery()  # out of the index alone
        columns = (
            _v.case_id, _p.title, _v.element_id, _v.unit, _v.done_by, _v.entered_at, _v.claimed_at, _v.due_at,
            _v.left_at, _v.seconds, _v.overdue, _v.returned, _v.outcome,
        )  # fmt: skip
        statement = (
            select(*columns)
            .join(longest, and_(longest.c.case_id == _v.case_id, longest.c.visit_no == _v.visit_no))
            .join(process_instance, _p.case_id == _v.case_id)
            .order_by(*order)
        )
        with self._snapshot() as snapshot:
            return [VisitRow(*tuple(row)) for row in snapshot.connection.execute(statement)]

    def find_unread(self, after: str, most: int) -> list[str]:
        """Ids of cases, from ``after`` on, whose record was never read; exercises never are."""
        statement = (
            select(_p.case_id)
            .outerjoin(case_path, _c.case_id == _p.case_id)
            .where(_p.case_id > after, _c.case_id.is_(None), ~_p.exercise)
            .order_by(_p.case_id)
            .limit(most)
        )
        return self._ids(statement)

    def find_grown(self, after: str, most: int) -> list[str]:
        """Ids of cases read before, from ``after`` on, whose record has grown."""
        statement = (
            select(_c.case_id)
            .join(process_instance, _p.case_id == _c.case_id)
            .where(text("NOT case_path.settled"), _c.case_id > after, _c.covers < _p.version)
            .order_by(_c.case_id)
            .limit(most)
        )
        return self._ids(statement)

    def _ids(self, statement: Select[Any]) -> list[str]:
        with self._snapshot() as snapshot:
            return list(snapshot.connection.execute(statement).scalars())

    def _open_now(self, scope: AnalysisScope, visible: ColumnElement[bool] | None, by_unit: bool) -> Select[Any]:
        late = case((and_(_v.due_at.is_not(None), _v.due_at < self._clock.now()), 1), else_=0)
        group = (_v.element_id, _v.unit) if by_unit else (_v.element_id,)
        statement = select(*group, func.count().label("open_now"), func.sum(late).label("open_overdue")).where(
            _OPEN, _v.counted, _v.process_id == scope.process_id, *_narrowed(scope, _v)
        )
        return _seen(statement, visible).group_by(*group)


def _within(scope: AnalysisScope, since: Any = None) -> list[ColumnElement[bool]]:
    return [
        _LEFT,  # type: ignore[list-item]
        _v.process_id == scope.process_id,
        _v.left_at >= (since or scope.since),
        _v.left_at < scope.until,
        *_narrowed(scope, _v),
    ]


def _narrowed(scope: AnalysisScope, columns: Any) -> Iterable[ColumnElement[bool]]:
    if scope.definition_id:
        yield columns.definition_id == scope.definition_id
    if scope.unit is not None:
        yield columns.unit == scope.unit


def _seen(statement: Select[Any], visible: ColumnElement[bool] | None) -> Select[Any]:
    if visible is None:
        return statement
    return statement.join(process_instance, _p.case_id == _v.case_id).where(visible)


def _short(scope: AnalysisScope, visible: ColumnElement[bool] | None, by_unit: bool) -> Select[Any]:
    group = (_v.element_id, _v.unit) if by_unit else (_v.element_id,)
    ends = [0, *SPANS]
    spans = [
        _count(and_(_v.seconds > low, _v.seconds <= high) if low else _v.seconds <= high).label(name)
        for name, low, high in zip(_SPANS, ends, SPANS, strict=False)
    ]
    spans.append(_count(_v.seconds > SPANS[-1]).label(_SPANS[-1]))
    since = max(scope.since, scope.until - timedelta(days=REACH_DAYS))
    statement = select(
        *group,
        func.count().label("visits"),
        _count(_v.outcome == "cancelled").label("cancelled"),
        func.sum(_v.seconds).label("seconds"),
        func.sum(_v.waited).label("waited"),
        func.max(_v.seconds).label("longest"),
        _count(_v.overdue).label("overdue"),
        _count(_v.returned).label("returned"),
        *spans,
    ).where(*_within(scope, since))
    return _seen(statement, visible).group_by(*group)


def _long(scope: AnalysisScope, by_unit: bool) -> Select[Any]:
    """Whole days, in UTC: the first and the last day count as a whole."""
    group = (_d.element_id, _d.unit) if by_unit else (_d.element_id,)
    sums = ("cancelled", "seconds", "waited", "overdue", "returned", *_SPANS)
    statement = select(
        *group,
        func.sum(_d["count"]).label("visits"),
        func.max(_d.longest).label("longest"),
        *(func.sum(_d[name]).label(name) for name in sums),
    ).where(*_in_days(scope.process_id, scope.since, scope.until), *_narrowed(scope, _d))
    return statement.group_by(*group)


def _in_days(process_id: str, since: datetime, until: datetime) -> list[ColumnElement[bool]]:
    first, last = (instant.astimezone(UTC).date().isoformat() for instant in (since, until))
    return [_d.process_id == process_id, _d.day >= first, _d.day <= last]


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _figures(key: tuple[str, str | None], row: Any, is_open: tuple[int, int]) -> StepFigures:
    if row is None:
        return StepFigures(key[0], key[1], 0, 0, 0, 0, 0, 0, 0, (0,) * len(_SPANS), is_open[0], int(is_open[1] or 0))
    return StepFigures(
        key[0], key[1], int(row.visits), int(row.cancelled), int(row.seconds), int(row.waited), int(row.longest),
        int(row.overdue), int(row.returned), tuple(int(getattr(row, name)) for name in _SPANS), is_open[0],
        int(is_open[1] or 0),
    )  # fmt: skip


def read_steps(stored: str) -> list[str]:
    """The steps as they are kept."""
    return [str(step) for step in orjson.loads(stored)]
