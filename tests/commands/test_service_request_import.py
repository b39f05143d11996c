"""Requests from elsewhere: each a case through the model's own door, once, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.house import NOON, STRANGER, House
from tests.support.requesting import IMPORT_MODEL
from workflow_engine import (
    OPERATOR,
    ImportServiceRequests,
    InvalidStateError,
    InvalidVariablesError,
    NotPermittedError,
    Open311Wish,
    Receipt,
    new_id,
)

OPEN = {
    "category": "light", "status": "dispatched", "title": "Dark", "description": "Call 13812345678",
    "received_at": "2026-05-01T08:00:00+08:00", "due_at": "2026-06-01T00:00:00Z", "lat": 28.2, "lon": 112.9,
}  # fmt: skip
CLOSED = {**OPEN, "status": "closed_resolved", "status_note": "Mended.", "closed_at": "2026-05-02T00:00:00Z"}


def take_over(house: House, *rows: dict[str, Any], actor: Any = OPERATOR, **fields: Any) -> Receipt:
    listed = [{"external_id": f"x:{number}", "request_id": new_id(), **row} for number, row in enumerate(rows)]
    command = ImportServiceRequests(command_id=new_id(), source="import", requests=listed, **fields)
    return house.engine.handle(command, actor)


def test_imported_requests_have_cases_chains_and_steps_of_their_own(house: House) -> None:
    house.release(IMPORT_MODEL)
    assert take_over(house, OPEN, CLOSED).result == {"imported": 2, "known": 0}
    queries = house.engine.queries.service_requests
    listed = queries.list(OPERATOR).items
    found = {row.external_id: row for row in listed}
    still, settled = found["x:0"], found["x:1"]
    assert still.received_at == settled.received_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert (still.status, still.is_open, still.due_at) == ("dispatched", True, datetime(2026, 6, 1, tzinfo=UTC))
    assert (settled.status, settled.closed_at) == ("closed_resolved", datetime(2026, 5, 2, tzinfo=UTC))
    assert (settled.note("en"), settled.source, settled.tracking_number[:3]) == ("Mended.", "import", "SR-")
    assert house.state(settled.case_id) == "completed"
    assert [task.element_id for task in house.tasks(still.case_id)] == ["handle"]
    steps = queries.steps(settled.request_id)
    assert [(step.kind, step.at, step.status) for step in steps] == [
        ("submitted", settled.received_at, "received"), ("told", settled.closed_at, "closed_resolved"),
    ]  # fmt: skip
    shown = queries.find_public(still.request_id)
    assert shown is not None
    assert "13812345678" not in shown.description
    assert len(house.engine.queries.get_history(still.case_id, OPERATOR)) == 1
    report = house.engine.verify_audit(sample=None)
    assert (report.ok, report.not_re_executed) == (True, 0)


def test_what_was_imported_before_is_left_alone(house: House) -> None:
    house.release(IMPORT_MODEL)
    take_over(house, OPEN)
    house.clock.advance(timedelta(days=1).total_seconds())
    assert take_over(house, {**OPEN, "title": "Other"}, CLOSED).result == {"imported": 1, "known": 1}
    rows = house.engine.queries.service_requests.list(OPERATOR).items
    assert sorted(row.title for row in rows) == ["Dark", "Dark"]
    assert len({row.tracking_number for row in rows}) == 2


def test_import_takes_the_right_and_a_model_with_a_door(house: House) -> None:
    with pytest.raises(NotPermittedError):
        take_over(house, OPEN, actor=STRANGER)
    house.release(IMPORT_MODEL.replace("service_request.imported", "something.else"))
    with pytest.raises(InvalidStateError, match=r"service_request\.imported"):
        take_over(house, OPEN)
    assert house.engine.queries.service_requests.list(OPERATOR).items == []


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"status": "done"}, "status"),
        ({"status": "closed_resolved"}, "closed_at"),
        ({"received_at": "2026-05-01T08:00:00"}, "received_at"),
        ({"lon": None}, "lat"),
        ({"category": ""}, "category"),
        ({"title": "x" * 5000}, "title"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_one_row_that_does_not_fit_refuses_all_and_is_named(house: House, changed: dict[str, Any], place: str) -> None:
    house.release(IMPORT_MODEL)
    with pytest.raises(InvalidVariablesError) as refused:
        take_over(house, OPEN, {**OPEN, **changed})
    assert list(refused.value.problems) == [f"requests[1].{place}"]
    assert house.engine.queries.service_requests.list(OPERATOR).items == []
    assert house.clock.now() == NOON


def test_lists_go_on_after_each_page_without_a_gap(house: House) -> None:
    house.release(IMPORT_MODEL)
    take_over(house, *({**OPEN, "received_at": f"2026-05-01T08:0{minute}:00Z"} for minute in range(5)))
    queries = house.engine.queries.service_requests
    for ask in (queries.list_public, lambda **page: queries.list(OPERATOR, **page)):
        seen, after = [], None
        while True:
            page = ask(after=after, limit=2)
            seen += [row.received_at.minute for row in page.items]
            after = page.next_cursor
            if after is None:
                break
        assert seen == [4, 3, 2, 1, 0]


def test_open311_pages_by_number_and_by_cursor_give_the_same(house: House) -> None:
    house.release(IMPORT_MODEL)
    rows = [OPEN, CLOSED, {**OPEN, "category": "road"}, CLOSED, OPEN]
    take_over(house, *({**row, "received_at": f"2026-05-01T08:0{number}:00Z"} for number, row in enumerate(rows)))
    ask, since = house.engine.queries.open311, datetime(2026, 5, 1, tzinfo=UTC)
    whole = Open311Wish(since, NOON)
    first, after = ask.list(replace(whole, limit=2))
    second, following = ask.list(replace(whole, limit=2, after=after))
    assert [row.request.received_at.minute for row in first + second] == [4, 3, 2, 1]
    assert ask.list(replace(whole, limit=2, skip=2)) == (second, following)
    assert ask.list(replace(whole, limit=2, after=following))[1] is None
    assert len(ask.list(replace(whole, is_open=True))[0]) == 3
    assert len(ask.list(replace(whole, is_open=False, categories=["light", "road"]))[0]) == 2
    assert ask.list(replace(whole, since=datetime(2026, 5, 1, 8, 4, tzinfo=UTC)))[0] == first[:1]
    (found,) = ask.find([second[1].request.request_id, "unknown"], notes=True)
    assert [note.kind for note in found.notes] == ["submitted", "told"]
    assert found.notes[1].note("en") == "Mended."
