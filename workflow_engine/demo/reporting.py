"""Reports of residents of three months, all over the made-up city: taken over as from a system before this one.

They are told from the day on which the city was loaded, so that loading again gives the same commands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from workflow_engine import OPERATOR, Engine, ImportServiceRequests
from workflow_engine.demo.story import command_id

_TEXTS = Path(__file__).with_name("reports.json")
_SAID = (
    "category", "status", "tier", "title", "description", "address", "lat", "lon", "place_code", "unit_id",
)  # fmt: skip
_LIMIT = timedelta(days=15)
_EARLIER = (30, 60)
"""Much the same was reported a month before, and two: days by which each report is told again, as done by now."""
_HOURS_TAKEN = (9, 30, 27, 52, 76, 120, 31, 390, 48)
"""By turns; one of them is beyond the limit."""


def tell_reports(engine: Engine) -> None:
    """Take them over; again: no change."""
    loaded_at = engine.queries.service_categories.versions()[-1].changed_at.replace(minute=0, second=0, microsecond=0)
    told = json.loads(_TEXTS.read_text(encoding="utf-8"))["reports"]
    requests = [_request(one, loaded_at) for one in [*told, *_before(told)]]
    command = ImportServiceRequests(command_id=command_id("reports", requests), source="import", requests=requests)
    engine.handle(command, OPERATOR)
    engine.pump()


def _before(told: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for days in _EARLIER:
        for number, one in enumerate(told):
            if not one.get("new"):
                done = {"status": "closed_resolved", "hours_taken": _HOURS_TAKEN[number % len(_HOURS_TAKEN)]}
                yield {**one, **done, "id": f"{one['id']}-{days}", "days_ago": one["days_ago"] + days}


def _request(told: Mapping[str, Any], loaded_at: datetime) -> dict[str, Any]:
    """One as it is taken over, with its instants."""
    received = loaded_at - timedelta(days=told["days_ago"])
    row: dict[str, Any] = {name: told[name] for name in _SAID if name in told}
    row |= {
        "external_id": told["id"], "request_id": command_id("report", told["id"])[-32:],
        "status_note": told.get("note", ""), "received_at": _text(received), "due_at": _text(received + _LIMIT),
    }  # fmt: skip
    if "hours_taken" in told:
        row["closed_at"] = _text(received + timedelta(hours=told["hours_taken"]))
    return row


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
