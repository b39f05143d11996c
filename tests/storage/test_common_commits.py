"""Commands that wait at the same time share a commit, and nothing else: each has its own answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import ANNE, TWO_STEPS, House
from workflow_engine import (
    EMERGENCY,
    OPERATOR,
    ORDINARY,
    CompleteUserTask,
    InvalidStateError,
    Receipt,
    in_lane,
    new_id,
)
from workflow_engine.failpoints import FailpointError, failpoint


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(f"sqlite:///{tmp_path / 'house.db'}")
    yield opened
    failpoint.arm("")
    opened.close()


def at_once(
    house: House, commands: list[CompleteUserTask], emergencies: Sequence[int] = ()
) -> tuple[list[Future[Receipt]], list[str]]:
    """Send them while somebody else holds the writer, so that all wait together; their answers and what was sent."""
    line: Any = house.engine._run.__self__  # type: ignore[attr-defined]
    sent: list[str] = []
    with ThreadPoolExecutor(len(commands)) as pool, house.engine._database.write():
        futures = []
        for number, command in enumerate(commands):
            lane = EMERGENCY if number in emergencies else ORDINARY
            futures.append(pool.submit(_handle, house, command, lane))
            _until(lambda number=number: line._is_led and sum(map(len, line._lines.values())) == number)  # type: ignore[misc]
        house.engine._database._writer.driver_connection.set_trace_callback(sent.append)
    house.engine._database._writer.driver_connection.set_trace_callback(None)
    return futures, sent


def _handle(house: House, command: CompleteUserTask, lane: int) -> Receipt:
    with in_lane(lane):
        return house.engine.handle(command, ANNE)


def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.001)


def complete(task_id: str) -> CompleteUserTask:
    return CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables={"x": 1})


def test_commands_that_wait_together_share_one_commit(house: House) -> None:
    house.release(TWO_STEPS)
    cases = [house.start() for _ in range(6)]
    futures, sent = at_once(house, [complete(house.task(case_id)) for case_id in cases])
    assert [future.result().case_id for future in futures] == cases
    assert sent.count("COMMIT") == 1
    assert house.engine.verify_audit(sample=None).ok


def test_emergencies_are_taken_along_first_and_wait_for_nobody_else(house: House) -> None:
    house.release(TWO_STEPS)
    cases = [house.start() for _ in range(6)]
    futures, sent = at_once(house, [complete(house.task(case_id)) for case_id in cases], emergencies=(3, 5))
    assert [future.result().case_id for future in futures] == cases
    rows = house.rows("SELECT stream_id FROM audit_entry WHERE seq = 2 ORDER BY rowid")
    done = [cases.index(row[0]) for row in rows if row[0] in cases]
    assert (done, sent.count("COMMIT")) == ([0, 3, 5, 1, 2, 4], 2)


def test_who_is_refused_among_others_leaves_them_alone(house: House) -> None:
    house.release(TWO_STEPS)
    cases = [house.start() for _ in range(3)]
    tasks = [house.task(case_id) for case_id in cases]
    first, again = complete(tasks[0]), complete(tasks[0])
    futures, sent = at_once(house, [first, again, complete(tasks[1]), first, complete(tasks[2])])
    assert sent.count("COMMIT") == 1
    assert isinstance(futures[1].exception(), InvalidStateError)
    assert [futures[number].result().replayed for number in (0, 2, 3, 4)] == [False, False, True, False]
    assert [house.engine.queries.get_history(case_id, OPERATOR)[-1].seq for case_id in cases] == [2, 2, 2]
    assert house.engine.verify_audit(sample=None).ok


def test_steps_of_one_case_follow_each_other_in_one_transaction(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    one, two = complete(house.task(case_id)), complete(house.task(house.start()))
    futures, _ = at_once(house, [two, one, one])
    assert [future.result().replayed for future in futures] == [False, False, True]
    house.complete(house.task(case_id), ANNE)
    assert house.state(case_id) == "completed"
    assert house.engine.verify_audit(sample=None).ok


@pytest.mark.parametrize("point", ["after_claim:2:raise", "after_state:2:raise", "before_commit:1:commit_then_raise"])
def test_a_fault_of_one_is_no_fault_of_the_others(house: House, point: str) -> None:
    house.release(TWO_STEPS)
    cases = [house.start() for _ in range(4)]
    commands = [complete(house.task(case_id)) for case_id in cases]
    failpoint.arm(point)
    futures, _ = at_once(house, commands)
    for future in futures:
        assert not isinstance(future.exception(), FailpointError)  # It was armed once: by itself it goes well.
    assert [house.engine.queries.get_history(case_id, OPERATOR)[-1].seq for case_id in cases] == [2, 2, 2, 2]
    assert house.engine.verify_audit(sample=None).ok


def test_a_failing_disk_is_told_to_each(house: House) -> None:
    house.release(TWO_STEPS)
    cases = [house.start() for _ in range(3)]
    commands = [complete(house.task(case_id)) for case_id in cases]
    failpoint.arm("before_commit:*:raise")
    futures, _ = at_once(house, commands)
    assert all(isinstance(future.exception(), FailpointError) for future in futures)
    failpoint.arm("")
    assert [house.engine.handle(command, ANNE).replayed for command in commands] == [False, False, False]
