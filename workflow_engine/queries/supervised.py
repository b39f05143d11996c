"""The supervision board: counts that are kept, added up from the lowest unit to the asked one by one formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select, true, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.organisation import LEVELS
from workflow_engine.domain.permissions import held, require_somewhere
from workflow_engine.domain.supervision import RUNNING
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.queries.supervised_rows import Board, BoardWish, DayFigures, MatterRow, Standing, UnitStanding
from workflow_engine.storage.deadline_rows import NO_TIMER
from workflow_engine.storage.schema import (
    deadline,
    definition_process,
    process_instance,
    supervised_count,
    supervised_cursor,
    supervised_day,
    supervised_matter,
    supervision_notice,
    unit,
    unit_below,
    user_task,
)
from workflow_engine.storage.schema.supervision import RUNS
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.visibility import visible_to

SEE = "supervision.see"
MOST_WORST = 5
_u, _b, _n, _m, _d, _s = (
    unit.c, unit_below.c, supervised_count.c, supervised_matter.c, supervised_day.c, supervision_notice.c,
)  # fmt: skip
_c, _t, _h, _p = process_instance.c, user_task.c, deadline.c, definition_process.c
Below = Mapping[str, list[str]]
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_KIND = cast(param("kind"), Text)
_FIRST = Statement(
    select(_m.due_at, _m.case_id, _m.unit_id)
    .where(
        _m.unit_id == param("unit"),
        _m.state == param("state"),
        _m.due_at >= param("due", _m.due_at),
        tuple_(_m.due_at, _m.case_id, _m.unit_id) > tuple_(param("due", _m.due_at), param("case"), param("after")),
        or_(_KIND == "", and_(_KIND == "requests", _m.is_request), and_(_KIND == "cases", ~_m.is_request)),
        or_(cast(param("process"), Text) == "", _m.process_id == param("process")),
        or_(cast(param("cause"), Text) == "", _m.cause == param("cause")),
    )
    .order_by(_m.due_at, _m.case_id)
    .limit(param("most"))
)


class SupervisedQueries:
    """``engine.queries.supervised``; whoever asks supervises at least one unit, and sees no further."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def reach(self, actor: Actor) -> set[str]:
        """Every unit that the actor supervises. Raises NotPermittedError for who supervises none."""
        require_somewhere(actor, SEE, "see what is supervised")
        with self._snapshot() as snapshot:
            wanted = select(_b.unit_id).where(_b.ancestor_id.in_(_tops(snapshot, actor)))
            return {str(row[0]) for row in snapshot.connection.execute(wanted)}

    def board(self, actor: Actor, wish: BoardWish) -> Board:
        """The board of a unit, by default of the top of the actor's reach. Raises NotFoundError out of reach."""
        require_somewhere(actor, SEE, "see what is supervised")
        with self._snapshot() as snapshot:
            return _board(snapshot, actor, wish)

    def matters(self, actor: Actor, wish: BoardWish, after: str | None = None, limit: int = 50) -> Page[MatterRow]:
        """Open matters of a unit and all below it, the earliest due first. Raises NotFoundError out of reach."""
        require_somewhere(actor, SEE, "see what is supervised")
        limit, key = clamp(limit), decode(after, 3)
        with self._snapshot() as snapshot:
            unit_id = _require_unit(snapshot, actor, wish.unit_id)
            rows = _matters(snapshot, actor, unit_id, wish, key, limit + 1)
        return page_of(rows, limit, lambda row: (row.due_at, row.case_id, row.unit_id))

    def of_case(self, actor: Actor, case_id: str) -> list[MatterRow]:
        """How a case stands in each unit that the actor supervises."""
        require_somewhere(actor, SEE, "see what is supervised")
        with self._snapshot() as snapshot:
            units = _m.unit_id.in_(select(_b.unit_id).where(_b.ancestor_id.in_(_tops(snapshot, actor))))
            wanted = select(_m.case_id, _m.unit_id).where(_m.case_id == case_id, units)
            keys = [tuple(row) for row in snapshot.connection.execute(wanted)]
            found = [MatterRow(*row) for row in snapshot.connection.execute(_rows_of(actor, keys))]
        return [row for row in found if (row.case_id, row.unit_id) in keys]

    def days(self, actor: Actor, wish: BoardWish, until: date, days: int = 30) -> list[DayFigures]:
        """What each of the last days brought to a unit and all below it, the oldest first."""
        require_somewhere(actor, SEE, "see what is supervised")
        first = (until - timedelta(days=days - 1)).isoformat()
        with self._snapshot() as snapshot:
            unit_id = _require_unit(snapshot, actor, wish.unit_id)
            sums = (func.sum(_d[name]).label(name) for name in ("came", "in_time", "late", "overdue"))
            wanted = (
                select(_d.day, *sums)
                .join(unit_below, _b.unit_id == _d.unit_id)
                .where(_b.ancestor_id == unit_id, _d.day >= first, _d.day <= until.isoformat(), *_kind(_d, wish))
                .group_by(_d.day)
            )
            found = {row.day: DayFigures(row[0], *map(int, row[1:])) for row in snapshot.connection.execute(wanted)}
        names = [(until - timedelta(days=days - 1 - number)).isoformat() for number in range(days)]
        return [found.get(name, DayFigures(name, 0, 0, 0, 0)) for name in names]


