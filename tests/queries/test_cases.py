"""Cases, their pages and their record: only within reach."""

from __future__ import annotations

import pytest

from tests.support.house import ADMIN, ANNE, AUDITOR, BO, OPERATOR, STRANGER, TWO_STEPS, House, chain, user_task
from workflow_engine import Actor, CancelCase, NotFoundError, new_id

FORM = b'{"id": "note", "components": []}'


def test_find_cases_by_process_state_and_words_newest_first(house: House) -> None:
    house.release(TWO_STEPS)
    house.release(chain(user_task("X"), process="other"))
    first = house.start()
    house.clock.advance(1)
    second = house.start()
    house.clock.advance(1)
    third = house.start("other")
    house.engine.handle(CancelCase(command_id=new_id(), case_id=first, reason="x"), ADMIN)
    find = house.engine.queries.find_cases
    assert [row.case_id for row in find(OPERATOR).items] == [third, second, first]
    assert [row.case_id for row in find(OPERATOR, process_id="p").items] == [second, first]
    assert [row.case_id for row in find(OPERATOR, state="cancelled").items] == [first]
    assert [row.case_id for row in find(OPERATOR, search=second).items] == [second]
    page = find(OPERATOR, limit=2)
    assert [row.case_id for row in find(OPERATOR, after=page.next_cursor, limit=2).items] == [first]
    assert house.engine.queries.count_cases() == {"active": 2, "cancelled": 1}


@pytest.mark.parametrize(
    ("actor", "sees"),
    [(ANNE, True), (BO, True), (AUDITOR, True), (ADMIN, True), (STRANGER, False), (Actor("user:starter"), True)],
)
def test_cases_are_seen_by_those_they_concern(house: House, actor: Actor, sees: bool) -> None:
    house.release(TWO_STEPS)
    case_id = house.start(actor=Actor("user:starter"))
    queries = house.engine.queries
    assert [row.case_id for row in queries.find_cases(actor).items] == ([case_id] if sees else [])
    if sees:
        assert queries.get_case(case_id, actor).case.case_id == case_id
        assert queries.get_history(case_id, actor)
        return
    for look in (
        lambda: queries.get_case(case_id, actor),
        lambda: queries.get_history(case_id, actor),
        lambda: queries.get_user_task(f"{case_id}.3", actor),
    ):
        with pytest.raises(NotFoundError):
            look()


def test_whoever_had_a_task_keeps_seeing_the_case(house: House) -> None:
    house.release(chain(user_task("A", 'camunda:assignee="user:anne"'), user_task("B", 'camunda:assignee="user:bo"')))
    case_id = house.start()
    assert house.engine.queries.find_cases(BO).items == []
    house.complete(house.task(case_id), ANNE)
    assert house.engine.queries.find_cases(ANNE).items
    assert house.engine.queries.find_cases(BO).items


def test_a_case_page_says_where_it_stands(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start(x=1)
    house.complete(house.task(case_id), ANNE, y=2)
    detail = house.engine.queries.get_case(case_id, ANNE)
    assert detail.variables == {"x": 1, "y": 2}
    assert list(detail.open_elements) == ["B"]
    assert list(detail.completed_elements) == ["start", "A"]
    assert [(task.element_id, task.state) for task in detail.user_tasks] == [("A", "completed"), ("B", "ready")]


def test_a_task_page_has_form_and_variables(house: House) -> None:
    body = chain(
        user_task("A", 'camunda:formKey="note"'),
        '<bpmn:userTask id="B"><bpmn:extensionElements><camunda:formData><camunda:formField id="n" label="Number" '
        'type="long"/></camunda:formData></bpmn:extensionElements></bpmn:userTask>',
    )
    house.release(body, note__json=FORM)
    case_id = house.start(x=1)
    first = house.task(case_id)
    page = house.engine.queries.get_user_task(first, ANNE)
    assert page.form == {"id": "note", "components": []}
    assert page.variables == {"x": 1}
    assert (page.case.case_id, page.submission) == (case_id, None)
    house.complete(first, ANNE, verdict="real")
    done = house.engine.queries.get_user_task(first, ANNE)
    assert (done.state, done.submission) == ("completed", {"verdict": "real"})
    second = house.engine.queries.get_user_task(house.task(case_id), ANNE)
    assert second.form is None
    assert [field["id"] for field in second.fields] == ["n"]


def test_a_task_of_a_called_process_has_that_process_s_form(house: House) -> None:
    house.release(chain(user_task("inside", 'camunda:formKey="note"'), process="callee"), note__json=FORM)
    house.release(chain('<bpmn:callActivity id="call" calledElement="callee"/>'))
    case_id = house.start()
    assert house.engine.queries.get_user_task(house.task(case_id), ANNE).form == {"id": "note", "components": []}


def test_the_story_has_names_and_values(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start(x=1)
    house.complete(house.task(case_id), ANNE, verdict="real")
    started, completed = house.engine.queries.get_history(case_id, ANNE)
    assert started.command["variables"] == {"x": 1}
    assert completed.actor_id == "user:anne"
    assert completed.events[0]["variables"] == {"verdict": "real"}
    assert completed.prev == started.hash


def test_unknown_things_are_not_found(house: House) -> None:
    queries = house.engine.queries
    for look in (
        lambda: queries.get_case("nothing", ADMIN),
        lambda: queries.get_user_task("nothing.1", ADMIN),
        lambda: queries.get_definition("0" * 64),
    ):
        with pytest.raises(NotFoundError):
            look()


def test_health_tells_the_load(house: House) -> None:
    house.engine.beat("clock", {"lag_seconds": 0})
    house.clock.advance(5)
    health = house.engine.health()
    assert health["ok"] is True
    assert health["heartbeats"] == [{"name": "clock", "age_seconds": 5.0, "lag_seconds": 0}]


def test_pages_of_a_person_s_cases_follow_each_other(house: House) -> None:
    house.release(TWO_STEPS)
    cases = []
    for number in range(9):
        cases.append(house.start(actor=(ANNE, OPERATOR)[number % 2]))
        if number % 3 == 0:
            house.complete(house.task(cases[-1]), ANNE)
        house.clock.advance(1)
    found: list[str] = []
    after = None
    while True:
        page = house.engine.queries.find_cases(ANNE, after=after, limit=2)
        found += [row.case_id for row in page.items]
        after = page.next_cursor
        if after is None:
            break
    assert found == cases[::-1]
