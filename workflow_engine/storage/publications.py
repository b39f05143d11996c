"""Rows of published decisions: written once, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from workflow_engine.storage.schema import published_decision
from workflow_engine.storage.statement import Statement
from workflow_engine.storage.unit_of_work import UnitOfWork

_PUBLISH = Statement(insert(published_decision))


def publish(unit: UnitOfWork, row: Mapping[str, Any]) -> None:
    """Make it public."""
    unit.run(_PUBLISH, row)
