"""Rows of tokens of programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from workflow_engine.storage.schema import api_token, person
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_t = api_token.c
_ADD = Statement(insert(api_token))
_OWNER = Statement(select(_t.person_id, _t.revoked_at).where(_t.token_id == param("token")).with_for_update())
_REVOKE = Statement(
    update(api_token).where(_t.token_id == param("token")).values(revoked_at=param("now", _t.revoked_at))
)
_LIVE = Statement(
    select(func.count()).where(
        _t.person_id == param("person"), _t.revoked_at.is_(None), _t.expires_at > param("now", _t.expires_at)
    )
)
_PERSON = Statement(select(person.c.person_id).where(person.c.person_id == param("person"), ~person.c.disabled))


@dataclass(frozen=True, slots=True)
class TokenOwner:
    """Whose a token is, and whether it was taken back."""

    person_id: str
    revoked_at: datetime | None


def add_token(unit: UnitOfWork, row: dict[str, object]) -> None:
    """Write a new token."""
    unit.run(_ADD, row)


def find_owner(unit: UnitOfWork, token_id: str) -> TokenOwner | None:
    """Whose it is, locked; None when there is no such token."""
    row = unit.one(_OWNER, {"token": token_id})
    return None if row is None else TokenOwner(*row)


def revoke(unit: UnitOfWork, token_id: str, now: datetime) -> None:
    """Let it open nothing from now on."""
    unit.run(_REVOKE, {"token": token_id, "now": now})


def count_live(unit: UnitOfWork, person_id: str, now: datetime) -> int:
    """How many tokens of a person open something."""
    row = unit.one(_LIVE, {"person": person_id, "now": now})
    return 0 if row is None else int(row[0])


def is_person(unit: UnitOfWork, person_id: str) -> bool:
    """Whether somebody of this id may sign in."""
    return unit.one(_PERSON, {"person": person_id}) is not None