def _tops(snapshot: Snapshot, actor: Actor) -> list[str]:
    scopes = held(actor, SEE)
    if any(one.units is None for one in scopes):
        wanted = select(_u.unit_id).where(_u.parent_id.is_(None), ~_u.disabled).order_by(_u.unit_id)
        return [str(row[0]) for row in snapshot.connection.execute(wanted)]
    return sorted({one.unit_id for one in scopes if one.unit_id is not None})


def _require_unit(snapshot: Snapshot, actor: Actor, unit_id: str) -> str:
    """The unit asked for, if it lies within reach; else the top of the reach. Raises NotFoundError."""
    tops = _tops(snapshot, actor)
    wanted = unit_id or next(iter(tops), "")
    reached = select(_b.unit_id).where(_b.unit_id == wanted, _b.ancestor_id.in_(tops))
    if snapshot.connection.execute(reached.limit(1)).first() is None:
        raise NotFoundError(f"Expected a unit that you supervise, but {wanted[:64]!r} is none.")
    return wanted


def _board(snapshot: Snapshot, actor: Actor, wish: BoardWish) -> Board:
    unit_id = _require_unit(snapshot, actor, wish.unit_id)
    units = _units_below(snapshot, unit_id)
    own, causes, processes = _counts(snapshot, unit_id, wish)
    for name, count in _notices(snapshot, unit_id).items():
        own[name] = own.get(name, Standing()).plus(Standing(notices=count))
    children: dict[str, list[str]] = {}
    for row in units.values():
        children.setdefault(row.parent_id or "", []).append(row.unit_id)
    standings = {name: _standing(units[name], own, children, units) for name in units}
    below = sorted((standings[name] for name in children.get(unit_id, ())), key=_burning)
    deep = [one for one in standings.values() if one.own.overdue]
    path = _path(snapshot, unit_id, _tops(snapshot, actor))
    return Board(
        unit=standings[unit_id],
        path=tuple(path),
        below=tuple(below),
        worst=tuple(sorted(deep, key=lambda one: (-one.own.overdue, one.unit_id))[:MOST_WORST]),
        levels=tuple(_levels(units, own)),
        causes=tuple(sorted(causes.items(), key=lambda one: (-one[1], one[0]))),
        processes=tuple(sorted(processes.items(), key=lambda one: (-one[1].overdue, -one[1].open, one[0]))),
        counted_at=snapshot.connection.execute(select(supervised_cursor.c.counted_at)).scalar(),
    )


def _burning(one: UnitStanding) -> tuple[int, int, int, str]:
    return -one.whole.overdue, -one.whole.at_risk, -one.whole.open, one.unit_id


