"""Where alerts come from by themselves, and which of theirs are for this city.

A filter looks at what an alert says of itself. What it says nothing about does not keep it out: a look too many costs
a minute, a warning that nobody saw costs more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.errors import RejectedError

ALERT_SOURCE = {"active": frozenset({"paused"}), "paused": frozenset({"active"})}
SIGNATURES = ("present", "required")
"""``present``: a signature that an alert bears must hold. ``required``: an alert without one is refused."""
OUTCOMES = ("started", "updated", "cancelled", "kept", "duplicate", "elsewhere", "refused")
"""What became of an entry; ``elsewhere``: it is not for this city."""
CATEGORIES = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other",
)  # fmt: skip
"""CAP 1.2, 3.2.2 category."""
SEVERITIES = ("Unknown", "Minor", "Moderate", "Severe", "Extreme")
MOST_SOURCES = 50
LONGEST_NAME = 80
SHORTEST_SECONDS, LONGEST_SECONDS = 30, 86_400
LEASE_SECONDS = 120
"""How long a poller has before another one may ask the same source."""
_KM_PER_DEGREE = 111.32

Box = tuple[float, float, float, float]
"""South, west, north, east in degrees (WGS84)."""


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What lets an alert in; an empty field lets everything in."""

    categories: frozenset[str] = frozenset()
    least_severity: str = "Unknown"
    codes: tuple[str, ...] = ()
    """Beginnings of place codes, compared with every geocode of the alert."""
    words: tuple[str, ...] = ()
    """Looked for in the names of the areas, in any case of letters."""
    box: Box | None = None

    def refusal(self, alert: Mapping[str, Any]) -> str | None:
        """Why the alert (``CapAlert.to_dict``) is not for this city; None when it is, or when it does not tell."""
        infos = alert.get("infos") or ()
        if not infos:
            return None
        if self.categories and not any(self.categories & set(info.get("category") or ()) for info in infos):
            return "category"
        if not any(self._is_severe(info) for info in infos):
            return "severity"
        areas = [area for info in infos for area in info.get("areas") or ()]
        return "area" if areas and not any(self._reaches(area) for area in areas) else None

    def _is_severe(self, info: Mapping[str, Any]) -> bool:
        severity = info.get("severity") or "Unknown"
        if severity not in SEVERITIES or severity == "Unknown":
            return True
        return SEVERITIES.index(severity) >= SEVERITIES.index(self.least_severity)

    def _reaches(self, area: Mapping[str, Any]) -> bool:
        told = [self._by_codes(area), self._by_words(area), self._by_box(area)]
        asked = [one for one in told if one is not None]
        return not asked or any(asked)

    def _by_codes(self, area: Mapping[str, Any]) -> bool | None:
        geocodes = [str(code.get("value", "")) for code in area.get("geocodes") or ()]
        if not self.codes or not geocodes:
            return None
        return any(code.startswith(mine) or mine.startswith(code) for code in geocodes if code for mine in self.codes)

    def _by_words(self, area: Mapping[str, Any]) -> bool | None:
        name = str(area.get("desc") or "").casefold()
        return any(word.casefold() in name for word in self.words) if self.words and name else None

    def _by_box(self, area: Mapping[str, Any]) -> bool | None:
        boxes = [box for box in _boxes(area) if box is not None]
        return any(_meet(self.box, box) for box in boxes) if self.box is not None and boxes else None


def read_box(text: str) -> Box | None:
    """``south, west, north, east`` in degrees; None for no text.

    Raises:
        RejectedError: four numbers in this order, within the earth, are not there.
    """
    if not text.strip():
        return None
    try:
        south, west, north, east = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError:
        raise RejectedError("Expected south, west, north, east in degrees, like 27.8, 111.9, 28.7, 114.3.") from None
    if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
        raise RejectedError("Expected south below north and west before east, within the earth.")
    return south, west, north, east


def _boxes(area: Mapping[str, Any]) -> Iterable[Box | None]:
    for polygon in area.get("polygons") or ():
        yield _around(polygon)
    for circle in area.get("circles") or ():
        yield _around_circle(circle)


def _around(points: Iterable[Any]) -> Box | None:
    found = [(float(point[0]), float(point[1])) for point in points]
    if not found:
        return None
    return min(p[0] for p in found), min(p[1] for p in found), max(p[0] for p in found), max(p[1] for p in found)


def _around_circle(circle: Mapping[str, Any]) -> Box:
    latitude, longitude = (float(part) for part in circle["center"])
    up = float(circle["radius"]) / _KM_PER_DEGREE
    wide = up / max(0.01, math.cos(math.radians(latitude)))
    return latitude - up, longitude - wide, latitude + up, longitude + wide


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
