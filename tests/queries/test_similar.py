"""Open requests that are probably the same: which are found, by whom, and what everybody may read of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.house import NOON, STRANGER, House
from tests.support.requesting import CLERK, MODEL, submit
from workflow_engine import Draft

WORDS = "路灯不亮，晚上很黑，走路不安全"
HERE = {"lat": 28.2001, "lon": 112.9003}


@pytest.fixture
def city(database_url: str) -> Iterator[House]:
    """With a process that works on requests."""
    house = House(database_url)
    house.release(MODEL)
    yield house
    house.close()


def report(house: House, description: str = WORDS, category: str = "light", **fields: object) -> str:
    given = {"title": "", "category": category, "description": description, **HERE, **fields}
    return str(submit(house, **given).result["request_id"])


def draft(words: str = "望城大道的路灯坏了好几天，晚上漆黑", category: str | None = "light", **fields: object) -> Draft:
    return Draft(words, NOON + timedelta(hours=1), category, **{**HERE, **fields})  # type: ignore[arg-type]  # as given


def test_similar_open_requests_are_found_with_reasons_the_likeliest_first(city: House) -> None:
    near = report(city)
    far = report(city, lat=28.2010)
    report(city, "楼上装修噪音很大", "noise")
    report(city, lat=28.2101)
    found = city.engine.queries.service_requests.similar_for(CLERK, draft())
    assert [one.request.request_id for one in found] == [near, far]
    assert found[0].likeness.metres == 0 and found[1].likeness.metres == 100
    assert found[0].likeness.same_category and found[0].likeness.words is not None


def test_everybody_finds_only_what_is_shown_and_reads_only_public_words(city: House) -> None:
    shown = report(city, f"{WORDS}，请联系 13812345678", reporter_name="王小明")
    report(city, proved=False)
    report(city, exercise=True)
    queries = city.engine.queries.service_requests
    found = queries.similar(draft())
    assert [one.request.request_id for one in found] == [shown]
    assert "13812345678" not in repr(found) and not hasattr(found[0].request, "reporter_name")
    assert len(queries.similar_for(CLERK, draft())) == 2
    assert queries.similar_for(STRANGER, draft()) == []


def test_a_place_stands_in_for_a_point_and_without_either_nothing_is_found(city: House) -> None:
    report(city, lat=None, lon=None, place_code="430181002001")
    queries = city.engine.queries.service_requests
    assert len(queries.similar(draft(lat=None, lon=None, place_code="430181002001"))) == 1
    assert queries.similar(draft(lat=None, lon=None, place_code="430181002002")) == []
    assert queries.similar(draft(lat=None, lon=None)) == [] and queries.similar(draft(words=" ")) == []


def test_a_request_is_not_similar_to_itself_nor_to_what_is_closed_or_long_ago(city: House) -> None:
    own = report(city)
    queries = city.engine.queries.service_requests
    assert queries.similar_for(CLERK, draft(request_id=own)) == []
    late = Draft(WORDS, NOON + timedelta(days=61), "light", **HERE)
    assert queries.similar_for(CLERK, late) == []
    (task,) = city.tasks(queries.get(own, CLERK).row.case_id)
    city.complete(task.user_task_id)
    city.complete(city.tasks(task.case_id)[0].user_task_id)
    assert queries.get(own, CLERK).row.status == "closed_resolved"
    assert queries.similar_for(CLERK, draft()) == []
