"""Keeps the supervision board's rows: reads which cases the log names, counts their matters anew, adds up differences.

One follower at a time, since each holds the cursor; the counts are changed with the matters they count, so that they
agree with them at every commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from workflow_engine.domain.supervised import Clock, Matter, differences, matters, state_at
from workflow_engine.storage.schema import (
    audit_entry,
    log_leaf,
    supervised_count,
    supervised_cursor,
    supervised_day,
    supervised_matter,
)
from workflow_engine.storage.statement import Statement, among, param, upsert
from workflow_engine.storage.supervised_clocks import CaseClocks
from workflow_engine.storage.unit_of_work import UnitOfWork

_m, _n, _d, _k, _l, _a = (
    supervised_matter.c, supervised_count.c, supervised_day.c, supervised_cursor.c, log_leaf.c, audit_entry.c,
)  # fmt: skip
_NAMES = tuple(item.name for item in fields(Matter))
_KEY = ("case_id", "unit_id")
_NEW_CURSOR = Statement(lambda dialect: upsert(dialect, supervised_cursor, ("cursor_id",), None))
_CURSOR = Statement(select(_k.log_index, _k.day, _k.counted_at).where(_k.cursor_id == 1).with_for_update())
_MOVE_CURSOR = Statement(
    update(supervised_cursor)
    .where(_k.cursor_id == 1)
    .values(log_index=param("index"), day=param("day"), counted_at=param("at", _k.counted_at))
)
_NAMED = Statement(
    select(_l.log_index, _l.stream_id, _a.at)
    .join(audit_entry, and_(_a.stream_id == _l.stream_id, _a.seq == _l.seq))
    .where(_l.log_index >= param("first"), _l.log_index < param("stop"))
    .order_by(_l.log_index)
)
_KNOWN = Statement(lambda dialect: select(*(_m[name] for name in _NAMES)).where(among(dialect, _m.case_id, "cases")))
_TURNING = Statement(
    select(*(_m[name] for name in _NAMES))
    .where(_m.turns_at.is_not(None), _m.turns_at <= param("now", _m.turns_at))
    .order_by(_m.turns_at)
    .limit(param("most"))
)
_PUT = Statement(
    lambda dialect: upsert(dialect, supervised_matter, _KEY, tuple(name for name in _NAMES if name not in _KEY)),
    _NAMES,
)
_DROP = Statement(delete(supervised_matter).where(_m.case_id == param("case"), _m.unit_id == param("unit")))
_OVERDUE = Statement(
    select(_n.unit_id, _n.is_request, func.sum(_n.matters))
    .where(_n.state == "overdue", _n.matters > 0)
    .group_by(_n.unit_id, _n.is_request)
)
_COUNTED = ("unit_id", "process_id", "is_request", "state", "cause")
_ADDED = ("came", "in_time", "late")


def _count_up(dialect: str) -> Any:
    kind: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = kind(supervised_count)
    return statement.on_conflict_do_update(
        index_elements=list(_COUNTED),
        set_={"matters": _n.matters + statement.excluded.matters},
    )


def _day_up(dialect: str) -> Any:
    kind: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = kind(supervised_day)
    return statement.on_conflict_do_update(
        index_elements=["day", "unit_id", "is_request"],
        set_={name: _d[name] + statement.excluded[name] for name in (*_ADDED, "overdue")},
    )


_COUNT_UP = Statement(_count_up)
_DAY_UP = Statement(_day_up)
_COUNT_DOWN = Statement(
    update(supervised_count)
    .where(*(_n[name] == param(f"of_{name}", _n[name]) for name in _COUNTED))
    .values(matters=_n.matters + param("of_matters", _n.matters))
)
_NOTHING = Statement(delete(supervised_count).where(_n.matters == 0))


LOOKED_AGAIN = timedelta(seconds=30)
"""How old the instant of the counts may get while nothing happens."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What one step did."""

    entries: int
    turned: int
    is_recent: bool
    """Whether the instant of the counts need not be written again for itself."""


def follow(unit: UnitOfWork, now: datetime, zone: str, most: int) -> Followed:
    """Count what the next entries of the log changed and what the time did; remembers the day's end as it passes."""
    today = now.astimezone(ZoneInfo(zone)).date()
    unit.run(_NEW_CURSOR, {"cursor_id": 1, "log_index": 0, "day": today.isoformat(), "counted_at": None})
    first, day, counted_at = unit.one(_CURSOR, {}) or (0, today.isoformat(), None)
    _close_days(unit, date.fromisoformat(day), today)
    entries = unit.all(_NAMED, {"first": first, "stop": first + most})
    changed_at: dict[str, datetime] = {stream_id: min(at, now) for _, stream_id, at in entries if ":" not in stream_id}
    before, after = _counted(unit, changed_at, now)
    turned = [Matter(*row) for row in unit.all(_TURNING, {"now": now, "most": most})]
    turned = [one for one in turned if one.case_id not in changed_at]
    moved = [_at(one, now) for one in turned]
    _write(unit, [*before, *turned], [*after, *moved])
    _note_day(unit, before, after, changed_at, zone)
    stop = entries[-1][0] + 1 if entries else first
    unit.run(_MOVE_CURSOR, {"index": stop, "day": max(day, today.isoformat()), "at": now})
    is_recent = counted_at is not None and now - counted_at < LOOKED_AGAIN
    return Followed(len(entries), len(turned), is_recent and day == today.isoformat())


