"""Decisions as everybody may read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import published_decision

_p = published_decision.c


@dataclass(frozen=True, slots=True)
class PublishedDecision:
    """One decision in public; ``document`` is the whole of it."""

    public_id: str
    process_id: str
    title: str
    document: Mapping[str, Any]
    digest: str
    published_at: datetime


class PublicationQueries:
    """Questions about published decisions; nobody has to say who asks."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def page(self, after: str | None = None, limit: int = 20) -> Page[PublishedDecision]:
        """The newest first."""
        limit, key = clamp(limit), decode(after, 2)
        wanted = _SELECT.order_by(_p.published_at.desc(), _p.public_id.desc()).limit(limit + 1)
        if key is not None:
            wanted = wanted.where(tuple_(_p.published_at, _p.public_id) < key)
        with self._snapshot() as snapshot:
            rows = [_row(row) for row in snapshot.connection.execute(wanted)]
        return page_of(rows, limit, lambda row: (row.published_at, row.public_id))

    def get(self, public_id: str) -> PublishedDecision:
        """One of them. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(_SELECT.where(_p.public_id == public_id)).first()
        if row is None:
            raise NotFoundError(f"Expected a published decision {public_id[:80]!r}, but there is none.")
        return _row(row)

    def of_case(self, case_id: str, actor: Actor) -> list[PublishedDecision]:
        """What a case within the actor's reach has published, the oldest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            found = snapshot.connection.execute(_SELECT.where(_p.case_id == case_id).order_by(_p.published_at))
            return [_row(row) for row in found]


_SELECT = select(_p.public_id, _p.process_id, _p.title, _p.document, _p.digest, _p.published_at)


def _row(row: Any) -> PublishedDecision:
    return PublishedDecision(
        row.public_id, row.process_id, row.title, orjson.loads(row.document), row.digest, row.published_at
    )
