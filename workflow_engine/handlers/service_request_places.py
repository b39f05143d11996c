"""What a request's category and place say about it: the process, the tier, the code of the place."""

from __future__ import annotations

from workflow_engine.domain.service_categories import Category
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import places, service_categories


def find_category(work: Handling, code: str) -> Category | None:
    """The category as it stands now; None when the catalogue has none of this code."""
    return service_categories.in_force(work.unit, work.now)[1].categories.get(code)


def has_catalogue(work: Handling) -> bool:
    """Whether the city keeps a catalogue at all; without one any code will do."""
    return service_categories.in_force(work.unit, work.now)[0] > 0


def place_of(work: Handling, lat: float | None, lon: float | None) -> str | None:
    """The code of the finest place that a point lies in, as far as the city's map knows."""
    return None if lat is None or lon is None else places.place_at(work.unit, lat, lon)
