"""Signs of life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import delete

from workflow_engine.storage.schema import heartbeat
from workflow_engine.storage.statement import Statement, param, upsert
from workflow_engine.storage.unit_of_work import UnitOfWork

FORGOTTEN_AFTER = timedelta(days=2)
_FORGET = Statement(delete(heartbeat).where(heartbeat.c.at < param("before", heartbeat.c.at)))
_BEAT = Statement(lambda dialect: upsert(dialect, heartbeat, ("name",), ("at", "detail")))


def beat(unit: UnitOfWork, name: str, at: datetime, detail: Mapping[str, Any]) -> None:
    """Write when ``name`` was last alive, and what it says about itself; who was silent for long is forgotten."""
    unit.run(_FORGET, {"before": at - FORGOTTEN_AFTER})
    unit.run(_BEAT, {"name": name, "at": at, "detail": orjson.dumps(detail).decode()})
