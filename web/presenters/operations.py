"""What the health page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from web.context import engine
from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.times import span

MOST_ROWS = 50
QUIET_SECONDS = 60
KINDS = {
    "clock": marked("Timers"), "worker": marked("Worker process"), "outside": marked("Worker outside"),
    "keeping": marked("Daily tidying"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of one that works."""

    kind: str
    name: str
    """Which one, where there may be several."""
    age: str
    is_quiet: bool
    """Silent for longer than it should be."""
    topics: str


def _beat(beat: dict[str, Any]) -> Beat:
    kind, _slash, name = str(beat["name"]).partition("/")
    is_quiet = kind in ("clock", "worker") and beat["age_seconds"] > QUIET_SECONDS
    topics = ", ".join(beat.get("topics") or ())
    return Beat(_(KINDS[kind]) if kind in KINDS else kind, name, span(beat["age_seconds"]), is_quiet, topics)


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
        "heartbeats": [_beat(beat) for beat in beats],
    }
