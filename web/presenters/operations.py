"""What the health page shows."""

from __future__ import annotations

from typing import Any

from web.context import engine
from web.i18n import marked
from web.presenters.times import span

MOST_ROWS = 50
WORKERS = {"clock": marked("Timers"), "jobs": marked("Services"), "outbox": marked("Deliveries")}


def health_page() -> dict[str, Any]:
    """The template's values."""
    queries = engine().queries
    health = engine().health()
    beats = health.get("heartbeats", [])
    return {
        "undelivered": queries.list_messages(state="expired", limit=MOST_ROWS).items,
        "waiting": queries.list_messages(state="waiting", limit=MOST_ROWS).items,
        "failed_jobs": queries.list_jobs(state="failed", limit=MOST_ROWS).items,
        "dead_deliveries": queries.list_outbox(state="dead", limit=MOST_ROWS),
        "health": health,
        "lag": span(float(health.get("timer_lag_seconds", 0))),
        "heartbeats": [(WORKERS.get(beat["name"], beat["name"]), span(beat["age_seconds"])) for beat in beats],
    }
