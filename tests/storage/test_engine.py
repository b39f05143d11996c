"""The one road: one transaction, one commit, bounded retry, and nothing left behind by what fails."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.house import ADMIN, ANNE, BO, OPERATOR, TWO_STEPS, House, chain, user_task
from tests.support.postgres import PostgresServer
from tests.support.staff import Staff
from workflow_engine import (
    CancelCase,
    Committed,
    CompleteUserTask,
    InvalidStateError,
    Receipt,
    RejectedError,
    Settings,
    StartCase,
    UnavailableError,
    new_id,
)
from workflow_engine.domain.lanes import EMERGENCY, ORDINARY
from workflow_engine.failpoints import FailpointError, failpoint
from workflow_engine.storage import assigning, locks
from workflow_engine.storage.database import Database, has_wal_fix
from workflow_engine.storage.locks import FairLock

POINTS = (
    "before_begin", "after_claim", "after_lock", "after_load", "after_engine", "after_event", "after_state",
    "after_outbox", "before_commit",
)  # fmt: skip


@pytest.fixture
def points() -> Iterator[None]:
    yield
    failpoint.arm("")


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("point", POINTS)
def test_a_failure_before_the_commit_leaves_nothing_behind(house: House, point: str) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    command = CompleteUserTask(command_id=new_id(), user_task_id=house.task(case_id), variables={"x": 1})
    before = dump(house)
    failpoint.arm(f"{point}:1:raise")
    with pytest.raises(FailpointError):
        house.engine.handle(command, ANNE)
    assert dump(house) == before
    receipt = house.engine.handle(command, ANNE)
    assert (receipt.seq, receipt.replayed) == (2, False)
    assert house.engine.verify_audit(sample=None).ok


@pytest.mark.usefixtures("points")
@pytest.mark.parametrize("action", ["before_commit:1:commit_then_raise", "after_commit:1:raise"])
def test_an_error_after_the_commit_is_healed_by_sending_again(house: House, action: str) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    command = CompleteUserTask(command_id=new_id(), user_task_id=house.task(case_id), variables={"x": 1})
    failpoint.arm(action)
    with pytest.raises(FailpointError):
        house.engine.handle(command, ANNE)
    assert house.engine.handle(command, ANNE).replayed
    house.complete(house.task(case_id), ANNE)
    assert house.state(case_id) == "completed"
    assert house.engine.verify_audit(sample=None).ok


def test_a_refusal_leaves_nothing_behind(house: House) -> None:
    house.release(TWO_STEPS)
    house.start()
    before = dump(house)
    with pytest.raises(RejectedError):
        house.complete("nothing.1")
    assert dump(house) == before


def test_a_command_is_one_transaction_of_few_statements(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    if not house.settings.database_url.startswith("sqlite"):
        pytest.skip("statements are counted by SQLite's own trace")
    monkeypatch.setattr(assigning, "_YES_HOLDS_SECONDS", 600.0)
    Staff(house)
    house.release(TWO_STEPS)
    case_id = house.start(x=1)
    task_id = house.task(case_id)
    sent: list[str] = []
    house.engine._database._writer.driver_connection.set_trace_callback(sent.append)
    house.complete(task_id, ANNE, y=2)
    house.engine._database._writer.driver_connection.set_trace_callback(None)
    words = [statement.split()[0] for statement in sent if not statement.startswith("--")]
    assert words.count("COMMIT") == 1
    assert (words[0], words[-1]) == ("BEGIN", "COMMIT")
    assert len(words) - 2 <= 12, sent


def test_double_clicks_at_once_take_effect_once(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    command = CompleteUserTask(command_id=new_id(), user_task_id=house.task(case_id))
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: house.engine.handle(command, ANNE), range(4)))
    assert sorted(receipt.replayed for receipt in receipts) == [False, True, True, True]
    assert len({(receipt.seq, receipt.entry_hash) for receipt in receipts}) == 1


def test_two_people_at_once_one_wins_and_the_other_learns_who(house: House) -> None:
    house.release(TWO_STEPS)
    for _ in range(5):
        task_id = house.task(house.start())
        barrier = threading.Barrier(2)

        def race(actor: object, task_id: str = task_id, barrier: threading.Barrier = barrier) -> object:
            barrier.wait()
            try:
                return house.complete(task_id, actor)  # type: ignore[arg-type]
            except InvalidStateError as refused:
                return refused

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(race, (ANNE, BO)))
        (won,) = [answer for answer in answers if isinstance(answer, Receipt)]
        (lost,) = [answer for answer in answers if isinstance(answer, InvalidStateError)]
        assert won.seq == 2
        assert str(lost.details["completed_by"]).startswith("user:")


def test_two_engines_over_one_database_see_each_other(house: House) -> None:
    house.release(chain(*(user_task(f"T{number}") for number in range(6))))
    case_id = house.start()
    other = House(house.settings.database_url)
    for number in range(6):
        (house if number % 2 else other).complete(house.task(case_id), **{f"v{number}": number})
    assert house.state(case_id) == "completed"
    assert house.variables(case_id) == {f"v{number}": number for number in range(6)}
    assert house.engine.verify_audit(sample=None).ok
    other.close()


def test_parallel_branches_completed_at_once_join_once(house: House) -> None:
    branches = "".join(
        f'<bpmn:userTask id="T{n}"/><bpmn:sequenceFlow id="a{n}" sourceRef="fork" targetRef="T{n}"/>'
        f'<bpmn:sequenceFlow id="b{n}" sourceRef="T{n}" targetRef="join"/>'
        for n in range(7)
    )
    house.release(
        '<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/><bpmn:parallelGateway id="fork"/>'
        f'{branches}<bpmn:parallelGateway id="join"/><bpmn:userTask id="after"/><bpmn:endEvent id="e"/>'
        '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="fork"/><bpmn:sequenceFlow id="g" sourceRef="join" '
        'targetRef="after"/><bpmn:sequenceFlow id="h" sourceRef="after" targetRef="e"/></bpmn:process>'
    )
    case_id = house.start()
    tasks = [task.user_task_id for task in house.tasks(case_id)]
    with ThreadPoolExecutor(7) as pool:
        list(pool.map(lambda task_id: house.complete(task_id, **{f"v{task_id[-2:]}": 1}), tasks))
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]
    assert len(house.variables(case_id)) == 7
    assert house.engine.verify_audit(sample=None).ok


def test_a_commit_is_told_to_listeners(house: House) -> None:
    told: list[Committed] = []
    house.engine.listen(told.append)
    house.release(TWO_STEPS)
    case_id = house.start()
    assert told[-1].receipt.case_id == case_id
    assert "user_task.created" in [event.KIND for event in told[-1].events]
    count = len(told)
    with pytest.raises(RejectedError):
        house.complete("nothing.1")
    assert len(told) == count


def test_many_commands_share_one_commit_and_none_disturbs_the_others(house: House) -> None:
    house.release(TWO_STEPS)
    case_ids = [house.start() for _ in range(3)]
    commands = [CompleteUserTask(command_id=new_id(), user_task_id=house.task(case_id)) for case_id in case_ids]
    bad = [
        CompleteUserTask(command_id="short", user_task_id=f"{case_ids[0]}.1"),
        CompleteUserTask(command_id=new_id(), user_task_id="nothing.1"),
    ]
    together = [commands[0], bad[0], commands[1], bad[1], commands[2], commands[0]]
    answers = house.engine.handle_many([(command, ANNE) for command in together])
    assert [type(answer).__name__ for answer in answers] == [
        "Receipt", "RejectedError", "Receipt", "NotFoundError", "Receipt", "Receipt",
    ]  # fmt: skip
    assert isinstance(answers[-1], Receipt)
    assert answers[-1].replayed
    assert all(house.tasks(case_id)[0].element_id == "B" for case_id in case_ids)
    assert house.engine.verify_audit(sample=None).ok


def test_two_commands_to_one_case_in_one_commit(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start()
    cancel = CancelCase(command_id=new_id(), case_id=case_id, reason="x")
    complete = CompleteUserTask(command_id=new_id(), user_task_id=house.task(case_id))
    answers = house.engine.handle_many([(complete, ADMIN), (cancel, ADMIN), (complete, ADMIN)])
    assert [isinstance(answer, Receipt) for answer in answers] == [False, True, False]
    started = StartCase(command_id=new_id(), case_id=new_id(), process_id="p")
    first = CompleteUserTask(command_id=new_id(), user_task_id=f"{started.case_id}.3")
    answers = house.engine.handle_many([(started, OPERATOR), (first, OPERATOR)])
    assert [answer.seq for answer in answers if isinstance(answer, Receipt)] == [1, 2]
    assert house.engine.verify_audit(sample=None).ok


def test_a_database_that_cannot_be_had_is_said_so(tmp_path: Path) -> None:
    house = House("", settings=Settings(database_url=f"sqlite:///{tmp_path / 'x.db'}", wait_seconds=0.2))
    house.release(TWO_STEPS)
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError):
        house.start()
    other.execute("ROLLBACK")
    other.close()
    house.start()
    house.close()


def test_a_full_disk_refuses_cleanly_and_heals(tmp_path: Path) -> None:
    house = House(f"sqlite:///{tmp_path / 'x.db'}")
    house.release(TWO_STEPS)
    case_id = house.start()
    pages = house.rows("PRAGMA page_count")[0][0]
    writer = house.engine._database._writer.driver_connection
    writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(UnavailableError, match="nothing was changed"):
        fill(house)
    assert house.state(case_id) == "active"
    house.start(blob="x" * 5000)  # a new connection, with the limit gone: the disk has room again
    assert house.engine.verify_audit(sample=None).ok
    house.close()


def test_connections_that_the_server_closed_are_replaced(postgres_url: str, postgres_server: PostgresServer) -> None:
    house = House(postgres_url)
    house.release(TWO_STEPS)
    case_id = house.start()
    task_id = house.task(case_id)
    name = house.rows("SELECT current_database()")[0][0]
    end_all = f"SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = '{name}'"
    with postgres_server.connect() as outside:
        outside.execute(end_all.encode())
    assert house.state(case_id) == "active"
    with postgres_server.connect() as outside:
        outside.execute(end_all.encode())
    house.complete(task_id, ANNE)
    assert [task.element_id for task in house.tasks(case_id)] == ["B"]
    house.close()


@pytest.mark.parametrize(
    ("version", "fixed"),
    [((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 7), True),
     ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), True)],
)  # fmt: skip
def test_which_sqlite_has_the_wal_fix(version: tuple[int, int, int], fixed: bool) -> None:
    assert has_wal_fix(version) is fixed


@pytest.mark.parametrize("url", ["mysql://x", "sqlite://", "sqlite:///:memory:"])
def test_databases_that_cannot_hold_cases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Database(url)


def test_the_fair_lock_serves_emergencies_and_then_in_the_order_of_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "MOST_IN_FRONT", 2)
    lock = FairLock()
    assert lock.acquire(1)
    order: list[int] = []
    threads = []
    for number in range(7):
        lane = EMERGENCY if number in (3, 4, 6) else ORDINARY
        thread = threading.Thread(
            target=lambda number=number, lane=lane: (lock.acquire(10, lane), order.append(number), lock.release())
        )
        thread.start()
        while sum(map(len, lock._waiting)) <= number:
            pass
        threads.append(thread)
    assert not lock.acquire(0.01)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [3, 4, 0, 6, 1, 2, 5], "after two emergencies one of the others has its turn"


def fill(house: House) -> None:
    """Start cases until something gives way."""
    for _ in range(200):
        house.start(blob="x" * 5000)


def dump(house: House) -> dict[str, int]:
    """How many rows each table has, and the versions of all cases."""
    from workflow_engine.storage.schema import METADATA

    counts = {name: house.rows(f"SELECT count(*) FROM {name}")[0][0] for name in METADATA.tables}
    counts["versions"] = house.rows("SELECT coalesce(sum(version), 0) FROM process_instance")[0][0]
    return counts
