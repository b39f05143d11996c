"""T03 to T06: answers that get lost, commits that look like failures, kills amid scripts and amid recovery."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from tests.faults.checker import shape
from tests.faults.figures import kills_wanted
from tests.faults.people import Person, task_of
from tests.faults.processes import WorkerDiedError
from tests.faults.rig import Site


def test_answer_lost_after_the_commit_comes_again_byte_for_byte(site: Site) -> None:
    person = Person(3)
    with site.running() as worker:
        case_id = person.start(worker, "work", rounds=0, limit=2)
        task = task_of(worker, case_id, "A")
    key = person.key()
    fields: dict[str, Any] = {"user_task_id": task, "variables": {"A": "said once"}}
    dying = site.start("after_commit:1:kill")
    with pytest.raises(WorkerDiedError):
        person.send(dying, "user_task.complete", key, **fields)
    assert dying.wait() == -9
    with site.running() as worker:
        first, second = (person.do(worker, "user_task.complete", key=key, **fields) for _ in range(2))
    assert first == second
    assert first["replayed"]
    assert site.rows(f"SELECT hash FROM audit_entry WHERE command_id = '{key}'") == [(first["entry_hash"],)]
    assert site.check(person.ledger, final=True).violations == []


def test_every_command_is_answered_alike_however_often_it_is_sent(site: Site) -> None:
    person = Person(33)
    message = person.key()
    report = {"name": "faults.report", "message_id": message, "payload": {"n": 1}}
    with site.running() as worker:
        case_id = person.start(worker, "work", rounds=0, limit=2)
        mail = person.start(worker, "mail")
        person.do(worker, "user_task.complete", user_task_id=task_of(worker, case_id, "A"))
        offered = {"user_task_id": task_of(worker, case_id, "B")}
        commands: list[tuple[str, dict[str, Any], str | None]] = [
            ("case.start", {"case_id": person.key(), "process_id": "fork"}, None),
            ("user_task.claim", offered, "user:b"),
            ("user_task.release", {**offered, "reason": "not mine"}, "user:b"),
            ("user_task.assign", {**offered, "assignee": "user:c"}, None),
            ("user_task.complete", {**offered, "variables": {"B": 1.5}}, "user:c"),
            ("case.change_variables", {"case_id": case_id, "variables": {"x": [1, {"y": None}]}}, None),
            ("case.suspend", {"case_id": case_id, "reason": "inquiry"}, None),
            ("case.resume", {"case_id": case_id}, None),
            ("message.publish", {"name": "faults.second", "message_id": person.key()}, None),
            ("message.publish", {"name": "faults.first", "message_id": person.key(), "case_id": mail}, None),
            ("message.publish", {**report, "new_case_id": person.key()}, None),
            ("message.publish", {**report, "new_case_id": person.key()}, None),
            ("signal.broadcast", {"name": "faults.signal", "signal_id": person.key()}, None),
            ("case.cancel", {"case_id": case_id, "reason": "over"}, None),
        ]
        keys = [person.key() for _ in commands]
        first = [
            person.do(worker, name, key=key, actor=actor, **fields)
            for key, (name, fields, actor) in zip(keys, commands, strict=True)
        ]
    with site.running() as worker:
        again = [
            person.do(worker, name, key=key, actor=actor, **fields)
            for key, (name, fields, actor) in zip(keys, commands, strict=True)
        ]
    assert all(receipt["replayed"] for receipt in again)
    assert [{**receipt, "replayed": False} for receipt in again] == first
    assert site.check(person.ledger, final=True).violations == []


def test_commit_that_looks_like_a_failure_is_answered_on_the_second_try(site: Site) -> None:
    person = Person(4)
    with site.running() as worker:
        case_id = person.start(worker, "work", rounds=0, limit=2)
        task = task_of(worker, case_id, "A")
    key = person.key()
    fields: dict[str, Any] = {"user_task_id": task, "variables": {"A": 4}}
    with site.running("before_commit:1:commit_then_raise") as worker:
        assert person.send(worker, "user_task.complete", key, **fields)["error"] == "crash"
        assert person.do(worker, "user_task.complete", key=key, **fields)["replayed"]
        person.do(worker, "user_task.complete", user_task_id=task_of(worker, case_id, "C"), actor="user:c")
    assert site.check(person.ledger, final=True).violations == []


@pytest.mark.parametrize("number", range(1, 11) if kills_wanted() else (1, 5, 10))
def test_kill_amid_ten_scripts_leaves_none_of_them(site: Site, number: int) -> None:
    person = Person(5)
    with site.running() as worker:
        case_id = person.start(worker, "scripts", done=[])
        task = task_of(worker, case_id, "A")
    key = person.key()
    dying = site.start(f"in_script:{number}:kill", planted="script_points")
    with pytest.raises(WorkerDiedError):
        person.send(dying, "user_task.complete", key, user_task_id=task)
    assert dying.wait() == -9
    with site.running() as worker:
        assert worker.do("case", case_id=case_id)["variables"] == {"done": []}
        assert task_of(worker, case_id, "A") == task
        assert not person.do(worker, "user_task.complete", key=key, user_task_id=task)["replayed"]
        assert worker.do("case", case_id=case_id)["variables"] == {"done": list(range(10))}
        assert task_of(worker, case_id, "Z")
    assert site.check(person.ledger, final=True).violations == []


def test_recovery_that_is_killed_again_and_again_ends_like_one_that_is_not(site: Site) -> None:
    person = Person(6)
    _crash_with_work_left(site, person)
    site.offset_seconds += 3600
    plain, killed = site.copy("plain"), site.copy("killed")
    chance = random.Random(6)
    for _ in range(3):  # While it starts: imports are done, the database is being opened.
        worker = killed.begin()
        time.sleep(chance.uniform(0.0, 0.03))
        worker.kill()
    for point in ("before_begin:1", "clock.after_claim:1", "before_commit:2"):
        killed.offset_seconds += 60  # The claims of the one before run out.
        worker = killed.start(f"{point}:kill")
        with pytest.raises(WorkerDiedError):
            worker.do("settle")
        assert worker.wait() == -9
    killed.offset_seconds += 60
    for each in (plain, killed):
        with each.running() as worker:
            worker.do("settle")
        assert each.check(person.ledger, settled=True, final=True).violations == []
    assert shape(plain.url) == shape(killed.url)
    assert shape(plain.url) != shape(site.url)
    plain.close()
    killed.close()


def _crash_with_work_left(site: Site, person: Person) -> None:
    """A worker dies that leaves a message to deliver, timers that will be due, and an answer unsaid."""
    worker = site.start("after_commit:7:kill")
    for _ in range(3):
        person.start(worker, "pause", wait="PT30M")
    case_id = person.start(worker, "work", rounds=0, limit=2)
    for element in "AB":
        person.do(worker, "user_task.complete", user_task_id=task_of(worker, case_id, element))
    key, last = person.key(), task_of(worker, case_id, "C")
    with pytest.raises(WorkerDiedError):
        person.send(worker, "user_task.complete", key, user_task_id=last)
    assert worker.wait() == -9
    with site.running() as worker:
        assert person.do(worker, "user_task.complete", key=key, user_task_id=last)["replayed"]