def _counted(unit: UnitOfWork, cases: Mapping[str, datetime], now: datetime) -> tuple[list[Matter], list[Matter]]:
    """The matters of these cases as they were counted, and as they are."""
    if not cases:
        return [], []
    wanted = orjson.dumps(sorted(cases)).decode()
    before = [Matter(*row) for row in unit.all(_KNOWN, {"cases": wanted})]
    clocks: dict[tuple[str, str, bool], list[Clock]] = {}
    for case, clock in CaseClocks(unit).of(wanted):
        clocks.setdefault(case, []).append(clock)
    after: list[Matter] = []
    for (case_id, process_id, is_request), some in clocks.items():
        after += matters(case_id, process_id, some, now, is_request=is_request)
    return before, after


def _at(one: Matter, now: datetime) -> Matter:
    state, turns_at = state_at(one.began_at, one.due_at, now)
    values = {name: getattr(one, name) for name in _NAMES}
    return Matter(**{**values, "state": state, "turns_at": turns_at})


def _write(unit: UnitOfWork, before: Iterable[Matter], after: Iterable[Matter]) -> None:
    before, after = list(before), list(after)
    known = {(one.case_id, one.unit_id): one for one in before}
    wanted = {(one.case_id, one.unit_id): one for one in after}
    unit.many(_DROP, ({"case": key[0], "unit": key[1]} for key in sorted(known.keys() - wanted.keys())))
    changed = [one for key, one in sorted(wanted.items()) if known.get(key) != one]
    unit.many(_PUT, (dict(zip(_NAMES, astuple(one), strict=True)) for one in changed))
    names = (*_COUNTED, "matters")
    up = differences(before, after)
    _count(unit, [dict(zip(names, (*key, by), strict=True)) for key, by in up.items()])


def _count(unit: UnitOfWork, rows: list[dict[str, Any]]) -> None:
    unit.many(_COUNT_UP, [row for row in rows if row["matters"] > 0])
    unit.many(_COUNT_DOWN, [{f"of_{name}": value for name, value in row.items()} for row in rows if row["matters"] < 0])
    if any(row["matters"] < 0 for row in rows):
        unit.run(_NOTHING, {})


def _note_day(
    unit: UnitOfWork, before: list[Matter], after: list[Matter], changed_at: Mapping[str, datetime], zone: str
) -> None:
    """What came and what was settled, on the day on which the log says so."""
    known = {(one.case_id, one.unit_id): one for one in before}
    wanted = {(one.case_id, one.unit_id): one for one in after}
    sums: dict[tuple[str, str, bool], dict[str, int]] = {}

    def add(one: Matter, at: datetime, name: str) -> None:
        key = (at.astimezone(ZoneInfo(zone)).date().isoformat(), one.unit_id, one.is_request)
        row = sums.setdefault(key, dict.fromkeys((*_ADDED, "overdue"), 0))
        row[name] += 1

    for key in wanted.keys() - known.keys():
        add(wanted[key], wanted[key].began_at, "came")
    for key in known.keys() - wanted.keys():
        one, at = known[key], changed_at[key[0]]
        add(one, at, "late" if at > one.due_at and not one.cause else "in_time")
    names = ("day", "unit_id", "is_request")
    unit.many(_DAY_UP, ({**dict(zip(names, key, strict=True)), **sums[key]} for key in sorted(sums)))


def _close_days(unit: UnitOfWork, day: date, today: date) -> None:
    """Write down what was overdue at the end of each day that passed, at most the last thirty."""
    if day >= today:
        return
    overdue = unit.all(_OVERDUE, {})
    first = max(day, today - timedelta(days=30))
    days = [first + timedelta(days=number) for number in range((today - first).days)]
    rows = [
        {"day": one.isoformat(), "unit_id": unit_id, "is_request": is_request, "came": 0, "in_time": 0, "late": 0,
         "overdue": count}
        for one in days
        for unit_id, is_request, count in overdue
    ]  # fmt: skip
    unit.many(_DAY_UP, rows)
