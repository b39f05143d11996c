"""The table of grants, and how far a person's verbs reach by it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

import orjson
from sqlalchemy import Connection, delete, insert, select

from workflow_engine.domain.actors import Held
from workflow_engine.domain.permissions import EVERYBODY, HOLDERS
from workflow_engine.storage.schema import permission_grant, permission_verb, unit_below
from workflow_engine.storage.statement import Statement, among, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_g = permission_grant.c
_OF = Statement(
    lambda dialect: select(_g.verb, _g.unit_id, _g.process_id).distinct().where(among(dialect, _g.holder, "holders"))
)
_ALL = Statement(select(_g.holder, _g.verb, _g.unit_id, _g.process_id).order_by(_g.holder, _g.verb, _g.grant_id))
_FIND = Statement(select(_g.holder, _g.verb, _g.unit_id, _g.process_id).where(_g.grant_id == param("grant")))
_BELOW = Statement(select(unit_below.c.unit_id).where(unit_below.c.ancestor_id == param("unit")))
_ADD = Statement(lambda dialect: upsert(dialect, permission_grant, ("grant_id",), None))
_DROP = Statement(delete(permission_grant).where(_g.grant_id == param("grant")))


@dataclass(frozen=True, slots=True)
class Grant:
    """A row of the table."""

    holder: str
    verb: str
    unit_id: str | None = None
    process_id: str | None = None

    @property
    def grant_id(self) -> str:
        """The same for the same four words."""
        words = "\x1f".join((self.holder, self.verb, self.unit_id or "", self.process_id or ""))
        return sha256(words.encode()).hexdigest()[:32]

    def values(self) -> dict[str, str | None]:
        """As a row."""
        return {
            "grant_id": self.grant_id, "holder": self.holder, "verb": self.verb, "unit_id": self.unit_id,
            "process_id": self.process_id,
        }  # fmt: skip


def seed(connection: Connection) -> None:
    """Give each verb that is new to this database its first holders; a verb seen before is left as it was edited."""
    known = {row[0] for row in connection.execute(select(permission_verb.c.verb))}
    for verb in HOLDERS:
        if verb not in known:
            connection.execute(insert(permission_verb).values(verb=verb))
            for holder in sorted(HOLDERS[verb]):
                connection.execute(insert(permission_grant).values(**Grant(holder, verb).values()))


def held_by(unit: UnitOfWork, person_id: str, groups: Iterable[str]) -> tuple[Held, ...]:
    """What the table gives a person with these groups."""
    holders = orjson.dumps([person_id, *groups, EVERYBODY]).decode()
    rows = unit.all(_OF, {"holders": holders})
    below: dict[str, frozenset[str]] = {}
    for _, unit_id, _ in rows:
        if unit_id is not None and unit_id not in below:
            below[unit_id] = frozenset(row[0] for row in unit.all(_BELOW, {"unit": unit_id}))
    return tuple(
        Held(verb, None if unit_id is None else below[unit_id], process_id, unit_id)
        for verb, unit_id, process_id in sorted(rows, key=lambda row: tuple(word or "" for word in row))
    )


def list_grants(unit: UnitOfWork) -> list[Grant]:
    """The whole table, by holder and verb."""
    return [Grant(*row) for row in unit.all(_ALL, {})]


def find_grant(unit: UnitOfWork, grant_id: str) -> Grant | None:
    """One row; None when it is not there (any more)."""
    row = unit.one(_FIND, {"grant": grant_id})
    return None if row is None else Grant(*row)


def add_grant(unit: UnitOfWork, grant: Grant) -> bool:
    """A new row; False when it is there already."""
    return unit.run(_ADD, grant.values()) == 1


def drop_grant(unit: UnitOfWork, grant_id: str) -> bool:
    """Take a row away; False when it is not there."""
    return unit.run(_DROP, {"grant": grant_id}) == 1
