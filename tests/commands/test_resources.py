"""Resources: the register, requests, bookings with their chain, settlement; and that the record gives the rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.support.house import ADMIN, AUDITOR, STRANGER, House
from tests.support.resourcing import (
    EASTERN,
    FIREMAN,
    LEADER,
    REGISTER,
    asked,
    assign,
    detail,
    free,
    move,
    settle_in,
)
from workflow_engine import (
    Actor,
    ApproveSettlement,
    CancelResourceRequest,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    ProposeSettlement,
    PutResources,
    StandResource,
    measure_name,
    new_id,
)


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    """On the quicker of the two databases; what they have to do themselves is tried on both, in the races."""
    opened = House(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def city(house: House) -> Iterator[House]:
    """A city with resources; whatever was done to them, the record gives the same rows."""
    settle_in(house)
    yield house
    report = house.engine.verify_audit(sample=None)
    assert report.findings == []


def test_request_is_seen_by_its_case_line_by_line_as_it_is_filled(city: House) -> None:
    case_id, request_id = asked(city, ("vehicle", "fire_engine", 2), ("supplies", "tent", 50))
    assign(city, request_id, "engine-1")
    assign(city, request_id, "tents", 40, line_no=2)
    lines = city.engine.queries.resources.lines_of(case_id)
    assert [(one.requested, one.assigned, one.missing, one.state) for one in lines] == [
        (2, 1, 1, "partial"), (50, 40, 10, "partial"),
    ]  # fmt: skip
    assert lines[0].name_en == "Fire engine"
    assert detail(city, request_id).row.state == "partial"
    assert free(city) == {"engine-1": 0, "engine-2": 1, "tents": 0, "tents-east": 25, "tents-supplier": 100}


def test_booking_goes_through_its_chain_with_who_and_when(city: House) -> None:
    _, request_id = asked(city, ("vehicle", "fire_engine", 1))
    booking_id = assign(city, request_id, "engine-2", note="nearer ones are under repair")
    for state in ("standby", "mobilised", "in_action", "demobilising", "stood_down"):
        city.clock.advance(420)
        move(city, request_id, booking_id, state, FIREMAN)
    (booking,) = detail(city, request_id).bookings
    assert [step.state for step in booking.steps] == [
        "assigned", "standby", "mobilised", "in_action", "demobilising", "stood_down",
    ]  # fmt: skip
    assert {step.by for step in booking.steps[1:]} == {FIREMAN.actor_id}
    assert booking.steps[-1].at > booking.steps[0].at
    assert free(city)["engine-2"] == 1
    with pytest.raises(InvalidStateError):
        move(city, request_id, booking_id, "in_action", FIREMAN)
    history = city.engine.queries.resources.get("engine-2", FIREMAN)
    assert [one.booking_id for one in history.bookings] == [booking_id]


def test_nearest_and_readiest_stands_first_and_says_why(city: House) -> None:
    _, request_id = asked(city, ("vehicle", "fire_engine", 1), unit="fire")
    candidates = detail(city, request_id).candidates[1]
    assert [one.stock.resource_id for one in candidates] == ["engine-1", "engine-2"]
    assert candidates[0].fit.owner == "own"
    assert set(candidates[0].fit.points) == {"distance", "readiness", "quantity", "cost", "level"}
    assign(city, request_id, "engine-1")
    (booking,) = detail(city, request_id).bookings
    assert booking.why["score"] == candidates[0].fit.score


def test_what_is_not_ones_own_nor_in_the_reserve_has_to_be_offered(city: House) -> None:
    _, request_id = asked(city, ("supplies", "tent", 60), unit="west")
    with pytest.raises(NotPermittedError):
        assign(city, request_id, "tents-east", 5)
    assign(city, request_id, "tents", 40)
    with pytest.raises(InvalidStateError):
        assign(city, request_id, "tents", 1)
    _, other = asked(city, ("supplies", "tent", 5), unit="east")
    with pytest.raises(InvalidVariablesError):
        assign(city, other, "tents-east", 6)


def test_stock_that_is_used_up_is_gone_and_what_comes_back_is_free(city: House) -> None:
    _, request_id = asked(city, ("supplies", "tent", 30))
    booking_id = assign(city, request_id, "tents", 30)
    move(city, request_id, booking_id, "mobilised")
    move(city, request_id, booking_id, "stood_down", used=12)
    assert free(city)["tents"] == 28
    with pytest.raises(InvalidVariablesError):
        city.engine.handle(PutResources(command_id=new_id(), rows=[{**REGISTER[2], "quantity": -1}]), ADMIN)


def test_released_booking_fills_nothing(city: House) -> None:
    case_id, request_id = asked(city, ("vehicle", "fire_engine", 1))
    booking_id = assign(city, request_id, "engine-1")
    assert detail(city, request_id).row.state == "complete"
    with pytest.raises(NotPermittedError):
        move(city, request_id, booking_id, "released", FIREMAN, note="no")
    move(city, request_id, booking_id, "released", note="wrong one")
    assert detail(city, request_id).row.state == "open"
    assert city.engine.queries.resources.lines_of(case_id)[0].missing == 1
    assert free(city)["engine-1"] == 1


def test_cancelled_request_gives_back_what_has_not_moved(city: House) -> None:
    case_id, request_id = asked(city, ("vehicle", "fire_engine", 2))
    first, second = assign(city, request_id, "engine-1"), assign(city, request_id, "engine-2")
    move(city, request_id, first, "mobilised")
    cancel = CancelResourceRequest(command_id=new_id(), request_id=request_id, reason="all clear")
    city.engine.handle(cancel, LEADER)
    states = {one.booking_id: one.state for one in detail(city, request_id).bookings}
    assert states == {first: "mobilised", second: "released"}
    assert free(city)["engine-2"] == 1
    assert city.engine.queries.resources.lines_of(case_id)[0].missing == 0
    move(city, request_id, first, "stood_down")
    assert free(city)["engine-1"] == 1


def test_exercise_takes_nothing_from_the_real_city(city: House) -> None:
    _, drill = asked(city, ("vehicle", "fire_engine", 2), exercise=True)
    assert detail(city, drill).row.exercise
    assign(city, drill, "engine-1")
    assert free(city)["engine-1"] == 1
    _, real = asked(city, ("vehicle", "fire_engine", 1))
    assign(city, real, "engine-1")
    with pytest.raises(InvalidStateError):
        assign(city, drill, "engine-1")
    assert city.engine.queries.resources.figures(city.clock.now().replace(year=2020)).requests == 1


def test_settlement_takes_two_persons(city: House) -> None:
    _, request_id = asked(city, ("supplies", "tent", 5), unit="east")
    booking_id = assign(city, request_id, "tents-east", 5, actor=LEADER)
    propose = ProposeSettlement(
        command_id=new_id(), request_id=request_id, booking_id=booking_id, amount=15, basis="register price"
    )
    with pytest.raises(InvalidStateError):
        city.engine.handle(propose, LEADER)
    move(city, request_id, booking_id, "stood_down")
    city.engine.handle(
        ProposeSettlement(
            command_id=new_id(), request_id=request_id, booking_id=booking_id, amount=15, basis="register price"
        ), LEADER,
    )  # fmt: skip
    with pytest.raises(NotPermittedError):
        city.engine.handle(
            ApproveSettlement(command_id=new_id(), request_id=request_id, booking_id=booking_id), LEADER
        )
    city.engine.handle(ApproveSettlement(command_id=new_id(), request_id=request_id, booking_id=booking_id), ADMIN)
    settlement = detail(city, request_id).bookings[0].settlement
    assert settlement is not None
    assert (settlement.state, settlement.amount, settlement.approved_by) == ("approved", 15, ADMIN.actor_id)


def test_what_lies_out_of_reach_is_not_there(city: House) -> None:
    _, request_id = asked(city, ("vehicle", "fire_engine", 1))
    queries = city.engine.queries.resources
    with pytest.raises(NotFoundError):
        detail(city, request_id, STRANGER)
    with pytest.raises(NotFoundError):
        queries.get("engine-1", STRANGER)
    assert queries.requests(STRANGER).items == []
    assert [row.resource_id for row in queries.register(EASTERN).items] == ["tents-east"]
    with pytest.raises(NotFoundError):
        assign(city, request_id, "engine-1", actor=STRANGER)
    with pytest.raises(NotPermittedError):
        assign(city, request_id, "engine-1", actor=AUDITOR)
    assert detail(city, request_id, AUDITOR).may_coordinate is False


def test_owner_keeps_its_own_rows_and_nobody_elses(city: House) -> None:
    row = {**REGISTER[0], "name_zh": "一号水罐车"}
    city.engine.handle(PutResources(command_id=new_id(), rows=[row]), FIREMAN)
    assert city.engine.handle(PutResources(command_id=new_id(), rows=[row]), FIREMAN).result["changed"] == 0
    with pytest.raises(NotPermittedError):
        city.engine.handle(PutResources(command_id=new_id(), rows=[REGISTER[2]]), FIREMAN)
    with pytest.raises(InvalidVariablesError) as refused:
        city.engine.handle(PutResources(command_id=new_id(), rows=[{**row, "unit_id": "east", "lat": 91}]), ADMIN)
    assert set(refused.value.problems) == {"rows[0].lat"}
    stand = StandResource(command_id=new_id(), resource_id="engine-1", standing="out_of_service", reason="brakes")
    city.engine.handle(stand, FIREMAN)
    _, request_id = asked(city, ("vehicle", "fire_engine", 1))
    with pytest.raises(InvalidStateError):
        assign(city, request_id, "engine-1")


def test_what_is_missing_is_told_with_who_could_give_it_and_when(city: House) -> None:
    _, tents = asked(city, ("supplies", "tent", 170), ("shelter", "place", 5), unit="west")
    assign(city, tents, "tents", 30)
    here = {"lat": 28.20, "lon": 112.90, "needed_by": (city.clock.now() + timedelta(minutes=10)).isoformat()}
    wish = {"kind": "vehicle", "type": "fire_engine", "quantity": 1, **here}
    city.start("asker", lines=[wish], unit="city", priority="urgent")
    city.engine.pump()
    now = city.clock.now()
    engine, rest, beds = city.engine.queries.resources.missing(LEADER)
    assert [(one.stock.resource_id, one.fit.distance_km, engine.is_late(one, now)) for one in engine.givers] == [
        ("engine-1", 0.0, False), ("engine-2", 11.9, True),
    ]  # fmt: skip
    assert (rest.line.missing, rest.covered) == (140, 135)
    assert {one.stock.resource_id: one.source for one in rest.givers} == {
        "tents": "pooled", "tents-east": "order", "tents-supplier": "contract",
    }  # fmt: skip
    assert (beds.line.type, beds.givers, beds.covered) == ("shelter_bed", (), 0)
    assert [one.givers for one in city.engine.queries.resources.missing(EASTERN)] == []


def test_changed_row_is_found(house: House, sqlite_url: str) -> None:
    settle_in(house)
    _, request_id = asked(house, ("supplies", "tent", 4))
    assign(house, request_id, "tents", 4)
    assert not house.engine.verify_audit(sample=0).findings
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as edited:
        edited.execute("UPDATE resource SET booked = 0 WHERE resource_id = 'tents'")
    (found,) = house.engine.verify_audit(sample=0).findings
    assert "differs in booked" in found.message


def test_actor_of_the_group_that_the_case_names_coordinates(city: House) -> None:
    _, request_id = asked(city, ("supplies", "tent", 4))
    assert detail(city, request_id, ADMIN).may_coordinate
    assert not detail(city, request_id, Actor("user:leader2", frozenset({"role:leader"}))).may_coordinate


def test_what_is_counted_has_a_name_in_both_languages() -> None:
    assert [measure_name("瓶", number, chinese=False) for number in (1, 3)] == ["bottle", "bottles"]
    assert [measure_name("Bottles", chinese=True), measure_name("桌", chinese=False)] == ["瓶", "桌"]
