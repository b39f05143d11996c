"""Service requests: submitted, told of by their cases, acted on by reporters and staff; the record gives the rows."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from PIL import Image

from tests.support.house import House
from tests.support.requesting import CLERK, CODE, DISPATCHER, DUE, MODEL, VISITOR, closed, row_of, submit, verified
from workflow_engine import (
    OPERATOR,
    ImportServiceRequests,
    InvalidStateError,
    InvalidVariablesError,
    MergeServiceRequests,
    ModerateServiceRequest,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    ReopenServiceRequest,
    RequestWish,
    ResumeCase,
    SuspendCase,
    WithdrawServiceRequest,
    new_id,
    take_photo,
)
from workflow_engine.attached_files import AttachedFiles
from workflow_engine.workers.keeping import Keeper


def test_request_is_told_of_by_its_case_in_the_same_command(house: House) -> None:
    """Submitting starts the case; what the model says stands in the row at once, and the record gives the same rows."""
    house.release(MODEL)
    result = submit(house).result
    request_id = result["request_id"]
    row = row_of(house, request_id)
    assert (row.status, row.tier, row.unit_id) == ("dispatched", "urgent", "water")
    assert row.due_at == datetime.fromisoformat(DUE) and row.dispatched_at == house.clock.now()
    assert (row.next_words("en"), row.next_words("zh_CN")) == ("we call you", "联系您")
    assert house.variables(request_id)["request"]["number"] == result["tracking_number"] == row.tracking_number

    house.clock.advance(3600)
    house.complete(house.task(request_id, "handle"))
    house.complete(house.task(request_id, "call_back"))
    row = row_of(house, request_id)
    assert (row.status, row.resolved, row.satisfied) == ("closed_resolved", True, True)
    assert row.contacted_at == row.closed_at == house.clock.now() > row.received_at
    assert row.note("en") == "mended" and not row.is_open
    steps = house.engine.queries.service_requests.steps(request_id)
    assert [(step.kind, step.status) for step in steps] == [
        ("submitted", "received"), ("told", "dispatched"), ("told", "replied"), ("told", "closed_resolved"),
    ]  # fmt: skip
    verified(house)


def test_nobody_in_public_reads_who_reported(house: House) -> None:
    """Name, telephone and address of the reporter stand in no public text; without the code nobody tracks it."""
    house.release(MODEL)
    request_id = submit(house, title="王小明家漏水").result["request_id"]
    queries = house.engine.queries.service_requests
    shown = queries.find_public(request_id)
    assert shown is not None and "漏水" in shown.description
    told = f"{shown} {queries.steps(request_id)} {queries.list_public().items}"
    assert not any(word in told for word in ("王小明", "13812345678", "wang@example.com"))
    row = row_of(house, request_id)
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
    assert not queries.list_public().items and not queries.near(28.2, 112.9, 500)
    assert [row.request_id for row in queries.list(OPERATOR, RequestWish(moderation="waiting")).items] == [waiting]
    assert house.engine.queries.get_case(exercise, OPERATOR).case.exercise


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"description": " "}, "description"), ({"description": "x" * 4_001}, "description"), ({"kind": "x"}, "kind"),
        ({"code": "short"}, "code"), ({"lat": 91.0}, "lat"), ({"lon": None}, "lat"), ({"source": "import"}, "source"),
        ({"photos": [{"digest": "x"}]}, "photos"), ({"place_code": "4" * 33}, "place_code"),
        ({"category": "a b"}, "category"),
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


def test_visitor_does_not_say_where_a_report_goes_nor_how_urgent_it_is(sqlite_url: str) -> None:
    """Staff may name the process and the tier; from a visitor both are the category's. An id elsewhere counts once."""
    house = House(sqlite_url)
    house.release(MODEL)
    result = submit(house, process_id="no_such_process", tier="urgent", external_id="e-1").result
    assert result["process_id"] == "hotline_request"
    assert house.variables(result["request_id"])["request"]["tier"] == "general"
    with pytest.raises(InvalidStateError):
        submit(house, external_id="e-1")
    with pytest.raises(NotFoundError):
        submit(house, CLERK, process_id="no_such_process", source="phone")
    house.close()


