"""What assigning tasks asks of the organisation: who is in a group now, who heads what, who has the least to do."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import func, select, union

from workflow_engine.domain.organisation import head_group
from workflow_engine.domain.permissions import ADMINISTRATORS
from workflow_engine.domain.unit_tree import TreeUnit, UnitTree
from workflow_engine.storage.schema import (
    duty_shift,
    membership,
    person,
    position,
    process_instance,
    role,
    stream,
    unit,
    user_task,
)
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_p, _o, _s, _u, _t = person.c, position.c, duty_shift.c, unit.c, user_task.c
_VERSION = Statement(select(stream.c.seq, stream.c.head).where(stream.c.stream_id == "organisation:all"))
_UNITS = Statement(select(_u.unit_id, _u.parent_id, _u.level, _u.functions, _u.disabled, _u.place_code))
_THERE = Statement(select(_p.person_id).where(_p.person_id == param("person"), ~_p.disabled))
_HOLDER = param("holder", _p.unit_id)
_ENABLED = select(_p.person_id).where(~_p.disabled)
_BY_PLACE = {
    "unit": Statement(_ENABLED.where(_p.unit_id == _HOLDER)),
    "position": Statement(_ENABLED.join(position).where(_o.position_id == _HOLDER)),
    "head": Statement(_ENABLED.join(position).where(_o.unit_id == _HOLDER, _o.is_head)),
}
_BY_GROUP = Statement(
    _ENABLED.join(membership).where(membership.c.group_id == param("holder", membership.c.group_id)).union(
        _ENABLED.join(duty_shift).where(
            _s.group_id == param("holder", _s.group_id),
            _s.from_at <= param("now", _s.from_at),
            _s.until_at > param("now", _s.until_at),
        )
    )
)  # fmt: skip
_ANY_BY_PLACE = {
    "unit": Statement(_ENABLED.where(_p.unit_id == _HOLDER).limit(1)),
    "position": Statement(_ENABLED.join(position).where(_o.position_id == _HOLDER).limit(1)),
    "head": Statement(_ENABLED.join(position).where(_o.unit_id == _HOLDER, _o.is_head).limit(1)),
}
_ANY_IN_GROUP = Statement(
    _ENABLED.join(membership).where(membership.c.group_id == param("holder", membership.c.group_id)).limit(1)
)
_UNIT = Statement(select(_u.unit_id).where(_u.unit_id == param("subject", _u.unit_id), ~_u.disabled))
_THERE_AT_ALL = {
    **dict.fromkeys(("unit", "head", "duty"), _UNIT),
    "position": Statement(select(_o.position_id).where(_o.position_id == param("subject", _o.position_id))),
    "": Statement(
        union(
            select(role.c.group_id).where(role.c.group_id == param("subject", role.c.group_id)),
            select(membership.c.group_id).where(membership.c.group_id == param("subject", membership.c.group_id)),
            select(_p.person_id).where(_p.person_id == param("subject", _p.person_id), ~_p.disabled),
        )
    ),
}  # fmt: skip
_LOAD = Statement(
    select(func.count()).where(
        _t.assignee == param("person", _t.assignee), _t.state.in_(("ready", "claimed")),
        ~select(process_instance.c.exercise).where(process_instance.c.case_id == _t.case_id).scalar_subquery(),
    )
)
_OPEN = Statement(
    select(_t.user_task_id).where(_t.case_id == param("case"), _t.state.in_(("ready", "claimed"))).order_by(_t.token_id)
)


_trees: dict[str, UnitTree] = {}
_MOST_TREES = 8
_YES_HOLDS_SECONDS = 1.0


def organisation_version(work: UnitOfWork) -> int:
    """How often the organisation was changed; 0: never."""
    row = work.one(_VERSION, {})
    return 0 if row is None else int(row[0])


def read_tree(work: UnitOfWork) -> UnitTree:
    """Every unit there is; kept by the head of the organisation's chain, which stands for one history only."""
    row = work.one(_VERSION, {})
    head = None if row is None else str(row[1])
    found = None if head is None else _trees.get(head)
    if found is None:
        found = UnitTree(
            TreeUnit(unit_id, parent_id, level, frozenset(filter(None, does.split(";"))), bool(disabled), place_code)
            for unit_id, parent_id, level, does, disabled, place_code in work.all(_UNITS, {})
        )
        if head is not None:
            if len(_trees) >= _MOST_TREES:
                _trees.clear()
            _trees[head] = found
    return found


