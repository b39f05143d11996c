"""Service tasks and whatever else is done by a worker outside: jobs (BPMN 2.0.2, 13.3.3)."""

from __future__ import annotations

import pytest

from tests.elements.drawing import boundary, error, mapped, model, node, service, throw, timer
from tests.elements.kit import run
from workflow_engine.domain import events as ev
from workflow_engine.domain.errors import RejectedError

ONE = model("start -> J -> A -> end", service("J", topic="mail"))


def test_job_is_created_with_the_variables_and_waits() -> None:
    case = run(ONE, n=1)
    (job,) = case.all(ev.JobCreated)
    assert (job.topic, job.retries, job.variables) == ("mail", 3, {"n": 1})
    assert (case.open, case.jobs) == ([], ["J"])
    assert case.finish("J", {"sent": True}).seen_by("A") == {"n": 1, "sent": True}


def test_answer_in_one_variable() -> None:
    file = model(
        "start -> J -> A -> end",
        node("serviceTask", "J", camunda_class="org.x.Y", camunda_resultVariable="answer"),
    )
    assert run(file).finish("J", {"code": 200}).seen_by("A") == {"answer": {"code": 200}}


def test_failed_try_leaves_the_job_open() -> None:
    case = run(ONE)
    case.fail("J", "timeout", retries_left=2, retry_at="2030-01-01T00:05:00Z")
    assert (case.jobs, case.faults) == (["J"], [])
    (failed,) = case.all(ev.JobFailed)
    assert (failed.error, failed.retries_left, failed.retry_at) == ("timeout", 2, "2030-01-01T00:05:00Z")
    assert case.finish("J").open == ["A"]


def test_last_failed_try_is_an_incident_and_retrying_makes_a_new_job() -> None:
    case = run(ONE).fail("J", "no such host")
    assert (case.jobs, case.faults) == ([], ["service_task_error J"])
    assert case.incidents[1].message == "no such host"
    case.retry(1, {"host": "x"})
    assert (case.jobs, case.faults) == (["J"], [])
    assert case.all(ev.JobCreated)[1].variables == {"host": "x"}
    assert case.finish("J").open == ["A"]


def test_error_of_the_job_goes_to_its_boundary() -> None:
    case = run(model("start -> J -> end; wrong -> A -> end2", service("J"), boundary("wrong", "J", error("E1"))), n=1)
    case.throw("J", "E1", {"why": "closed"})
    assert (case.open, case.withdrawn) == (["A"], ["J"])
    assert case.seen_by("A") == {"n": 1, "why": "closed"}
    assert [event.caught_by for event in case.all(ev.ErrorCaught)] == ["wrong"]


def test_error_that_nobody_handles_is_an_incident_on_the_task() -> None:
    case = run(ONE).throw("J", "E9")
    assert case.faults == ["uncaught_error_event J"]
    assert case.retry(1).jobs == ["J"]


def test_own_variables_of_the_job_do_not_leave_with_its_error() -> None:
    case = run(
        model(
            "start -> J -> end; wrong -> A -> end2",
            service("J", extension=mapped(in_target="n + 1")),
            boundary("wrong", "J", error("E1")),
        ),
        n=1,
    )
    case.throw("J", "E1", {"why": "closed"})
    assert case.seen_by("A") == {"n": 1, "why": "closed"}


def test_job_that_was_withdrawn_cannot_be_completed() -> None:
    case = run(model("start -> J -> end; late -> A -> end2", service("J"), boundary("late", "J", timer("PT1H"))))
    token_id = next(token.token_id for token in case.hot.open_tokens() if token.element_id == "J")
    case.world.wait("PT1H")
    assert [event.element_id for event in case.all(ev.JobCancelled)] == ["J"]
    with pytest.raises(RejectedError):
        case.step(lambda one: one.complete_job(case.world.context, token_id, {}))


def test_worker_named_by_the_task_itself() -> None:
    case = run(model("start -> J -> end", node("serviceTask", "J")))
    assert case.all(ev.JobCreated)[0].topic == "J"


def test_message_event_done_by_a_worker() -> None:
    definition = '<messageEventDefinition camunda:type="external" camunda:topic="letters"/>'
    case = run(model("start -> t -> A -> end", throw("t", definition)))
    assert case.jobs == ["t"]
    assert case.finish("t", {"sent": 1}).seen_by("A") == {"sent": 1}


def test_parameters_of_the_connector_are_evaluated() -> None:
    headers = (
        '<zeebe:taskDefinition type="http" retries="5"/>'
        '<zeebe:taskHeaders><zeebe:header key="url" value="=&quot;https://x/&quot; + id"/></zeebe:taskHeaders>'
    )
    case = run(model("start -> J -> end", node("serviceTask", "J", extension=headers)), id="7")
    (job,) = case.all(ev.JobCreated)
    assert (job.topic, job.retries, job.headers) == ("http", 5, {"url": "https://x/7"})
