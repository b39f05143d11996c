"""Lists of the organisation: units, people, duty and deputies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from workflow_engine.domain.errors import NotFoundError
from workflow_engine.queries.organisation_rows import (
    DeputyRow,
    MemberRow,
    PositionRow,
    ShiftRow,
    UnitDetail,
    UnitRow,
)
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import deputy, duty_shift, membership, person, position, unit, unit_below

_u, _p, _o, _s, _d = unit.c, person.c, position.c, duty_shift.c, deputy.c
_MOST_UNITS, _MOST_MEMBERS, _MOST_SHIFTS, _MOST_DEPUTIES = 20_000, 500, 1_000, 500
_UNIT = (
    _u.unit_id, _u.parent_id, _u.level, _u.name_zh, _u.name_en, _u.subject_class, _u.functions, _u.disabled,
    _u.place_code,
)  # fmt: skip


def list_units(snapshot: Snapshot, search: str = "") -> list[UnitRow]:
    """Every unit by id, or those whose name or id holds every word."""
    statement = select(*_UNIT).order_by(_u.unit_id).limit(_MOST_UNITS)
    for word in search.split()[:6]:
        columns = (_u.unit_id, _u.name_zh, _u.name_en)
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    children = _counts(snapshot, select(_u.parent_id, func.count()).group_by(_u.parent_id))
    members = _counts(snapshot, select(_p.unit_id, func.count()).where(~_p.disabled).group_by(_p.unit_id))
    return [
        UnitRow(*row, children=children.get(row.unit_id, 0), people=members.get(row.unit_id, 0))
        for row in snapshot.connection.execute(statement)
    ]


def find_unit(snapshot: Snapshot, unit_id: str) -> UnitRow | None:
    """One unit by itself."""
    row = snapshot.connection.execute(select(*_UNIT).where(_u.unit_id == unit_id)).first()
    return None if row is None else UnitRow(*row)


def get_unit(snapshot: Snapshot, unit_id: str) -> UnitDetail:
    """One unit with everything around it."""
    connection = snapshot.connection
    above = select(*_UNIT).join(unit_below, unit_below.c.ancestor_id == _u.unit_id)
    found = {row.unit_id: UnitRow(*row) for row in connection.execute(above.where(unit_below.c.unit_id == unit_id))}
    if unit_id not in found:
        raise NotFoundError(f"Expected a unit {unit_id[:64]!r}, but there is none.")
    path = [found[unit_id]]
    while (parent := found.get(path[0].parent_id or "")) is not None:
        path.insert(0, parent)
    children = select(*_UNIT).where(_u.parent_id == unit_id).order_by(_u.unit_id)
    holders = (
        select(
            _o.position_id, _o.unit_id, _o.name_zh, _o.name_en, _o.is_head, _o.person_id, _p.display_name_zh,
            _p.display_name_en,
        )
        .select_from(position.outerjoin(person, _p.person_id == _o.person_id))
        .where(_o.unit_id == unit_id)
        .order_by(_o.is_head.desc(), _o.position_id)
    )  # fmt: skip
    return UnitDetail(
        unit=path[-1],
        path=path,
        children=[UnitRow(*row) for row in connection.execute(children)],
        positions=[PositionRow(*row) for row in connection.execute(holders)],
        people=_members(snapshot, _member_select().where(_p.unit_id == unit_id).limit(_MOST_MEMBERS)),
    )


def list_members(snapshot: Snapshot, search: str, group_id: str, after: str | None, limit: int) -> Page[MemberRow]:
    """People by the name they sign in with."""
    limit = clamp(limit)
    statement = _member_select().limit(limit + 1)
    if (key := decode(after, 1)) is not None:
        statement = statement.where(_p.sign_in_name > key[0])
    for word in search.split()[:6]:
        columns = (_p.sign_in_name, _p.display_name_zh, _p.display_name_en, _u.name_zh, _u.name_en)
        statement = statement.where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    if group_id:
        statement = statement.where(_in_group(group_id))
    return page_of(_members(snapshot, statement), limit, lambda row: (row.sign_in_name,))


def get_member(snapshot: Snapshot, person_id: str) -> MemberRow:
    """One person."""
    found = _members(snapshot, _member_select().where(_p.person_id == person_id))
    if not found:
        raise NotFoundError(f"Expected a person {person_id[:64]!r}, but there is none.")
    return found[0]


def person_of_account(snapshot: Snapshot, external_id: str) -> str | None:
    """The id of the enabled person to whom the account is bound."""
    statement = select(_p.person_id).where(_p.external_id == external_id, ~_p.disabled)
    found: str | None = snapshot.connection.execute(statement).scalar_one_or_none()
    return found


def unbound_person(snapshot: Snapshot, email: str | None, sign_in_name: str | None) -> str | None:
    """The only enabled person without an account who has this address or name; None when none or several have."""
    if not email and not sign_in_name:
        return None
    conditions: list[ColumnElement[bool]] = [~_p.disabled, _p.external_id.is_(None)]
    if email:
        conditions.append(func.lower(_p.email) == email.strip().lower())
    if sign_in_name:
        conditions.append(func.lower(_p.sign_in_name) == sign_in_name.strip().lower())
    found = snapshot.connection.execute(select(_p.person_id).where(*conditions).limit(2)).scalars().all()
    return found[0] if len(found) == 1 else None


def list_shifts(snapshot: Snapshot, start: datetime, end: datetime, group_id: str) -> list[ShiftRow]:
    """Shifts that touch the span, in their order."""
    statement = (
        select(_s.shift_id, _s.group_id, _s.person_id, _p.display_name_zh, _p.display_name_en, _s.from_at, _s.until_at)
        .join(person, _p.person_id == _s.person_id)
        .where(_s.until_at > start, _s.from_at < end)
        .order_by(_s.from_at, _s.group_id, _s.shift_id)
        .limit(_MOST_SHIFTS)
    )
    if group_id:
        statement = statement.where(_s.group_id == group_id)
    return [ShiftRow(*row) for row in snapshot.connection.execute(statement)]


def list_deputies(snapshot: Snapshot, person_id: str | None, since: date) -> list[DeputyRow]:
    """Those that have not ended, by their first day."""
    statement = _deputies().where(_d.until_on >= since).order_by(_d.from_on, _d.deputy_id).limit(_MOST_DEPUTIES)
    if person_id is not None:
        statement = statement.where(or_(_d.person_id == person_id, _d.stand_in == person_id))
    return [DeputyRow(*row) for row in snapshot.connection.execute(statement)]


def find_deputy(snapshot: Snapshot, deputy_id: str) -> DeputyRow | None:
    """One of them."""
    row = snapshot.connection.execute(_deputies().where(_d.deputy_id == deputy_id)).one_or_none()
    return None if row is None else DeputyRow(*row)


def _deputies() -> Select[Any]:
    absent, other = person.alias("absent"), person.alias("other")
    return (
        select(
            _d.deputy_id, _d.person_id, absent.c.display_name_zh, absent.c.display_name_en, _d.stand_in,
            other.c.display_name_zh, other.c.display_name_en, _d.from_on, _d.until_on, _d.process_id,
        )
        .join(absent, absent.c.person_id == _d.person_id)
        .join(other, other.c.person_id == _d.stand_in)
    )  # fmt: skip


def _member_select() -> Select[Any]:
    return (
        select(
            _p.person_id, _p.sign_in_name, _p.display_name_zh, _p.display_name_en, _p.unit_id, _u.name_zh, _u.name_en,
            _p.disabled, _p.email, _p.password_hash.is_not(None), _p.external_id.is_not(None),
        )
        .select_from(person.outerjoin(unit, _u.unit_id == _p.unit_id))
        .order_by(_p.sign_in_name)
    )  # fmt: skip


def _members(snapshot: Snapshot, statement: Select[Any]) -> list[MemberRow]:
    rows = snapshot.connection.execute(statement).all()
    groups: dict[str, list[str]] = {}
    wanted = select(membership.c.person_id, membership.c.group_id).where(
        membership.c.person_id.in_([row[0] for row in rows])
    )
    for person_id, group_id in snapshot.connection.execute(wanted.order_by(membership.c.group_id)):
        groups.setdefault(person_id, []).append(group_id)
    return [MemberRow(*(*row, tuple(groups.get(row[0], ())))) for row in rows]


def _in_group(group_id: str) -> ColumnElement[bool]:
    if group_id.startswith("unit:"):
        return _p.unit_id == group_id.removeprefix("unit:")
    return _p.person_id.in_(select(membership.c.person_id).where(membership.c.group_id == group_id))


def _counts(snapshot: Snapshot, statement: Select[Any]) -> dict[str, int]:
    return {key: count for key, count in snapshot.connection.execute(statement) if key is not None}
