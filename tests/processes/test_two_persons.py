"""The two-person rule of user tasks: ``completedBy`` and ``notCompletedBy``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import ANNE, BO, House, chain
from workflow_engine import NotPermittedError

_WRITE = """<bpmn:userTask id="write"><bpmn:extensionElements><camunda:properties>
  <camunda:property name="completedBy" value="author"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>"""
_CHECK = """<bpmn:userTask id="check"><bpmn:extensionElements><camunda:properties>
  <camunda:property name="completedBy" value="checker"/><camunda:property name="notCompletedBy" value="author"/>
</camunda:properties></bpmn:extensionElements></bpmn:userTask>"""


@pytest.fixture
def house(sqlite_url: str) -> Iterator[House]:
    opened = House(sqlite_url)
    opened.release(chain(_WRITE, _CHECK, '<bpmn:userTask id="last"/>'))
    yield opened
    opened.close()


def test_second_task_refuses_who_did_the_first(house: House) -> None:
    case_id = house.start()
    house.complete(house.task(case_id, "write"), ANNE)
    with pytest.raises(NotPermittedError, match="user:anne is its author"):
        house.complete(house.task(case_id, "check"), ANNE)
    assert house.variables(case_id) == {"author": "user:anne"}


def test_second_task_accepts_another_person_and_names_both(house: House) -> None:
    case_id = house.start()
    house.complete(house.task(case_id, "write"), ANNE)
    house.complete(house.task(case_id, "check"), BO)
    assert house.variables(case_id) == {"author": "user:anne", "checker": "user:bo"}


def test_names_of_persons_cannot_be_submitted(house: House) -> None:
    case_id = house.start()
    house.complete(house.task(case_id, "write"), ANNE, author="user:bo")
    with pytest.raises(NotPermittedError):
        house.complete(house.task(case_id, "check"), ANNE, author="user:bo")
    house.complete(house.task(case_id, "check"), BO, author="user:nobody", checker="user:nobody")
    assert house.variables(case_id) == {"author": "user:anne", "checker": "user:bo"}


def test_rule_holds_after_a_restart(house: House) -> None:
    case_id = house.start()
    house.complete(house.task(case_id, "write"), ANNE)
    house.reopen()
    with pytest.raises(NotPermittedError):
        house.complete(house.task(case_id, "check"), ANNE)


def test_rule_holds_where_the_task_declares_what_leaves_it(house: House) -> None:
    mapped = _WRITE.replace(
        "<camunda:properties>",
        '<camunda:inputOutput><camunda:outputParameter name="text">=draft</camunda:outputParameter>'
        '<camunda:outputParameter name="author">="user:bo"</camunda:outputParameter></camunda:inputOutput>'
        "<camunda:properties>",
    )
    house.release(chain(mapped, _CHECK))
    case_id = house.start()
    house.complete(house.task(case_id, "write"), ANNE, draft="x")
    assert house.variables(case_id) == {"author": "user:anne", "text": "x"}
    with pytest.raises(NotPermittedError):
        house.complete(house.task(case_id, "check"), ANNE)
    house.complete(house.task(case_id, "check"), BO)
