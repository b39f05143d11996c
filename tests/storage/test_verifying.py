"""What ``audit verify`` finds: every manipulation that a chain, its values and re-execution can show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, OPERATOR, House, chain, user_task
from workflow_engine import AssignUserTask, ChangeVariables, ReleaseUserTask, RetryIncident, new_id

MODEL = '<bpmn:message id="M" name="reply"/>' + chain(
    user_task("A", 'camunda:candidateGroups="role:duty_room"'),
    '<bpmn:scriptTask id="calc" scriptFormat="python"><bpmn:script>y = 10 / x</bpmn:script></bpmn:scriptTask>',
    '<bpmn:intermediateCatchEvent id="catch"><bpmn:messageEventDefinition id="m" messageRef="M"/>'
    "</bpmn:intermediateCatchEvent>",
    '<bpmn:intermediateCatchEvent id="wait"><bpmn:timerEventDefinition id="t"><bpmn:timeDuration>PT1H'
    "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>",
    '<bpmn:callActivity id="call" calledElement="callee"/>',
    user_task("B"),
)


@pytest.fixture
def lived(house: House) -> tuple[House, str]:
    """A case that has been through most kinds of commands, and another one beside it."""
    house.release(chain(user_task("inside"), process="callee"))
    house.release(MODEL)
    case_id = house.start(x=0, person="Anne's telephone 555-0199")
    task_id = house.task(case_id)
    house.claim(task_id, ANNE)
    house.engine.handle(ReleaseUserTask(command_id=new_id(), user_task_id=task_id, reason="not mine"), ANNE)
    house.engine.handle(AssignUserTask(command_id=new_id(), user_task_id=task_id, assignee="user:anne"), ADMIN)
    house.complete(task_id, ANNE, note="seen")
    house.engine.handle(RetryIncident(command_id=new_id(), case_id=case_id, incident_no=1, variables={"x": 5}), ADMIN)
    house.publish("reply", "m-1", payload={"answer": [1, 2.5]})
    house.engine.handle(ChangeVariables(command_id=new_id(), case_id=case_id, variables={"z": None}), ADMIN)
    house.clock.advance(3600)
    house.engine.handle(house.timer_command(case_id), OPERATOR)
    house.release(chain(user_task("newer"), process="callee"))
    house.complete(house.task(case_id, "inside"))
    house.complete(house.task(case_id, "B"), done=True)
    house.start(x=1)
    return house, case_id


def tamper(house: House, *statements: str) -> None:
    """As a database administrator could: past the triggers."""
    with house.engine._database.write() as unit:
        if unit.dialect == "sqlite":
            unit._cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
            unit._cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_delete")
        else:
            unit._cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        for statement in statements:
            unit._cursor.execute(statement)
        unit.commit()
    house.engine.forget_hot_copies()


def kinds(house: House, **options: Any) -> set[str]:
    return {finding.kind for finding in house.engine.verify_audit(**options).findings}


def test_an_untouched_record_verifies_and_runs_again(lived: tuple[House, str]) -> None:
    house, case_id = lived
    assert house.state(case_id) == "completed"
    report = house.engine.verify_audit(sample=None)
    assert report.ok, [str(finding) for finding in report.findings]
    assert (report.re_executed, report.not_re_executed) == (2, 0)
    assert report.entries == house.rows("SELECT count(*) FROM audit_entry")[0][0]
    assert report.to_dict()["ok"] is True


def test_progress_is_told(lived: tuple[House, str]) -> None:
    house, _ = lived
    seen: list[tuple[int, int]] = []
    house.engine.verify_audit(sample=0, progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] == len(seen)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            "UPDATE audit_entry SET body = replace(body, 'user:anne', 'user:b') WHERE seq = 2 AND stream_id = '{case}'",
            "edited_entry",
        ),
        ("UPDATE audit_entry SET actor = 'user:bo' WHERE seq = 2 AND stream_id = '{case}'", "edited_column"),
        ("DELETE FROM audit_entry WHERE seq = 3 AND stream_id = '{case}'", "missing_entry"),
        ("DELETE FROM audit_entry WHERE seq > 9 AND stream_id = '{case}'", "truncated_tail"),
        ("DELETE FROM audit_entry WHERE stream_id = '{case}'", "truncated_tail"),
        (
            "UPDATE entry_payload SET content = replace(content, '555-0199', '555-0100') WHERE stream_id = '{case}'",
            "changed_value",
        ),
        ("UPDATE entry_payload SET salt = salt || salt WHERE stream_id = '{case}'", "changed_value"),
        ("UPDATE process_instance SET chain_head = '{zeros}' WHERE case_id = '{case}'", "head_mismatch"),
        ("UPDATE process_instance SET version = version - 1 WHERE case_id = '{case}'", "head_behind"),
        ("DELETE FROM submission WHERE case_id = '{case}'", "changed_row"),
        ("UPDATE user_task SET completed_by = 'user:bo' WHERE case_id = '{case}' AND element_id = 'A'", "changed_row"),
        ("UPDATE incident SET resolved_by = 'user:bo' WHERE case_id = '{case}'", "changed_row"),
        ("UPDATE timer SET fired_at = due_at, due_at = armed_at WHERE case_id = '{case}'", "changed_row"),
    ],
)  # fmt: skip
def test_a_manipulation_is_found(lived: tuple[House, str], statements: str, expected: str) -> None:
    house, case_id = lived
    tamper(house, statements.format(case=case_id, zeros="0" * 64))
    assert expected in kinds(house, sample=None)


def test_swapped_cases_are_found(lived: tuple[House, str]) -> None:
    house, case_id = lived
    ((other,),) = house.rows(f"SELECT case_id FROM process_instance WHERE case_id <> '{case_id}'")
    rename = "UPDATE audit_entry SET stream_id = '{}' WHERE stream_id = '{}'"
    tamper(house, rename.format("aside", case_id), rename.format(case_id, other), rename.format(other, "aside"))
    assert kinds(house, sample=None) >= {"edited_entry"}


def test_a_rewritten_chain_is_found_by_running_it_again(lived: tuple[House, str]) -> None:
    """Whoever rewrites a whole chain with good hashes must still make events that its commands explain."""
    from workflow_engine.audit.chain import GENESIS, ChainHead, link

    house, case_id = lived
    head = ChainHead(case_id, 0, GENESIS)
    statements = []
    for seq, body in house.rows(f"SELECT seq, body FROM audit_entry WHERE stream_id = '{case_id}' ORDER BY seq"):
        content = json.loads(body)
        for event in content["events"]:
            if event["event"] == "user_task.completed" and event["element_id"] == "A":
                event["completed_by"] = "user:bo"
        entry = link(head, content)
        head = entry.head
        text = entry.body_json.decode().replace("'", "''")
        statements.append(
            f"UPDATE audit_entry SET body = '{text}', prev = '{entry.prev}', hash = '{entry.hash}' "
            f"WHERE stream_id = '{case_id}' AND seq = {seq}"
        )
    statements.append(f"UPDATE process_instance SET chain_head = '{head.hash}' WHERE case_id = '{case_id}'")
    tamper(house, *statements)
    assert kinds(house, sample=0) == set()
    assert kinds(house, sample=None) == {"not_reproducible", "changed_row"}


def test_erasing_values_leaves_the_record_valid(lived: tuple[House, str]) -> None:
    house, case_id = lived
    tamper(
        house,
        f"DELETE FROM entry_payload WHERE stream_id = '{case_id}'",
        f"UPDATE submission SET content = '{{}}' WHERE case_id = '{case_id}'",
    )
    report = house.engine.verify_audit(sample=None)
    assert report.ok
    assert (report.re_executed, report.not_re_executed) == (1, 1)
    assert report.erased > 0
    history = house.engine.queries.get_history(case_id, ADMIN)
    assert history[0].erased
    assert "555-0199" not in str(history)


def test_values_people_typed_stand_in_no_entry(lived: tuple[House, str]) -> None:
    house, _ = lived
    bodies = "".join(body for (body,) in house.rows("SELECT body FROM audit_entry"))
    assert "555-0199" not in bodies
    assert "seen" not in bodies


def test_salts_differ_and_cannot_be_reckoned_from_the_entry(lived: tuple[House, str]) -> None:
    house, _ = lived
    salts = [bytes(salt) for (salt,) in house.rows("SELECT salt FROM entry_payload")]
    assert len(set(salts)) == len(salts)
    assert all(len(salt) == 32 and salt != bytes(32) for salt in salts)
    bodies = "".join(body for (body,) in house.rows("SELECT body FROM audit_entry"))
    assert all(salt.hex() not in bodies for salt in salts)
