"""ClaimUserTask, ReleaseUserTask and AssignUserTask: who has a task, and who may say so."""

from __future__ import annotations

import pytest

from tests.support.house import ADMIN, ANNE, BO, STRANGER, TWO_STEPS, House, chain, user_task
from workflow_engine import (
    AssignUserTask,
    ClaimUserTask,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    ReleaseUserTask,
    SuspendCase,
    new_id,
)


@pytest.fixture
def task_id(house: House) -> str:
    house.release(TWO_STEPS)
    return house.task(house.start())


def release(task_id: str, reason: str | None = "not mine") -> ReleaseUserTask:
    return ReleaseUserTask(command_id=new_id(), user_task_id=task_id, reason=reason)


def assign(task_id: str, assignee: str, reason: str | None = None) -> AssignUserTask:
    return AssignUserTask(command_id=new_id(), user_task_id=task_id, assignee=assignee, reason=reason)


def queues(house: House) -> tuple[int, int, int]:
    """How many tasks Anne has, is offered, and Bo is offered."""
    inbox = house.engine.queries.inbox
    return len(inbox(ANNE).items), len(inbox(ANNE, "offered").items), len(inbox(BO, "offered").items)


def test_claim_takes_the_task_off_the_offer(house: House, task_id: str) -> None:
    assert queues(house) == (0, 1, 1)
    house.claim(task_id, ANNE)
    assert queues(house) == (1, 0, 0)


def test_release_puts_it_back(house: House, task_id: str) -> None:
    house.claim(task_id, ANNE)
    house.engine.handle(release(task_id), ANNE)
    assert queues(house) == (0, 1, 1)
    house.claim(task_id, BO)


def test_claim_of_what_another_has_names_them(house: House, task_id: str) -> None:
    house.claim(task_id, ANNE)
    with pytest.raises(InvalidStateError, match="user:anne has it"):
        house.claim(task_id, BO)


def test_claim_again_says_that_it_is_yours(house: House, task_id: str) -> None:
    house.claim(task_id, ANNE)
    with pytest.raises(InvalidStateError, match="yours already"):
        house.claim(task_id, ANNE)


def test_claim_by_somebody_outside_finds_nothing(house: House, task_id: str) -> None:
    with pytest.raises(NotFoundError):
        house.claim(task_id, STRANGER)
    house.claim(task_id, ANNE)
    with pytest.raises(NotFoundError):
        house.claim(task_id, STRANGER)


def test_claim_by_who_may_look_only_is_not_permitted(house: House, task_id: str) -> None:
    with pytest.raises(NotPermittedError, match="not offered to you"):
        house.claim(task_id, ADMIN)


def test_claim_of_a_finished_task_is_refused(house: House, task_id: str) -> None:
    house.complete(task_id, ANNE)
    with pytest.raises(InvalidStateError, match="completed by user:anne"):
        house.claim(task_id, BO)


def test_claim_in_a_suspended_case_is_refused(house: House, task_id: str) -> None:
    case_id = task_id.partition(".")[0]
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="x"), ADMIN)
    with pytest.raises(InvalidStateError, match="suspended"):
        house.claim(task_id, ANNE)


def test_release_of_what_nobody_has_is_refused(house: House, task_id: str) -> None:
    with pytest.raises(InvalidStateError, match="nobody has it"):
        house.engine.handle(release(task_id), ANNE)
    with pytest.raises(NotFoundError):
        house.engine.handle(release(task_id), STRANGER)


def test_release_of_what_another_has_is_not_permitted(house: House, task_id: str) -> None:
    house.claim(task_id, ANNE)
    with pytest.raises(NotPermittedError, match="claimed by user:anne"):
        house.engine.handle(release(task_id, None), BO)
    house.engine.handle(release(task_id, "Anne is away."), ADMIN)
    assert queues(house) == (0, 1, 1)


def test_release_without_a_reason_is_refused(house: House, task_id: str) -> None:
    house.claim(task_id, ANNE)
    for reason in (None, "  "):
        with pytest.raises(InvalidVariablesError, match="none is given"):
            house.engine.handle(release(task_id, reason), ANNE)
    assert queues(house) == (1, 0, 0)


def test_reasons_of_claim_and_release_are_on_record_once_and_can_be_erased(house: House, task_id: str) -> None:
    case_id = task_id.partition(".")[0]
    house.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id, reason="I know the place"), ANNE)
    house.engine.handle(release(task_id, "wrong district"), ANNE)
    house.claim(task_id, ANNE)
    house.engine.handle(release(task_id, "Anne is away"), ADMIN)
    told = [row.events for row in house.engine.queries.get_history(case_id, ADMIN)[1:]]
    assert [[event.get("reason") for event in events] for events in told] == [
        ["I know the place"], ["wrong district"], [None], ["Anne is away", None],
    ]  # fmt: skip
    bodies = "".join(str(row) for row in house.rows("SELECT body FROM audit_entry"))
    assert "wrong district" not in bodies
    assert house.engine.verify_audit(sample=None).ok


def test_assign_by_who_has_it_or_by_an_administrator(house: House, task_id: str) -> None:
    with pytest.raises(NotPermittedError, match="administrator"):
        house.engine.handle(assign(task_id, "user:bo"), ANNE)
    with pytest.raises(NotFoundError):
        house.engine.handle(assign(task_id, "user:stranger"), STRANGER)
    house.claim(task_id, ANNE)
    house.engine.handle(assign(task_id, "user:bo"), ANNE)
    assert [row.assignee for row in house.engine.queries.inbox(BO).items] == ["user:bo"]
    house.engine.handle(assign(task_id, "user:anne", "Bo is away."), ADMIN)
    house.complete(task_id, ANNE)


def test_every_hand_over_is_in_the_record(house: House, task_id: str) -> None:
    house.claim(task_id, ANNE)
    house.engine.handle(assign(task_id, "user:bo"), ANNE)
    house.engine.handle(release(task_id), BO)
    history = house.engine.queries.get_history(task_id.partition(".")[0], ADMIN)
    assert [[event["event"] for event in entry.events] for entry in history[1:]] == [
        ["user_task.claimed"], ["user_task.assigned"], ["user_task.released"],
    ]  # fmt: skip


def test_task_given_to_one_person_and_released_is_offered_to_that_person_only(house: House) -> None:
    house.release(chain(user_task("A", 'camunda:assignee="user:anne"')))
    task_id = house.task(house.start())
    house.engine.handle(ReleaseUserTask(command_id=new_id(), user_task_id=task_id, reason="not mine"), ANNE)
    assert [row.user_task_id for row in house.engine.queries.inbox(ANNE, queue="offered").items] == [task_id]
    with pytest.raises(NotFoundError):
        house.claim(task_id, STRANGER)
    house.claim(task_id, ANNE)
    assert house.engine.verify_audit(sample=None).ok
