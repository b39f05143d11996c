"""A batch whose worker is killed in the middle goes on afterwards, and does nothing to any case twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.faults.processes import Nursery
from tests.support.house import ADMIN, TWO_STEPS, House
from workflow_engine import CreateBatch, new_id

WORKER = "tests.faults.batch_worker"
CASES = 12
# Commits of a slice: 1 the claim, 2 what is done to the cases, 3 the outcomes.
KILLED_AT = (
    "batch.after_claim:1", "after_event:3", "before_commit:2", "after_commit:2", "batch.after_settle:1",
    "after_commit:3",
)  # fmt: skip


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    opened = House(database_url)
    yield opened
    opened.close()


def test_killed_batch_goes_on_and_does_nothing_twice(house: House, database_url: str, nursery: Nursery) -> None:
    house.release(TWO_STEPS)
    cases = [house.start() for _ in range(CASES)]
    batch_id = new_id()
    house.engine.handle(
        CreateBatch(
            command_id=new_id(), batch_id=batch_id, operation="suspend", selection={"cases": cases}, reason="storm"
        ),
        ADMIN,
    )
    house.engine.close()
    # Each next worker lives after the lease of the one that was killed.
    killed = [
        nursery.run(WORKER, database_url, failpoint=f"{point}:kill", offset_seconds=300 * number)
        for number, point in enumerate(KILLED_AT)
    ]
    assert set(killed) == {-signal.SIGKILL}
    assert nursery.run(WORKER, database_url, offset_seconds=300 * len(KILLED_AT)) == 0
    house.reopen()
    batch = house.engine.queries.operation.get_batch(batch_id, ADMIN)
    assert (batch.state, batch.done, batch.failed) == ("finished", CASES, 0)
    for case_id in cases:
        commands = [row.command["command"] for row in house.engine.queries.get_history(case_id, ADMIN)]
        assert commands == ["case.start", "case.suspend"]
    assert house.engine.verify_audit(sample=None).findings == []
