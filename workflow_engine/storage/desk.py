"""Rows of people's desks: saved views, preferences, tasks looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from workflow_engine.storage.schema import person_preference, saved_view, task_seen
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_v = saved_view.c
_s = task_seen.c
_FIND = Statement(
    select(_v.view_id, _v.person_id, _v.list_name, _v.name, _v.wanted, _v.is_default).where(_v.view_id == param("view"))
)
_COUNT = Statement(select(func.count()).where(_v.person_id == param("person")))
_TAKEN = Statement(
    select(_v.view_id).where(
        _v.person_id == param("person"), _v.list_name == param("list"), _v.name == param("name"),
        _v.view_id != param("view"),
    )
)  # fmt: skip
_PUT = Statement(
    lambda dialect: upsert(dialect, saved_view, ("view_id",), ("list_name", "name", "wanted", "is_default", "saved_at"))
)
_CLEAR_DEFAULT = Statement(
    update(saved_view)
    .where(_v.person_id == param("person"), _v.list_name == param("list"), _v.is_default)
    .values(is_default=False)
)
_DELETE = Statement(delete(saved_view).where(_v.view_id == param("view")))
_PREFER = Statement(lambda dialect: upsert(dialect, person_preference, ("person_id", "name"), ("value",)))
_SEE = Statement(lambda dialect: upsert(dialect, task_seen, ("person_id", "user_task_id"), None))
_FORGET = Statement(delete(task_seen).where(_s.person_id == param("person"), _s.seen_at < param("before", _s.seen_at)))


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as it is stored."""

    view_id: str
    person_id: str
    list_name: str
    name: str
    wanted: str
    is_default: bool


def find_view(unit: UnitOfWork, view_id: str) -> View | None:
    """The view; None when there is none."""
    row = unit.one(_FIND, {"view": view_id})
    return None if row is None else View(*row)


def count_views(unit: UnitOfWork, person_id: str) -> int:
    """How many views a person has."""
    row = unit.one(_COUNT, {"person": person_id})
    return 0 if row is None else int(row[0])


def is_name_taken(unit: UnitOfWork, person_id: str, list_name: str, name: str, view_id: str) -> bool:
    """Whether another view of the person's list has this name."""
    values = {"person": person_id, "list": list_name, "name": name, "view": view_id}
    return unit.one(_TAKEN, values) is not None


def put_view(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Add the view or replace it."""
    unit.run(_PUT, row)


def clear_default(unit: UnitOfWork, person_id: str, list_name: str) -> None:
    """No view of the list is its default."""
    unit.run(_CLEAR_DEFAULT, {"person": person_id, "list": list_name})


def delete_view(unit: UnitOfWork, view_id: str) -> None:
    """Forget the view."""
    unit.run(_DELETE, {"view": view_id})


def put_preferences(unit: UnitOfWork, person_id: str, values: Mapping[str, str]) -> None:
    """Write what was chosen; the rest stays."""
    unit.many(_PREFER, ({"person_id": person_id, "name": name, "value": value} for name, value in values.items()))


def see_task(unit: UnitOfWork, person_id: str, user_task_id: str, now: datetime, forget_before: datetime) -> None:
    """Note that the person has looked at the task, and forget what they looked at long ago."""
    unit.run(_FORGET, {"person": person_id, "before": forget_before})
    unit.run(_SEE, {"person_id": person_id, "user_task_id": user_task_id, "seen_at": now})
