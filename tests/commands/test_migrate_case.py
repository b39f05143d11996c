"""Running cases put on another version: what moves along, what is recomputed, and everything that cannot move."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commands.test_modify_case import check_record, open_at
from tests.support.house import ADMIN, ANNE, OFFERED, House, chain, user_task
from workflow_engine import (
    CannotMigrateError,
    InvalidStateError,
    MigrateCase,
    NotFoundError,
    NotPermittedError,
    Receipt,
    RejectedError,
    RetireDefinition,
    StaleVersionError,
    new_id,
)

ONE = chain(user_task("A", OFFERED), user_task("B", OFFERED))
FORM = b'{"type": "default", "id": "new_form", "components": [{"type": "textfield", "key": "note", "label": "Note"}]}'
TWO = chain(user_task("A", f'{OFFERED} camunda:formKey="new_form"'), user_task("B", OFFERED), user_task("C", OFFERED))
TIMED = (
    '<bpmn:boundaryEvent id="late" attachedToRef="A"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>{}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:endEvent id="too_late"/><bpmn:sequenceFlow id="late_flow" sourceRef="late" targetRef="too_late"/>'
)


def timed(duration: str) -> str:
    return chain(user_task("A"), user_task("B"), more=TIMED.format(duration))


def service(topic: str) -> str:
    return chain(f'<bpmn:serviceTask id="A" camunda:type="external" camunda:topic="{topic}"/>', user_task("B"))


def catching(kind: str) -> str:
    inside = {
        "timer": "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>",
        "message": '<bpmn:messageEventDefinition messageRef="m"/>',
    }[kind]
    head = '<bpmn:message id="m" name="news"/>' if kind == "message" else ""
    return head + chain(f'<bpmn:intermediateCatchEvent id="A">{inside}</bpmn:intermediateCatchEvent>', user_task("B"))


def each(collection: str) -> str:
    return chain(
        '<bpmn:userTask id="A"><bpmn:multiInstanceLoopCharacteristics '
        f'camunda:collection="{collection}" camunda:elementVariable="who"/></bpmn:userTask>',
        user_task("B"),
    )


def nested() -> str:
    inner = (
        '<bpmn:subProcess id="S"><bpmn:startEvent id="s1"/><bpmn:userTask id="A"/><bpmn:endEvent id="s2"/>'
        '<bpmn:sequenceFlow id="n1" sourceRef="s1" targetRef="A"/>'
        '<bpmn:sequenceFlow id="n2" sourceRef="A" targetRef="s2"/>'
        "</bpmn:subProcess>"
    )
    return chain(inner, user_task("B"))


def checked() -> str:
    return chain(
        user_task("before"),
        '<bpmn:userTask id="A"><bpmn:extensionElements><camunda:properties><camunda:property name="notCompletedBy" '
        'value="author"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>',
        user_task("B"),
    )


def migrate(house: House, case_id: str, definition_id: str, **fields: Any) -> Receipt:
    command = MigrateCase(
        command_id=new_id(), case_id=case_id, definition_id=definition_id, **{"reason": "new rules", **fields}
    )
    dry = house.engine.dry_run(command, ADMIN)
    receipt = house.engine.handle(command, ADMIN)
    (entry,) = [row for row in house.engine.queries.get_history(case_id, ADMIN) if row.seq == receipt.seq]
    assert [one["event"] for one in entry.events] == [one["event"] for one in dry.events]
    return receipt


@pytest.mark.parametrize("hot", [True, False])
def test_case_goes_on_in_the_new_version(house: House, hot: bool) -> None:
    old = house.release(ONE)
    case_id = house.start()
    task_id = house.task(case_id)
    house.claim(task_id, ANNE)
    new = house.release(TWO, new_form__form=FORM)
    if not hot:
        house.reopen()
    migrate(house, case_id, new)
    case = house.engine.queries.get_case(case_id, ADMIN).case
    assert (case.definition_id, case.version) == (new, 2)
    task = house.engine.queries.get_user_task(task_id, ADMIN)
    assert task.form is not None
    assert task.form["id"] == "new_form"
    assert (task.assignee, task.state) == ("user:anne", "claimed")
    house.complete(task_id, ANNE, note="seen")
    house.complete(house.task(case_id, "B"))
    assert open_at(house, case_id) == ["C"]
    check_record(house)
    (event,) = [
        event
        for row in house.engine.queries.get_history(case_id, ADMIN)
        for event in row.events
        if event["event"] == "case.migrated"
    ]
    assert (event["from_definition_id"], event["definition_id"], event["reason"]) == (old, new, "new rules")


def test_element_is_mapped_to_one_of_another_name(house: House) -> None:
    house.release(ONE)
    case_id = house.start()
    new = house.release(chain(user_task("First"), user_task("B")))
    with pytest.raises(CannotMigrateError) as refused:
        migrate(house, case_id, new)
    assert [(problem.code, problem.element_id) for problem in refused.value.problems] == [("missing", "A")]
    migrate(house, case_id, new, mapping={"A": "First"})
    assert open_at(house, case_id) == ["First"]
    house.complete(house.task(case_id))
    assert open_at(house, case_id) == ["B"]
    check_record(house)


def due_minutes(house: House, case_id: str) -> list[tuple[str, float]]:
    now = house.clock.now()
    return [
        (timer.element_id, (timer.due_at - now).total_seconds() / 60)
        for timer in house.engine.queries.get_case(case_id, ADMIN).timers
        if timer.state == "scheduled"
    ]


@pytest.mark.parametrize(
    ("before", "after", "due"),
    [
        (timed("PT1H"), timed("PT1H"), [("late", 50.0)]),
        (timed("PT1H"), timed("PT2H"), [("late", 120.0)]),
        (timed("PT60M"), timed("PT70M"), [("late", 70.0)]),
        (chain(user_task("A"), user_task("B")), timed("PT1H"), [("late", 60.0)]),
        (timed("PT1H"), chain(user_task("A"), user_task("B")), []),
    ],
)
def test_timers_of_the_new_version_run(house: House, before: str, after: str, due: list[tuple[str, float]]) -> None:
    house.release(before)
    case_id = house.start()
    house.clock.advance(600)
    house_other = after.replace('name="Process p"', 'name="Process p, again"')
    migrate(house, case_id, house.release(house_other))
    assert due_minutes(house, case_id) == due
    check_record(house)
    if due:
        house.clock.advance(due[0][1] * 60)
        house.engine.handle(house.timer_command(case_id), ADMIN)
        assert house.state(case_id) == "completed"
        check_record(house)


def test_message_is_waited_for_under_its_new_name(house: House) -> None:
    house.release(catching("message"))
    case_id = house.start()
    new = house.release(catching("message").replace('name="news"', 'name="other news"'))
    migrate(house, case_id, new)
    house.publish("news")
    assert open_at(house, case_id) == []
    house.publish("other news")
    assert open_at(house, case_id) == ["B"]
    check_record(house)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (ONE, chain(user_task("B")), "missing"),
        (ONE, nested(), "nested"),
        (ONE, service("x"), "kind"),
        (service("x"), service("y"), "job"),
        (catching("timer"), catching("message"), "events"),
        (each("people"), each("others"), "loop"),
        (ONE, each("people"), "kind"),
        (ONE, checked(), "two_persons"),
    ],
)
def test_what_cannot_move_is_told_with_what_to_do(house: House, before: str, after: str, code: str) -> None:
    house.release(before)
    case_id = house.start(people=["a", "b"], others=["c"])
    new = house.release(after)
    rehearsal = house.engine.rehearse_migration({"process_id": "p"}, new, {}, ADMIN)
    assert rehearsal.count == 1
    (tried,) = rehearsal.tries
    assert tried.done is None
    assert [problem.code for problem in tried.problems][:1] == [code]
    assert all(problem.mend for problem in tried.problems)
    with pytest.raises(CannotMigrateError):
        migrate(house, case_id, new)
    assert house.engine.queries.get_case(case_id, ADMIN).case.version == 1
    check_record(house)


def test_two_branches_at_a_join_move_along(house: House) -> None:
    from tests.commands.test_modify_case import FORKED

    house.release(FORKED)
    case_id = house.start()
    house.complete(house.task(case_id, "B"))
    new = house.release(
        FORKED.replace('id="f6"', 'id="f6_new"').replace(
            '<bpmn:userTask id="C"/>', '<bpmn:userTask id="C" name="Now named"/>'
        )
    )
    migrate(house, case_id, new)
    house.complete(house.task(case_id, "A"))
    house.complete(house.task(case_id, "A2"))
    assert open_at(house, case_id) == ["C"]
    check_record(house)


def test_who_when_and_where_to_is_refused(house: House) -> None:
    old = house.release(ONE)
    case_id = house.start()
    draft = house.deploy(TWO)
    other = house.release(chain(user_task("A"), process="q"))
    for definition_id, error in ((old, InvalidStateError), (draft, InvalidStateError), (other, NotFoundError)):
        with pytest.raises(error):
            house.engine.handle(
                MigrateCase(command_id=new_id(), case_id=case_id, definition_id=definition_id, reason="r"), ADMIN
            )
    new = house.release(chain(user_task("A"), user_task("D")))
    for fields, actor, error in (
        ({}, ANNE, NotPermittedError),
        ({"reason": ""}, ADMIN, RejectedError),
        ({"case_version": 9}, ADMIN, StaleVersionError),
    ):
        command = MigrateCase(
            command_id=new_id(),
            case_id=case_id,
            definition_id=new,
            **{"reason": "r", **fields},  # type: ignore[arg-type]
        )
        with pytest.raises(error):
            house.engine.handle(command, actor)
    house.engine.handle(RetireDefinition(command_id=new_id(), definition_id=new), ADMIN)
    with pytest.raises(InvalidStateError, match="retired"):
        house.engine.handle(MigrateCase(command_id=new_id(), case_id=case_id, definition_id=new, reason="r"), ADMIN)
