"""Service requests: submitted, told of by their cases, acted on by reporters and staff; the record gives the rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.house import STRANGER, House
from tests.support.requesting import CLERK, CODE, DUE, MODEL, VISITOR, submit
from workflow_engine import (
    OPERATOR,
    AddToServiceRequest,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    RateServiceRequest,
    RequestWish,
    WithdrawServiceRequest,
    new_id,
)


def _row(house: House, request_id: str) -> Any:
    return house.engine.queries.service_requests.get(request_id, OPERATOR).row


def _verified(house: House) -> None:
    report = house.engine.verify_audit(sample=None)
    assert report.ok, [finding.message for finding in report.findings]
    assert report.not_re_executed == 0


def test_request_is_told_of_by_its_case_in_the_same_command(house: House) -> None:
    """Submitting starts the case; what the model says stands in the row at once, and the record gives the same rows."""
    house.release(MODEL)
    result = submit(house).result
    request_id = result["request_id"]
    row = _row(house, request_id)
    assert (row.status, row.tier, row.unit_id) == ("dispatched", "urgent", "water")
    assert row.due_at == datetime.fromisoformat(DUE) and row.dispatched_at == house.clock.now()
    assert (row.next_words("en"), row.next_words("zh_CN")) == ("we call you", "联系您")
    assert house.variables(request_id)["request"]["number"] == result["tracking_number"] == row.tracking_number

    house.clock.advance(3600)
    house.complete(house.task(request_id, "handle"))
    house.complete(house.task(request_id, "call_back"))
    row = _row(house, request_id)
    assert (row.status, row.resolved, row.satisfied) == ("closed_resolved", True, True)
    assert row.contacted_at == row.closed_at == house.clock.now() > row.received_at
    assert row.note("en") == "mended" and not row.is_open
    steps = house.engine.queries.service_requests.steps(request_id)
    assert [(step.kind, step.status) for step in steps] == [
        ("submitted", "received"), ("told", "dispatched"), ("told", "replied"), ("told", "closed_resolved"),
    ]  # fmt: skip
    _verified(house)


def test_nobody_in_public_reads_who_reported(house: House) -> None:
    """Name, telephone and address of the reporter stand in no public text; without the code nobody tracks it."""
    house.release(MODEL)
    request_id = submit(house, title="王小明家漏水").result["request_id"]
    queries = house.engine.queries.service_requests
    shown = queries.find_public(request_id)
    assert shown is not None and "漏水" in shown.description
    told = f"{shown} {queries.steps(request_id)} {queries.list_public().items}"
    assert not any(word in told for word in ("王小明", "13812345678", "wang@example.com"))
    row = _row(house, request_id)
    assert (row.reporter_name, row.reporter_contact) == ("王小明", "wang@example.com")
    tracked = queries.track(row.tracking_number.lower().replace("-", " "), CODE)
    assert tracked is not None and tracked.row.description == row.description
    assert queries.track(row.tracking_number, CODE + "x") is None
    assert queries.track("SR-2222-2222-3", CODE) is None
    stored = "".join(str(found) for found in house.rows("SELECT body FROM audit_entry"))
    stored += "".join(str(found) for found in house.rows("SELECT content FROM entry_payload"))
    assert "wang@example.com" not in stored and CODE not in stored


def test_what_is_not_proved_waits_before_it_is_public(house: House) -> None:
    """A submission without proof is taken, and shown to nobody but staff and its reporter."""
    house.release(MODEL)
    waiting = submit(house, proved=False).result["request_id"]
    hidden = submit(house, show=False).result["request_id"]
    exercise = submit(house, exercise=True).result["request_id"]
    queries = house.engine.queries.service_requests
    assert all(queries.find_public(one) is None for one in (waiting, hidden, exercise))
    assert queries.list_public().items == queries.near(28.2, 112.9, 500) == []
    assert [row.request_id for row in queries.list(OPERATOR, RequestWish(moderation="waiting")).items] == [waiting]
    assert house.engine.queries.get_case(exercise, OPERATOR).case.exercise


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"description": " "}, "description"), ({"description": "x" * 4_001}, "description"), ({"kind": "x"}, "kind"),
        ({"code": "short"}, "code"), ({"lat": 91.0}, "lat"), ({"lon": None}, "lat"), ({"source": "import"}, "source"),
        ({"photos": [{"digest": "x"}]}, "photos"), ({"category": "a b"}, "category"),
    ],
)  # fmt: skip
def test_submission_that_cannot_be_taken_says_why(sqlite_url: str, fields: dict[str, Any], field: str) -> None:
    """Each wrong field is named; no case starts."""
    house = House(sqlite_url)
    house.release(MODEL)
    with pytest.raises(InvalidVariablesError) as refused:
        submit(house, OPERATOR, **fields)
    assert field in refused.value.details["problems"]
    assert house.rows("SELECT count(*) FROM process_instance") == [(0,)]
    house.close()


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
    _verified(house)


def test_withdrawn_request_stays_withdrawn_whatever_its_case_says(house: House) -> None:
    """The case is told, and ends as its model says; the status is the reporter's."""
    house.release(MODEL)
    request_id = submit(house).result["request_id"]
    command = WithdrawServiceRequest(command_id=new_id(), request_id=request_id, reason="已自行解决", code=CODE)
    house.engine.handle(command, VISITOR)
    assert [task.element_id for task in house.tasks(request_id)] == ["stop"]
    row = _row(house, request_id)
    assert row.status == "cancelled_by_reporter" and row.closed_at == datetime(2026, 5, 12, 12, tzinfo=UTC)
    with pytest.raises(InvalidStateError):
        house.engine.handle(
            AddToServiceRequest(command_id=new_id(), request_id=request_id, text="x", code=CODE), VISITOR
        )
    house.complete(house.task(request_id))
    assert _row(house, request_id).status == "cancelled_by_reporter"
    _verified(house)
