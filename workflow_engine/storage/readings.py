"""Who read which case when."""

from __future__ import annotations

from datetime import datetime

from workflow_engine.storage.schema import case_reading
from workflow_engine.storage.statement import Statement, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_ADD = Statement(lambda dialect: upsert(dialect, case_reading, ("read_at", "case_id", "person_id"), None))


def add_reading(unit: UnitOfWork, case_id: str, person_id: str, at: datetime) -> None:
    """One more."""
    unit.run(_ADD, {"read_at": at, "case_id": case_id, "person_id": person_id})
