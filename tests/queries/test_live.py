"""Changes told to followers: on both databases, across processes on PostgreSQL, never to those out of reach."""

from __future__ import annotations

import time

import pytest

from tests.support.house import ANNE, AUDITOR, STRANGER, TWO_STEPS, House
from workflow_engine import CaseChange, open_engine


def heard(follower: object, case_id: str, seconds: float = 60.0) -> list[CaseChange]:
    """What comes until the case is named; the wait is generous, as machines are busy."""
    ends_at = time.monotonic() + seconds
    found: list[CaseChange] = []
    while time.monotonic() < ends_at and all(change.case_id != case_id for change in found):
        found += follower.wait(0.5)  # type: ignore[attr-defined]
    return found


def test_followers_hear_of_cases_within_their_reach_only(house: House) -> None:
    house.release(TWO_STEPS)
    with house.engine.live.follow(ANNE) as anne, house.engine.live.follow(STRANGER) as stranger:
        case_id = house.start()
        assert CaseChange(case_id, True) in heard(anne, case_id)
        assert case_id not in {change.case_id for change in stranger.wait(0.1)}


def test_several_changes_of_a_case_are_told_once(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    with house.engine.live.follow(AUDITOR) as auditor:
        if not house.settings.database_url.startswith("sqlite"):
            heard(auditor, "*")  # from here on it listens
        house.claim(house.task(case_id), ANNE)
        house.complete(house.task(case_id), ANNE)
        time.sleep(1)
        assert [change.case_id for change in auditor.wait(5) if change.case_id == case_id] == [case_id]


def test_another_process_is_heard_over_postgresql(house: House) -> None:
    if house.settings.database_url.startswith("sqlite"):
        pytest.skip("processes over SQLite do not tell each other")
    house.release(TWO_STEPS)
    other = open_engine(house.settings, clock=house.clock)
    try:
        with other.live.follow(ANNE) as anne:
            assert any(change.case_id == "*" for change in heard(anne, "*"))
            case_id = house.start()
            assert CaseChange(case_id, True) in heard(anne, case_id)
    finally:
        other.close()
