"""Outlines out of GeoJSON, and in which of them a point lies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import workflow_engine.demo
from workflow_engine.domain.places import DRAWN, above
from workflow_engine.interchange.place_shapes import PlaceIndex, UnreadableShapesError, read_shapes

DEMO = read_shapes((Path(workflow_engine.demo.__file__).with_name("places.geojson")).read_bytes(), {})[0]
PLACES = [one for one in DEMO if one.level not in DRAWN]
INDEX = PlaceIndex((one.place_code, one.geometry) for one in PLACES)
CITY = next(one for one in PLACES if one.level == "city")
SQUARE = {"type": "Polygon", "coordinates": [[[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]]}


def collection(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def feature(geometry: Any = SQUARE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"name": "X", **properties}, "geometry": geometry}


@given(st.floats(CITY.south, CITY.north), st.floats(CITY.west, CITY.east))
def test_made_up_city_has_one_community_for_every_point_in_it(lat: float, lon: float) -> None:
    found = INDEX.at(lat, lon)
    inside = {one.place_code for one in PLACES if PlaceIndex([(one.place_code, one.geometry)]).at(lat, lon)}
    if found is None:
        assert inside == set()
    else:
        assert len(found) == 12
        assert set(above(found)[1:]) <= inside


def test_shared_outlines_are_read_with_the_code_of_today(shared: Path) -> None:
    content = (shared / "data" / "geo" / "changsha_districts.geojson").read_bytes()
    shapes, crs = read_shapes(content, {"430124": "430182"})
    assert crs == "unknown"
    assert sorted(one.place_code for one in shapes) == [
        "430102", "430103", "430104", "430105", "430111", "430112", "430121", "430181", "430182",
    ]  # fmt: skip
    index = PlaceIndex((one.place_code, one.geometry) for one in shapes)
    labels = {feature["id"]: feature["properties"]["cp"] for feature in json.loads(content)["features"]}
    found = {code: index.at(lat, lon) for code, (lon, lat) in labels.items()}
    assert found == {code: {"430124": "430182"}.get(code, code) for code in labels}
    assert index.at(0, 0) is None


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "file"),
        (b'{"type": "FeatureCollection", "features": []}', "file"),
        (collection(feature()), "features[0]"),
        (collection(feature(adcode="12345")), "features[0]"),
        (collection(feature(adcode="430102"), feature(adcode="430102")), "features[1]"),
        (collection(feature({"type": "Point", "coordinates": [1, 1]}, adcode="430102")), "features[0]"),
        (collection(feature({"type": "Polygon", "coordinates": [[[1, 1], [500, 1], [1, 2], [1, 1]]]}, code="43")),
         "features[0]"),
        (collection(feature({"type": "Polygon", "coordinates": "no"}, code="43")), "features[0]"),
        (collection(feature(name="", code="43")), "features[0]"),
    ],
)  # fmt: skip
def test_file_that_cannot_be_used_says_where(content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableShapesError) as refused:
        read_shapes(content, {})
    assert list(refused.value.problems) == [problem]


def test_outline_that_crosses_itself_keeps_its_area() -> None:
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    (one,), _ = read_shapes(collection(feature(bow, code="430102")), {})
    index = PlaceIndex([(one.place_code, one.geometry)])
    assert (index.at(1, 0.2), index.at(1, 1.8), index.at(0.2, 1)) == ("430102", "430102", None)
