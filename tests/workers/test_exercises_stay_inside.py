"""One exercise beside one real case, through every way out and every count: the exercise is nowhere but where it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from tests.commands.test_warnings import LETTER
from tests.commands.test_warnings import PUBLISH as WARNING
from tests.support.house import ADMIN, AUDITOR, House, chain, user_task
from tests.support.requesting import MODEL as REQUESTS
from tests.support.requesting import submit
from tests.workers.http_server import Outside
from tests.workers.mail_server import Mailbox
from tests.workers.test_telling import add
from workflow_engine import (
    OPERATOR,
    WORKER,
    AnalysisScope,
    AssignUserTask,
    BroadcastSignal,
    LockJobs,
    Open311Wish,
    PublishMessage,
    new_id,
)
from workflow_engine.workers.connectors import Registry, Work
from workflow_engine.workers.exercises import ExerciseRunner
from workflow_engine.workers.hot_spots import HotSpotFinder
from workflow_engine.workers.jobs import JobRunner
from workflow_engine.workers.paths import PathReader

GROUP = 'camunda:candidateGroups="role:duty_room"'
MESSAGES = (
    '<bpmn:message id="M" name="warning.publish"/><bpmn:message id="G" name="go"/><bpmn:signal id="S" name="rain"/>'
)
CATCH = '<bpmn:intermediateCatchEvent id="{0}"><bpmn:{1}EventDefinition {1}Ref="{2}"/></bpmn:intermediateCatchEvent>'
THROW = '<bpmn:intermediateThrowEvent id="{0}"><bpmn:{1}EventDefinition {1}Ref="{2}"/></bpmn:intermediateThrowEvent>'
CALL = (
    '<bpmn:serviceTask id="call"><bpmn:extensionElements><zeebe:taskDefinition type="own"/></bpmn:extensionElements>'
    "</bpmn:serviceTask>"
)
NUMBER = (
    '<bpmn:scriptTask id="number" scriptFormat="feel" camunda:resultVariable="number">'
    "<bpmn:script>case number(&quot;001&quot;)</bpmn:script></bpmn:scriptTask>"
)


def pair(house: House, process_id: str = "p", **variables: Any) -> tuple[str, str]:
    """An exercise begun first, so that it would be served first, and a real case."""
    drill = house.start(process_id, exercise=True, **variables)
    real = house.start(process_id, **variables)
    house.engine.pump()
    return drill, real


def test_nothing_of_an_exercise_is_told_outside_and_people_of_the_house_read_that_it_is_one(
    house: House, outside: Outside, tell: Callable[[], None], mailbox: tuple[Mailbox, int]
) -> None:
    house.release(MESSAGES + chain(WARNING, user_task("A", GROUP)))
    house.release(REQUESTS)
    add(house, outside, "*")
    tell()
    outside.requests.clear()
    drill, real = pair(house, letter=LETTER)
    request = str(submit(house, exercise=True, reporter_contact="wang@city.example").result["request_id"])
    house.complete(house.task(request, "handle"))
    for case_id in (drill, real):
        give = AssignUserTask(command_id=new_id(), user_task_id=house.task(case_id), assignee="user:li")
        house.engine.handle(give, ADMIN)
    house.engine.handle(
        PublishMessage(command_id=new_id(), name="late", message_id=new_id(), payload={"exercise": True}), OPERATOR
    )
    house.engine.handle(
        PublishMessage(command_id=new_id(), name="late", message_id=new_id(), case_id=drill), OPERATOR
    )
    house.engine.handle(
        BroadcastSignal(command_id=new_id(), name="rain", signal_id=new_id(), payload={"exercise": True}), OPERATOR
    )
    tell()
    told = [json.loads(asked.body) for asked in outside.requests]
    assert {(one["data"].get("case") or {}).get("case_id") for one in told} == {real, None}
    assert {one["type"] for one in told if "case" not in one["data"]} <= {"liandong.warning.published"}
    assert not any(drill in str(one) or request in str(one) for one in told)
    subjects = {to[0]: str(message["subject"]) for to, message in mailbox[0].messages}
    assert len(mailbox[0].messages) == 2 and set(subjects) == {"li@city.example"}, "no reporter is written to"
    assert sorted("演练 Exercise" in str(message["subject"]) for _, message in mailbox[0].messages) == [False, True]
    (warning,) = house.engine.queries.warnings.page().items
    assert [one.warning_id for one in house.engine.queries.warnings.of_case(real, OPERATOR)] == [warning.warning_id]


def test_work_outside_is_never_asked_for_by_an_exercise(house: House) -> None:
    house.release(chain(CALL, user_task("A")))
    asked: list[str] = []

    def connector(work: Work) -> Mapping[str, Any]:
        asked.append(work.case_id)
        return {"answer": 1}

    drill, real = pair(house)
    runner = JobRunner(house.engine, Registry({"own": connector}), worker_id="tests")
    while runner.run_once():
        runner.finish()
    runner.close()
    lock = LockJobs(command_id=new_id(), topics=("own",), worker_id="outside", lock_seconds=60, most=10)
    assert asked == [real] and house.engine.handle(lock, WORKER).result["jobs"] == []
    assert house.tasks(drill) == []
    assert ExerciseRunner(house.engine).run_once() == 1
    assert house.task(drill, "A") and "answer" not in house.variables(drill)


def test_messages_and_signals_do_not_cross_between_exercises_and_real_cases(house: House) -> None:
    waits = chain(CATCH.format("m", "message", "G"), CATCH.format("s", "signal", "S"), user_task("A"), process="waits")
    thrown = (THROW.format("t", "message", "G"), THROW.format("u", "signal", "S"))
    throws = chain(*thrown, user_task("B"), process="throws")
    house.release(MESSAGES + waits)
    house.release(MESSAGES + throws)
    drill, real = pair(house, "waits")

    def passed(case_id: str) -> bool:
        return bool(house.tasks(case_id))

    house.start("throws")
    house.engine.pump()
    assert (passed(drill), passed(real)) == (False, True), "the real case is served although the exercise waits longer"
    another = house.start("waits")
    house.start("throws", exercise=True)
    house.engine.pump()
    assert (passed(drill), passed(another)) == (True, False)


def test_what_an_exercise_begins_is_an_exercise(house: House) -> None:
    begun = (
        '<bpmn:process id="begun" isExecutable="true"><bpmn:startEvent id="by"><bpmn:messageEventDefinition '
        f'messageRef="G"/></bpmn:startEvent>{user_task("A")}<bpmn:sequenceFlow id="f" sourceRef="by" targetRef="A"/>'
        "</bpmn:process>"
    )
    house.release(MESSAGES + begun)
    house.release(MESSAGES + chain(THROW.format("t", "message", "G"), process="throws"))
    house.start("throws", exercise=True)
    house.engine.pump()
    (case,) = house.engine.queries.find_cases(OPERATOR, process_id="begun").items
    assert case.exercise and house.variables(case.case_id)["exercise"] is True
    report = house.engine.verify_audit(sample=None)
    assert report.ok, [finding.message for finding in report.findings]


def test_no_figure_counts_an_exercise(house: House) -> None:
    house.release(chain(user_task("A", 'camunda:assignee="user:li"'), NUMBER, user_task("B", GROUP)))
    house.release(REQUESTS)
    drill, real = pair(house)
    for case_id in (drill, real):
        house.complete(house.task(case_id), OPERATOR)
    assert [house.variables(one)["number"][-4:] for one in (drill, real)] == ["0001", "0001"]
    assert house.variables(drill)["number"].startswith("YL"), "real numbers have no gaps"
    while PathReader(house.engine).run_once():
        pass
    now = house.clock.now()
    scope = AnalysisScope("p", now - timedelta(days=1), now + timedelta(days=1))
    figures = {one.element_id: one.count for one in house.engine.queries.analysis.steps(AUDITOR, scope)}
    assert figures["A"] == 1
    submit(house, exercise=True, place_code="430181002001")
    shown = str(submit(house, place_code="430181002001").result["request_id"])
    HotSpotFinder(house.engine).run_once()
    assert house.rows("SELECT count FROM request_day") == [(1,)]
    requests = house.engine.queries.service_requests
    assert [one.request_id for one in requests.list_public().items] == [shown]
    found, _ = house.engine.queries.open311.list(Open311Wish(since=now - timedelta(days=1), until=now))
    assert len(found) == 1
