"""Rows of the organisation: looked up by id, written in bulk, and the tree of units kept beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, insert, or_, select, text, update

from workflow_engine.domain.events_organisation import OrganisationChanged
from workflow_engine.domain.organisation_rows import CONFLICT, DEPUTY, KINDS, PERSON, POSITION, ROLE, SHIFT, UNIT, Kind
from workflow_engine.storage.schema import (
    conflict_of_interest,
    deputy,
    duty_shift,
    membership,
    organisation_change,
    person,
    position,
    role,
    unit,
    unit_below,
)
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

Values = dict[str, Any]
_CHUNK = 400
_TABLES: dict[str, Table] = {
    UNIT.name: unit, ROLE.name: role, PERSON.name: person, POSITION.name: position, SHIFT.name: duty_shift,
    DEPUTY.name: deputy, CONFLICT.name: conflict_of_interest,
}  # fmt: skip


def _names(kind: Kind) -> tuple[str, ...]:
    """The columns of its table; groups are rows of their own."""
    return tuple(column.name for column in kind.columns if column.type != "groups")


def _put(kind: Kind) -> Statement:
    names = _names(kind)
    others = tuple(name for name in names if name != kind.key)
    return Statement(lambda dialect: upsert(dialect, _TABLES[kind.name], (kind.key,), others), columns=names)


_FIND = {
    kind.name: Statement(
        select(*(_TABLES[kind.name].c[column] for column in _names(kind))).where(
            _TABLES[kind.name].c[kind.key] == param("key")
        )
    )
    for kind in KINDS
}
_ALL = {
    kind.name: Statement(
        select(*(_TABLES[kind.name].c[column] for column in _names(kind))).order_by(_TABLES[kind.name].c[kind.key])
    )
    for kind in KINDS
}
_PUT = {kind.name: _put(kind) for kind in KINDS}
_REMOVE = {
    kind.name: Statement(delete(_TABLES[kind.name]).where(_TABLES[kind.name].c[kind.key] == param("key")))
    for kind in (POSITION, SHIFT, DEPUTY, CONFLICT)
}
_LEAVE = Statement(delete(membership).where(membership.c.person_id == param("person")))
_JOIN = Statement(insert(membership))
_GROUPS = Statement(select(membership.c.group_id).where(membership.c.person_id == param("person")))
_ALL_GROUPS = Statement(select(membership.c.person_id, membership.c.group_id))
_PASSWORD = Statement(
    update(person)
    .where(person.c.person_id == param("person"))
    .values(
        password_hash=param("password_hash"),
        password_temporary=param("temporary"),
        sessions_from=param("now", person.c.sessions_from),
    )
)
_END_SESSIONS = Statement(
    update(person)
    .where(person.c.person_id == param("person"))
    .values(sessions_from=param("now", person.c.sessions_from))
)
_EXTERNAL = Statement(select(person.c.external_id).where(person.c.person_id == param("person")))
_BIND = Statement(update(person).where(person.c.person_id == param("person")).values(external_id=param("external_id")))
_FORGET_PLACES = Statement(delete(unit_below))
_PLACE = Statement(
    text("""
INSERT INTO unit_below (ancestor_id, unit_id)
WITH RECURSIVE below (ancestor_id, unit_id) AS (
    SELECT unit_id, unit_id FROM unit
    UNION
    SELECT below.ancestor_id, unit.unit_id FROM below JOIN unit ON unit.parent_id = below.unit_id
)
SELECT ancestor_id, unit_id FROM below
""")
)
_LOOP = Statement(
    text("""
SELECT a.unit_id FROM unit_below a JOIN unit_below b ON b.ancestor_id = a.unit_id AND b.unit_id = a.ancestor_id
WHERE a.unit_id <> a.ancestor_id ORDER BY a.unit_id LIMIT 1
""")
)
_UNSEAT_CASES = Statement(
    text("""
DELETE FROM case_scope WHERE case_id IN (
    SELECT case_id FROM process_instance
    WHERE unit_id IN (SELECT unit_id FROM unit_below WHERE ancestor_id = :moved)
)
""").bindparams(bindparam("moved"))
)
_SEAT_CASES = Statement(
    text("""
