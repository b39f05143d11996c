"""Running work re-planned for an emergency: sooner, later, never against the law, and given back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, NOON, STRANGER, House, chain, user_task
from workflow_engine import (
    DefinitionError,
    InvalidStateError,
    NotPermittedError,
    RejectedError,
    StaleVersionError,
    new_id,
)
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.replanning_commands import ChangeReplanPolicy, EndReplan, RevertReplan
from workflow_engine.workers.clock import AlarmClock
from workflow_engine.workers.replanning import Replanner

_PROPERTIES = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="liandong:lane" value="emergency"/>'
    '<camunda:property name="liandong:mechanism" value="{}"/></camunda:properties></bpmn:extensionElements>'
)
_NAMES = ("direction", "rank", "units", "place_codes", "hazard", "reason")
_INPUTS = "".join(f'<camunda:inputParameter name="{name}">${{{name}}}</camunda:inputParameter>' for name in _NAMES)
_MESSAGE = '<bpmn:message id="M" name="emergency.replan"/>'
FIRE = Actor("user:fire", frozenset({"unit:fire"}))
ON_DUTY = Actor("user:duty", frozenset({"duty:fire"}))


def _send(number: int) -> str:
    return (
        f'<bpmn:sendTask id="call_{number}" messageRef="M"><bpmn:extensionElements><camunda:inputOutput>{_INPUTS}'
        "</camunda:inputOutput></bpmn:extensionElements></bpmn:sendTask>"
    )


def emergency_model(mechanism: str = "emergency", process: str = "emergency") -> str:
    """Each task sets what the call after it says."""
    steps = [part for number in (1, 2, 3) for part in (user_task(f"decide_{number}"), _send(number))]
    return _MESSAGE + chain(*steps, user_task("review"), process=process, more=_PROPERTIES.format(mechanism))


def _timer(element_id: str, host: str, duration: str) -> str:
    return (
        f'<bpmn:boundaryEvent id="{element_id}" attachedToRef="{host}" cancelActivity="false">'
        f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        f'</bpmn:boundaryEvent><bpmn:endEvent id="{element_id}_end"/>'
        f'<bpmn:sequenceFlow id="{element_id}_flow" sourceRef="{element_id}" targetRef="{element_id}_end"/>'
    )


def _legal(said: str) -> str:
    return (
        '<bpmn:extensionElements><camunda:properties><camunda:property name="liandong:legalDeadline" '
        f'value="{said}"/></camunda:properties></bpmn:extensionElements>'
    )


TEN_HOURS = "=now() + duration(&quot;PT10H&quot;)"


def work_model(process: str, due: str = TEN_HOURS, legal: str = "", group: str = "unit:fire") -> str:
    """One task with a due date, a reminder and a clock after it."""
    task = (
        f'<bpmn:userTask id="work" name="Work" camunda:candidateGroups="{group}" camunda:dueDate="{due}">'
        f"{_legal(legal) if legal else ''}</bpmn:userTask>"
    )
    return chain(task, process=process, more=_timer("remind", "work", "PT8H") + _timer("late", "work", "PT12H"))


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    opened = House(database_url)
    opened.release(emergency_model())
    yield opened
    assert opened.engine.verify_audit(sample=None).findings == []
    opened.close()


def bring(house: House) -> None:
    """Work off every call."""
    replanner = Replanner(house.engine, worker_id="tests", slice_size=3, page_size=2)
    while replanner.run_once():
        pass


def call(house: House, emergency: str, direction: str, rank: int, **said: Any) -> None:
    """Let an emergency call, and everything be done."""
    values = {"units": ["fire"], "place_codes": [], "hazard": "gas", "reason": "gas leak at the school", **said}
    house.complete(house.task(emergency), direction=direction, rank=rank, **values)
    bring(house)


def _another(table: str, base_version: int = 0) -> ChangeReplanPolicy:
    files = {"replan.dmn": table.encode()}
    return ChangeReplanPolicy(command_id=new_id(), files=files, base_version=base_version, reason="sooner")


def _seen(house: House, case_id: str, element_id: str = "work") -> tuple[datetime | None, int]:
    """(when it is due, its priority)."""
    (task,) = [task for task in house.tasks(case_id) if task.element_id == element_id]
    return task.due_at, task.priority


def _timers(house: House, case_id: str) -> dict[str, datetime]:
    found = house.engine.queries.get_case(case_id, ADMIN).timers
    return {timer.element_id: timer.due_at for timer in found if timer.state == "scheduled"}


def test_work_of_a_called_unit_waits_and_gets_its_time_back(house: House) -> None:
    house.release(work_model("plain"))
    case_id, emergency = house.start("plain"), house.start("emergency")
    given, clocks = _seen(house, case_id), _timers(house, case_id)
    call(house, emergency, "activate", 3)
    assert _seen(house, case_id) == (NOON + timedelta(hours=18), 40)
    assert _timers(house, case_id) == {name: at + timedelta(hours=8) for name, at in clocks.items()}
    house.clock.advance(3600)
    call(house, emergency, "raise", 2)
    assert _seen(house, case_id) == (NOON + timedelta(hours=34), 30), "reckoned from what the model gave"
    (plan,) = house.engine.queries.replans.of_task(house.task(case_id))
    assert (plan.level, plan.deadline, plan.given_due_at) == ("II", "push_back", given[0])
    assert plan.reason == "gas leak at the school"
    call(house, emergency, "end", 2)
    assert (_seen(house, case_id), _timers(house, case_id)) == (given, clocks)
    assert house.engine.queries.replans.of_task(house.task(case_id)) == []
    commands = [row.command["command"] for row in house.engine.queries.get_history(case_id, ADMIN)]
    assert commands == ["case.start", "case.replan", "case.replan", "case.revert_replan"]
    states = [row.state for row in house.engine.queries.replans.calls(emergency, ADMIN)]
    assert states == ["done"] * 3


def test_lowering_gives_back_what_the_lower_level_does_not_want(house: House) -> None:
    house.release(work_model("plain"))
    case_id, emergency = house.start("plain"), house.start("emergency")
    given = _seen(house, case_id)
    call(house, emergency, "activate", 1)
    assert _seen(house, case_id) == (NOON + timedelta(days=3, hours=10), 20)
    call(house, emergency, "lower", 4)
    assert _seen(house, case_id) == given


@pytest.mark.parametrize(
    ("due", "legal", "stays"),
    [
        ("=working days after(now(), 3)", "", True),
        ("=working days after(now(), 3)", "no", False),
        ("=now() + duration(&quot;PT10H&quot;)", "yes", True),
    ],
)
def test_deadline_of_the_law_is_never_pushed_back(house: House, due: str, legal: str, stays: bool) -> None:
    house.release(work_model("bound", due, legal))
    case_id, emergency = house.start("bound"), house.start("emergency")
    given = _seen(house, case_id)[0]
    call(house, emergency, "activate", 1)
    after, priority = _seen(house, case_id)
    assert (after == given) is stays
    assert priority == (40 if stays else 20)
    call(house, emergency, "end", 1)
    assert _seen(house, case_id) == (given, 50)


def test_own_tasks_come_sooner_when_the_level_is_raised_and_duty_may_take_them(house: House) -> None:
    body = chain(
        '<bpmn:parallelGateway id="fork"/>', user_task("decide"), _send(1), user_task("raise_it"), _send(2),
        user_task("over"), process="own", more=_PROPERTIES.format("emergency")
        + '<bpmn:userTask id="work" name="Work" camunda:candidateGroups="unit:fire" '
        'camunda:dueDate="=now() + duration(&quot;PT10H&quot;)"/><bpmn:endEvent id="done"/>'
        '<bpmn:sequenceFlow id="aside" sourceRef="fork" targetRef="work"/>'
        '<bpmn:sequenceFlow id="aside_end" sourceRef="work" targetRef="done"/>',
    )  # fmt: skip
    house.release(_MESSAGE + body)
    case_id = house.start("own")
    said: dict[str, Any] = {"units": ["fire"], "place_codes": [], "hazard": "gas", "reason": "r"}
    house.clock.advance(2 * 3600)
    house.complete(house.task(case_id, "decide"), direction="activate", rank=3, **said)
    bring(house)
    assert _seen(house, case_id) == (NOON + timedelta(hours=10), 50)
    house.complete(house.task(case_id, "raise_it"), direction="raise", rank=2, **said)
    bring(house)
    assert _seen(house, case_id) == (NOON + timedelta(hours=6), 70)
    house.claim(house.task(case_id, "work"), ON_DUTY)
    (plan,) = house.engine.queries.replans.of_task(house.task(case_id, "work"))
    assert plan.offered == ["duty:fire"]


def test_what_is_in_hand_or_passed_cannot_be_given_back_and_says_why(house: House) -> None:
    table = house.engine.queries.replans.policy()[1].replace(
        '"push_back"</text></outputEntry>', '"shorten"</text></outputEntry>'
    ).replace("<text>100</text>", "<text>10</text>").replace(
        "<text>false</text></outputEntry>", "<text>true</text></outputEntry>"
    )  # fmt: skip
    house.engine.handle(_another(table), ADMIN)
    house.release(work_model("plain"))
    case_id, emergency = house.start("plain"), house.start("emergency")
    call(house, emergency, "activate", 2)
    assert _seen(house, case_id)[0] == NOON + timedelta(hours=1)
    assert _timers(house, case_id)["remind"] == NOON + timedelta(minutes=48)
    house.clock.advance(3000)
    assert AlarmClock(house.engine, worker_id="tests").tick().fired == 1
    house.claim(house.task(case_id), ON_DUTY)
    house.engine.forget_hot_copies()
    call(house, emergency, "end", 2)
    assert _seen(house, case_id)[0] == NOON + timedelta(hours=10)
    assert set(_timers(house, case_id)) == {"late"}
    (plan,) = house.engine.queries.replans.of_case(case_id, ADMIN)
    assert plan.kept == ["passed", "in_hand"]
    assert house.tasks(case_id)[0].assignee == ON_DUTY.actor_id


def test_two_emergencies_plan_the_same_task_and_either_may_end_first(house: House) -> None:
    house.release(work_model("plain"))
    case_id = house.start("plain")
    one, two = house.start("emergency"), house.start("emergency")
    call(house, one, "activate", 3)
    call(house, two, "activate", 2)
    assert _seen(house, case_id) == (NOON + timedelta(hours=34), 30), "the later of both"
    call(house, one, "end", 3)
    assert _seen(house, case_id) == (NOON + timedelta(hours=34), 30)
    call(house, two, "end", 2)
    assert _seen(house, case_id) == (NOON + timedelta(hours=10), 50)


def test_only_an_emergency_may_call_and_exercises_touch_exercises_alone(house: House) -> None:
    house.release(emergency_model("operation", "pretender"))
    house.release(work_model("plain"))
    case_id, pretender, emergency = house.start("plain"), house.start("pretender"), house.start("emergency")
    given = _seen(house, case_id)
    call(house, pretender, "activate", 1)
    assert _seen(house, case_id) == given
    assert [row.name for row in house.engine.queries.list_messages("waiting").items] == ["emergency.replan"]
    with house.engine._database.write() as unit:
        unit._cursor.execute("UPDATE process_instance SET exercise = (1 = 1) WHERE process_id = 'emergency'")
        unit.commit()
    call(house, emergency, "activate", 1)
    assert _seen(house, case_id) == given


def test_person_takes_a_case_out_for_a_reason(house: House) -> None:
    house.release(work_model("plain"))
    case_id, emergency = house.start("plain"), house.start("emergency")
    given = _seen(house, case_id)
    command = RevertReplan(command_id=new_id(), case_id=case_id, emergency_id=emergency, reason="a school waits for it")
    with pytest.raises(InvalidStateError, match="plans nothing"):
        house.engine.handle(command, ADMIN)
    call(house, emergency, "activate", 2)
    with pytest.raises(RejectedError):
        house.engine.handle(command, STRANGER)
    house.engine.handle(command, ADMIN)
    assert _seen(house, case_id) == given


def test_emergency_that_ends_without_a_word_gives_everything_back(house: House) -> None:
    house.release(work_model("plain"))
    case_id, emergency = house.start("plain"), house.start("emergency")
    given = _seen(house, case_id)
    call(house, emergency, "activate", 2)
    with pytest.raises(NotPermittedError):
        house.engine.handle(EndReplan(command_id=new_id(), emergency_id=emergency, reason="over"), STRANGER)
    from workflow_engine import CancelCase

    house.engine.handle(CancelCase(command_id=new_id(), case_id=emergency, reason="opened by mistake"), ADMIN)
    bring(house)
    assert _seen(house, case_id) == given
    assert [row.direction for row in house.engine.queries.replans.calls(emergency, ADMIN)] == ["end", "activate"]


def test_preview_counts_what_a_call_would_do(house: House) -> None:
    house.release(work_model("plain"))
    house.release(work_model("bound", "=working days after(now(), 3)"))
    house.release(work_model("elsewhere", group="unit:other"))
    for process_id in ("plain", "plain", "bound", "elsewhere"):
        house.start(process_id)
    emergency = house.start("emergency")
    from workflow_engine.domain.replanning import Call

    found = house.engine.queries.replans.preview(emergency, Call("activate", 2, ("fire",)), ADMIN)
    assert found.complete
    assert [(line.process_id, line.deadline, line.tasks, line.legal) for line in found.lines] == [
        ("bound", "keep", 1, 1), ("plain", "push_back", 2, 0),
    ]  # fmt: skip
    assert house.rows("SELECT count(*) FROM task_plan") == [(0,)]


def test_table_without_an_answer_for_everything_is_refused(house: House) -> None:
    version, table = house.engine.queries.replans.policy()
    assert version == 0
    cut = table[: table.index('<rule id="replan_row_11">')] + "</decisionTable></decision></definitions>"
    unnamed = table.replace('id="replan"', 'id="other"').replace('name="replan"', 'name="other"')
    for content in (cut, "<definitions/>", unnamed):
        with pytest.raises(DefinitionError):
            house.engine.handle(_another(content), ADMIN)
    with pytest.raises(StaleVersionError):
        house.engine.handle(_another(table, 3), ADMIN)
    with pytest.raises(NotPermittedError):
        house.engine.handle(_another(table), ANNE)
