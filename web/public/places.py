"""The map for every page: outlines, and in which places a point lies. For everybody, and kept by browsers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request

from web.config import WebSettings
from web.context import engine
from workflow_engine import DRAWN_SHAPES, PLACE_LEVELS, PlaceRow

blueprint = Blueprint("places", __name__)
HOUR_SECONDS, YEAR_SECONDS = 3600, 365 * 24 * 3600
_SHOWN = ("city", "district", *DRAWN_SHAPES)


@dataclass(frozen=True, slots=True)
class CityMap:
    """What a page needs to know to draw one."""

    version: str
    tiles: str
    credit: str

    @property
    def is_there(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.version or self.tiles)


def init_app(app: Flask) -> None:
    """Give templates ``city_map()``."""
    app.jinja_env.globals["city_map"] = city_map


def city_map() -> CityMap:
    """Asked for once in a request."""
    found: CityMap | None = g.get("city_map")
    if found is None:
        settings: WebSettings = current_app.extensions["web_settings"]
        found = g.city_map = CityMap(engine().queries.places.version(), settings.map_tiles, settings.map_credit)
    return found


@blueprint.get("/places/shapes.json")
def shapes() -> Response:
    """Outlines as GeoJSON: of the levels asked for, within a place. With the map's version they hold for a year."""
    asked = [word for word in request.args.get("level", "").split(",") if word in (*PLACE_LEVELS, *DRAWN_SHAPES)]
    version = city_map().version
    answer = Response(mimetype="application/geo+json")
    answer.set_etag(version or "none")
    known = bool(version) and version.startswith(request.args.get("v", "-"))
    answer.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS if known else HOUR_SECONDS}"
    if request.if_none_match.contains(version or "none"):
        answer.status_code = 304
        return answer
    within = "".join(letter for letter in request.args.get("within", "")[:20] if letter.isdigit())
    rows = engine().queries.places.shapes(asked or _SHOWN, within)
    rows.sort(key=_as_drawn)
    answer.set_data(b'{"type":"FeatureCollection","features":[' + b",".join(map(_feature, rows)) + b"]}")
    return answer


@blueprint.get("/places/at.json")
def at() -> Response:
    """The places in which a point lies, from the top down; none outside the city."""
    lat, lon = (request.args.get(name, type=float) for name in ("lat", "lon"))
    found = [] if lat is None or lon is None else engine().queries.places.around(lat, lon)
    answer = jsonify({"places": [_brief(row) for row in found]})
    answer.headers["Cache-Control"] = f"public, max-age={HOUR_SECONDS}"
    return answer


def _as_drawn(row: PlaceRow) -> tuple[int, str]:
    """Land first, lines over it."""
    order = ("province", "city", "green", "water", "road", "grid", "community", "subdistrict", "district")
    return order.index(row.level), row.place_code


def _brief(row: PlaceRow) -> dict[str, Any]:
    return {"code": row.place_code, "level": row.level, "name_zh": row.name_zh, "name_en": row.name_en, "crs": row.crs}


def _feature(row: PlaceRow) -> bytes:
    head = orjson.dumps({"type": "Feature", "properties": _brief(row)})
    return head[:-1] + b',"geometry":' + row.geometry.encode() + b"}"
