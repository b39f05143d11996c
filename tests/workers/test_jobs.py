"""Jobs done by connectors: brought back once, tried again, fenced, and shown to a person when nothing helps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.workers.http_server import Outside, reply
from tests.workers.models import END, START, begin, chain, deploy, events_of, model, service_task, state_of
from workflow_engine.domain.actors import OPERATOR, WORKER
from workflow_engine.domain.clock import VirtualClock, new_id
from workflow_engine.domain.commands import CancelCase, CompleteJob, LockJobs, RetryIncident
from workflow_engine.domain.errors import InvalidStateError, StaleVersionError
from workflow_engine.engine import Engine
from workflow_engine.settings import Settings
from workflow_engine.workers.backoff import FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, pause_seconds
from workflow_engine.workers.connectors import BusinessError, Connector, ConnectorError, Registry, Work
from workflow_engine.workers.connectors_config import build_registry
from workflow_engine.workers.jobs import JobRunner

ERROR = '<error id="missing" errorCode="area_unknown"/>'
CATCHING = (
    service_task("call", "own")
    + '<boundaryEvent id="caught" attachedToRef="call"><errorEventDefinition errorRef="missing"/></boundaryEvent>'
    + '<endEvent id="without"/><sequenceFlow id="c" sourceRef="caught" targetRef="without"/>'
)

Start = Callable[[Connector], str]


@pytest.fixture
def runners() -> Iterator[list[JobRunner]]:
    made: list[JobRunner] = []
    yield made
    for runner in made:
        runner.close()


@pytest.fixture
def run(engine: Engine, runners: list[JobRunner]) -> Callable[[Connector], int]:
    """Does every available job of the topic ``own`` with this connector; returns how many there were."""

    def running(connector: Connector) -> int:
        runner = JobRunner(engine, Registry({"own": connector}), worker_id="tests")
        runners.append(runner)
        done = runner.run_once()
        runner.finish()
        return done

    return running


def _start(engine: Engine, task: str = service_task("call", "own"), outside: str = "") -> str:
    deploy(engine, model("calling", START + task + END + _flow("begin", "call") + _flow("call", "finish"), outside))
    return begin(engine, "calling", {"area": "510100"})


def _flow(before: str, after: str) -> str:
    return f'<sequenceFlow id="{before}_{after}" sourceRef="{before}" targetRef="{after}"/>'


def _answer(work: Work) -> Mapping[str, Any]:
    return {"level": "red", "seen": work.variables["area"], "key": work.key}


def test_answer_of_a_connector_enters_the_case(engine: Engine, run: Callable[[Connector], int]) -> None:
    case_id = _start(engine)
    assert run(_answer) == 1
    assert state_of(engine, case_id) == "completed"
    (done,) = events_of(engine, case_id, "job.completed")
    assert done["variables"]["level"] == "red"
    assert done["variables"]["seen"] == "510100"
    assert done["variables"]["key"].startswith(case_id)
    assert run(_answer) == 0


def test_failing_job_is_tried_again_later_and_then_shown_to_a_person(
    engine: Engine, clock: VirtualClock, run: Callable[[Connector], int]
) -> None:
    keys: list[str] = []

    def failing(work: Work) -> Mapping[str, Any]:
        keys.append(work.key)
        raise ConnectorError("the other side is down")

    case_id = _start(engine)
    for left in (2, 1, 0):
        assert run(failing) == 1
        assert run(failing) == 0, "it waits before the next try"
        (job,) = engine.queries.list_jobs().items
        assert (job.retries, job.error) == (left, "the other side is down")
        clock.advance(LONGEST_PAUSE_SECONDS * 2)
    assert len(set(keys)) == 1, "every try has the same key"
    assert run(failing) == 0
    (incident,) = engine.queries.list_incidents().items
    assert (incident.case_id, incident.element_id, incident.message) == (case_id, "call", "the other side is down")
    assert state_of(engine, case_id) == "active"
    retry = RetryIncident(command_id=new_id(), case_id=case_id, incident_no=incident.incident_no)
    engine.handle(retry, OPERATOR)
    assert run(_answer) == 1
    assert state_of(engine, case_id) == "completed"


def test_final_failure_is_not_tried_again(engine: Engine, run: Callable[[Connector], int]) -> None:
    def refusing(_work: Work) -> Mapping[str, Any]:
        raise ConnectorError("no such area", final=True)

    _start(engine)
    run(refusing)
    assert [incident.message for incident in engine.queries.list_incidents().items] == ["no such area"]


def test_wish_of_the_other_side_sets_the_pause(
    engine: Engine, clock: VirtualClock, run: Callable[[Connector], int]
) -> None:
    def busy(_work: Work) -> Mapping[str, Any]:
        raise ConnectorError("busy", retry_in_seconds=90)

    _start(engine)
    run(busy)
    clock.advance(89)
    assert run(_answer) == 0
    clock.advance(1)
    assert run(_answer) == 1


def test_connector_that_breaks_counts_as_a_failure(engine: Engine, run: Callable[[Connector], int]) -> None:
    def broken(_work: Work) -> Mapping[str, Any]:
        return {"x": 1 / 0}

    _start(engine)
    run(broken)
    (job,) = engine.queries.list_jobs().items
    assert (job.state, job.retries, job.error) == ("available", 2, "ZeroDivisionError: division by zero")


@pytest.mark.parametrize("answer", [{"a": float("nan")}, {"a": object()}, {"a" * 300: 1}])
def test_answer_that_no_case_may_hold_becomes_an_incident(
    engine: Engine, run: Callable[[Connector], int], answer: dict[str, Any]
) -> None:
    _start(engine)
    run(lambda _work: answer)
    (incident,) = engine.queries.list_incidents().items
    assert "The answer of own does not fit the case" in incident.message


def test_business_error_takes_the_boundary_event(engine: Engine, run: Callable[[Connector], int]) -> None:
    def unknown(_work: Work) -> Mapping[str, Any]:
        raise BusinessError("area_unknown", "nobody knows it", {"asked": 3})

    case_id = _start(engine, CATCHING, ERROR)
    run(unknown)
    assert state_of(engine, case_id) == "completed"
    assert "without" in engine.queries.get_case(case_id, OPERATOR).completed_elements


def test_worker_whose_lock_ran_out_brings_nothing_back(
    engine: Engine, clock: VirtualClock, run: Callable[[Connector], int]
) -> None:
    case_id = _start(engine)
    (old,) = engine.handle(
        LockJobs(command_id=new_id(), topics=("own",), worker_id="zombie", lock_seconds=60), WORKER
    ).result["jobs"]
    assert run(_answer) == 0
    clock.advance(61)

    def late(work: Work) -> Mapping[str, Any]:
        stale = CompleteJob(
            command_id=new_id(), case_id=case_id, token_id=old["token_id"], lock_token=old["lock_token"],
            variables={"level": "forged"},
        )  # fmt: skip
        with pytest.raises(StaleVersionError):
            engine.handle(stale, WORKER)
        return _answer(work)

    assert run(late) == 1
    (done,) = events_of(engine, case_id, "job.completed")
    assert done["variables"]["level"] == "red"


def test_job_of_a_case_cancelled_meanwhile_is_let_go(engine: Engine, run: Callable[[Connector], int]) -> None:
    case_id = _start(engine)

    def cancelling(work: Work) -> Mapping[str, Any]:
        engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="over"), OPERATOR)
        return _answer(work)

    assert run(cancelling) == 1
    assert state_of(engine, case_id) == "cancelled"
    assert events_of(engine, case_id, "job.completed") == []
    assert not engine.queries.list_incidents().items


def test_topic_without_connector_is_left_for_outside_workers(engine: Engine, run: Callable[[Connector], int]) -> None:
    case_id = _start(engine, service_task("call", "outside_worker"))
    assert run(_answer) == 0
    command = LockJobs(command_id=new_id(), topics=("outside_worker",), worker_id="theirs")
    (job,) = engine.handle(command, WORKER).result["jobs"]
    done = CompleteJob(
        command_id=new_id(), case_id=case_id, token_id=job["token_id"], lock_token=job["lock_token"], variables={}
    )
    engine.handle(done, WORKER)
    assert state_of(engine, case_id) == "completed"
    with pytest.raises((InvalidStateError, StaleVersionError)):
        engine.handle(CompleteJob(command_id=new_id(), case_id=case_id, token_id=job["token_id"]), WORKER)


def test_jobs_run_beside_each_other(engine: Engine, run: Callable[[Connector], int]) -> None:
    deploy(engine, model("calling", chain(START, service_task("call", "own"), END)))
    cases = [begin(engine, "calling") for _ in range(4)]
    together = threading.Barrier(4, timeout=30)

    def meeting(_work: Work) -> Mapping[str, Any]:
        together.wait()
        return {}

    assert run(meeting) == 4
    assert {state_of(engine, case_id) for case_id in cases} == {"completed"}


def test_model_calls_a_real_server_through_its_connector(
    engine: Engine, outside: Outside, tmp_path: Path, runners: list[JobRunner]
) -> None:
    file = tmp_path / "connectors.toml"
    file.write_text(f'[http.weather]\nurl = "{outside.url}/v2"\n')
    settings = Settings(connectors_file=file, http_allow=("127.0.0.1",), http_allow_networks=("127.0.0.0/8",))
    runner = JobRunner(engine, build_registry(settings, engine.clock.now), worker_id="tests")
    runners.append(runner)
    outside.answer = lambda handler, asked: reply(handler, 200, b'{"level": "red"}')
    case_id = _start(engine, service_task("call", "http:weather", path="= &quot;areas/&quot; + area"))
    assert runner.run_once() == 1
    runner.finish()
    assert outside.requests[0].path == "/v2/areas/510100"
    assert outside.requests[0].headers["idempotency-key"].startswith(case_id)
    (done,) = events_of(engine, case_id, "job.completed")
    assert done["variables"] == {"response": {"status": 200, "body": {"level": "red"}}}


def test_pause_doubles_and_is_bounded() -> None:
    pauses, tried = [], 0.0
    for _ in range(14):
        pauses.append(pause_seconds("case1.7", tried))
        tried += pauses[-1]
    assert FIRST_PAUSE_SECONDS <= pauses[0] <= FIRST_PAUSE_SECONDS * 1.5
    assert all(after >= before for before, after in pairwise(pauses) if after < LONGEST_PAUSE_SECONDS)
    assert LONGEST_PAUSE_SECONDS <= pauses[-1] <= LONGEST_PAUSE_SECONDS * 1.5
    assert pause_seconds("case1.7", 100) == pause_seconds("case1.7", 100)
    assert len({pause_seconds(f"case{number}.7", 1000) for number in range(50)}) > 25
