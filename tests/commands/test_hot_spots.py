"""Reports counted by place and day, hot spots found and gone by, topics raised from them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.house import ADMIN, AUDITOR, STRANGER, House, chain, user_task
from tests.support.requesting import MODEL, submit
from workflow_engine import (
    Actor,
    DismissHotSpot,
    ImportServiceRequests,
    InvalidStateError,
    InvalidVariablesError,
    LoadOrganisation,
    NotPermittedError,
    RaiseTopic,
    new_id,
)
from workflow_engine.domain.hot_spots import PARAMETERS, RULE
from workflow_engine.storage import hot_spots
from workflow_engine.workers.hot_spots import HotSpotFinder

PLACE, OTHER = "430181002001", "430181002002"
OFFICE = Actor("user:topics", frozenset({"role:topic_office"}))


@pytest.fixture
def city(database_url: str) -> Iterator[House]:
    """With a month in which a report comes in now and then, and a week in which many come from one place."""
    house = House(database_url)
    house.release(MODEL)
    for _ in range(8):
        report(house, OTHER)
        house.clock.advance(timedelta(days=4).total_seconds())
    for _ in range(6):
        report(house, PLACE)
        house.clock.advance(timedelta(hours=3).total_seconds())
    yield house
    house.close()


def report(house: House, place: str, **fields: object) -> str:
    return str(submit(house, category="light", place_code=place, **fields).result["request_id"])


def count(house: House) -> None:
    HotSpotFinder(house.engine).run_once()


def current(house: House) -> list[tuple[str, int, str]]:
    return [(row.place_code, row.count, row.state) for row in house.engine.queries.hot_spots.current(AUDITOR)]


def test_a_place_with_many_more_reports_than_usual_is_found_once_and_goes_by(city: House) -> None:
    count(city)
    assert current(city) == [(PLACE, 6, "open")]
    report(city, PLACE)
    report(city, PLACE, exercise=True)
    city.clock.advance(timedelta(minutes=5).total_seconds())
    count(city)
    assert current(city) == [(PLACE, 7, "open")], "the same one, counted anew; exercises do not count"
    count(city)
    assert current(city) == [(PLACE, 7, "open")], "counting again changes nothing"
    (row,) = city.engine.queries.hot_spots.current(AUDITOR)
    story = city.engine.queries.hot_spots.get(row.hot_spot_id, AUDITOR)
    assert sum(number for day, number in story.days if day >= row.since) == 7 == len(story.reports)
    assert row.chance < 0.001 and row.usual < 1
    city.clock.advance(timedelta(days=8).total_seconds())
    count(city)
    assert current(city) == []
    (gone,) = city.engine.queries.hot_spots.past(AUDITOR).items
    assert (gone.hot_spot_id, gone.peak, gone.count) == (row.hot_spot_id, 7, 0)


def test_a_dismissed_hot_spot_is_not_found_again_before_it_has_gone_by(city: House) -> None:
    count(city)
    (row,) = city.engine.queries.hot_spots.current(OFFICE)
    dismiss = DismissHotSpot(command_id=new_id(), hot_spot_id=row.hot_spot_id, reason="一次停电, 已恢复")
    with pytest.raises(NotPermittedError):
        city.engine.handle(dismiss, AUDITOR)
    city.engine.handle(dismiss, OFFICE)
    report(city, PLACE)
    city.clock.advance(timedelta(minutes=5).total_seconds())
    count(city)
    assert current(city) == [(PLACE, 7, "dismissed")]
    assert city.engine.queries.hot_spots.get(row.hot_spot_id, OFFICE).row.reason == "一次停电, 已恢复"


def test_a_topic_starts_with_the_numbers_that_speak_for_it_and_only_once(city: House) -> None:
    city.release(chain(user_task("take"), process="proactive_topic"))
    unit = {"unit_id": "street", "parent_id": None, "name_zh": "街道", "name_en": "Street", "place_code": "430181002"}
    city.engine.handle(LoadOrganisation(command_id=new_id(), units=[unit]), ADMIN)
    count(city)
    (row,) = city.engine.queries.hot_spots.current(OFFICE)
    assert city.engine.queries.hot_spots.get(row.hot_spot_id, OFFICE).unit_id == "street"

    def raised(owner: str = "street", why: str = "集中") -> RaiseTopic:
        return RaiseTopic(
            command_id=new_id(), hot_spot_id=row.hot_spot_id, case_id=new_id(), title="路灯", owner=owner, why=why
        )

    with pytest.raises(InvalidVariablesError) as refused:
        city.engine.handle(raised("nowhere", " "), OFFICE)
    assert set(refused.value.problems) == {"owner", "why"}
    with pytest.raises(NotPermittedError):
        city.engine.handle(raised(), STRANGER)
    case_id = city.engine.handle(raised(), OFFICE).case_id
    topic = city.engine.queries.get_case(str(case_id), ADMIN).variables["topic"]
    assert (topic["place_code"], topic["count"], topic["days"], topic["owner"]) == (PLACE, 6, 7, "street")
    assert current(city) == [(PLACE, 6, "topic")]
    with pytest.raises(InvalidStateError):
        city.engine.handle(raised(), OFFICE)


def test_nothing_is_usual_without_two_weeks_of_past(database_url: str) -> None:
    house = House(database_url)
    house.release(MODEL)
    for _ in range(9):
        report(house, PLACE)
    count(house)
    assert current(house) == [] and not house.engine.queries.hot_spots.has_past()
    house.close()


def test_a_model_counts_requests_of_a_place_and_all_within_it(city: House) -> None:
    script = (
        '<bpmn:scriptTask id="s" scriptFormat="feel" camunda:resultVariable="found"><bpmn:script>'
        '[requests counted("light", "430181002", now() - duration("P7D"), now()),'
        ' requests counted("light", "430181002001", now() - duration("P7D"), now()),'
        ' requests counted("water", "430181", now() - duration("P7D"), now())]</bpmn:script></bpmn:scriptTask>'
    )
    city.release(chain(script, user_task("look"), process="counting"))
    case_id = city.start("counting")
    assert city.engine.queries.get_case(case_id, ADMIN).variables["found"] == [7, 6, 0]
    report(city, PLACE)
    assert city.engine.verify_audit(sample=None).ok, "run again, the case gets the answers of its record"


def test_more_changes_than_are_read_at_once_are_all_counted(
    city: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hot_spots, "MOST_CHANGES", 5)
    count(city)
    assert current(city) == [(PLACE, 6, "open")]


def test_shipped_parameters_are_those_that_the_search_reads() -> None:
    folder = Path(__file__).parents[2] / "processes/proactive_topic"
    declared = json.loads((folder / "parameters.json").read_text(encoding="utf-8"))
    assert {name: declared[name]["default"] for name in PARAMETERS.values()} == {
        name: getattr(RULE, field) for field, name in PARAMETERS.items()
    }


def test_what_is_taken_over_later_counts_on_the_day_on_which_it_was_reported(city: House) -> None:
    count(city)
    city.clock.advance(3600)
    rows = [
        {
            "external_id": str(number), "request_id": new_id(), "category": "noise", "status": "closed_resolved",
            "received_at": "2026-06-10T08:00:00Z", "closed_at": "2026-06-11T08:00:00Z", "place_code": PLACE,
        }
        for number in range(3)
    ]  # fmt: skip
    city.engine.handle(ImportServiceRequests(command_id=new_id(), source="import", requests=rows), ADMIN)
    count(city)
    with city.engine.queries.look() as look:
        days = hot_spots.counts_between(look.unit, date(2026, 6, 10), date(2026, 6, 10))
    assert [(one.category, one.count) for one in days if one.category == "noise"] == [("noise", 3)]
