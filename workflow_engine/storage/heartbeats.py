"""Signs of life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from workflow_engine.storage.schema import heartbeat
from workflow_engine.storage.statement import Statement, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

_BEAT = Statement(lambda dialect: upsert(dialect, heartbeat, ("name",), ("at", "detail")))


def beat(unit: UnitOfWork, name: str, at: datetime, detail: Mapping[str, Any]) -> None:
    """Write when ``name`` was last alive, and what it says about itself."""
    unit.run(_BEAT, {"name": name, "at": at, "detail": orjson.dumps(detail).decode()})
