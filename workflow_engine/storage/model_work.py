"""Working copies of models in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from workflow_engine.storage.schema import model_work, model_work_file
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_w = model_work.c
_f = model_work_file.c
_FIND = Statement(
    select(_w.owner, _w.revision).where(_w.work_id == param("work")).with_for_update()
)  # fmt: skip
_COUNT = Statement(select(func.count()).select_from(model_work).where(_w.owner == param("owner")))
_ADD = Statement(insert(model_work))
_CHANGE = Statement(
    update(model_work)
    .where(_w.work_id == param("work"))
    .values(revision=param("revision"), changed_at=param("at", _w.changed_at))
)
_KEEP_FILE = Statement(lambda dialect: upsert(dialect, model_work_file, ("work_id", "name"), ("content",)))
_REMOVE_FILE = Statement(delete(model_work_file).where(_f.work_id == param("work"), _f.name == param("name")))
_SIZE = Statement(
    select(func.count(), func.coalesce(func.sum(func.length(_f.content)), 0)).where(_f.work_id == param("work"))
)
_REMOVE_FILES = Statement(delete(model_work_file).where(_f.work_id == param("work")))
_REMOVE = Statement(delete(model_work).where(_w.work_id == param("work")))


def find_work(unit: UnitOfWork, work_id: str) -> tuple[str, int] | None:
    """(owner, revision), locked; None when there is no such working copy."""
    row = unit.one(_FIND, {"work": work_id})
    return None if row is None else (row[0], row[1])


def count_work(unit: UnitOfWork, owner: str) -> int:
    """How many working copies somebody has."""
    row = unit.one(_COUNT, {"owner": owner})
    return 0 if row is None else int(row[0])


def add_work(unit: UnitOfWork, work_id: str, owner: str, base_definition_id: str | None, at: datetime) -> None:
    """A new working copy, without files yet."""
    values = {"work_id": work_id, "owner": owner, "revision": 1, "changed_at": at}
    unit.run(_ADD, {**values, "base_definition_id": base_definition_id})


def change_work(unit: UnitOfWork, work_id: str, revision: int, at: datetime) -> None:
    """Note that it was changed."""
    unit.run(_CHANGE, {"work": work_id, "revision": revision, "at": at})


def keep_files(unit: UnitOfWork, work_id: str, files: Mapping[str, bytes], removed: Iterable[str]) -> tuple[int, int]:
    """Write and remove files; (number, bytes) of what is there now."""
    for name in removed:
        unit.run(_REMOVE_FILE, {"work": work_id, "name": name})
    unit.many(_KEEP_FILE, ({"work_id": work_id, "name": name, "content": files[name]} for name in files))
    row = unit.one(_SIZE, {"work": work_id})
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def remove_work(unit: UnitOfWork, work_id: str) -> None:
    """Take it away with its files."""
    unit.run(_REMOVE_FILES, {"work": work_id})
    unit.run(_REMOVE, {"work": work_id})