def test_moderator_decides_what_everybody_reads(house: House) -> None:
    """Other words may be put in place of the reporter's; what is hidden has a reason; photos are shown apart."""
    house.release(MODEL)
    photo = {"digest": "a" * 64, "public_digest": "b" * 64, "media_type": "image/jpeg", "size": 10}
    request_id = submit(house, proved=False, photos=[photo]).result["request_id"]
    queries = house.engine.queries.service_requests

    def moderate(shown: bool, actor: Any = DISPATCHER, **fields: Any) -> None:
        house.engine.handle(
            ModerateServiceRequest(command_id=new_id(), request_id=request_id, shown=shown, **fields), actor
        )

    with pytest.raises(NotPermittedError):
        moderate(True, CLERK)
    moderate(True, public_description="王小明说路口漏水")
    shown = queries.find_public(request_id)
    assert shown is not None and shown.description == "▇▇▇说路口漏水"
    assert queries.photos(request_id) == []
    moderate(True, photos_shown=True)
    assert [one.public_digest for one in queries.photos(request_id)] == ["b" * 64]
    assert house.engine.queries.work.kept_digests() == {"a" * 64, "b" * 64}
    with pytest.raises(InvalidVariablesError):
        moderate(False)
    moderate(False, reason="涉及他人")
    assert queries.find_public(request_id) is None and queries.photos(request_id) == []
    verified(house)


def test_imported_requests_have_a_case_and_a_record_each_and_come_once(house: House) -> None:
    """Closed ones are over at once, open ones are worked on; the same again changes nothing."""
    house.release(MODEL)
    closed = {
        "external_id": "101", "request_id": new_id(), "category": "pothole", "status": "closed_resolved",
        "description": "坑",
        "received_at": "2011-07-01T04:00:00Z", "closed_at": "2011-07-02T04:00:00Z", "due_at": "2011-07-03T04:00:00Z",
        "lat": 28.1, "lon": 112.8, "status_note": "filled",
    }  # fmt: skip
    opened = {
        "external_id": "102", "request_id": new_id(), "category": "pothole", "status": "received",
        "received_at": "2011-07-01T05:00:00Z",
    }  # fmt: skip
    command = ImportServiceRequests(command_id=new_id(), source="import", requests=[closed, opened])
    result = house.engine.handle(command, OPERATOR).result
    assert result == {"imported": 2, "known": 0}
    again = ImportServiceRequests(command_id=new_id(), source="import", requests=[closed, opened])
    assert house.engine.handle(again, OPERATOR).result == {"imported": 0, "known": 2}
    queries = house.engine.queries.service_requests
    newest, oldest = queries.list(OPERATOR).items
    assert (newest.status, oldest.status) == ("received", "closed_resolved")
    assert house.state(oldest.request_id) == "completed"
    assert [task.element_id for task in house.tasks(newest.request_id)] == ["handle"]
    shown = queries.find_public(oldest.request_id)
    assert shown is not None and shown.note("en") == "filled" and shown.closed_at == datetime(2011, 7, 2, 4, tzinfo=UTC)
    assert [step.at.year for step in queries.steps(oldest.request_id)] == [2011, 2011]
    with pytest.raises(NotPermittedError):
        house.engine.handle(ImportServiceRequests(command_id=new_id(), source="import", requests=[opened]), DISPATCHER)
    verified(house)


def test_public_copy_of_a_photo_tells_nothing_but_the_picture(tmp_path: Path) -> None:
    """Where and with what it was taken stays with the original; turned upright; what is no photo is refused."""
    files = AttachedFiles(tmp_path)
    picture = Image.new("RGB", (400, 200), "red")
    told = picture.getexif()
    told[0x0112], told[0x010F] = 6, "Camera of Wang"
    told.get_ifd(0x8825)[1] = "N"
    content = BytesIO()
    picture.save(content, "JPEG", exif=told)
    photo = take_photo(files, BytesIO(content.getvalue()))
    with files.open(photo["digest"]) as original:
        assert original.read() == content.getvalue()
    with files.open(photo["public_digest"]) as copy:
        shown = copy.read()
    assert b"Camera" not in shown and b"Exif" not in shown
    with Image.open(BytesIO(shown)) as found:
        assert found.size == (200, 400) and not found.getexif()
    for wrong in (b"plain text", content.getvalue()[:200], b"x" * 12_000_001):
        with pytest.raises(RejectedError):
            take_photo(files, BytesIO(wrong))