INSERT INTO case_scope (unit_id, started_at, case_id)
SELECT b.ancestor_id, p.started_at, p.case_id FROM process_instance p JOIN unit_below b ON b.unit_id = p.unit_id
WHERE p.unit_id IN (SELECT unit_id FROM unit_below WHERE ancestor_id = :moved)
""").bindparams(bindparam("moved"))
)
_CHANGE = Statement(insert(organisation_change))
_OWNER = Statement(
    select(person.c.sign_in_name, person.c.person_id).where(func.lower(person.c.sign_in_name) == param("name"))
)
_HEADS = Statement(select(position.c.position_id).where(position.c.unit_id == param("unit"), position.c.is_head))
_ENABLED = select(person.c.person_id).where(~person.c.disabled)
_holder = param("holder")
_HOLDING = {
    "unit": Statement(_ENABLED.where(person.c.unit_id == _holder)),
    "position": Statement(_ENABLED.join(position).where(position.c.position_id == _holder)),
    "head": Statement(_ENABLED.join(position).where(position.c.unit_id == _holder, position.c.is_head)),
    "": Statement(
        _ENABLED.where(
            or_(
                person.c.person_id == _holder,
                person.c.person_id.in_(select(membership.c.person_id).where(membership.c.group_id == _holder)),
            )
        )
    ),
}


def find_row(work: UnitOfWork, kind: Kind, key: str) -> Values | None:
    """A row with its groups; None when there is none."""
    found = work.one(_FIND[kind.name], {"key": key})
    if found is None:
        return None
    row = dict(zip(_names(kind), found, strict=True))
    if kind is PERSON:
        row["groups"] = tuple(sorted(each[0] for each in work.all(_GROUPS, {"person": key})))
    return row


def all_rows(work: UnitOfWork, kind: Kind) -> dict[str, Values]:
    """Every row of a kind by its key."""
    names = _names(kind)
    rows = {row[names.index(kind.key)]: dict(zip(names, row, strict=True)) for row in work.all(_ALL[kind.name], {})}
    if kind is PERSON:
        groups: dict[str, list[str]] = {}
        for person_id, group_id in work.all(_ALL_GROUPS, {}):
            groups.setdefault(person_id, []).append(group_id)
        for person_id, row in rows.items():
            row["groups"] = tuple(sorted(groups.get(person_id, ())))
    return rows


def find_rows(work: UnitOfWork, kind: Kind, keys: Sequence[str]) -> dict[str, Values]:
    """The rows of these keys that are there."""
    if len(keys) > _CHUNK:
        everything = all_rows(work, kind)
        return {key: everything[key] for key in keys if key in everything}
    found = ((key, find_row(work, kind, key)) for key in keys)
    return {key: row for key, row in found if row is not None}


def put_rows(work: UnitOfWork, kind: Kind, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add or change rows, each with every column; a person's groups replace those held."""
    rows = list(rows)
    work.many(_PUT[kind.name], rows)
    if kind is PERSON:
        work.many(_LEAVE, ({"person": row["person_id"]} for row in rows))
        work.many(
            _JOIN, ({"person_id": row["person_id"], "group_id": group} for row in rows for group in row["groups"])
        )


def remove_row(work: UnitOfWork, kind: Kind, key: str) -> None:
    """A position, shift, deputy or conflict goes."""
    work.run(_REMOVE[kind.name], {"key": key})


def place_units(work: UnitOfWork, moved: Iterable[str]) -> str | None:
    """Note anew which unit lies below which, and within whose reach the cases of moved units lie.

    Returns a unit that would lie below itself; the transaction must not go on then.
    """
    work.run(_FORGET_PLACES, {})
    work.run(_PLACE, {})
    looped = work.one(_LOOP, {})
    if looped is not None:
        return str(looped[0])
    for unit_id in moved:
        work.run(_UNSEAT_CASES, {"moved": unit_id})
        work.run(_SEAT_CASES, {"moved": unit_id})
    return None


def set_password(work: UnitOfWork, person_id: str, password_hash: str, now: datetime, *, temporary: bool) -> None:
    """A new password; sessions begun before now are ended."""
    values = {"person": person_id, "password_hash": password_hash, "temporary": temporary, "now": now}
    work.run(_PASSWORD, values)


def end_sessions(work: UnitOfWork, person_id: str, now: datetime) -> None:
    """Sessions of a person begun before now are ended."""
    work.run(_END_SESSIONS, {"person": person_id, "now": now})


def find_external(work: UnitOfWork, person_id: str) -> tuple[str | None] | None:
    """The account bound to a person, alone in a tuple; None when there is no such person."""
    row = work.one(_EXTERNAL, {"person": person_id})
    return None if row is None else (row[0],)


def bind_external(work: UnitOfWork, person_id: str, external_id: str) -> None:
    """Note the account; an integrity error when it is another person's."""
    work.run(_BIND, {"person": person_id, "external_id": external_id})


def people_holding(work: UnitOfWork, holders: Iterable[str]) -> set[str]:
    """The enabled people who are, or hold by membership, unit or position, one of these holders."""
    found: set[str] = set()
    for holder in holders:
        kind, _, name = holder.partition(":")
        statement, value = (_HOLDING[kind], name) if kind in _HOLDING and name else (_HOLDING[""], holder)
        found.update(row[0] for row in work.all(statement, {"holder": value}))
    return found


def owners_of_names(work: UnitOfWork, names: Sequence[str]) -> dict[str, str]:
    """Who has these names to sign in with, by the name in small letters."""
    if len(names) > _CHUNK:
        return {row["sign_in_name"].lower(): key for key, row in all_rows(work, PERSON).items()}
    found = (work.one(_OWNER, {"name": name.lower()}) for name in names)
    return {row[0].lower(): row[1] for row in found if row is not None}


def heads_of(work: UnitOfWork, unit_id: str) -> list[str]:
    """The position that heads a unit, as a list of one or none."""
    return [row[0] for row in work.all(_HEADS, {"unit": unit_id})]


def note_changes(
    work: UnitOfWork,
    seq: int,
    changes: Sequence[tuple[int, OrganisationChanged]],
    now: datetime,
    actor_id: str,
) -> None:
    """One line per change, by which its subject's history is found; what changed stands in the record itself."""
    work.many(
        _CHANGE,
        (
            {
                "seq": seq, "number": number, "kind": change.kind, "subject_id": change.subject_id[:200],
                "action": change.action, "changed_at": now, "changed_by": actor_id,
            }
            for number, change in changes
        ),
    )  # fmt: skip
