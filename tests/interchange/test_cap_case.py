"""From an alert to the variables of a case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.domain.errors import EngineError
from workflow_engine.interchange.cap_case import (
    cancel_variables,
    colour_of,
    hazard_of,
    kind_of,
    main_info,
    start_variables,
    title_of,
    update_variables,
)
from workflow_engine.interchange.feed import parse_alerts


def _alert(*infos: dict[str, Any], **own: Any) -> dict[str, Any]:
    head = {"identifier": "A-1", "sender": "s@x", "sent": "2026-07-01T08:00:00+08:00", "status": "Actual"}
    return {**head, "msg_type": "Alert", "infos": list(infos), **own}


def _info(**said: Any) -> dict[str, Any]:
    return {"language": "en-US", "category": ["Met"], "event": "Rainstorm", "severity": "Severe", **said}


def test_chinese_block_is_taken_before_english_and_others() -> None:
    alert = _alert(_info(language="fr-CA"), _info(language="en-US"), _info(language="zh-CN", event="暴雨"))
    assert main_info(alert)["event"] == "暴雨"
    assert main_info(_alert(_info(language="fr-CA"), _info(language="EN-gb")))["language"] == "EN-gb"
    assert main_info(_alert()) == {}


@pytest.mark.parametrize(
    ("event", "hazard"),
    [
        ("Severe Thunderstorm Warning", "storm"), ("Police Incident", "other"), ("Window fell", "other"),
        ("Wind Advisory", "storm"), ("Winter Storm Watch", "storm"), ("Flash Flood Watch", "flood"),
        ("Gas leak", "gas"),
        ("燃气泄漏", "gas"), ("暴雨", "rainstorm"), ("Structure Fire", "fire"), ("Wildfire", "fire"),
        ("地震", "earthquake"),
        ("道路结冰", "cold"), ("Excessive Heat Warning", "heat"), ("Rice festival", "other"),
    ],
)  # fmt: skip
def test_hazard_is_found_by_whole_words(event: str, hazard: str) -> None:
    assert hazard_of({"event": event}) == hazard


@pytest.mark.parametrize(
    ("info", "colour"),
    [
        ({"parameters": [{"name": "colour", "value": "Red"}]}, "red"),
        ({"parameters": [{"name": "预警颜色", "value": "橙色"}]}, "orange"),
        ({"parameters": [{"name": "Warning_Color", "value": "yellow"}]}, "yellow"),
        ({"headline": "气象台发布暴雨蓝色预警"}, "blue"),
        ({"headline": "Red flag warning", "severity": "Extreme"}, "none"),
        ({"parameters": [{"name": "colour", "value": "mauve"}]}, "none"),
    ],
)
def test_colour_is_taken_over_only_where_it_is_named(info: dict[str, Any], colour: str) -> None:
    assert colour_of(info) == colour


def test_kind_is_the_first_category_that_says_one() -> None:
    assert kind_of({"category": ["Other", "Health"]}) == "public_health"
    assert kind_of({"category": ["Safety"]}) == "accident"
    assert kind_of({}) == "other"


def test_figures_are_read_from_parameters_and_nonsense_is_left() -> None:
    parameters = [
        {"name": "deaths", "value": "3"}, {"name": "rain_3h", "value": "51.5"}, {"name": "loss", "value": "much"},
        {"name": "serious", "value": "-1"}, {"name": "homes_out", "value": "inf"},
    ]  # fmt: skip
    found = start_variables(_alert(_info(parameters=parameters)), "k", exercise=False)
    assert (found["deaths"], found["rain_3h"]) == (3, 51.5)
    assert (found["loss"], found["serious"], found["homes_out"]) == (None, None, None)


def test_update_blanks_out_nothing_that_it_does_not_say() -> None:
    update = update_variables(_alert(_info(event="Something else", category=["Other"])), "k")
    assert not {"kind", "hazard", "exercise", "deaths", "description"} & set(update)
    assert update["severity"] == "Severe"


def test_cancellation_changes_no_fact_of_the_case() -> None:
    found = cancel_variables(_alert(_info(headline="Withdrawn"), note="faulty gauge", msg_type="Cancel"), "k")
    assert set(found) == {"cancellation"}
    assert found["cancellation"]["note"] == "faulty gauge"
    assert found["cancellation"]["headline"] == "Withdrawn"


def test_alert_without_any_block_has_a_title_and_counts_as_unknown() -> None:
    found = start_variables(_alert(), "k", exercise=True)
    assert title_of(found) == "A-1"
    assert (found["kind"], found["hazard"], found["severity"], found["colour"]) == ("other", "other", "Unknown", "none")
    assert found["exercise"] is True


def test_headline_is_in_both_languages_where_the_alert_has_both() -> None:
    both = _alert(_info(headline="Gas leak"), _info(language="zh-CN", headline="燃气泄漏"))
    assert start_variables(both, "k", exercise=False)["headline"] == "燃气泄漏 / Gas leak"
    assert start_variables(_alert(_info(headline="Gas leak")), "k", exercise=False)["headline"] == "Gas leak"


def test_districts_are_counted_by_division_codes() -> None:
    codes = [{"name": "c", "value": value} for value in ("430102001", "430102", "430103", "not a code")]
    info = _info(areas=[{"desc": "here", "geocodes": codes}])
    assert start_variables(_alert(info), "k", exercise=False)["districts"] == 2


def test_every_readable_alert_of_the_reference_files_becomes_variables(shared: Path) -> None:
    read = 0
    for path in [*sorted((shared / "data/cap").rglob("*.cap")), *sorted((shared / "data/cap/ibm-cap").glob("*.xml"))]:
        try:
            feed = parse_alerts(path.read_bytes())
        except EngineError:
            continue
        for entry in feed.entries:
            found = start_variables(entry.alert.to_dict(), "k", exercise=False)
            assert json.loads(json.dumps(found)) == found
            assert title_of(found)
            read += 1
    assert read > 170


@given(st.dictionaries(st.sampled_from(["event", "headline", "severity"]), st.text(max_size=40)))
def test_any_wording_becomes_variables(said: dict[str, str]) -> None:
    found = start_variables(_alert(_info(**said)), "k", exercise=False)
    assert len(title_of(found)) <= 200
    assert update_variables(_alert(_info(**said)), "k").keys() <= found.keys()


def test_affected_area_is_drawn_and_named_as_the_alert_says() -> None:
    outline = [[28.0 + n / 1000, 112.0] for n in range(1000)]
    outline.append(outline[0])
    areas = [
        {"desc": "a", "polygons": [outline], "geocodes": [{"name": "c", "value": "430102001"}]},
        {"desc": "b", "circles": [{"center": [28.2, 112.9], "radius": 1.5}], "geocodes": [{"name": "c", "value": "x"}]},
    ]
    area = start_variables(_alert(_info(areas=areas)), "k", exercise=False)["affected_area"]
    assert area["place_codes"] == ["430102001"]
    assert area["circles"] == [{"lat": 28.2, "lon": 112.9, "km": 1.5}]
    assert len(area["polygons"][0]) <= 401 and area["polygons"][0][0] == area["polygons"][0][-1] == outline[0]
    assert "affected_area" not in update_variables(_alert(_info()), "k")
