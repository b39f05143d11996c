"""ImportPlaces: outlines of places, and the questions they answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.house import ANNE, House
from workflow_engine import OPERATOR, ImportPlaces, InvalidVariablesError, NotPermittedError, new_id


def square(code: str, west: float, east: float, **more: Any) -> dict[str, Any]:
    ring = [[west, 28], [east, 28], [east, 29], [west, 29], [west, 28]]
    properties = {"place_code": code, "name_zh": f"区{code}", "name_en": f"Place {code}", **more}
    return {
        "type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip


def bring(house: House, *features: dict[str, Any], **more: Any) -> dict[str, Any]:
    content = json.dumps({"type": "FeatureCollection", "crs": "WGS84", "features": features}).encode()
    command = ImportPlaces(command_id=new_id(), files={"places.geojson": content}, **more)
    return dict(house.engine.handle(command, OPERATOR).result)


def test_point_is_found_in_the_finest_place_as_soon_as_it_is_there(house: House) -> None:
    places = house.engine.queries.places
    assert (places.at(28.5, 112.5), places.version()) == (None, "")
    bring(house, square("4301", 112, 114), square("430102", 112, 113))
    first = places.version()
    assert [row.place_code for row in places.around(28.5, 112.5)] == ["4301", "430102"]
    found = places.at(28.5, 113.5)
    assert found is not None and (found.place_code, found.level, found.crs) == ("4301", "city", "WGS84")
    bring(house, square("430103", 113, 114))
    found = places.at(28.5, 113.5)
    assert found is not None and (found.name_zh, found.name_en) == ("区430103", "Place 430103")
    assert places.version() != first
    assert places.at(10, 10) is places.at(float("nan"), 5) is None


def test_same_file_again_changes_nothing_and_others_stay(house: House) -> None:
    places = house.engine.queries.places
    assert bring(house, square("430102", 112, 113), square("w1", 112, 113, level="water"))["changed"] == 2
    version = places.version()
    assert bring(house, square("430102", 112, 113)) == {"places": 1, "changed": 0, "crs": "WGS84"}
    assert places.version() == version
    assert bring(house, square("430124", 113, 114), renamed={"430124": "430182"}, crs="unknown")["changed"] == 1
    assert [(row.place_code, row.crs) for row in places.shapes(["district"])] == [
        ("430102", "WGS84"), ("430182", "unknown"),
    ]  # fmt: skip
    assert [row.place_code for row in places.shapes(["water", "district"], "43010")] == ["430102"]
    assert set(places.named(["430102", "nowhere"])) == {"430102"}


def test_import_is_refused_without_the_right_and_with_what_is_wrong(house: House) -> None:
    files = {"x.json": b"[]"}
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(ImportPlaces(command_id=new_id(), files=files), OPERATOR)
    with pytest.raises(InvalidVariablesError) as refused:
        bring(house, square("430102", 112, 113), crs="mars")
    assert list(refused.value.problems) == ["crs"]
    content = json.dumps({"type": "FeatureCollection", "features": [square("4301", 1, 2)]}).encode()
    with pytest.raises(NotPermittedError):
        house.engine.handle(ImportPlaces(command_id=new_id(), files={"x.json": content}), ANNE)
    assert house.engine.queries.places.at(28.5, 1.5) is None
