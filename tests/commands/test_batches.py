"""One thing done to many cases: previewed, worked off in slices, paused, stopped, every outcome kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commands.test_migrate_case import ONE
from tests.commands.test_modify_case import check_record
from tests.support.house import ADMIN, ANNE, AUDITOR, SECOND, House, chain, user_task
from workflow_engine import (
    BatchRow,
    CancelCase,
    ContinueBatch,
    CreateBatch,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    PauseBatch,
    RejectedError,
    StaleVersionError,
    StopBatch,
    new_id,
)
from workflow_engine.workers.batches import BatchRunner

FAULTY = chain(
    '<bpmn:scriptTask id="count" scriptFormat="python"><bpmn:script>y = 10 / x</bpmn:script></bpmn:scriptTask>',
    user_task("B"),
)


def create(house: House, operation: str, selection: dict[str, Any], **fields: Any) -> str:
    batch_id = new_id()
    command = CreateBatch(
        command_id=new_id(), batch_id=batch_id, operation=operation, selection=selection,
        **{"reason": "all at once", **fields},
    )  # fmt: skip
    house.engine.handle(command, ADMIN)
    return batch_id


def work_off(house: House, slice_size: int = 3) -> int:
    runner = BatchRunner(house.engine, worker_id="worker", slice_size=slice_size)
    total = 0
    while done := runner.run_once():
        total += done
    return total


def get(house: House, batch_id: str) -> BatchRow:
    return house.engine.queries.operation.get_batch(batch_id, ADMIN)


def states(house: House, case_ids: list[str]) -> set[str]:
    return {house.state(case_id) for case_id in case_ids}


def test_incidents_of_one_cause_are_retried_together_with_changed_data(house: House) -> None:
    house.release(FAULTY)
    cases = [house.start(x=0) for _ in range(7)]
    other = house.start(x="word")
    causes = house.engine.queries.operation.list_causes(ADMIN)
    assert [(cause.count, cause.element_id) for cause in causes] == [(7, "count"), (1, "count")]
    cause = causes[0].cause
    rows = house.engine.queries.operation.list_incidents_of(cause, ADMIN, limit=5)
    assert [row.case.case_id for row in rows.items] == cases[:5]
    rest = house.engine.queries.operation.list_incidents_of(cause, ADMIN, after=rows.next_cursor)
    assert [row.case.case_id for row in rest.items] == cases[5:]
    selection, parameters = {"cause": cause}, {"variables": {"x": 2}}
    preview = house.engine.queries.operation.preview_batch("retry", selection, parameters, ADMIN)
    assert (preview.count, preview.sample[0][1]) == (7, "1")
    batch_id = create(house, "retry", selection, parameters=parameters, expected_count=7)
    assert work_off(house) == 7
    batch = get(house, batch_id)
    assert (batch.state, batch.done, batch.failed, batch.reason) == ("finished", 7, 0, "all at once")
    assert all(house.variables(case_id)["y"] == 5 for case_id in cases)
    assert house.engine.queries.get_case(other, ADMIN).case.incident_count == 1
    entry = house.engine.queries.get_history(cases[0], ADMIN)[-1]
    assert (entry.actor_id, entry.command["reason"]) == (ADMIN.actor_id, "all at once")
    check_record(house)


def test_suspend_resume_assign_cancel(house: House) -> None:
    definition_id = house.release(ONE)
    cases = [house.start() for _ in range(4)]
    everyone = {"definition_id": definition_id}
    create(house, "suspend", everyone)
    work_off(house)
    assert states(house, cases) == {"suspended"}
    create(house, "resume", everyone)
    work_off(house)
    create(house, "assign", {**everyone, "element_id": "A"}, parameters={"assignee": "user:anne"})
    work_off(house)
    assert {task.assignee for case_id in cases for task in house.tasks(case_id)} == {"user:anne"}
    create(house, "cancel", {"cases": cases[:2]})
    work_off(house)
    assert [house.state(case_id) for case_id in cases] == ["cancelled", "cancelled", "active", "active"]
    check_record(house)


def test_each_outcome_is_kept_and_one_refusal_disturbs_nobody(house: House) -> None:
    house.release(ONE)
    cases = sorted(house.start() for _ in range(5))
    batch_id = create(house, "cancel", {"cases": cases})
    house.engine.handle(CancelCase(command_id=new_id(), case_id=cases[2], reason="first"), SECOND)
    work_off(house)
    batch = get(house, batch_id)
    assert (batch.done, batch.failed, batch.state) == (4, 1, "finished")
    items = house.engine.queries.operation.list_batch_items(batch_id)
    assert [item.state for item in items.items] == ["done", "done", "failed", "done", "done"]
    (failed,) = house.engine.queries.operation.list_batch_items(batch_id, state="failed").items
    assert (failed.case_id, failed.code) == (cases[2], "invalid_state")
    assert failed.message is not None
    assert "cancelled" in failed.message


def test_migration_of_many_tells_which_could_not(house: House) -> None:
    old = house.release(ONE)
    cases = sorted(house.start() for _ in range(4))
    house.complete(house.task(cases[1]))
    new = house.release(chain(user_task("A"), user_task("C")))
    rehearsal = house.engine.rehearse_migration({"definition_id": old}, new, {}, ADMIN, most=3)
    assert (rehearsal.count, [one.done is not None for one in rehearsal.tries]) == (4, [True, False, True])
    batch_id = create(house, "migrate", {"definition_id": old}, parameters={"definition_id": new})
    work_off(house)
    assert (get(house, batch_id).done, get(house, batch_id).failed) == (3, 1)
    versions = [house.engine.queries.get_case(case_id, ADMIN).case.version for case_id in cases]
    assert versions == [2, 1, 2, 2]
    check_record(house)


def test_paused_batch_goes_on_where_it_stood_and_a_stopped_one_does_not(house: House) -> None:
    house.release(ONE)
    cases = [house.start() for _ in range(6)]
    batch_id = create(house, "suspend", {"cases": cases})
    runner = BatchRunner(house.engine, worker_id="worker", slice_size=2)
    assert runner.run_once() == 2
    house.engine.handle(PauseBatch(command_id=new_id(), batch_id=batch_id, reason="look first"), ADMIN)
    assert runner.run_once() == 0
    assert get(house, batch_id).state == "paused"
    house.reopen()
    house.engine.handle(ContinueBatch(command_id=new_id(), batch_id=batch_id), ADMIN)
    runner = BatchRunner(house.engine, worker_id="another", slice_size=2)
    assert runner.run_once() == 2
    house.engine.handle(StopBatch(command_id=new_id(), batch_id=batch_id, reason="enough"), ADMIN)
    assert runner.run_once() == 0
    batch = get(house, batch_id)
    assert (batch.state, batch.done, batch.total) == ("stopped", 4, 6)
    items = house.engine.queries.operation.list_batch_items(batch_id, state="skipped").items
    assert len(items) == 2
    for command in (PauseBatch, ContinueBatch, StopBatch):
        with pytest.raises(InvalidStateError, match="stopped"):
            house.engine.handle(command(command_id=new_id(), batch_id=batch_id, reason="again"), ADMIN)


def test_two_workers_do_each_item_once(house: House) -> None:
    house.release(ONE)
    cases = [house.start() for _ in range(4)]
    create(house, "suspend", {"cases": cases})
    one = BatchRunner(house.engine, worker_id="one", slice_size=2)
    other = BatchRunner(house.engine, worker_id="other", slice_size=2)
    assert [one.run_once(), other.run_once(), one.run_once(), other.run_once()] == [2, 2, 0, 0]
    assert all(len(house.engine.queries.get_history(case_id, ADMIN)) == 2 for case_id in cases)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"operation": "explode"}, RejectedError),
        ({"selection": {}}, RejectedError),
        ({"selection": {"everything": True}}, RejectedError),
        ({"parameters": {"loud": True}}, RejectedError),
        ({"operation": "migrate"}, RejectedError),
        ({"operation": "assign", "selection": {"assignee": "user:anne"}}, RejectedError),
        ({"reason": " "}, RejectedError),
        ({"expected_count": 9}, StaleVersionError),
        ({"selection": {"cases": ["nobody"]}}, InvalidStateError),
    ],
)
def test_batch_is_refused(house: House, fields: dict[str, Any], error: type[RejectedError]) -> None:
    house.release(ONE)
    house.start()
    given = {"operation": "cancel", "selection": {"process_id": "p"}, **fields}
    with pytest.raises(error):
        create(house, given.pop("operation"), given.pop("selection"), **given)
    assert house.engine.queries.operation.list_batches(ADMIN).items == []


def test_batches_are_for_operators_only(house: House) -> None:
    house.release(ONE)
    house.start()
    command = CreateBatch(
        command_id=new_id(), batch_id=new_id(), operation="cancel", selection={"process_id": "p"}, reason="r"
    )
    for actor in (ANNE, AUDITOR):
        with pytest.raises(NotPermittedError):
            house.engine.handle(command, actor)
        with pytest.raises(NotPermittedError):
            house.engine.queries.operation.preview_batch("cancel", {"process_id": "p"}, {}, actor)
    with pytest.raises(NotFoundError):
        house.engine.queries.operation.get_batch("none", ADMIN)


def test_batches_are_listed_and_counted_in_pages(house: House) -> None:
    house.release(ONE)
    cases = [house.start() for _ in range(3)]
    made = []
    for case_id in cases:
        made.append(create(house, "suspend", {"cases": [case_id]}))
        house.clock.advance(1)
    first = house.engine.queries.operation.list_batches(ADMIN, limit=2)
    rest = house.engine.queries.operation.list_batches(ADMIN, after=first.next_cursor)
    assert [row.batch_id for row in (*first.items, *rest.items)] == made[::-1]
