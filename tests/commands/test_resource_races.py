"""Many want the same at the same moment, on both databases: nothing is booked twice, nothing more than there is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.support.house import House
from tests.support.resourcing import LEADER, asked, assign, free, settle_in
from workflow_engine import AssignResource, EngineError, InvalidStateError, InvalidVariablesError, new_id

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
