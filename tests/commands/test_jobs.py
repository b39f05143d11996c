"""LockJobs, CompleteJob, FailJob, ThrowJobError: one holder at a time, one effect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, House, chain, user_task
from workflow_engine import (
    WORKER,
    CompleteJob,
    FailJob,
    InvalidStateError,
    InvalidVariablesError,
    LockJobs,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    RetryIncident,
    StaleVersionError,
    SuspendCase,
    ThrowJobError,
    new_id,
)

SERVICE = '<bpmn:serviceTask id="call" camunda:type="external" camunda:topic="weather"/>'
ONE_JOB = chain(SERVICE, user_task("after"))


def lock(worker: str = "w1", **fields: Any) -> LockJobs:
    return LockJobs(**{"command_id": new_id(), "topics": ("weather",), "worker_id": worker, **fields})


def fetch(house: House, worker: str = "w1", **fields: Any) -> list[dict[str, Any]]:
    return list(house.engine.handle(lock(worker, **fields), WORKER).result["jobs"])


def of(job: dict[str, Any]) -> dict[str, Any]:
    return {
        "command_id": new_id(), "case_id": job["case_id"], "token_id": job["token_id"],
        "lock_token": job["lock_token"],
    }  # fmt: skip


def test_a_job_is_done_and_the_case_goes_on(house: House) -> None:
    house.release(ONE_JOB)
    case_id = house.start(city="Changsha")
    (job,) = fetch(house)
    assert (job["topic"], job["case_id"], job["variables"]) == ("weather", case_id, {"city": "Changsha"})
    house.engine.handle(CompleteJob(**of(job), variables={"rain": 80}), WORKER)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]
    assert house.variables(case_id) == {"city": "Changsha", "rain": 80}


def test_a_locked_job_is_handed_out_once_until_its_lock_ends(house: House) -> None:
    house.release(ONE_JOB)
    house.start()
    (first,) = fetch(house, lock_seconds=30)
    assert fetch(house, "w2") == []
    house.clock.advance(31)
    (second,) = fetch(house, "w2")
    assert first["lock_token"] != second["lock_token"]
    for late in (CompleteJob(**of(first)), FailJob(**of(first), error="x"), ThrowJobError(**of(first), code="E")):
        with pytest.raises(StaleVersionError, match="w2 holds it"):
            house.engine.handle(late, WORKER)
    house.engine.handle(CompleteJob(**of(second)), WORKER)


def test_the_same_fetch_again_gives_the_same_jobs(house: House) -> None:
    house.release(ONE_JOB)
    house.start()
    command = lock()
    first = house.engine.handle(command, WORKER)
    again = house.engine.handle(command, WORKER)
    assert again.replayed
    assert again.result["jobs"] == first.result["jobs"]


def test_a_job_is_done_once(house: House) -> None:
    house.release(ONE_JOB)
    house.start()
    (job,) = fetch(house)
    command = CompleteJob(**of(job))
    house.engine.handle(command, WORKER)
    assert house.engine.handle(command, WORKER).replayed
    with pytest.raises(InvalidStateError, match="completed already"):
        house.engine.handle(replace(command, command_id=new_id()), WORKER)


def test_a_job_that_nobody_locked_is_done_without_token(house: House) -> None:
    house.release(ONE_JOB)
    case_id = house.start()
    (row,) = house.engine.queries.list_jobs("available").items
    command = CompleteJob(command_id=new_id(), case_id=case_id, token_id=row.token_id)
    with pytest.raises(StaleVersionError, match="no longer held"):
        house.engine.handle(replace(command, lock_token="old"), WORKER)
    house.engine.handle(command, WORKER)


def test_a_failed_job_comes_again_after_its_pause(house: House) -> None:
    house.release(ONE_JOB)
    house.start()
    (job,) = fetch(house)
    house.engine.handle(FailJob(**of(job), error="timeout", retry_in_seconds=60), WORKER)
    assert fetch(house) == []
    house.clock.advance(60)
    (again,) = fetch(house)
    assert again["retries"] == job["retries"] - 1


def test_a_job_without_retries_left_is_an_incident(house: House) -> None:
    house.release(ONE_JOB)
    case_id = house.start()
    (job,) = fetch(house)
    house.engine.handle(FailJob(**of(job), error="no such city", retries_left=0), WORKER)
    detail = house.engine.queries.get_case(case_id, ADMIN)
    assert [(row.code, row.message) for row in detail.incidents] == [("service_task_error", "no such city")]
    assert detail.jobs[0].state == "failed"
    house.engine.handle(RetryIncident(command_id=new_id(), case_id=case_id, incident_no=1), ADMIN)
    (again,) = fetch(house)
    house.engine.handle(CompleteJob(**of(again)), WORKER)
    assert [task.element_id for task in house.tasks(case_id)] == ["after"]


def test_an_error_thrown_goes_to_its_boundary_event(house: House) -> None:
    body = '<bpmn:error id="E" errorCode="no_data"/>' + chain(
        SERVICE,
        more='<bpmn:boundaryEvent id="b" attachedToRef="call"><bpmn:errorEventDefinition id="d" errorRef="E"/>'
        '</bpmn:boundaryEvent><bpmn:userTask id="ask"/><bpmn:endEvent id="e2"/>'
        '<bpmn:sequenceFlow id="f" sourceRef="b" targetRef="ask"/>'
        '<bpmn:sequenceFlow id="g" sourceRef="ask" targetRef="e2"/>',
    )
    house.release(body)
    case_id = house.start()
    (job,) = fetch(house)
    house.engine.handle(ThrowJobError(**of(job), code="no_data", message="empty"), WORKER)
    assert [task.element_id for task in house.tasks(case_id)] == ["ask"]
    assert house.engine.queries.get_case(case_id, ADMIN).jobs[0].state in ("cancelled", "completed")


def test_jobs_of_a_suspended_case_are_not_handed_out(house: House) -> None:
    house.release(ONE_JOB)
    case_id = house.start()
    (job,) = fetch(house, lock_seconds=10)
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="x"), ADMIN)
    house.clock.advance(60)
    assert fetch(house) == []
    with pytest.raises(InvalidStateError, match="suspended"):
        house.engine.handle(CompleteJob(**of(job)), WORKER)


def test_working_takes_a_right(house: House) -> None:
    house.release(ONE_JOB)
    house.start()
    with pytest.raises(NotPermittedError):
        house.engine.handle(lock(), ANNE)
    (job,) = fetch(house)
    for command in (CompleteJob(**of(job)), FailJob(**of(job), error="x"), ThrowJobError(**of(job), code="E")):
        with pytest.raises(NotPermittedError):
            house.engine.handle(command, ANNE)


@pytest.mark.parametrize("fields", [{"topics": ()}, {"most": 0}, {"most": 10_000}, {"lock_seconds": 0}])
def test_a_fetch_out_of_bounds_is_refused(house: House, fields: dict[str, Any]) -> None:
    with pytest.raises(RejectedError):
        house.engine.handle(lock(**fields), WORKER)


def test_an_unknown_job_is_refused(house: House) -> None:
    house.release(ONE_JOB)
    case_id = house.start()
    with pytest.raises(NotFoundError, match="no such job"):
        house.engine.handle(CompleteJob(command_id=new_id(), case_id=case_id, token_id=99), WORKER)
    with pytest.raises(NotFoundError, match="no case"):
        house.engine.handle(CompleteJob(command_id=new_id(), case_id="nothing", token_id=1), WORKER)


def test_answers_that_are_not_json_are_refused(house: House) -> None:
    house.release(ONE_JOB)
    house.start()
    (job,) = fetch(house)
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(CompleteJob(**of(job), variables={"x": float("nan")}), WORKER)
    with pytest.raises(RejectedError, match="pause"):
        house.engine.handle(FailJob(**of(job), error="x", retry_in_seconds=-1), WORKER)


def test_an_empty_fetch_waits_for_no_disk(house: House) -> None:
    assert fetch(house) == []
    assert house.rows("SELECT count(*) FROM command") == [(0,)]
