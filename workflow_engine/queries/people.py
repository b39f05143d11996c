"""People and groups, and whether a password is the right one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Select, func, select

from workflow_engine.queries.rows import GroupRow, PersonRow
from workflow_engine.queries.snapshot import Look, Snapshot
from workflow_engine.storage.schema import membership, person, role, unit
from workflow_engine.storage.statement import Statement, param

_p = person.c
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODYS_HASH = _HASHER.hash("a password that nobody has")
_MOST_PEOPLE = 2_000
_UNIT = 4
"""The place of the unit's id among the columns."""


def hash_password(password: str) -> str:
    """An argon2id hash for ``LoadOrganisation``."""
    return _HASHER.hash(password)


def find_person(snapshot: Snapshot, person_id: str) -> PersonRow | None:
    """The person, unless disabled."""
    row = snapshot.unit.one(_BY_ID, {"person": person_id})
    if row is None:
        return None
    return _person(row, _groups(snapshot, [person_id]).get(person_id, frozenset()))


def find_enabled(look: Look, person_id: str, groups: frozenset[str]) -> PersonRow | None:
    """The person with groups that were read already, unless disabled."""
    row = look.unit.one(_BY_ID, {"person": person_id})
    return None if row is None else _with(row, groups)


def list_people(snapshot: Snapshot, group_id: str | None = None) -> list[PersonRow]:
    """Everybody, or everybody in a group, by unit and name."""
    statement = _select()
    if group_id is not None and group_id.startswith("unit:"):
        statement = statement.where(_p.unit_id == group_id.removeprefix("unit:"))
    elif group_id is not None:
        members = select(membership.c.person_id).where(membership.c.group_id == group_id)
        statement = statement.where(_p.person_id.in_(members))
    rows = snapshot.connection.execute(statement.order_by(_p.unit_id, _p.person_id).limit(_MOST_PEOPLE)).all()
    groups = _groups(snapshot, [row.person_id for row in rows])
    return [_person(row, groups.get(row.person_id, frozenset())) for row in rows]


def authenticate(snapshot: Snapshot, sign_in_name: str, password: str) -> PersonRow | None:
    """Who signs in with these; None when nobody does. Takes the same time whether the name exists or not."""
    statement = select(_p.person_id, _p.password_hash).where(
        func.lower(_p.sign_in_name) == sign_in_name.strip().lower(), ~_p.disabled
    )
    row = snapshot.connection.execute(statement).one_or_none()
    stored = row.password_hash if row is not None else None
    try:
        _HASHER.verify(stored or _NOBODYS_HASH, password)
    except (VerificationError, InvalidHashError):
        return None
    return None if row is None or stored is None else find_person(snapshot, row.person_id)


def list_groups(snapshot: Snapshot) -> list[GroupRow]:
    """Every unit (as ``unit:…``) and every named role."""
    u = unit.c
    units = snapshot.connection.execute(select(u.unit_id, u.name_zh, u.name_en).order_by(u.unit_id))
    roles = snapshot.connection.execute(
        select(role.c.group_id, role.c.name_zh, role.c.name_en).order_by(role.c.group_id)
    )
    return [GroupRow(f"unit:{row[0]}", row[1], row[2]) for row in units] + [GroupRow(*row) for row in roles]


def _select() -> Select[tuple[object, ...]]:
    u = unit.c
    columns = (
        _p.person_id, _p.sign_in_name, _p.display_name_zh, _p.display_name_en, _p.unit_id,
        u.name_zh.label("unit_name_zh"), u.name_en.label("unit_name_en"), _p.email, _p.sessions_from,
        _p.password_temporary, u.subject_class,
    )  # fmt: skip
    return select(*columns).select_from(person.outerjoin(unit, u.unit_id == _p.unit_id)).where(~_p.disabled)


_BY_ID = Statement(_select().where(_p.person_id == param("person")))


def _groups(snapshot: Snapshot, person_ids: list[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    if person_ids:
        statement = select(membership.c.person_id, membership.c.group_id).where(membership.c.person_id.in_(person_ids))
        for person_id, group_id in snapshot.connection.execute(statement):
            found.setdefault(person_id, set()).add(group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}


def _person(row: Sequence[Any], groups: frozenset[str]) -> PersonRow:
    if row[_UNIT]:
        groups = groups | {f"unit:{row[_UNIT]}"}
    return _with(row, groups)


def _with(row: Sequence[Any], groups: frozenset[str]) -> PersonRow:
    person_id, sign_in, zh, en, unit_id, unit_zh, unit_en, email, sessions_from, is_temporary, kind = row
    return PersonRow(
        person_id, sign_in, zh, en, unit_id, unit_zh, unit_en, groups, email, sessions_from, is_temporary, kind
    )
