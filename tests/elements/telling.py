"""A record as text that can be compared."""

from __future__ import annotations

from typing import Any

import orjson

from workflow_engine.domain.event import Event


def story_of(events: list[Event]) -> list[str]:
    """One text per event, values included."""
    return [text_of({"body": event.body(), "values": event.values()}) for event in events]


def text_of(value: Any) -> str:
    """Canonical JSON."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
