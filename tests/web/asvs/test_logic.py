"""ASVS 5.0, chapters 2 and 15: business logic, anti-automation, races, mass assignment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.web.conftest import Visitor, actor, open_task
from web.throttle import PER_NAME_AND_ADDRESS
from workflow_engine import (
    OPERATOR,
    CancelCase,
    ClaimUserTask,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    EngineError,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    Receipt,
    ReleaseDefinition,
    StartCase,
    new_id,
)

ANSWERS = {"kind": "fire", "injured": 1, "note": "Smoke"}


def at_once(count: int, act: Callable[[int], Receipt]) -> list[Receipt | EngineError]:
    """The outcomes of ``act`` in this many threads that begin together."""
    barrier, outcomes = threading.Barrier(count), list[Any]([None] * count)

    def run(number: int) -> None:
        barrier.wait()
        try:
            outcomes[number] = act(number)
        except EngineError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_asvs_2_3_1_steps_happen_in_the_order_of_the_model(engine: Engine, case_id: str, task_id: str) -> None:
    """A task can be completed only while the model waits there; a made-up one or a later one cannot."""
    wang = actor(engine, "wang")
    with pytest.raises(NotFoundError):
        engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=f"{case_id}.999", variables={}), wang)
    engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables=ANSWERS), wang)
    with pytest.raises(InvalidStateError):
        engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables=ANSWERS), wang)


def test_asvs_2_3_3_a_command_is_done_whole_or_not_at_all(engine: Engine, case_id: str, task_id: str) -> None:
    """A command that is refused leaves no row, no entry and no state behind."""
    before = engine.queries.get_history(case_id, OPERATOR)
    command = CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables={"x": float("nan")})
    wang = actor(engine, "wang")
    with pytest.raises(EngineError):
        engine.handle(command, wang)
    assert engine.queries.get_history(case_id, OPERATOR) == before
    assert engine.queries.get_user_task(task_id, OPERATOR).state == "ready"


def test_asvs_2_3_4_a_task_is_taken_by_one_person(engine: Engine, task_id: str) -> None:
    """Two people who claim the same task at the same instant: one has it, the other is told."""
    people = [actor(engine, "wang"), actor(engine, "li")] * 3
    outcomes = at_once(
        6, lambda number: engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id), people[number])
    )
    assert sum(isinstance(outcome, Receipt) for outcome in outcomes) == 1


def test_asvs_2_3_5_a_model_is_released_by_another_than_its_uploader(engine: Engine) -> None:
    """What changes how the city works takes two people."""
    files = {"a.bpmn": (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">'
        b'<process id="q" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
        b'<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>'
    )}  # fmt: skip
    made = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    release = {"definition_id": made.result["definition_id"]}
    with pytest.raises(NotPermittedError):
        engine.handle(ReleaseDefinition(command_id=new_id(), **release), actor(engine, "jiang"))
    engine.handle(ReleaseDefinition(command_id=new_id(), **release), actor(engine, "yu"))


def test_asvs_2_4_1_guessing_is_slowed_down(app: Flask) -> None:
    """After a few wrong attempts the right password opens nothing for a while either."""
    visitor = Visitor(app)
    for _again in range(PER_NAME_AND_ADDRESS.failures):
        visitor.get("/sign-in")
        visitor.post("/sign-in", {"name": "wang", "password": "wrong"})
    visitor.get("/sign-in")
    assert visitor.post("/sign-in", {"name": "wang", "password": "rain on the river"}).status_code == 401


def test_asvs_15_3_3_only_fields_of_the_form_are_taken_over(app: Flask, engine: Engine, task_id: str) -> None:
    """A request may carry what it likes: only what the task's form asks for reaches the case."""
    visitor = Visitor(app, "wang")
    visitor.get(f"/tasks/{task_id}")
    form = {"f.kind": "0", "f.injured": "1", "f.note": "Smoke", "f.reporter": "forged", "f.level": "IV", "level": "IV"}
    assert visitor.post(f"/tasks/{task_id}/complete", form).status_code == 303
    assert engine.queries.get_user_task(task_id, OPERATOR).submission == ANSWERS


def test_asvs_15_4_1_threads_share_a_case_safely(engine: Engine) -> None:
    """Cases kept in memory are handed to one command at a time, whatever the threads."""
    case_ids = [new_id() for _ in range(4)]
    for case_id in case_ids:
        engine.handle(StartCase(command_id=new_id(), case_id=case_id, process_id="incident_report"), OPERATOR)
    tasks = [open_task(engine, case_id, "record") for case_id in case_ids] * 2
    wang = actor(engine, "wang")
    outcomes = at_once(
        8,
        lambda number: engine.handle(
            CompleteUserTask(command_id=new_id(), user_task_id=tasks[number], variables=ANSWERS), wang
        ),
    )
    assert sum(isinstance(outcome, Receipt) for outcome in outcomes) == 4
    assert engine.verify_audit(sample=None).ok


def test_asvs_15_4_2_rights_and_state_are_checked_under_the_lock(engine: Engine, case_id: str, task_id: str) -> None:
    """Completing and cancelling at the same instant: one after the other, never both."""
    wang, jiang = actor(engine, "wang"), actor(engine, "jiang")
    complete = CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables=ANSWERS)
    cancel = CancelCase(command_id=new_id(), case_id=case_id, reason="no")
    at_once(2, lambda number: engine.handle(complete, wang) if number else engine.handle(cancel, jiang))
    events = [event for row in engine.queries.get_history(case_id, OPERATOR) for event in row.events]
    ends = ("user_task.completed", "user_task.cancelled")
    assert len([event for event in events if event["event"] in ends and event["element_id"] == "record"]) == 1
    assert engine.verify_audit(sample=None).ok


def test_asvs_15_4_3_locks_are_taken_in_one_order(engine: Engine, case_id: str) -> None:
    """The row of the case is locked first and no command locks two cases: many at once all end."""
    wang = actor(engine, "wang")
    task_id = open_task(engine, case_id, "record")
    outcomes = at_once(
        12, lambda _number: engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id), wang)
    )
    assert all(isinstance(outcome, Receipt | InvalidStateError) for outcome in outcomes)
