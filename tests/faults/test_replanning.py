"""A call whose worker is killed in the middle goes on afterwards, and touches no case twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.commands.test_replanning import emergency_model, work_model
from tests.faults.processes import Nursery
from tests.support.house import ADMIN, NOON, House

CASES, BEGUN = 11, 5
WORKER = "tests.faults.replan_worker"
LEASE_SECONDS = 300
# The call is collected in four pages; each slice has three commits: the claim, what is done to the cases, the outcomes.
KILLED_AT = (
    "replan.after_collect:2", "before_commit:8", "after_event:3", "after_commit:2", "replan.after_slice:1",
    "replan.after_settle:1", "after_commit:3",
)  # fmt: skip
# What begins while the call is in force: at most three cases in a page, each page a commit and a note.
KILLED_FOLLOWING = ("after_event:1", "replan.after_following:1", "replan.before_followed:1")


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    opened = House(database_url)
    yield opened
    opened.close()


def test_killed_call_goes_on_and_touches_no_case_twice(house: House, database_url: str, nursery: Nursery) -> None:
    house.release(emergency_model())
    house.release(work_model("plain", f"{(NOON + timedelta(days=9_000)).isoformat()}"))
    cases = [house.start("plain") for _ in range(CASES)]
    emergency = house.start("emergency")
    house.complete(
        house.task(emergency), direction="activate", rank=2, units=["fire"], place_codes=[], hazard="gas", reason="leak"
    )
    house.engine.close()
    killed = [
        nursery.run(WORKER, database_url, failpoint=f"{point}:kill", offset_seconds=LEASE_SECONDS * number)
        for number, point in enumerate(KILLED_AT)
    ]
    assert set(killed) == {-signal.SIGKILL}
    assert nursery.run(WORKER, database_url, offset_seconds=LEASE_SECONDS * len(KILLED_AT)) == 0
    house.reopen()
    begun = [house.start("plain") for _ in range(BEGUN)]
    house.engine.close()
    killed = [
        nursery.run(WORKER, database_url, failpoint=f"{point}:kill", offset_seconds=LEASE_SECONDS * 9)
        for point in KILLED_FOLLOWING
    ]
    assert set(killed) == {-signal.SIGKILL}
    assert nursery.run(WORKER, database_url, offset_seconds=LEASE_SECONDS * 9) == 0
    house.reopen()
    (call,) = house.engine.queries.replans.calls(emergency, ADMIN)
    assert (call.state, call.changed, call.failed, call.total) == ("done", CASES + BEGUN, 0, CASES + BEGUN + 1)
    for case_id in cases + begun:
        commands = [row.command["command"] for row in house.engine.queries.get_history(case_id, ADMIN)]
        assert commands == ["case.start", "case.replan"]
        (task,) = house.tasks(case_id)
        assert task.due_at == NOON + timedelta(days=9_001)
    assert house.engine.verify_audit(sample=None).findings == []