def members_now(work: UnitOfWork, group_id: str, now: datetime) -> list[str]:
    """The enabled people who hold the group at this instant, by id; a roster counts while it lasts."""
    kind, _, name = group_id.partition(":")
    if kind in _BY_PLACE and name:
        rows = work.all(_BY_PLACE[kind], {"holder": name})
    else:
        rows = work.all(_BY_GROUP, {"holder": group_id, "now": now})
    return sorted(str(row[0]) for row in rows)


def is_there(work: UnitOfWork, subject: str) -> bool:
    """Whether there is such a unit, position, role, group or person, with people or without."""
    kind, _, name = subject.partition(":")
    statement, value = (_THERE_AT_ALL[kind], name) if kind in _THERE_AT_ALL else (_THERE_AT_ALL[""], subject)
    return work.one(statement, {"subject": value}) is not None


def is_anybody_left(
    work: UnitOfWork, people: Iterable[str], groups: Iterable[str], barred: Collection[str], now: datetime
) -> bool:
    """Whether an enabled person who is not barred is among these people, or holds one of these groups."""
    if any(one not in barred and work.one(_THERE, {"person": one}) is not None for one in people):
        return True
    if not barred and any(_has_members(work, group) for group in groups):
        return True
    return any(one not in barred for group in groups for one in members_now(work, group, now))


def fall_back(work: UnitOfWork, unit_id: str | None, barred: Collection[str], now: datetime) -> str | None:
    """The group that gets what nobody else can: the head of the unit, or of the nearest above that has one.

    Where no unit has, or none is known, the administrators; None when there are none either.
    """
    for group in (*map(head_group, _upwards(work, unit_id)), ADMINISTRATORS):
        if is_anybody_left(work, (), (group,), barred, now):
            return group
    return None


def least_loaded(work: UnitOfWork, group_id: str, without: Collection[str], now: datetime) -> str | None:
    """Who of a group has the fewest open tasks in hand, exercises aside; of several, the first by id."""
    members = [one for one in members_now(work, group_id, now) if one not in without]
    return min(members, key=lambda one: (_open_tasks(work, one), one), default=None)


def open_tasks(work: UnitOfWork, case_id: str) -> list[str]:
    """The ids of a case's open tasks, the oldest first."""
    return [str(row[0]) for row in work.all(_OPEN, {"case": case_id})]


def forget_peopled(work: UnitOfWork) -> None:
    """Ask anew who is in which group: the organisation is being changed."""
    work.peopled.clear()


def _has_members(work: UnitOfWork, group_id: str) -> bool:
    """Whether somebody holds the group whatever the time.

    Asked for every task that begins, so a yes holds for a moment: what another process changes meanwhile is noticed
    that much later.
    """
    seen_at = work.peopled.get(group_id)
    if seen_at is not None and time.monotonic() - seen_at < _YES_HOLDS_SECONDS:
        return True
    kind, _, name = group_id.partition(":")
    if kind in _ANY_BY_PLACE and name:
        found = work.one(_ANY_BY_PLACE[kind], {"holder": name}) is not None
    else:
        found = work.one(_ANY_IN_GROUP, {"holder": group_id}) is not None
    if found:
        work.peopled[group_id] = time.monotonic()
    return found


def _upwards(work: UnitOfWork, unit_id: str | None) -> Iterator[str]:
    if unit_id is not None:
        yield unit_id
        yield from read_tree(work).above(unit_id)


def _open_tasks(work: UnitOfWork, person_id: str) -> int:
    row = work.one(_LOAD, {"person": person_id})
    return 0 if row is None else int(row[0])
