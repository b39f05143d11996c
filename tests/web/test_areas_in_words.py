"""Areas of a case in words, in both languages; whatever is no area is told as any other value."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from web.presenters.areas import is_area
from web.presenters.names import Drawn, Names
from web.presenters.values import facts

GAS_LEAK: dict[str, Any] = {
    "polygons": [[[31.20, 121.40], [31.20, 121.44], [31.23, 121.44], [31.23, 121.40]]],
    "circles": [{"lat": 31.21, "lon": 121.42, "km": 1.5}, {"lat": 31.22, "lon": 121.42, "km": 0.8}],
    "place_codes": ["999901"],
    "point": {"lat": 31.2, "lon": 121.4},
}


def told(app: Flask, language: str, **values: Any) -> dict[str, str]:
    with app.test_request_context("/", headers={"Cookie": f"language={language}"}):
        return {fact.key: fact.text for fact in facts(values, Names(Drawn({}, {}), {}, language[:2]))}


def test_area_is_told_in_words(app: Flask) -> None:
    only_a_point = {"polygons": [], "circles": [], "place_codes": [], "point": {"lat": 31.2, "lon": 121.4}}
    assert told(app, "en", affected_area=GAS_LEAK, known=only_a_point, place_code="999901") == {
        "affected_area": "1 outline (3.8 by 3.3 km), 2 circles (1.5 km around, 0.8 km around), 999901",
        "known": "at 31.2000, 121.4000",
        "place_code": "999901",
    }
    assert told(app, "zh-CN", affected_area=GAS_LEAK)["affected_area"] == (
        "1 个多边形（东西 3.8 公里, 南北 3.3 公里）、2 个圆形（半径 1.5 公里、半径 0.8 公里）、999901"
    )


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"polygons": 5}, {"polygons": [[1, 2]]}, {"circles": [{"km": 1}]}, {**GAS_LEAK, "name": "x"},
     {"circles": {"lat": 1}}, {"polygons": [[["31", "121"]]]}, {"point": {"lat": 1, "lon": 2}}],
)  # fmt: skip
def test_what_is_no_area_is_left_to_others(value: Any) -> None:
    assert not is_area(value)
