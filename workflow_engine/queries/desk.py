"""What people set up for themselves, and which tasks they have looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.domain.desk_commands import PREFERENCES
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import person_preference, saved_view, task_seen

_v = saved_view.c


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A saved view of a list."""

    view_id: str
    list_name: str
    name: str
    wanted: Mapping[str, Any]
    is_default: bool


class DeskQueries:
    """Questions about one's own desk."""

    def __init__(self, snapshot: Callable[[], AbstractContextManager[Snapshot]]) -> None:
        self._snapshot = snapshot

    def list_views(self, person_id: str, list_name: str) -> list[ViewRow]:
        """The person's views of a list, by name."""
        statement = (
            select(_v.view_id, _v.list_name, _v.name, _v.wanted, _v.is_default)
            .where(_v.person_id == person_id, _v.list_name == list_name)
            .order_by(_v.name)
        )
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(statement).all()
        return [ViewRow(row[0], row[1], row[2], orjson.loads(row[3]), bool(row[4])) for row in rows]

    def preferences(self, person_id: str) -> dict[str, str]:
        """Every preference: as the person chose it, else as it is for everybody."""
        p = person_preference.c
        with self._snapshot() as snapshot:
            rows = snapshot.connection.execute(select(p.name, p.value).where(p.person_id == person_id)).all()
        chosen = {row[0]: row[1] for row in rows}
        return {
            name: value if (value := chosen.get(name)) in values else values[0] for name, values in PREFERENCES.items()
        }

    def seen(self, person_id: str, user_task_ids: Iterable[str]) -> frozenset[str]:
        """Which of these tasks the person has looked at."""
        s = task_seen.c
        statement = select(s.user_task_id).where(s.person_id == person_id, s.user_task_id.in_(list(user_task_ids)))
        with self._snapshot() as snapshot:
            return frozenset(snapshot.connection.execute(statement).scalars())
