"""What begins while an emergency is in force gets its plan by itself, once, and gives it back with everything else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.commands.test_replanning import TEN_HOURS, bring, call, emergency_model
from tests.support.house import ADMIN, NOON, House, chain, user_task
from tests.support.requesting import MODEL, submit
from workflow_engine import CancelCase, new_id
from workflow_engine.domain.replanning_commands import RevertReplan
from workflow_engine.workers.replanning import Follower
from workflow_engine.workers.sequencer import Sequencer

_WORK = f'camunda:candidateGroups="unit:fire" camunda:dueDate="{TEN_HOURS}"'
_BOUND = 'camunda:candidateGroups="unit:fire" camunda:dueDate="=working days after(now(), 3)"'


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    opened = House(database_url)
    opened.release(emergency_model())
    opened.release(chain(user_task("first"), user_task("work", _WORK), user_task("bound", _BOUND), process="steps"))
    yield opened
    assert opened.engine.verify_audit(sample=None).findings == []
    opened.close()


def follow(house: House, follower: Follower | None = None) -> None:
    """As a worker does, until nothing is left."""
    follower = follower or Follower(house.engine, slice_size=2, page_size=3)
    sequencer = Sequencer(house.engine)
    sequencer.listen()
    while sequencer.run_once() + follower.run_once():
        pass


def _due(house: House, case_id: str) -> datetime | None:
    (task,) = house.tasks(case_id)
    return task.due_at


def _commands(house: House, case_id: str) -> list[str]:
    return [row.command["command"] for row in house.engine.queries.get_history(case_id, ADMIN)]


def test_task_that_begins_after_the_call_is_planned_once_and_given_back(house: House) -> None:
    case_id, emergency = house.start("steps"), house.start("emergency")
    call(house, emergency, "activate", 2)
    follower = Follower(house.engine)
    follow(house, follower)
    assert _commands(house, case_id) == ["case.start"]
    house.complete(house.task(case_id))
    later = house.start("steps")
    house.complete(house.task(later))
    follow(house, follower)
    assert _due(house, case_id) == _due(house, later) == NOON + timedelta(hours=34)
    house.clock.advance(3600)
    house.engine.forget_hot_copies()
    follow(house)
    assert _due(house, case_id) == NOON + timedelta(hours=34), "reckoned once"
    assert _commands(house, case_id) == ["case.start", "user_task.complete", "case.replan"]
    (row,) = house.engine.queries.replans.calls(emergency, ADMIN)
    assert (row.state, row.total, row.changed, row.failed) == ("done", 3, 2, 0)
    house.complete(house.task(later))
    given = _due(house, later)
    follow(house)
    (plan,) = house.engine.queries.replans.of_task(house.task(later))
    assert (plan.legal, plan.deadline, plan.priority, _due(house, later)) == (True, "keep", 40, given)
    call(house, emergency, "end", 2)
    assert _due(house, case_id) == NOON + timedelta(hours=10)
    assert house.engine.queries.replans.of_task(house.task(later)) == []
    assert house.engine.queries.replans.begun({}, 10) == []


def test_new_report_in_the_affected_area_is_planned(house: House) -> None:
    house.release(MODEL)
    emergency = house.start("emergency")
    call(house, emergency, "activate", 2, units=[], place_codes=["439901"], hazard="rainstorm")
    inside = str(submit(house, category="ponding", place_code="439901001001").case_id)
    outside = str(submit(house, category="ponding", place_code="439902001001").case_id)
    follow(house)
    assert "case.replan" in _commands(house, inside)
    assert "case.replan" not in _commands(house, outside)


def test_case_that_a_person_took_out_is_left_alone(house: House) -> None:
    case_id, emergency = house.start("steps"), house.start("emergency")
    house.complete(house.task(case_id))
    call(house, emergency, "activate", 2)
    taken_out = RevertReplan(command_id=new_id(), case_id=case_id, emergency_id=emergency, reason="a school waits")
    house.engine.handle(taken_out, ADMIN)
    house.complete(house.task(case_id))
    follow(house)
    assert house.engine.queries.replans.of_task(house.task(case_id)) == []
    call(house, emergency, "raise", 1)
    assert len(house.engine.queries.replans.of_task(house.task(case_id))) == 1, "a later call looks at it again"


def test_case_that_could_not_be_planned_is_shown_and_mended_by_the_next_look(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, emergency = house.start("steps"), house.start("emergency")
    call(house, emergency, "activate", 2)
    house.complete(house.task(case_id))
    with monkeypatch.context() as patched:
        patched.setattr("workflow_engine.handlers.replanning._row_facts", lambda _facts: 1 / 0)
        follow(house)
    (row,) = house.engine.queries.replans.calls(emergency, ADMIN)
    (failed,) = house.engine.queries.replans.failures(row.replan_id, emergency, ADMIN)
    assert (row.failed, failed.case_id, failed.code) == (1, case_id, "fault")
    house.complete(house.task(case_id))
    follow(house)
    (row,) = house.engine.queries.replans.calls(emergency, ADMIN)
    assert (row.total, row.changed, row.failed) == (2, 1, 0)


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_in_whichever_order_everything_is_planned_and_then_given_back(house: House, seed: int) -> None:
    """Two emergencies call, raise and end while cases start and go on; followed now and then."""
    chance = random.Random(seed)
    emergencies = [house.start("emergency"), house.start("emergency")]
    ranks: dict[str, int] = {}
    cases = [house.start("steps")]
    for _ in range(14):
        what = chance.choice(["start", "go on", "go on", "call", "follow", "wait"])
        if what == "start":
            cases.append(house.start("steps"))
        elif what == "go on":
            for task in house.tasks(chance.choice(cases)):
                house.complete(task.user_task_id)
        elif what == "call":
            emergency = chance.choice(emergencies)
            if house.tasks(emergency)[0].element_id != "review":
                ranks[emergency] = chance.choice([1, 2, 3])
                _call_later(house, emergency, "activate", ranks[emergency])
        elif what == "follow":
            bring(house)
            follow(house)
        else:
            house.clock.advance(600)
    bring(house)
    follow(house)
    opened = [task for case_id in cases for task in house.tasks(case_id) if task.element_id != "first"]
    for task in opened:
        plans = house.engine.queries.replans.of_task(task.user_task_id)
        assert {plan.emergency_id for plan in plans} == set(ranks)
        assert not ranks or task.priority < 50
        assert all(plan.deadline == "keep" for plan in plans if plan.legal)
    for emergency in emergencies:
        house.engine.handle(CancelCase(command_id=new_id(), case_id=emergency, reason="over"), ADMIN)
    bring(house)
    follow(house)
    assert {task.priority for case_id in cases for task in house.tasks(case_id)} <= {50}
    assert house.rows("SELECT count(*) FROM replan WHERE followed IS NOT NULL") == [(0,)]


def _call_later(house: House, emergency: str, direction: str, rank: int) -> None:
    values: dict[str, Any] = {"units": ["fire"], "place_codes": [], "hazard": "gas", "reason": "gas leak"}
    house.complete(house.task(emergency), direction=direction, rank=rank, **values)
