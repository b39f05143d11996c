"""The city's own warnings, as everybody may read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import or_, select, tuple_

from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import NotFoundError
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.queries.cases import require_visible_case
from workflow_engine.queries.paging import clamp, decode, page_of
from workflow_engine.queries.rows import Page
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import process_instance, published_warning

_w = published_warning.c


@dataclass(frozen=True, slots=True)
class PublishedWarning:
    """One warning in public; its CAP message, and the one that lifted it, say everything."""

    warning_id: str
    colour: str
    titles: Mapping[str, str]
    """Headline by language."""
    area: str
    replaces: str | None
    sent_at: datetime
    expires_at: datetime
    document: str
    digest: str
    state: str
    ended_at: datetime | None
    end_reason: str
    end_document: str | None

    def title(self, language: str) -> str:
        """The headline in a language, or else in Chinese."""
        return self.titles.get(language) or self.titles["zh-CN"]

    def is_in_force(self, now: datetime) -> bool:
        """Whether it holds now; one whose time is over ends a little later in the rows."""
        return self.state == "in_force" and now < self.expires_at


_SELECT = select(*(_w[name] for name in PublishedWarning.__dataclass_fields__))


class WarningQueries:
    """Questions about warnings; nobody has to say who asks."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def page(self, after: str | None = None, limit: int = 20) -> Page[PublishedWarning]:
        """The newest first, over or not."""
        limit, key = clamp(limit), decode(after, 2)
        wanted = _SELECT.order_by(_w.sent_at.desc(), _w.warning_id.desc()).limit(limit + 1)
        if key is not None:
            wanted = wanted.where(tuple_(_w.sent_at, _w.warning_id) < tuple_(*key))
        with self._snapshot() as snapshot:
            rows = [_row(row) for row in snapshot.connection.execute(wanted)]
        return page_of(rows, limit, lambda row: (row.sent_at, row.warning_id))

    def in_force(self, now: datetime) -> list[PublishedWarning]:
        """What holds now, the newest first."""
        wanted = _SELECT.where(_w.state == "in_force", _w.expires_at > now)
        with self._snapshot() as snapshot:
            return [_row(row) for row in snapshot.connection.execute(wanted.order_by(_w.sent_at.desc()))]

    def get(self, warning_id: str) -> PublishedWarning:
        """One of them. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            row = snapshot.connection.execute(_SELECT.where(_w.warning_id == warning_id)).first()
        if row is None:
            raise NotFoundError("Expected a warning, but there is no such one.")
        return _row(row)

    def of_case(self, case_id: str, actor: Actor) -> list[PublishedWarning]:
        """What a case within the actor's reach has published, the oldest first. Raises NotFoundError."""
        with self._snapshot() as snapshot:
            require_visible_case(snapshot, case_id, actor)
            found = snapshot.connection.execute(_SELECT.where(_w.case_id == case_id).order_by(_w.sent_at))
            return [_row(row) for row in found]

    def left_in_force(self, now: datetime, most: int = 50) -> list[str]:
        """Warnings whose time is over, or whose case is; each is to be settled."""
        p = process_instance.c
        ended = select(p.case_id).where(p.case_id == _w.case_id, p.state.not_in(ENDED_CASE)).exists()
        wanted = select(_w.warning_id).where(_w.state == "in_force", or_(_w.expires_at <= now, ~ended)).limit(most)
        with self._snapshot() as snapshot:
            return [row[0] for row in snapshot.connection.execute(wanted)]


def _row(row: Any) -> PublishedWarning:
    values = dict(row._mapping)
    return PublishedWarning(**{**values, "titles": orjson.loads(values["titles"])})
