"""Of the public door: the city's own warnings."""

from __future__ import annotations

from typing import Any

from workflow_engine.domain.warning_commands import LiftWarning
from workflow_engine.interchange.cap import parse_alert
from workflow_engine.interchange.cap_feed import FeedItem, warning_feed
from workflow_engine.interchange.feed import CAP_TYPE
from workflow_engine.queries.warnings import PublishedWarning


def warning_content(document: str) -> dict[str, Any]:
    """A published CAP message in its JSON form, as ``CapAlert.to_dict`` has it."""
    return parse_alert(document.encode()).to_dict()


__all__ = [
    "CAP_TYPE",
    "FeedItem",
    "LiftWarning",
    "PublishedWarning",
    "warning_content",
    "warning_feed",
]
