"""Deputies and administrators act for others: only where they may, and the record names both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import House, chain, user_task
from workflow_engine import (
    OPERATOR,
    Actor,
    AssignUserTask,
    ClaimUserTask,
    CompleteUserTask,
    InvalidVariablesError,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    ReleaseUserTask,
    new_id,
)

FOR_CHIEF = 'camunda:candidateGroups="role:chief"'
FOR_ANN = 'camunda:candidateUsers="user:ann"'
MODEL = chain(user_task("A", FOR_ANN), user_task("B", FOR_CHIEF))
OTHER = chain(user_task("A", FOR_ANN), process="q")


def rule(element_id: str, who: str, name: str, value: str) -> str:
    return (
        f'<bpmn:userTask id="{element_id}" {who}><bpmn:extensionElements><camunda:properties>'
        f'<camunda:property name="{name}" value="{value}"/></camunda:properties></bpmn:extensionElements>'
        "</bpmn:userTask>"
    )


TWO_PERSONS = chain(rule("A", FOR_CHIEF, "completedBy", "done_by"), rule("B", FOR_CHIEF, "notCompletedBy", "done_by"))


@pytest.fixture
def office(house: House) -> House:
    groups: dict[str, list[str]] = {
        "ann": ["role:chief", "administrators"], "ben": [], "cyd": ["role:chief"], "adm": ["administrators"],
    }  # fmt: skip
    people = [
        {"person_id": f"user:{name}", "sign_in_name": name, "display_name_zh": name, "display_name_en": name,
         "groups": groups[name]}
        for name in groups
    ]  # fmt: skip
    house.engine.handle(LoadOrganisation(command_id=new_id(), people=people), OPERATOR)
    house.release(MODEL)
    house.release(OTHER)
    return house


def who(house: House, name: str) -> Actor:
    found = house.engine.queries.organisation.find_actor(f"user:{name}")
    assert found is not None
    return found


def stand_in(house: House, absent: str = "ann", other: str = "ben", **fields: Any) -> None:
    row = {"deputy_id": new_id(), "person_id": f"user:{absent}", "stand_in": f"user:{other}",
           "from_on": "2026-05-12", "until_on": "2026-05-13", **fields}  # fmt: skip
    house.engine.handle(LoadOrganisation(command_id=new_id(), deputies=[row]), OPERATOR)


def told(house: House, case_id: str) -> list[dict[str, Any]]:
    history = house.engine.queries.get_history(case_id, OPERATOR)
    return [dict(event) for row in history for event in row.events if event["event"] == "user_task.acted_for"]


def complete(house: House, task_id: str, actor: Actor, **fields: Any) -> None:
    house.engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task_id, **fields), actor)


def test_a_deputy_sees_and_does_the_tasks_of_who_is_away(office: House) -> None:
    case_id = office.start()
    assert office.engine.queries.inbox(who(office, "ben"), "offered").items == []
    stand_in(office)
    ben = who(office, "ben")
    assert "administrators" not in {group for one in ben.stands_in_for for group in one.groups}
    assert [row.element_id for row in office.engine.queries.inbox(ben, "offered").items] == ["A"]
    assert office.engine.queries.get_case(case_id, ben).case.case_id == case_id
    complete(office, office.task(case_id, "A"), ben)
    complete(office, office.task(case_id, "B"), ben)
    assert [(event["by"], event["on_behalf_of"], event["capacity"]) for event in told(office, case_id)] == [
        ("user:ben", "user:ann", "deputy")
    ] * 2
    assert office.rows("SELECT completed_by, completed_for FROM user_task") == [("user:ben", "user:ann")] * 2
    assert office.engine.verify_audit(sample=None).ok


def test_what_the_absent_has_taken_is_done_or_taken_over_by_the_deputy(office: House) -> None:
    case_id = office.start()
    task_id = office.task(case_id, "A")
    office.claim(task_id, who(office, "ann"))
    with pytest.raises(NotFoundError):
        complete(office, task_id, who(office, "ben"))
    stand_in(office)
    ben = who(office, "ben")
    office.claim(task_id, ben)
    complete(office, task_id, ben)
    assert [event["is_completion"] for event in told(office, case_id)] == [False, True]


def test_days_and_process_bound_a_deputy(office: House) -> None:
    p, q = office.start(), office.start("q")
    stand_in(office, process_id="q")
    ben = who(office, "ben")
    with pytest.raises(NotFoundError):
        complete(office, office.task(p, "A"), ben)
    assert [row.case_id for row in office.engine.queries.inbox(ben, "offered").items] == [q]
    assert [row.case_id for row in office.engine.queries.find_cases(ben).items] == [q]
    complete(office, office.task(q, "A"), ben)
    office.clock.advance(2 * 86_400)
    assert who(office, "ben").stands_in_for == ()


def test_who_may_act_themselves_acts_for_nobody(office: House) -> None:
    case_id = office.start()
    complete(office, office.task(case_id, "A"), who(office, "ann"))
    stand_in(office, other="cyd")
    complete(office, office.task(case_id, "B"), who(office, "cyd"))
    assert told(office, case_id) == []


@pytest.mark.parametrize(("first", "second"), [("ben", "ann"), ("ben", "ben"), ("ann", "ben")])
def test_a_two_person_rule_counts_both(office: House, first: str, second: str) -> None:
    office.release(TWO_PERSONS)
    stand_in(office)
    case_id = office.start()
    complete(office, office.task(case_id, "A"), who(office, first))
    with pytest.raises(NotPermittedError, match="another person"):
        complete(office, office.task(case_id, "B"), who(office, second))
    complete(office, office.task(case_id, "B"), who(office, "cyd"))
    assert office.state(case_id) == "completed"
    assert office.engine.verify_audit(sample=None).ok


def test_on_whose_behalf_is_never_typed(office: House) -> None:
    office.release(TWO_PERSONS)
    stand_in(office)
    case_id = office.start()
    complete(office, office.task(case_id, "A"), who(office, "ben"), variables={"done_by_for": "user:nobody"})
    assert office.variables(case_id)["done_by_for"] == "user:ann"


def test_an_administrator_acts_for_somebody_only_with_a_reason_and_by_name(office: House) -> None:
    case_id = office.start()
    task_id = office.task(case_id, "A")
    office.claim(task_id, who(office, "ann"))
    admin = who(office, "adm")
    with pytest.raises(NotPermittedError):
        complete(office, task_id, admin)
    with pytest.raises(NotPermittedError):
        complete(office, task_id, admin, on_behalf_of="user:cyd", reason="x")
    with pytest.raises(InvalidVariablesError, match="reason"):
        complete(office, task_id, admin, on_behalf_of="user:ann")
    with pytest.raises(NotFoundError):
        complete(office, task_id, who(office, "ben"), on_behalf_of="user:ann", reason="x", capacity="administrator")
    complete(office, task_id, admin, on_behalf_of="user:ann", reason="Ann is in hospital.", capacity="deputy")
    (event,) = told(office, case_id)
    assert (event["by"], event["on_behalf_of"], event["capacity"], event["reason"]) == (
        "user:adm", "user:ann", "administrator", "Ann is in hospital.",
    )  # fmt: skip
    (body,) = office.rows("SELECT body FROM audit_entry WHERE body LIKE '%%acted_for%%'")
    assert "hospital" not in body[0]


def test_taking_a_task_out_of_somebodys_hands_needs_a_reason(office: House) -> None:
    case_id = office.start()
    task_id = office.task(case_id, "A")
    office.claim(task_id, who(office, "ann"))
    admin = who(office, "adm")
    release = ReleaseUserTask(command_id=new_id(), user_task_id=task_id)
    assign = AssignUserTask(command_id=new_id(), user_task_id=task_id, assignee="user:adm")
    for command in (release, assign):
        with pytest.raises(InvalidVariablesError, match="reason"):
            office.engine.handle(command, admin)
    again = AssignUserTask(command_id=new_id(), user_task_id=task_id, assignee="user:cyd", reason="Ann is away.")
    office.engine.handle(again, admin)
    assert [(event["by"], event["on_behalf_of"]) for event in told(office, case_id)] == [("user:adm", "user:ann")]
    with pytest.raises(NotPermittedError):
        office.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id), admin)
