"""What happened to the map."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesImported(Event):
    """Outlines came from a file; the digest is that of its content."""

    KIND = "places.imported"
    source: str
    sha256: str
    crs: str
    places: int
    changed: int
    """How many were new or differed."""


EVENT_KINDS.update({PlacesImported.KIND: PlacesImported})
