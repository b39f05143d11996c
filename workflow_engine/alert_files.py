"""Files of alerts as they come in: one CAP message or an Atom feed of them, ready for ``ImportAlert``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine.interchange.cap import CapError
from workflow_engine.interchange.feed import parse_alerts

__all__ = ["AlertFile", "CapError", "read_alert_file", "read_alerts"]


@dataclass(frozen=True, slots=True)
class AlertFile:
    """What a file holds: alerts in their JSON form, and what is wrong with entries that were left out."""

    alerts: Sequence[dict[str, Any]]
    refusals: Sequence[str] = ()


def read_alert_file(content: bytes) -> AlertFile:
    """Read a CAP message or a feed. Raises CapError (a RejectedError) with every problem when nothing can be read."""
    feed = parse_alerts(content)
    return AlertFile([entry.alert.to_dict() for entry in feed.entries], [str(refusal) for refusal in feed.refusals])


def read_alerts(content: bytes) -> list[dict[str, Any]]:
    """The alerts in their JSON form, when every one of them is good. Raises CapError otherwise."""
    found = read_alert_file(content)
    if found.refusals:
        raise CapError(f"Expected a feed of good alerts, but {found.refusals[0]}")
    return list(found.alerts)
