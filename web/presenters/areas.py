"""Areas in words: how many outlines and circles, how large in kilometres, which places; never lists of degrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import cos, radians
from typing import Any, TypeGuard

from flask import g

from web.i18n import current_language, ngettext
from web.i18n import gettext as _
from web.presenters.portal import place_names

PLACE_KEYS = frozenset({"place_code", "place_codes"})
_KEYS = frozenset({"polygons", "circles", "place_codes", "point"})
_KM_PER_DEGREE = 111.2
_MOST = 3
_MOST_PLACES = 6
Ring = Sequence[Sequence[float]]


def is_area(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether this is an area as alerts and emergencies keep it, and every shape in it can be read."""
    if not isinstance(value, Mapping) or not ({"polygons", "circles"} & set(value)) or set(value) - _KEYS:
        return False
    point = value.get("point")
    if not all(isinstance(value.get(name) or [], list) for name in _KEYS - {"point"}):
        return False
    return (
        all(isinstance(ring, list) and ring and all(map(_is_pair, ring)) for ring in value.get("polygons") or ())
        and all(_is_spot(one) and _is_number(one.get("km")) for one in value.get("circles") or ())
        and all(isinstance(code, str) for code in value.get("place_codes") or ())
        and (point is None or _is_spot(point))
    )


def area_text(area: Mapping[str, Any]) -> str:
    """The area in the visitor's language; a point only where nothing else says where it is."""
    rings, circles = area.get("polygons") or (), area.get("circles") or ()
    told = []
    if rings:
        count = ngettext("%(num)d outline", "%(num)d outlines", len(rings))
        told.append(_with(count, [_("%(wide)s by %(high)s km", **_size(ring)) for ring in rings]))
    if circles:
        count = ngettext("%(num)d circle", "%(num)d circles", len(circles))
        told.append(_with(count, [_("%(km)s km around", km=_km(one["km"])) for one in circles]))
    told += places_text(area.get("place_codes") or ())
    if not told and area.get("point"):
        told.append(_("at %(lat)s, %(lon)s", lat=f"{area['point']['lat']:.4f}", lon=f"{area['point']['lon']:.4f}"))
    return _joint().join(told) or "—"


def places_text(codes: Sequence[str]) -> list[str]:
    """Names of places, a few and how many more."""
    names = known_places(codes[:_MOST_PLACES])
    more = len(codes) - len(names)
    return names + ([ngettext("and %(num)d more", "and %(num)d more", more)] if more > 0 else [])


def known_places(codes: Iterable[str]) -> list[str]:
    """Each by its name, or by its code where the map does not know it; asked for once per page."""
    wanted, known = list(codes), g.setdefault("names_of_places", {})
    if fresh := [code for code in wanted if code not in known]:
        found = place_names(fresh)
        known.update({code: found.get(code) or code for code in fresh})
    return [str(known[code]) for code in wanted]


def _size(ring: Ring) -> dict[str, str]:
    lats, lons = [float(point[0]) for point in ring], [float(point[1]) for point in ring]
    high = (max(lats) - min(lats)) * _KM_PER_DEGREE
    wide = (max(lons) - min(lons)) * _KM_PER_DEGREE * cos(radians((max(lats) + min(lats)) / 2))
    return {"wide": _km(wide), "high": _km(high)}


def _km(km: float) -> str:
    return f"{km:.0f}" if km >= 10 else f"{km:.1f}" if km >= 1 else f"{km:.2g}"


def _with(count: str, sizes: Sequence[str]) -> str:
    shown = list(dict.fromkeys(sizes[:_MOST]))
    inside = _joint().join(shown) + (" …" if len(sizes) > _MOST else "")
    return f"{count}（{inside}）" if current_language().key == "zh" else f"{count} ({inside})"


def _joint() -> str:
    return "、" if current_language().key == "zh" else ", "


def _is_pair(point: Any) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(map(_is_number, point))


def _is_spot(value: Any) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping) and _is_number(value.get("lat")) and _is_number(value.get("lon"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
