"""Many people vote at the same moment: none is lost, none counts twice, there is one decision."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.ballots.kit import cast, decision, voting
from tests.support.house import House
from workflow_engine import EngineError, InvalidStateError

AT_ONCE = 16


def together(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Do ``act`` ``count`` times, as many at the same moment as there are threads."""
    barrier = Barrier(min(AT_ONCE, count))

    def one(number: int) -> Any:
        if number < barrier.parties:
            barrier.wait(30)
        try:
            return act(number)
        except EngineError as refused:
            return refused

    with ThreadPoolExecutor(barrier.parties) as pool:
        return list(pool.map(one, range(count)))


def opened(house: House, voters: int, **rules: str) -> tuple[str, str]:
    house.release(voting(voters="=members", **rules))
    case_id = house.start(members=[f"v{number}" for number in range(voters)])
    return case_id, house.task(case_id)


def vote_all(house: House, count: int) -> None:
    case_id, ballot_id = opened(house, count, earlyEnd="false", reasons="abstain")
    answers = together(
        count, lambda number: cast(house, ballot_id, f"v{number}", ("yes", "no", "abstain")[number % 3], reason="…")
    )
    assert [answer for answer in answers if isinstance(answer, EngineError)] == []
    assert len({answer.result["fingerprint"] for answer in answers}) == count
    found = decision(house, case_id)
    assert (found["yes"], found["no"], found["abstain"]) == (-(-count // 3), -(-(count - 1) // 3), count // 3)
    assert found["late"] == []
    bodies = [str(row[0]) for row in house.rows("SELECT body FROM audit_entry")]
    assert sum("ballot.decided" in body for body in bodies) == 1
    assert house.rows("SELECT count(*) FROM ballot_vote") == [(count,)]
    assert house.engine.verify_audit(sample=None).findings == []


def test_votes_at_once_are_all_counted_and_decide_once(any_house: House) -> None:
    vote_all(any_house, 60)


def test_one_voter_at_once_votes_once(any_house: House) -> None:
    _, ballot_id = opened(any_house, 2)
    answers = together(12, lambda number: cast(any_house, ballot_id, "v0", "yes"))
    refused = [answer for answer in answers if isinstance(answer, EngineError)]
    assert len(refused) == 11
    assert all(isinstance(answer, InvalidStateError) for answer in refused)
    assert any_house.rows("SELECT count(*) FROM ballot_vote") == [(1,)]


def test_two_last_votes_at_once_decide_once(any_house: House) -> None:
    any_house.release(voting(voters="=members", earlyEnd="false"))
    for number in range(8):
        case_id = any_house.start(members=["v0", "v1"])
        ballot_id = any_house.task(case_id)
        answers = together(2, lambda voter, ballot_id=ballot_id: cast(any_house, ballot_id, f"v{voter}"))
        assert [answer for answer in answers if isinstance(answer, EngineError)] == [], number
        assert any_house.state(case_id) == "completed"
    assert any_house.rows("SELECT count(*) FROM submission") == [(8,)]
    assert any_house.engine.verify_audit(sample=None).findings == []


@pytest.mark.faults
def test_a_thousand_votes_at_once_are_all_counted(any_house: House) -> None:
    vote_all(any_house, 1_000)

