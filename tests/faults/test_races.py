"""T11 to T17, T19: several processes after the same thing at the same instant; one of them gets it, and all agree who.

On SQLite the processes take turns by the lock file beside the database; the interleavings inside a transaction are
PostgreSQL's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.faults.figures import kills_wanted
from tests.faults.people import Person, done, elements_of, refusals, task_of
from tests.faults.processes import Worker
from tests.faults.rig import Site

ROUNDS = 60 if kills_wanted() else 4


@contextmanager
def crew(site: Site, count: int = 4, *, failpoint: str = "", **options: Any) -> Iterator[list[Worker]]:
    """Worker processes over one database; the failpoint is that of the first."""
    workers = [site.begin(failpoint if number == 0 else "", **options) for number in range(count)]
    for worker in workers:
        worker.answer_to(0)
    yield workers
    for worker in workers:
        assert worker.close() == 0, worker.said()


def test_same_key_from_four_processes_is_done_once(site: Site) -> None:
    person = Person(11)
    with crew(site) as workers:
        for _ in range(ROUNDS):
            case_id = person.start(workers[0], "work", rounds=0, limit=1)
            fields: dict[str, Any] = {"user_task_id": task_of(workers[0], case_id, "A"), "variables": {"A": 11}}
            key = person.key()
            calls = [person.call(worker, "user_task.complete", key, **fields) for worker in workers]
            receipts = done(person.race(*calls))
            assert sorted(receipt["replayed"] for receipt in receipts) == [False, True, True, True]
    assert site.check(person.ledger, final=True).violations == []


def test_task_of_two_users_goes_to_one_and_the_other_learns_to_whom(site: Site) -> None:
    person = Person(12)
    with crew(site, 2) as workers:
        for _ in range(ROUNDS):
            case_id = person.start(workers[0], "work", rounds=0, limit=1)
            person.do(workers[0], "user_task.complete", user_task_id=task_of(workers[0], case_id, "A"))
            task = task_of(workers[0], case_id, "B")
            answers = person.race(
                person.call(workers[0], "user_task.complete", actor="user:b", user_task_id=task, variables={"by": "b"}),
                person.call(workers[1], "user_task.complete", actor="user:c", user_task_id=task, variables={"by": "c"}),
            )
            assert refusals(answers) == ["invalid_state"]
            loser = next(number for number, answer in enumerate(answers) if "error" in answer)
            assert answers[loser]["details"]["completed_by"] == ("user:c", "user:b")[loser]
    assert site.check(person.ledger, final=True).violations == []


@pytest.mark.parametrize("voters", [7, 60] if kills_wanted() else [7])
def test_votes_of_all_departments_at_once_are_all_counted(site: Site, voters: int) -> None:
    person = Person(13)
    with crew(site, threads=4) as workers:
        for _ in range(ROUNDS):
            names = [f"unit{number}" for number in range(voters)]
            case_id = person.start(workers[0], "vote", voters=names, quorum=voters)
            tasks = [task for task, _, _ in workers[0].do("tasks", case_id=case_id)]
            assert len(tasks) == voters
            answers = person.race(
                *(
                    person.call(workers[number % 4], "user_task.complete", user_task_id=task, variables={"yes": number})
                    for number, task in enumerate(tasks)
                )
            )
            assert len(done(answers)) == voters
            assert elements_of(workers[0], case_id) == ["decide"]
    assert site.check(person.ledger, final=True).violations == []


def test_two_last_votes_that_both_reach_the_quorum_decide_once(site: Site) -> None:
    person = Person(14)
    with crew(site, 3) as workers:
        for _ in range(ROUNDS):
            case_id = person.start(workers[0], "vote", voters=list("abcdefg"), quorum=5)
            tasks = [task for task, _, _ in workers[0].do("tasks", case_id=case_id)]
            for task in tasks[:4]:
                person.do(workers[0], "user_task.complete", user_task_id=task)
            answers = person.race(
                *(
                    person.call(worker, "user_task.complete", user_task_id=task)
                    for worker, task in zip(workers, tasks[4:], strict=True)
                )
            )
            assert refusals(answers) == ["invalid_state"] * 2
            assert elements_of(workers[0], case_id) == ["decide"]
    assert site.check(person.ledger, final=True).violations == []


@pytest.mark.parametrize("pause", ["", "after_claim:*:sleep=0.02", "after_engine:*:sleep=0.02"])
def test_completion_against_a_deadline_takes_one_path(site: Site, pause: str) -> None:
    person = Person(15)
    clock = site.start(offset_seconds=3600)
    clock.do("tick")  # What was due before.
    with crew(site, 1, failpoint=pause) as (worker,):
        for _ in range(ROUNDS):
            case_id = person.start(worker, "deadline")
            call = person.call(worker, "user_task.complete", user_task_id=task_of(worker, case_id, "A"))
            answer, tick = person.race(call, ticking=[clock])
            if "value" in answer:
                assert elements_of(worker, case_id) == ["in_time"]
                assert tick["value"][0] == 0
            else:
                assert answer["error"] == "invalid_state"
                assert elements_of(worker, case_id) == ["too_late"]
    assert clock.close() == 0
    assert site.check(person.ledger, final=True).violations == []


def test_branches_that_meet_at_once_go_on_as_one(site: Site) -> None:
    person = Person(16)
    with crew(site) as workers:
        for _ in range(ROUNDS):
            case_id = person.start(workers[0], "fork")
            tasks = [task for task, _, _ in workers[0].do("tasks", case_id=case_id)]
            answers = person.race(
                *(
                    person.call(worker, "user_task.complete", user_task_id=task, variables={f"from_{number}": number})
                    for number, (worker, task) in enumerate(zip(workers, tasks, strict=True))
                )
            )
            assert len(done(answers)) == 4
            assert elements_of(workers[0], case_id) == ["after"]
            assert workers[0].do("case", case_id=case_id)["variables"] == {f"from_{n}": n for n in range(4)}
    assert site.check(person.ledger, final=True).violations == []


def test_message_twice_at_once_and_out_of_order_is_caught_once(site: Site) -> None:
    person = Person(17)
    with crew(site) as workers:
        for _ in range(ROUNDS):
            case_id = person.start(workers[0], "mail")
            for name in ("faults.second", "faults.first"):  # The second one comes first.
                message: dict[str, Any] = {"name": name, "message_id": person.key(), "case_id": case_id}
                calls = [person.call(worker, "message.publish", **message, payload={"n": 1}) for worker in workers]
                receipts = done(person.race(*calls))
                assert sorted(receipt["result"].get("duplicate", False) for receipt in receipts) == [False] + [True] * 3
                again = person.do(workers[1], "message.publish", **message, payload={"n": 2})
                assert again["result"]["duplicate"]
            workers[0].do("settle")
            assert elements_of(workers[0], case_id) == ["read"]
    assert site.check(person.ledger, settled=True, final=True).violations == []


def test_same_message_to_whoever_waits_starts_one_case(site: Site) -> None:
    person = Person(18)
    with crew(site) as workers:
        for number in range(ROUNDS):
            fields: dict[str, Any] = {"name": "faults.report", "message_id": person.key(), "payload": {"n": number}}
            calls = [
                person.call(worker, "message.publish", **fields, new_case_id=person.key()) for worker in workers
            ]
            receipts = done(person.race(*calls))
            assert sorted(receipt["result"].get("duplicate", False) for receipt in receipts) == [False] + [True] * 3
            assert len({receipt["case_id"] for receipt in receipts}) == 1
    assert site.rows("SELECT count(*) FROM process_instance WHERE process_id = 'listener'") == [(ROUNDS,)]
    assert site.check(person.ledger, settled=True, final=True).violations == []


@pytest.mark.parametrize("pause", ["", "after_load:*:sleep=0.02"])
@pytest.mark.parametrize(
    ("other", "fields"),
    [
        ("case.cancel", {"reason": "over"}),
        ("case.suspend", {"reason": "inquiry"}),
        ("user_task.assign", {"assignee": "user:x"}),
    ],
)
def test_completion_against_an_operator_has_a_serial_outcome(
    site: Site, other: str, fields: dict[str, str], pause: str
) -> None:
    person = Person(19)
    with crew(site, 2, failpoint=pause) as workers:
        for _ in range(ROUNDS):
            case_id = person.start(workers[0], "deadline")
            task = task_of(workers[0], case_id, "A")
            target = {"user_task_id": task} if other.startswith("user_task") else {"case_id": case_id}
            completed, operated = person.race(
                person.call(workers[0], "user_task.complete", user_task_id=task, actor="user:a"),
                person.call(workers[1], other, **target, **fields),
            )
            state = workers[0].do("case", case_id=case_id)["state"]
            if other == "user_task.assign":  # Whoever was second found the task done, or somebody else's.
                assert ("value" in completed) != ("value" in operated)
                assert (completed if "error" in completed else operated)["error"] in ("invalid_state", "not_permitted")
            else:
                assert "value" in operated
                assert state == {"case.cancel": "cancelled", "case.suspend": "suspended"}[other]
                assert "value" in completed or completed["error"] == "invalid_state"
    assert site.check(person.ledger, final=True).violations == []


def test_completion_against_retiring_the_version_is_done(site: Site) -> None:
    person = Person(20)
    ((definition_id,),) = site.rows("SELECT definition_id FROM definition WHERE process_id = 'fork'")
    with crew(site, 3) as workers:
        case_id = person.start(workers[0], "fork")
        task = task_of(workers[0], case_id, "t0")
        late = person.key()
        completed, retired, started = person.race(
            person.call(workers[0], "user_task.complete", user_task_id=task),
            person.call(workers[1], "definition.retire", definition_id=definition_id),
            person.call(workers[2], "case.start", case_id=late, process_id="fork", variables={}),
        )
        assert "value" in completed
        assert "value" in retired
        assert "value" in started or started["error"] == "not_found"
        assert person.send(workers[0], "case.start", person.key(), case_id=person.key(), process_id="fork")["error"]
        for element in ("t1", "t2", "t3", "after"):
            person.do(workers[0], "user_task.complete", user_task_id=task_of(workers[0], case_id, element))
        assert workers[0].do("case", case_id=case_id)["state"] == "completed"
    assert site.check(person.ledger, final=True).violations == []
