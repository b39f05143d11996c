"""Changes told to followers: on both databases, across processes on PostgreSQL, never to those out of reach."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.commands.test_warnings import MODEL as WARNS
from tests.commands.test_warnings import issue
from tests.support.house import ADMIN, ANNE, AUDITOR, STRANGER, TWO_STEPS, House
from tests.support.resourcing import asked, assign, move, settle_in
from workflow_engine import (
    OPERATOR,
    CaseChange,
    InjectNow,
    LiftWarning,
    PauseExercise,
    PlanExercise,
    StartExercise,
    new_id,
    open_engine,
)


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


def drill(house: House) -> tuple[str, str]:
    """An exercise under way and the case that it began."""
    exercise_id = new_id()
    script = {"injects": [{"number": 0, "kind": "start", "at": 3_600, "content": {"title": "Drill"}}]}
    plan = PlanExercise(command_id=new_id(), exercise_id=exercise_id, title="Drill", process_id="p", script=script)
    house.engine.handle(plan, OPERATOR)
    house.engine.handle(StartExercise(command_id=new_id(), exercise_id=exercise_id), OPERATOR)
    told = house.engine.handle(InjectNow(command_id=new_id(), exercise_id=exercise_id, number=0), OPERATOR)
    return exercise_id, str(told.result["case_id"])


def test_what_belongs_to_a_case_and_changes_outside_it_is_told_as_its_change(house: House) -> None:
    settle_in(house)
    house.release(WARNS)
    needing, request_id = asked(house, ("vehicle", "fire_engine", 1))
    warned = issue(house)
    (warning,) = house.engine.queries.warnings.of_case(warned, OPERATOR)
    exercise_id, drilled = drill(house)
    versions = {case_id: house.engine.queries.get_case(case_id, OPERATOR).case.version for case_id in (warned, drilled)}
    booked: list[str] = []
    happens: list[tuple[str, Callable[[], object]]] = [
        (needing, lambda: booked.append(assign(house, request_id, "engine-1"))),
        (needing, lambda: move(house, request_id, booked[0], "mobilised")),
        (warned, lambda: house.engine.handle(
            LiftWarning(command_id=new_id(), warning_id=warning.warning_id, reason="over"), ADMIN
        )),
        (drilled, lambda: house.engine.handle(PauseExercise(command_id=new_id(), exercise_id=exercise_id), OPERATOR)),
    ]  # fmt: skip
    with house.engine.live.follow(AUDITOR) as auditor:
        if not house.settings.database_url.startswith("sqlite"):
            heard(auditor, "*")
        for case_id, happen in happens:
            while auditor.wait(0.4):
                pass  # what came before
            happen()
            assert CaseChange(case_id, False) in heard(auditor, case_id)
    for case_id, version in versions.items():
        assert house.engine.queries.get_case(case_id, OPERATOR).case.version == version, "its own chain is untouched"
