"""Alerts that came in, by the key of the standard: sender, identifier, sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
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
_OF_CASE = Statement(
    select(_a.content).where(_a.case_id == param("case")).order_by(_a.imported_at.desc(), _a.alert_key).limit(1)
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


def latest_of_case(unit: UnitOfWork, case_id: str) -> Mapping[str, Any] | None:
    """What the last alert of a case says (``CapAlert.to_dict``); None when none started or updated it."""
    row = unit.one(_OF_CASE, {"case": case_id})
    found: Mapping[str, Any] | None = None if row is None else orjson.loads(row[0])
    return found


def supersede(unit: UnitOfWork, key: str, by: str) -> None:
    """A newer alert takes this one's place."""
    unit.run(_SUPERSEDE, {"key": key, "by": by})
