"""Many want the same at the same moment, on both databases: nothing is booked twice, nothing more than there is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.support.house import House
from tests.support.resourcing import EASTERN, FIREMAN, LEADER, asked, assign, detail, free, settle_in
from workflow_engine import (
    AssignResource,
    EngineError,
    InvalidStateError,
    InvalidVariablesError,
    NotPermittedError,
    ReleaseReservation,
    ReserveResource,
    new_id,
)

CLAIMANTS = 12


def _at_once(claims: list[Callable[[], str]]) -> list[str | EngineError]:
    """The answers to claims that are made together."""

    def tried(claim: Callable[[], str]) -> str | EngineError:
        try:
            return claim()
        except EngineError as refused:
            return refused

    with ThreadPoolExecutor(CLAIMANTS) as pool:
        return list(pool.map(tried, claims))


@pytest.fixture
def city(house: House) -> House:
    settle_in(house)
    return house


def test_one_vehicle_goes_to_one_of_many_claimants(city: House) -> None:
    requests = [asked(city, ("vehicle", "fire_engine", 1))[1] for _ in range(CLAIMANTS)]
    answers = _at_once([partial(assign, city, one, "engine-1") for one in requests])
    won = [one for one in answers if isinstance(one, str)]
    assert len(won) == 1
    assert all(isinstance(one, InvalidStateError) for one in answers if not isinstance(one, str))
    assert city.rows("SELECT count(*) FROM resource_booking") == [(1,)]
    assert free(city)["engine-1"] == 0
    assert city.engine.verify_audit(sample=0).findings == []


def test_stock_is_never_given_out_beyond_what_there_is(city: House) -> None:
    requests = [asked(city, ("supplies", "tent", 9))[1] for _ in range(CLAIMANTS)]
    answers = _at_once([partial(assign, city, one, "tents", 9) for one in requests])
    won = [one for one in answers if isinstance(one, str)]
    assert len(won) == 40 // 9
    assert all(
        isinstance(one, InvalidStateError | InvalidVariablesError) for one in answers if not isinstance(one, str)
    )
    assert city.rows("SELECT sum(quantity) FROM resource_booking") == [(36,)]
    assert free(city)["tents"] == 4
    assert city.engine.verify_audit(sample=0).findings == []


def test_the_same_claim_sent_again_books_once(city: House) -> None:
    _, request_id = asked(city, ("supplies", "tent", 9))
    claim = AssignResource(
        command_id=new_id(), request_id=request_id, line_no=1, resource_id="tents", quantity=9
    )  # fmt: skip
    answers = _at_once([lambda: str(city.engine.handle(claim, LEADER).result["booking_id"])] * 4)
    assert len(set(map(str, answers))) == 1
    assert free(city)["tents"] == 31


def _reserve(city: House, resource_id: str, first: int, last: int, quantity: int = 1) -> str:
    """For a time in hours from now."""
    starts_at, ends_at = ((city.clock.now() + timedelta(hours=hours)).isoformat() for hours in (first, last))
    command = ReserveResource(
        command_id=new_id(), resource_id=resource_id, starts_at=starts_at, ends_at=ends_at, quantity=quantity,
        title="Marathon",
    )  # fmt: skip
    return str(city.engine.handle(command, LEADER).result["reservation_id"])


def test_nothing_is_reserved_twice_for_the_same_time(city: House) -> None:
    vehicles = [partial(_reserve, city, "engine-1", 10 + number % 3, 20 + number) for number in range(CLAIMANTS)]
    answers = _at_once(vehicles)
    assert [type(one) for one in answers if not isinstance(one, str)] == [InvalidStateError] * (CLAIMANTS - 1)
    _reserve(city, "engine-1", 5, 10)
    _reserve(city, "engine-1", 40, 44)
    stock = [partial(_reserve, city, "tents", 10 + number, 30 - number, 9) for number in range(CLAIMANTS - 3)]
    won = [one for one in _at_once(stock) if isinstance(one, str)]
    assert len(won) == 40 // 9
    assert city.rows("SELECT count(*), sum(quantity) FROM resource_reservation WHERE resource_id = 'tents'") == [
        (4, 36)
    ]
    # Whoever goes past the program is refused by the database.
    copy = (
        "INSERT INTO resource_reservation SELECT 'again', resource_id, {}, single, starts_at, ends_at, purpose, "
        "unit_id, title, 'reserved', reason, reserved_at, reserved_by, NULL, NULL FROM resource_reservation "
        "WHERE resource_id = '{}' ORDER BY starts_at DESC LIMIT 1"
    )
    for resource_id, quantity in (("engine-1", 1), ("tents", 5)):
        with pytest.raises(Exception, match=r"reserved twice|ex_resource_reservation_once"), \
                city.engine._database.write() as unit:  # fmt: skip
            unit._cursor.execute(copy.format(quantity, resource_id))
    assert city.engine.verify_audit(sample=0).findings == []


def test_what_is_reserved_now_goes_to_nobody_else(city: House) -> None:
    reservation_id = _reserve(city, "engine-1", 1, 3)
    _, early = asked(city, ("vehicle", "fire_engine", 1))
    assert "engine-1" in [one.stock.resource_id for one in detail(city, early).candidates[1]]
    city.clock.advance(3600)
    assert [one.stock.resource_id for one in detail(city, early).candidates[1]] == ["engine-2"]
    with pytest.raises(InvalidStateError):
        assign(city, early, "engine-1")
    _, own = asked(city, ("vehicle", "fire_engine", 1), unit="fire")
    assert "engine-1" in [one.stock.resource_id for one in detail(city, own).candidates[1]]
    release = ReleaseReservation(command_id=new_id(), reservation_id=reservation_id, reason="a fire goes before")
    city.engine.handle(release, FIREMAN)
    assign(city, early, "engine-1")
    with pytest.raises(InvalidStateError):
        _reserve(city, "engine-1", 0, 1)
    with pytest.raises(InvalidVariablesError):
        _reserve(city, "engine-1", 3, 2)
    with pytest.raises(NotPermittedError):
        city.engine.handle(replace(release, command_id=new_id()), EASTERN)
    assert city.engine.verify_audit(sample=0).findings == []