def _units_below(snapshot: Snapshot, unit_id: str) -> dict[str, Any]:
    wanted = (
        select(_u.unit_id, _u.parent_id, _u.level, _u.name_zh, _u.name_en, _u.subject_class)
        .join(unit_below, _b.unit_id == _u.unit_id)
        .where(_b.ancestor_id == unit_id, or_(~_u.disabled, _u.unit_id == unit_id))
    )
    return {row.unit_id: row for row in snapshot.connection.execute(wanted)}


def _counts(
    snapshot: Snapshot, unit_id: str, wish: BoardWish
) -> tuple[dict[str, Standing], dict[str, int], dict[str, Standing]]:
    """Each unit's own matters, why clocks stand, and each process's matters."""
    wanted = (
        select(_n.unit_id, _n.process_id, _n.state, _n.cause, func.sum(_n.matters))
        .join(unit_below, _b.unit_id == _n.unit_id)
        .where(_b.ancestor_id == unit_id, *_kind(_n, wish))
        .group_by(_n.unit_id, _n.process_id, _n.state, _n.cause)
    )
    if wish.process_id:
        wanted = wanted.where(_n.process_id == wish.process_id)
    own: dict[str, Standing] = {}
    causes: dict[str, int] = {}
    processes: dict[str, Standing] = {}
    for name, process_id, state, cause, count in snapshot.connection.execute(wanted):
        one = Standing(**{state: int(count)})
        own[name] = own.get(name, Standing()).plus(one)
        processes[process_id] = processes.get(process_id, Standing()).plus(one)
        if cause:
            causes[cause] = causes.get(cause, 0) + int(count)
    return own, causes, processes


def _notices(snapshot: Snapshot, unit_id: str) -> dict[str, int]:
    wanted = (
        select(_s.unit_id, func.count())
        .join(unit_below, _b.unit_id == _s.unit_id)
        .where(_b.ancestor_id == unit_id, RUNS, ~_s.exercise)
        .group_by(_s.unit_id)
    )
    return {row[0]: int(row[1]) for row in snapshot.connection.execute(wanted)}


def _standing(row: Any, own: Mapping[str, Standing], children: Below, units: Mapping[str, Any]) -> UnitStanding:
    whole, waiting = Standing(), [row.unit_id]
    while waiting:
        name = waiting.pop()
        whole = whole.plus(own.get(name, Standing()))
        waiting += children.get(name, ())
    return UnitStanding(
        **row._mapping, whole=whole, own=own.get(row.unit_id, Standing()), has_below=row.unit_id in children
    )


def _levels(units: Mapping[str, Any], own: Mapping[str, Standing]) -> Iterable[tuple[str, Standing]]:
    sums: dict[str, Standing] = {}
    for name, standing in own.items():
        level = units[name].level if name in units else None
        sums[level or ""] = sums.get(level or "", Standing()).plus(standing)
    order = {level: place for place, level in enumerate(LEVELS)}
    return sorted(sums.items(), key=lambda one: (order.get(one[0], len(order)), one[0]))


def _path(snapshot: Snapshot, unit_id: str, tops: list[str]) -> list[UnitStanding]:
    """The units above within reach; without figures, which nobody needs there."""
    reach = select(_b.unit_id).where(_b.ancestor_id.in_(tops))
    wanted = (
        select(_u.unit_id, _u.parent_id, _u.level, _u.name_zh, _u.name_en, _u.subject_class)
        .join(unit_below, _b.ancestor_id == _u.unit_id)
        .where(_b.unit_id == unit_id, _u.unit_id != unit_id, _u.unit_id.in_(reach))
    )
    rows = {row.unit_id: row for row in snapshot.connection.execute(wanted)}
    found: list[UnitStanding] = []
    following = next((row for row in rows.values() if row.parent_id not in rows), None)
    while following is not None:
        found.append(UnitStanding(**following._mapping, whole=Standing(), own=Standing(), has_below=True))
        above = following.unit_id
        following = next((row for row in rows.values() if row.parent_id == above), None)
    return found


