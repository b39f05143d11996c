"""Versions of the catalogue of categories. Read catalogues are kept by their digest: the same text is read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock

import orjson
from sqlalchemy import insert, select

from workflow_engine.domain.service_categories import Catalogue
from workflow_engine.storage.schema import service_category_version
from workflow_engine.storage.statement import Row, Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_v = service_category_version.c
_ABOUT = (_v.version, _v.effective_from, _v.sha256, _v.count, _v.changed_at, _v.changed_by, _v.reason)
_IN_FORCE = Statement(
    select(_v.version, _v.sha256).where(_v.effective_from <= param("now")).order_by(_v.version.desc()).limit(1)
)
_NEWEST = Statement(select(_v.version, _v.sha256).order_by(_v.version.desc()).limit(1))
_ONE = Statement(select(*_ABOUT).where(_v.version == param("version")))
_ALL = Statement(select(*_ABOUT).order_by(_v.version.desc()).limit(param("most")))
_CONTENT = Statement(select(_v.content).where(_v.version == param("version")))
_ADD = Statement(insert(service_category_version))
_MOST_KEPT = 16
EMPTY = Catalogue({})


@dataclass(frozen=True, slots=True)
class CategoryVersion:
    """A version without its content."""

    version: int
    effective_from: datetime
    sha256: str
    count: int
    changed_at: datetime
    changed_by: str
    reason: str


class _Kept:
    """The catalogues read last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[str, Catalogue] = {}

    def get(self, digest: str, read: Callable[[], str]) -> Catalogue:
        """That of this digest."""
        with self._lock:
            found = self._found.pop(digest, None)
            if found is not None:
                self._found[digest] = found
                return found
        made = Catalogue.read(orjson.loads(read()))
        with self._lock:
            self._found[digest] = made
            while len(self._found) > _MOST_KEPT:
                del self._found[next(iter(self._found))]
        return made


_KEPT = _Kept()


def in_force(unit: UnitOfWork, now: datetime) -> tuple[int, Catalogue]:
    """The version that holds at an instant, and its content; version 0 is empty."""
    return _read(unit, unit.one(_IN_FORCE, {"now": now}))


def newest(unit: UnitOfWork) -> tuple[int, Catalogue]:
    """The version made last, whether it holds already or not."""
    return _read(unit, unit.one(_NEWEST, {}))


def find_version(unit: UnitOfWork, version: int) -> tuple[CategoryVersion, Catalogue] | None:
    """One version with its content."""
    row = unit.one(_ONE, {"version": version})
    return None if row is None else (CategoryVersion(*row), _read(unit, (row[0], row[2]))[1])


def list_versions(unit: UnitOfWork, most: int) -> list[CategoryVersion]:
    """The newest first."""
    return [CategoryVersion(*row) for row in unit.all(_ALL, {"most": most})]


def add(
    unit: UnitOfWork, version: int, catalogue: Catalogue, effective_from: datetime, by: str, at: datetime, reason: str
) -> CategoryVersion:
    """Keep a version; an integrity error when somebody else made it."""
    content = orjson.dumps(catalogue.content())
    made = CategoryVersion(
        version, effective_from, sha256(content).hexdigest(), len(catalogue.categories), at, by, reason
    )
    row = {name: getattr(made, name) for name in CategoryVersion.__slots__}
    unit.run(_ADD, {**row, "content": content.decode()})
    return made


def _read(unit: UnitOfWork, row: Row | None) -> tuple[int, Catalogue]:
    if row is None:
        return 0, EMPTY
    version, digest = row

    def content() -> str:
        found = unit.one(_CONTENT, {"version": version})
        return "[]" if found is None else str(found[0])

    return int(version), _KEPT.get(str(digest), content)
