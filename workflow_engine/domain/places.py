"""Places of the city by their codes (GB/T 2260 and its extension): each digit group is a place within the one before.

Beside places, a map may hold what people find their way by: water, green and roads. These are drawn and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

LEVEL_OF_LENGTH = {2: "province", 4: "city", 6: "district", 9: "subdistrict", 12: "community", 15: "grid"}
LEVELS = tuple(LEVEL_OF_LENGTH.values())
DRAWN = ("water", "green", "road")
CRS = ("WGS84", "GCJ-02", "unknown")
"""In which coordinates outlines are; ``unknown`` ones serve for orientation only, as a boundary they prove nothing."""


@dataclass(frozen=True, slots=True)
class PlaceShape:
    """One outline or line of the map."""

    place_code: str
    level: str
    name_zh: str
    name_en: str
    geometry: str
    """GeoJSON, longitude before latitude."""
    west: float
    south: float
    east: float
    north: float


def level_of(place_code: str) -> str | None:
    """Which level a place code stands for; None when it is no place code."""
    return LEVEL_OF_LENGTH.get(len(place_code)) if place_code.isascii() and place_code.isdigit() else None


def above(place_code: str) -> list[str]:
    """The codes of the places that it lies in, from the top down, its own last."""
    return [place_code[:length] for length in LEVEL_OF_LENGTH if length <= len(place_code)]


def is_on_earth(lat: float, lon: float) -> bool:
    """Whether there is such a point; not-a-number is none."""
    return -90 <= lat <= 90 and -180 <= lon <= 180
