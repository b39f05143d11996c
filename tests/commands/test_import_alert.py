"""ImportAlert: starts, updates and cancels cases; the same alert once; exercises never touch real cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.house import ANNE, OPERATOR, STRANGER, House, chain, user_task
from workflow_engine import (
    ImportAlert,
    NotFoundError,
    NotPermittedError,
    Receipt,
    RejectedError,
    new_id,
    read_alert_file,
)
from workflow_engine.interchange.cap import CapError

UPDATABLE = (
    '<bpmn:message id="U" name="alert.updated"/><bpmn:message id="C" name="alert.cancelled"/>'
    + chain(
        user_task("respond"),
        process="emergency_response",
        more='<bpmn:boundaryEvent id="upd" attachedToRef="respond" cancelActivity="false">'
        '<bpmn:messageEventDefinition id="u" messageRef="U"/></bpmn:boundaryEvent><bpmn:userTask id="look"/>'
        '<bpmn:endEvent id="e2"/><bpmn:sequenceFlow id="f1" sourceRef="upd" targetRef="look"/>'
        '<bpmn:sequenceFlow id="f2" sourceRef="look" targetRef="e2"/>'
        '<bpmn:boundaryEvent id="can" attachedToRef="respond"><bpmn:messageEventDefinition id="c" messageRef="C"/>'
        '</bpmn:boundaryEvent><bpmn:endEvent id="e3"/><bpmn:sequenceFlow id="f3" sourceRef="can" targetRef="e3"/>',
    )
)


def cap(identifier: str = "A-1", **fields: Any) -> dict[str, Any]:
    info = {
        "language": "en-US", "category": ["Met"], "event": "Flood", "urgency": "Immediate", "severity": "Severe",
        "certainty": "Observed", "headline": "Flood in the old town", "areas": [{"desc": "Old town"}],
    }  # fmt: skip
    alert = {
        "identifier": identifier, "sender": "w@example.org", "sent": "2026-05-12T10:00:00+08:00", "status": "Actual",
        "msg_type": "Alert", "references": [], "infos": [info],
    }  # fmt: skip
    return {**alert, **fields}


def referring(kind: str, identifier: str, *earlier: dict[str, Any], **fields: Any) -> dict[str, Any]:
    references = [{name: old[name] for name in ("sender", "identifier", "sent")} for old in earlier]
    return cap(identifier, msg_type=kind, references=references, **fields)


def bring(house: House, alert: dict[str, Any], **fields: Any) -> Receipt:
    return house.engine.handle(ImportAlert(command_id=new_id(), alert=alert, source="test", **fields), ANNE)


@pytest.fixture
def ready(house: House) -> House:
    house.release(UPDATABLE)
    return house


def test_a_new_alert_starts_a_case(ready: House) -> None:
    receipt = bring(ready, cap())
    assert receipt.result["disposition"] == "started"
    case = ready.engine.queries.get_case(receipt.case_id or "", ANNE)
    assert case.case.title == "Flood in the old town"
    assert case.case.business_key == "w@example.org,A-1,2026-05-12T02:00:00-00:00"
    assert case.variables["severity"] == "Severe"
    assert case.variables["exercise"] is False
    (row,) = ready.engine.queries.get_alerts().items
    assert (row.identifier, row.case_id, row.disposition, row.event) == ("A-1", receipt.case_id, "started", "Flood")


def test_the_same_alert_again_gives_the_same_case(ready: House) -> None:
    first = bring(ready, cap())
    again = bring(ready, cap(sent="2026-05-12T02:00:00+00:00"))
    assert again.case_id == first.case_id
    assert again.result["duplicate"] is True
    assert again.result["changed"] is True
    assert bring(ready, cap()).result["changed"] is False
    assert len(ready.engine.queries.find_cases(OPERATOR).items) == 1


def test_an_update_reaches_the_case_of_what_it_refers_to(ready: House) -> None:
    old = cap()
    started = bring(ready, old)
    receipt = bring(ready, referring("Update", "A-2", old))
    assert (receipt.case_id, receipt.result["disposition"]) == (started.case_id, "updated")
    assert {task.element_id for task in ready.tasks(started.case_id or "")} == {"respond", "look"}
    by_key = {row.identifier: row for row in ready.engine.queries.get_alerts().items}
    assert by_key["A-1"].superseded_by == by_key["A-2"].alert_key
    third = bring(ready, referring("Update", "A-3", referring("Update", "A-2", old)))
    assert third.case_id == started.case_id


def test_a_cancellation_reaches_the_case(ready: House) -> None:
    old = cap()
    started = bring(ready, old)
    assert bring(ready, referring("Cancel", "A-2", old)).result["disposition"] == "cancelled"
    assert ready.state(started.case_id or "") == "completed"


def test_an_update_of_something_unknown_starts_a_case_and_says_so(ready: House) -> None:
    receipt = bring(ready, referring("Update", "A-2", cap("unknown")))
    assert receipt.result["disposition"] == "started_unknown_reference"
    assert ready.state(receipt.case_id or "") == "active"


def test_an_update_of_an_ended_case_starts_another(ready: House) -> None:
    old = cap()
    started = bring(ready, old)
    ready.complete(ready.task(started.case_id or ""))
    receipt = bring(ready, referring("Update", "A-2", old))
    assert receipt.result["disposition"] == "started_after_end"
    assert receipt.case_id != started.case_id
    assert bring(ready, referring("Cancel", "A-3", old)).result["disposition"] == "cancel_after_end"


def test_a_cancellation_of_something_unknown_is_kept_on_file(ready: House) -> None:
    receipt = bring(ready, referring("Cancel", "A-2", cap("unknown")))
    assert (receipt.case_id, receipt.result["disposition"]) == (None, "cancel_unknown_reference")


def test_an_update_that_the_case_does_not_wait_for_waits(house: House) -> None:
    house.release(chain(user_task("respond"), process="emergency_response"))
    old = cap()
    started = bring(house, old)
    receipt = bring(house, referring("Update", "A-2", old))
    assert (receipt.case_id, receipt.result["disposition"]) == (started.case_id, "update_waits")
    assert house.engine.queries.list_messages("waiting").items[0].name == "alert.updated"


@pytest.mark.parametrize("status", ["Exercise", "Test"])
def test_what_is_not_actual_is_an_exercise_apart(ready: House, status: str) -> None:
    old = cap()
    real = bring(ready, old)
    receipt = bring(ready, cap("E-1", status=status))
    case = ready.engine.queries.get_case(receipt.case_id or "", OPERATOR)
    assert case.case.exercise
    assert case.variables["exercise"] is True
    mixed = bring(ready, referring("Update", "E-2", old, status=status))
    assert mixed.case_id != real.case_id
    assert {task.element_id for task in ready.tasks(real.case_id or "")} == {"respond"}
    assert len(ready.engine.queries.get_alerts(exercise=True).items) == 2


def test_an_actual_alert_can_be_taken_in_as_an_exercise(ready: House) -> None:
    receipt = bring(ready, cap(), exercise=True)
    assert ready.engine.queries.get_case(receipt.case_id or "", OPERATOR).case.exercise


@pytest.mark.parametrize(
    "fields", [{"status": "System"}, {"status": "Draft"}, {"msg_type": "Ack"}, {"msg_type": "Error"}]
)
def test_what_is_not_for_action_is_kept_on_file(ready: House, fields: dict[str, str]) -> None:
    receipt = bring(ready, cap(**fields))
    assert (receipt.case_id, receipt.result["disposition"]) == (None, "on_file")
    assert ready.engine.queries.find_cases(OPERATOR).items == []


def test_importing_takes_a_right(ready: House) -> None:
    with pytest.raises(NotPermittedError):
        ready.engine.handle(ImportAlert(command_id=new_id(), alert=cap()), STRANGER)


def test_without_a_released_process_nothing_is_kept(house: House) -> None:
    with pytest.raises(NotFoundError, match="emergency_response"):
        bring(house, cap())
    assert house.engine.queries.get_alerts().items == []


@pytest.mark.parametrize(
    "fields",
    [{"identifier": None}, {"sent": "today"}, {"sent": "2026-05-12T10:00:00"}, {"note": float("nan")}],
)
def test_an_alert_that_is_none_is_refused(ready: House, fields: dict[str, Any]) -> None:
    with pytest.raises(RejectedError):
        bring(ready, cap(**fields))


def test_real_alerts_start_cases_and_bad_ones_are_refused(house: House, shared: Path) -> None:
    house.release(UPDATABLE)
    started = refused = 0
    for path in sorted((shared / "data" / "cap").glob("*/*.[cx][am][pl]")):
        try:
            found = read_alert_file(path.read_bytes())
        except CapError:
            refused += 1
            continue
        for alert in found.alerts:
            receipt = bring(house, alert)
            assert receipt.result["alert_key"]
            started += receipt.result["disposition"] == "started"
    assert started > 5
    assert refused >= 2
    assert house.engine.verify_audit(sample=None).ok
