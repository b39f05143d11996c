"""Whether the engine can work, and where it is behind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_engine.queries import Queries
from workflow_engine.storage.database import Database

LATE_SECONDS = 60.0
"""Four heartbeats of a clock."""
_RARE = ("keeping", "outside/")  # once a day; whenever a worker outside asks for jobs


def health_of(database: Database, queries: Queries, now: datetime) -> dict[str, Any]:
    """As ``Engine.health`` promises; only real work is ever late."""
    try:
        load = queries.load(now)
    except Exception as error:  # noqa: BLE001 - whatever it is, the answer is "not well"
        return {"ok": False, "database": database.dialect, "error": str(error), "warnings": []}
    warnings = list(database.warnings)
    return {"ok": True, "database": database.dialect, "warnings": warnings, "late": _late(load), **load}


def _late(load: Mapping[str, Any]) -> list[str]:
    said = []
    lag = load["timer_lag_seconds"]
    if lag > LATE_SECONDS:
        said.append(f"{load['overdue_timers']} timers are overdue, one by {lag:.0f} seconds: is a clock running?")
    silent = [beat for beat in load["heartbeats"] if beat["age_seconds"] > LATE_SECONDS]
    ages = {beat["name"]: beat["age_seconds"] for beat in silent if not beat["name"].startswith(_RARE)}
    said.extend(f"The {name} has given no sign of life for {age:.0f} seconds." for name, age in ages.items())
    return said