def test_case_that_stands_still_is_told_once_it_goes_on(sqlite_url: str) -> None:
    """A withdrawal counts at once; the case hears of it when it is resumed, and again nothing is lost or done twice."""
    house = House(sqlite_url)
    house.release(MODEL)
    request_id = str(submit(house).result["request_id"])
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=request_id, reason="x"), OPERATOR)
    house.engine.handle(WithdrawServiceRequest(command_id=new_id(), request_id=request_id, code=CODE), VISITOR)
    assert row_of(house, request_id).status == "cancelled_by_reporter"
    assert [task.element_id for task in house.tasks(request_id)] == ["handle"]
    house.engine.handle(ResumeCase(command_id=new_id(), case_id=request_id), OPERATOR)
    house.engine.pump()
    assert [task.element_id for task in house.tasks(request_id)] == ["stop"]
    verified(house)
    house.close()


def _at_once(house: House, commands: list[tuple[Any, Any]]) -> list[Any]:
    """What came of commands that were sent at the same moment; a refusal stands for itself."""
    gate = Barrier(len(commands))

    def send(command: Any, actor: Any) -> Any:
        gate.wait()
        try:
            return house.engine.handle(command, actor)
        except RejectedError as refused:
            return refused

    with ThreadPoolExecutor(len(commands)) as pool:
        return [one.result() for one in [pool.submit(send, *command) for command in commands]]


def test_acts_at_the_same_moment_have_one_winner_and_wait_for_nobody_in_a_circle(house: House) -> None:
    """Of two withdrawals, two reopenings and two mergers crosswise one is done, and the other is told why not."""
    house.release(MODEL)
    for _ in range(3):
        one, other = (str(submit(house).result["request_id"]) for _ in range(2))
        done = closed(house)
        withdrawals = [
            (WithdrawServiceRequest(command_id=new_id(), request_id=one, code=CODE), VISITOR) for _ in range(2)
        ]
        reopenings = [
            (ReopenServiceRequest(command_id=new_id(), request_id=done, reason="又漏了", code=CODE), VISITOR)
            for _ in range(2)
        ]
        third = str(submit(house).result["request_id"])
        mergers = [
            (MergeServiceRequests(command_id=new_id(), into=into, request_ids=[gone], reason="同一处"), DISPATCHER)
            for into, gone in ((other, third), (third, other))
        ]
        for commands in (withdrawals, reopenings, mergers):
            answers = _at_once(house, commands)
            assert sum(isinstance(answer, InvalidStateError) for answer in answers) == 1, answers
        assert row_of(house, done).case_id == f"{done}-2" and row_of(house, done).reopened == 1
        assert {row_of(house, other).merged_into, row_of(house, third).merged_into} & {other, third} != {None}
    verified(house)


def test_row_that_somebody_changed_is_found(sqlite_url: str) -> None:
    """A status or a text put right behind the engine's back is not what the record says."""
    house = House(sqlite_url)
    house.release(MODEL)
    changed, moved = (str(submit(house).result["request_id"]) for _ in range(2))
    house.close()
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE service_request SET due_at = NULL WHERE request_id = ?", [changed])
        connection.execute("DELETE FROM service_request_step WHERE request_id = ?", [moved])
    house.reopen()
    findings = house.engine.verify_audit(sample=None).findings
    assert {(finding.kind, finding.case_id) for finding in findings} == {
        ("changed_row", changed), ("changed_row", moved)
    }
    assert any("due_at" in finding.message for finding in findings)
    house.close()


def test_what_tells_of_people_goes_when_the_case_is_removed(sqlite_url: str) -> None:
    """Row, steps, photos and reporter go with the case; the record still verifies."""
    house = House(sqlite_url)
    house.release(MODEL.replace('isExecutable="true"', 'isExecutable="true" camunda:historyTimeToLive="P2D"', 1))
    request_id = closed(house)
    house.clock.advance(3 * 86_400)
    Keeper(house.engine).run_once()
    for table in ("service_request", "service_request_step", "service_request_photo", "service_request_reporter"):
        assert house.rows(f"SELECT count(*) FROM {table}") == [(0,)], table
    assert house.engine.queries.service_requests.find_public(request_id) is None
    assert house.engine.verify_audit(sample=None).ok
    house.close()
