"""What people set up for themselves, and which tasks they have looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from workflow_engine.domain.desk_commands import PREFERENCES
from workflow_engine.queries.snapshot import Look
from workflow_engine.storage.schema import person_preference, saved_view, task_seen
from workflow_engine.storage.statement import Statement, among, param

_v, _p, _s = saved_view.c, person_preference.c, task_seen.c
_VIEWS = Statement(
    select(_v.view_id, _v.list_name, _v.name, _v.wanted, _v.is_default)
    .where(_v.person_id == param("person"), _v.list_name == param("list"))
    .order_by(_v.name)
)
_PREFERENCES = Statement(select(_p.name, _p.value).where(_p.person_id == param("person")))
_SEEN = Statement(
    lambda dialect: select(_s.user_task_id).where(
        _s.person_id == param("person"), among(dialect, _s.user_task_id, "wanted")
    )
)


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

    def __init__(self, look: Callable[[], AbstractContextManager[Look]]) -> None:
        self._look = look

    def list_views(self, person_id: str, list_name: str) -> list[ViewRow]:
        """The person's views of a list, by name."""
        with self._look() as look:
            rows = look.unit.all(_VIEWS, {"person": person_id, "list": list_name})
        return [ViewRow(row[0], row[1], row[2], orjson.loads(row[3]), bool(row[4])) for row in rows]

    def preferences(self, person_id: str) -> dict[str, str]:
        """Every preference: as the person chose it, else as it is for everybody."""
        with self._look() as look:
            chosen: dict[str, str] = dict(look.unit.all(_PREFERENCES, {"person": person_id}))
        return {
            name: value if (value := chosen.get(name, "")) in values else values[0]
            for name, values in PREFERENCES.items()
        }

    def seen(self, person_id: str, user_task_ids: Iterable[str]) -> frozenset[str]:
        """Which of these tasks the person has looked at."""
        wanted = orjson.dumps(list(user_task_ids)).decode()
        with self._look() as look:
            return frozenset(row[0] for row in look.unit.all(_SEEN, {"person": person_id, "wanted": wanted}))
