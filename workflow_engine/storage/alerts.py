"""Alerts that came in, by the key of the standard: sender, identifier, sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from workflow_engine.storage.schema import alert
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

_a = alert.c
_FIND = Statement(
    select(_a.alert_key, _a.case_id, _a.exercise, _a.digest, _a.disposition).where(_a.alert_key == param("key"))
)
_ADD = Statement(insert(alert))
_SUPERSEDE = Statement(
    update(alert).where(_a.alert_key == param("key"), _a.superseded_by.is_(None)).values(superseded_by=param("by"))
)


@dataclass(frozen=True, slots=True)
class KnownAlert:
    """An alert that was imported before."""

    alert_key: str
    case_id: str | None
    exercise: bool
    digest: str
    disposition: str


def find_alert(unit: UnitOfWork, key: str) -> KnownAlert | None:
    """The alert with this key."""
    row = unit.one(_FIND, {"key": key})
    return None if row is None else KnownAlert(*row)


def add_alert(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """A new alert; the key is unique."""
    unit.run(_ADD, row)


def supersede(unit: UnitOfWork, key: str, by: str) -> None:
    """A newer alert takes this one's place."""
    unit.run(_SUPERSEDE, {"key": key, "by": by})