def _kind(columns: Any, wish: BoardWish) -> list[ColumnElement[bool]]:
    if wish.kind == "requests":
        return [columns.is_request]
    return [~columns.is_request] if wish.kind == "cases" else []


def _matters(
    snapshot: Snapshot, actor: Actor, unit_id: str, wish: BoardWish, key: tuple[Any, ...] | None, most: int
) -> list[MatterRow]:
    """The first of each unit in each state, every one out of its own stretch of an index, put in one order."""
    counted = select(_n.unit_id, _n.state).join(unit_below, _b.unit_id == _n.unit_id).distinct()
    counted = counted.where(_b.ancestor_id == unit_id, *_kind(_n, wish))
    for column, value in ((_n.state, wish.state), (_n.process_id, wish.process_id), (_n.cause, wish.cause)):
        if value:
            counted = counted.where(column == value)
    same = {"kind": wish.kind, "process": wish.process_id, "cause": wish.cause}
    pairs = [tuple(row) for row in snapshot.connection.execute(counted)]
    keys = [row[1:] for row in _merged(snapshot, pairs, same, key or (BEGINNING, "", ""), most)]
    by_key = {(row[0], row[1]): MatterRow(*row) for row in snapshot.connection.execute(_rows_of(actor, keys))}
    return [by_key[one] for one in keys if one in by_key]


def _merged(
    snapshot: Snapshot, pairs: list[tuple[Any, ...]], same: Mapping[str, Any], start: tuple[Any, ...], most: int
) -> list[tuple[Any, ...]]:
    """The first keys over all (unit, state): few of each, and more only of those that may have some among them."""
    few = max(4, 2 * most // max(len(pairs), 1))
    found: list[tuple[Any, ...]] = []
    waiting = dict.fromkeys(pairs, start)
    while waiting:
        ends = {}
        for pair, after in waiting.items():
            place = {"unit": pair[0], "state": pair[1], "due": after[0], "case": after[1], "after": after[2]}
            rows = snapshot.unit.all(_FIRST, {**same, **place, "most": few})
            found += rows
            if len(rows) == few:
                ends[pair] = rows[-1]
        found.sort()
        waiting = {pair: end for pair, end in ends.items() if len(found) < most or end < found[most - 1]}
    return found[:most]


def _rows_of(actor: Actor, keys: list[tuple[Any, ...]]) -> Select[Any]:
    """By case alone, which is the first column of the key: rows of pairs are not looked up by SQLite."""
    running = and_(_s.case_id == _m.case_id, _s.unit_id == _m.unit_id, _s.state.in_(RUNNING))
    stopped = and_(
        _h.case_id == _m.case_id, _h.token_id == _t.token_id, _h.position == NO_TIMER, _h.held_at.is_not(None)
    )
    joined = (
        supervised_matter.join(process_instance, _c.case_id == _m.case_id)
        .join(definition_process, and_(_p.definition_id == _c.definition_id, _p.process_id == _c.process_id))
        .join(unit, _u.unit_id == _m.unit_id)
        .outerjoin(user_task, _t.user_task_id == _m.user_task_id)
        .outerjoin(deadline, stopped)
        .outerjoin(supervision_notice, running)
    )
    columns = (
        _m.case_id, _m.unit_id, _u.name_zh, _u.name_en, _m.process_id, _c.definition_id,
        func.coalesce(_p.name, _m.process_id), _m.is_request, _c.title, _c.business_key, _t.name, _t.element_id,
        _m.began_at, _m.due_at, _m.state, _m.cause, _h.reason, _h.held_at, _s.rung,
        _s.notice_id, true() if (visible := visible_to(actor)) is None else visible,
    )  # fmt: skip
    return select(*columns).select_from(joined).where(_m.case_id.in_([case_id for case_id, _ in keys]))
