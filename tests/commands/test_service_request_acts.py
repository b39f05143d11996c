"""What reporters and staff do to a service request once it is there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.house import STRANGER, House
from tests.support.requesting import CLERK, CODE, DISPATCHER, MODEL, VISITOR, closed, row_of, submit, verified
from workflow_engine import (
    OPERATOR,
    AddToServiceRequest,
    InvalidStateError,
    InvalidVariablesError,
    MergeServiceRequests,
    NotFoundError,
    NotPermittedError,
    RateServiceRequest,
    ReopenServiceRequest,
    SplitServiceRequest,
    WithdrawServiceRequest,
    new_id,
)


def test_reporter_acts_with_the_code_and_staff_with_the_right(house: House) -> None:
    """An addition reaches the case; without code or right, or with a wrong code, nothing happens."""
    house.release(MODEL)
    request_id = submit(house).result["request_id"]

    def add(actor: Any, **fields: Any) -> Any:
        command = AddToServiceRequest(command_id=new_id(), request_id=request_id, text="水更大了", **fields)
        return house.engine.handle(command, actor)

    assert add(VISITOR, code=CODE).result["reaches_case"] is True
    assert {task.element_id for task in house.tasks(request_id)} == {"handle", "read"}
    assert house.engine.handle(
        AddToServiceRequest(command_id=new_id(), request_id=request_id, text="电话补充"), CLERK
    ).result["reaches_case"]
    with pytest.raises(NotFoundError):
        add(VISITOR, code=CODE + "x")
    with pytest.raises(NotPermittedError):
        add(STRANGER)
    with pytest.raises(InvalidStateError):
        house.engine.handle(
            RateServiceRequest(command_id=new_id(), request_id=request_id, rating=5, code=CODE), VISITOR
        )
    verified(house)


def test_withdrawn_request_stays_withdrawn_whatever_its_case_says(house: House) -> None:
    """The case is told, and ends as its model says; the status is the reporter's."""
    house.release(MODEL)
    request_id = submit(house).result["request_id"]
    command = WithdrawServiceRequest(command_id=new_id(), request_id=request_id, reason="已自行解决", code=CODE)
    house.engine.handle(command, VISITOR)
    assert [task.element_id for task in house.tasks(request_id)] == ["stop"]
    row = row_of(house, request_id)
    assert row.status == "cancelled_by_reporter" and row.closed_at == datetime(2026, 5, 12, 12, tzinfo=UTC)
    with pytest.raises(InvalidStateError):
        house.engine.handle(
            AddToServiceRequest(command_id=new_id(), request_id=request_id, text="x", code=CODE), VISITOR
        )
    house.complete(house.task(request_id))
    assert row_of(house, request_id).status == "cancelled_by_reporter"
    verified(house)


def test_reopening_after_the_end_goes_on_in_a_case_that_follows(house: House) -> None:
    """The old case ends with its word that another goes on; the row and its reporter go along; once at a time."""
    house.release(MODEL)
    request_id = closed(house)
    again: dict[str, Any] = {"request_id": request_id, "reason": "又漏了", "code": CODE}
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(ReopenServiceRequest(command_id=new_id(), **{**again, "reason": " "}), VISITOR)
    case_id = house.engine.handle(ReopenServiceRequest(command_id=new_id(), **again), VISITOR).case_id
    assert case_id == f"{request_id}-2" and house.state(request_id) == "completed"
    row = row_of(house, request_id)
    assert (row.case_id, row.status, row.reopened, row.closed_at) == (case_id, "dispatched", 1, None)
    assert row.reporter_contact == "wang@example.com" and row.description.startswith("路口漏水")
    request = house.variables(str(case_id))["request"]
    assert (request["follows"], request["reason"], request["reporter_known"]) == (request_id, "又漏了", True)
    with pytest.raises(InvalidStateError):
        house.engine.handle(ReopenServiceRequest(command_id=new_id(), **again), VISITOR)
    detail = house.engine.queries.service_requests.track(row.tracking_number, CODE)
    assert detail is not None and detail.cases == (request_id, case_id)
    verified(house)


def test_merged_requests_are_told_what_becomes_of_the_one_they_went_into(house: House) -> None:
    """Merging closes the others with an entry in each case, and what went into them goes along; splitting undoes it."""
    house.release(MODEL)
    into, first, second = (str(submit(house).result["request_id"]) for _ in range(3))
    queries = house.engine.queries.service_requests

    def merge(target: str, *others: str, actor: Any = DISPATCHER) -> Any:
        command = MergeServiceRequests(command_id=new_id(), into=target, request_ids=others, reason="同一处")
        return house.engine.handle(command, actor)

    with pytest.raises(NotPermittedError):
        merge(first, second, actor=STRANGER)
    house.clock.advance(60)
    merge(first, second)
    receipt = merge(into, first)
    assert receipt.result["merged"] == sorted([first, second])
    assert {row_of(house, one).merged_into for one in (first, second)} == {into}
    assert house.state(first) == house.state(second) == "completed"
    with pytest.raises(InvalidStateError):
        merge(first, into)
    house.clock.advance(60)
    house.complete(house.task(into, "handle"))
    told = queries.track(row_of(house, second).tracking_number, CODE)
    assert told is not None and [step.status for step in told.steps if step.of_other] == ["replied"]
    assert queries.get(into, OPERATOR).merged == tuple(sorted([first, second]))

    split = SplitServiceRequest(command_id=new_id(), request_id=first, reason="是另一处")
    assert house.engine.handle(split, DISPATCHER).case_id == f"{first}-2"
    row = row_of(house, first)
    assert (row.status, row.merged_into, row.case_id) == ("dispatched", None, f"{first}-2")
    verified(house)
