"""What happens to hot spots."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpotFound(Event):
    """More is reported from a place, of a category, than chance explains; with the numbers that say so."""

    KIND = "hot_spot.found"
    hot_spot_id: str
    place_code: str
    category: str
    since: str
    until: str
    count: int
    usual: str
    """Decimal text, as records hold no fractions."""
    chance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpotCooled(Event):
    """It went by: the number is near the usual again."""

    KIND = "hot_spot.cooled"
    hot_spot_id: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HotSpotDismissed(Event):
    """Somebody said why it needs no topic."""

    KIND = "hot_spot.dismissed"
    PRIVATE = ("reason",)
    hot_spot_id: str
    reason: str


HOT_SPOT_EVENTS: tuple[type[Event], ...] = (HotSpotFound, HotSpotCooled, HotSpotDismissed)
EVENT_KINDS.update({kind.KIND: kind for kind in HOT_SPOT_EVENTS})
