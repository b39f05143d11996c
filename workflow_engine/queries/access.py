"""Whose a program's token is, and which tokens a person has."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import api_token

_t = api_token.c
_MOST = 200


@dataclass(frozen=True, slots=True)
class ApiTokenRow:
    """A token of a program; never the token itself."""

    token_id: str
    person_id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class AccessQueries:
    """Questions about tokens."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def find_token(self, token_sha256: str, now: datetime) -> ApiTokenRow | None:
        """The live token of this hash; None when there is none, or it has expired or was revoked."""
        statement = select(api_token).where(
            _t.token_sha256 == token_sha256, _t.revoked_at.is_(None), _t.expires_at > now
        )
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(statement).one_or_none()
        return None if row is None else _row(row)

    def list_tokens(self, person_id: str) -> list[ApiTokenRow]:
        """A person's tokens, the newest first."""
        statement = (
            select(api_token).where(_t.person_id == person_id).order_by(_t.created_at.desc(), _t.token_id).limit(_MOST)
        )
        with self._snapshot() as snapshot:
            return [_row(row) for row in snapshot.connection.execute(statement)]


def _row(row: object) -> ApiTokenRow:
    values = dict(row._mapping)  # type: ignore[attr-defined]
    del values["token_sha256"]
    return ApiTokenRow(**{**values, "scopes": frozenset(values["scopes"].split())})
