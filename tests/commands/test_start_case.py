"""StartCase: only released versions start, late bound, once per command id."""

from __future__ import annotations

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, SECOND, TWO_STEPS, House, chain, user_task
from workflow_engine import (
    DuplicateCommandError,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    RejectedError,
    ReleaseDefinition,
    RetireDefinition,
    StartCase,
    new_id,
)


def command(**fields: object) -> StartCase:
    return StartCase(**{"command_id": new_id(), "case_id": new_id(), "process_id": "p", **fields})  # type: ignore[arg-type]


def test_start_opens_the_first_task(house: House) -> None:
    house.release(TWO_STEPS)
    start = command(business_key="K-1", title="First", variables={"x": 1})
    receipt = house.engine.handle(start, ANNE)
    assert (receipt.case_id, receipt.seq, receipt.replayed) == (start.case_id, 1, False)
    case = house.engine.queries.get_case(start.case_id, ANNE)
    assert (case.case.business_key, case.case.title, case.case.started_by) == ("K-1", "First", "user:anne")
    assert case.variables == {"x": 1}
    assert [task.element_id for task in case.user_tasks] == ["A"]


def test_start_twice_with_the_same_command_gives_the_first_receipt(house: House) -> None:
    house.release(TWO_STEPS)
    start = command(variables={"x": 1})
    first = house.engine.handle(start, ANNE)
    again = house.engine.handle(start, ANNE)
    assert again.replayed
    assert (again.case_id, again.seq, again.entry_hash, dict(again.result)) == (
        first.case_id, first.seq, first.entry_hash, dict(first.result),
    )  # fmt: skip
    assert len(house.rows("SELECT 1 FROM process_instance")) == 1


def test_start_with_a_used_command_id_and_other_content_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    first = command(variables={"x": 1})
    house.engine.handle(first, ANNE)
    with pytest.raises(DuplicateCommandError):
        house.engine.handle(command(command_id=first.command_id, variables={"x": 2}), ANNE)


def test_start_with_a_used_case_id_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    first = command()
    house.engine.handle(first, ANNE)
    with pytest.raises(InvalidStateError, match="exists already"):
        house.engine.handle(command(case_id=first.case_id), ANNE)


def test_start_of_an_unknown_process_is_refused(house: House) -> None:
    with pytest.raises(NotFoundError, match="no released version"):
        house.engine.handle(command(process_id="nothing"), ANNE)


def test_start_of_a_draft_is_refused(house: House) -> None:
    house.deploy(TWO_STEPS)
    with pytest.raises(NotFoundError, match="no released version"):
        house.engine.handle(command(), ANNE)
    with pytest.raises(InvalidStateError, match="draft"):
        house.engine.handle(command(version=1), ANNE)


def test_start_of_a_retired_version_is_refused(house: House) -> None:
    definition_id = house.release(TWO_STEPS)
    house.engine.handle(RetireDefinition(command_id=new_id(), definition_id=definition_id), ADMIN)
    with pytest.raises(InvalidStateError, match="retired"):
        house.engine.handle(command(version=1), ANNE)


def test_start_of_an_unknown_version_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    with pytest.raises(NotFoundError, match="version 7"):
        house.engine.handle(command(version=7), ANNE)


def test_start_without_version_takes_the_newest_released_one(house: House) -> None:
    house.release(TWO_STEPS)
    newer = house.deploy(chain(user_task("C")))
    old = house.start()
    house.engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=newer), SECOND)
    new = house.start()
    assert [task.element_id for task in house.tasks(old)] == ["A"]
    assert [task.element_id for task in house.tasks(new)] == ["C"]
    explicit = command(version=1)
    house.engine.handle(explicit, ANNE)
    assert [task.element_id for task in house.tasks(explicit.case_id)] == ["A"]


def test_start_at_an_unknown_start_event_is_refused(house: House) -> None:
    house.release(TWO_STEPS)
    with pytest.raises(NotFoundError, match="start event"):
        house.engine.handle(command(start_element_id="A"), ANNE)


@pytest.mark.parametrize(
    "variables", [{"x": float("nan")}, {"x": 2**60}, {"__class__": 1}, {"x": object()}, {"x": "\ud800"}]
)
def test_start_with_values_that_are_not_json_is_refused(house: House, variables: dict[str, object]) -> None:
    house.release(TWO_STEPS)
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(command(variables=variables), ANNE)


@pytest.mark.parametrize("case_id", ["", "a.b", "a b", "x" * 65, "a:b"])
def test_start_with_an_unusable_case_id_is_refused(house: House, case_id: str) -> None:
    with pytest.raises(RejectedError):
        house.engine.handle(command(case_id=case_id), ANNE)


def test_a_case_started_as_exercise_is_marked(house: House) -> None:
    house.release(TWO_STEPS)
    case_id = house.start(exercise=True)
    real = house.start(exercise="yes")
    assert house.engine.queries.get_case(case_id, OPERATOR).case.exercise is True
    assert house.engine.queries.get_case(real, OPERATOR).case.exercise is False
    assert [row.case_id for row in house.engine.queries.find_cases(OPERATOR, exercise=True).items] == [case_id]
