"""SIGKILL wherever the worker of exercises stands: no inject and no step comes twice, and none is lost."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.processes import Nursery
from tests.support.house import ADMIN, OFFERED, House, chain, user_task
from workflow_engine import OPERATOR, EndExercise, LoadOrganisation, PlanExercise, StartExercise, new_id

WORKER = "tests.faults.exercise_worker"
TOLD = "SELECT body FROM audit_entry WHERE stream_id = 'exercise:{}' ORDER BY seq"
MODEL = '<bpmn:message id="M" name="valve.shut"/><bpmn:signal id="S" name="rain"/>' + chain(
    '<bpmn:intermediateCatchEvent id="m"><bpmn:messageEventDefinition messageRef="M"/></bpmn:intermediateCatchEvent>',
    '<bpmn:intermediateCatchEvent id="s"><bpmn:signalEventDefinition signalRef="S"/></bpmn:intermediateCatchEvent>',
    user_task("A", OFFERED), user_task("B", OFFERED),
)  # fmt: skip
PEOPLE = {
    "units": [{"unit_id": "duty", "parent_id": None, "level": "city", "name_zh": "值班室", "name_en": "Duty room",
               "subject_class": "government"}],
    "roles": [{"group_id": "role:duty_room", "name_zh": "值班员", "name_en": "Duty room"}],
    "people": [{"person_id": "user:wang", "sign_in_name": "wang", "display_name_zh": "王", "display_name_en": "Wang",
                "password_hash": None, "unit_id": "duty", "disabled": False, "groups": ["role:duty_room"]}],
}  # fmt: skip
SCRIPT = {
    "injects": [
        {"number": 0, "at": 0, "kind": "start", "told": "", "content": {"title": "Leak"}},
        {"number": 1, "at": 10, "kind": "message", "told": "", "content": {"name": "valve.shut"}},
        {"number": 2, "at": 20, "kind": "message", "told": "", "content": {"name": "nobody.waits"}},
        {"number": 3, "at": 30, "kind": "alert", "told": "", "content": {}},
        {"number": 4, "at": 40, "kind": "signal", "told": "", "content": {"name": "rain"}},
    ],
    "answers": {"A": [{"after": 0, "form": {"done": True}}]},
}
# Each inject, the note that one cannot be brought, each delivery and each step is a transaction; the worker is killed
# inside the first, after it, and so on in those that are left then.
KILLED_AT = (
    "before_commit:1", "after_commit:1", "after_event:1", "after_commit:1", "after_claim:1", "after_commit:2",
    "before_commit:1", "after_commit:1", "after_state:1",
)  # fmt: skip


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    opened = House(database_url)
    yield opened
    opened.close()


def test_killed_exercise_goes_on_and_brings_everything_once(
    house: House, database_url: str, nursery: Nursery
) -> None:
    house.release(MODEL)
    house.engine.handle(LoadOrganisation(command_id=new_id(), **PEOPLE), OPERATOR)
    exercise_id = new_id()
    plan = PlanExercise(
        command_id=new_id(), exercise_id=exercise_id, title="Leak", process_id="p", script=SCRIPT, simulated=("*",)
    )
    house.engine.handle(plan, OPERATOR)
    house.engine.handle(StartExercise(command_id=new_id(), exercise_id=exercise_id), OPERATOR)
    house.engine.close()
    ended = [nursery.run(WORKER, database_url, failpoint=f"{point}:kill") for point in KILLED_AT]
    assert set(ended) == {-signal.SIGKILL}, ended
    assert nursery.run(WORKER, database_url) == 0
    house.reopen()
    story = house.engine.queries.exercises.get(exercise_id, OPERATOR)
    assert [one.state for one in story.injects] == ["given", "given", "given", "failed", "given"]
    (case,) = story.cases
    commands = Counter(row.command["command"] for row in house.engine.queries.get_history(case.case_id, ADMIN))
    assert commands == {"case.start": 1, "message.correlate": 1, "signal.deliver": 1, "user_task.complete": 1}
    assert house.task(case.case_id, "B")
    house.engine.handle(EndExercise(command_id=new_id(), exercise_id=exercise_id), OPERATOR)
    house.engine.close()
    for point in ("before_commit:1", "after_commit:1"):
        assert nursery.run(WORKER, database_url, failpoint=f"{point}:kill") == -signal.SIGKILL
    assert nursery.run(WORKER, database_url) == 0
    house.reopen()
    settled = [
        event["number"]
        for (body,) in house.rows(TOLD.format(exercise_id))
        for event in json.loads(body)["events"]
        if event["event"] == "exercise.inject_settled"
    ]
    assert settled == [0, 1, 2, 3, 4]
    history = [row.command["command"] for row in house.engine.queries.get_history(case.case_id, ADMIN)]
    assert history.count("case.cancel") == 1
    assert house.engine.verify_audit(sample=None).findings == []
