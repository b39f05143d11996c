"""Commands about hot spots: counted by a worker, looked at by people, who raise a topic or say why it is none."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class CountHotSpots(Command):
    """Count days anew, a few at a time; the last one says how far all is counted, and judges the window of today."""

    NAME = "hot_spots.count"
    days: tuple[str, ...] = ()
    counted_to: str | None = None
    """None: more days follow."""
    counted_id: str = ""
    seen_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseTopic(Command):
    """Start a case of the process ``proactive_topic`` from a hot spot; its owner is the unit that leads."""

    NAME = "hot_spot.raise_topic"
    PRIVATE = ("title", "why")
    hot_spot_id: str
    case_id: str
    title: str
    owner: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissHotSpot(Command):
    """Say why a hot spot needs no topic; it is not found again before it has gone by."""

    NAME = "hot_spot.dismiss"
    PRIVATE = ("reason",)
    hot_spot_id: str
    reason: str
