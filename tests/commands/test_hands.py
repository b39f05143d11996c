"""TransferUserTask, DelegateUserTask with its answer, and UrgeUserTask."""

from __future__ import annotations

import pytest

from tests.support.house import OFFERED, STRANGER
from tests.support.staff import ADMIN, ANNE, AUDITOR, BO, CID, DEE, Staff, chain, user_task
from workflow_engine import (
    AnswerDelegation,
    AssignUserTask,
    DelegateUserTask,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    TakeBackDelegation,
    TransferUserTask,
    UrgeUserTask,
)

MODEL = chain(user_task("A", OFFERED), user_task("B", OFFERED))
CHECKED = chain(
    '<bpmn:userTask id="A"><bpmn:extensionElements><camunda:properties><camunda:property name="completedBy" '
    'value="author"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>',
    '<bpmn:userTask id="B"><bpmn:extensionElements><camunda:properties><camunda:property name="notCompletedBy" '
    'value="author"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>',
)
LIMITED = chain(
    '<bpmn:userTask id="A" camunda:candidateGroups="role:duty_room"><bpmn:extensionElements><camunda:properties>'
    '<camunda:property name="verbs" value="copy"/></camunda:properties></bpmn:extensionElements></bpmn:userTask>'
)


# ------------------------------------------------------------------------------------------------ transfer
def test_transfer_to_a_person_is_for_good(staff: Staff) -> None:
    staff.begin(MODEL)
    task_id = staff.claim("A", ANNE)
    staff.do(TransferUserTask, ANNE, task="A", to="user:cid", reason="yours, by the new rule")
    assert staff.open == ["A user:cid"]
    assert staff.rows("SELECT kind, subject, content FROM note") == [
        ("transferred", "user:cid", "yours, by the new rule")
    ]
    staff.release_task(task_id, CID)
    offered = staff.engine.queries.inbox
    assert [row.user_task_id for row in offered(CID, "offered").items] == [task_id]
    assert not offered(ANNE, "offered").items, "nobody it was offered to before gets it back"
    staff.house.claim(task_id, CID)
    staff.complete("A", CID)


def test_transfer_to_a_unit_puts_it_on_offer_there(staff: Staff) -> None:
    staff.begin(MODEL)
    staff.claim("A", ANNE)
    staff.do(TransferUserTask, ANNE, task="A", to="unit:water", reason="a matter of water")
    assert staff.open == ["A -"]
    staff.claim("A", DEE)
    staff.do(TransferUserTask, DEE, task="A", to="role:duty_room", reason="it is not")
    staff.claim("A", BO)
    staff.complete("A", BO)


def test_transfer_by_an_administrator_of_an_unclaimed_task(staff: Staff) -> None:
    staff.begin(MODEL)
    staff.do(TransferUserTask, ADMIN, task="A", to="unit:water", reason="nobody is there")
    assert [row.candidate_groups for row in staff.open_tasks()] == [("unit:water",)]


@pytest.mark.parametrize(
    ("actor", "to", "reason", "error", "words"),
    [
        (BO, "user:cid", "x", NotPermittedError, "user:anne has it"),
        (STRANGER, "user:cid", "x", NotFoundError, "no such task"),
        (AUDITOR, "user:cid", "x", NotPermittedError, "auditors read"),
        (ANNE, "user:nobody", "x", RejectedError, "no person, unit or role"),
        (ANNE, "user:anne", "x", InvalidStateError, "has it already"),
        (ANNE, "user:cid", " ", RejectedError, "for a reason"),
    ],
)
def test_transfer_is_refused(
    staff: Staff, actor: object, to: str, reason: str, error: type[Exception], words: str
) -> None:
    staff.begin(MODEL)
    staff.claim("A", ANNE)
    with pytest.raises(error, match=words):
        staff.do(TransferUserTask, actor, task="A", to=to, reason=reason)  # type: ignore[arg-type]
    assert staff.open == ["A user:anne"]


def test_transfer_of_a_task_nobody_has_asks_to_claim_it(staff: Staff) -> None:
    staff.begin(MODEL)
    with pytest.raises(NotPermittedError, match="claim it before"):
        staff.do(TransferUserTask, ANNE, task="A", to="user:cid", reason="x")


def test_verbs_that_the_model_does_not_allow_are_for_administrators(staff: Staff) -> None:
    staff.begin(LIMITED)
    staff.claim("A", ANNE)
    with pytest.raises(NotPermittedError, match="the model does not allow 'transfer'"):
        staff.do(TransferUserTask, ANNE, task="A", to="user:cid", reason="x")
    staff.do(TransferUserTask, ADMIN, task="A", to="user:cid", reason="x")
    assert staff.open == ["A user:cid"]


def test_transfer_keeps_two_persons_two(staff: Staff) -> None:
    staff.begin(CHECKED)
    staff.complete("A", ANNE)
    staff.claim("B", BO)
    for kind in (TransferUserTask, DelegateUserTask):
        with pytest.raises(NotPermittedError, match="user:anne is its author"):
            staff.do(kind, BO, task="B", to="user:anne", reason="x")


# ------------------------------------------------------------------------------------------------ delegate
def test_delegate_answers_and_the_owner_completes(staff: Staff) -> None:
    staff.begin(MODEL)
    task_id = staff.claim("A", ANNE)
    staff.do(DelegateUserTask, ANNE, task="A", to="user:cid", reason="please reckon")
    assert staff.open == ["A user:cid"]
    with pytest.raises(InvalidStateError, match="prepares it for user:anne"):
        staff.complete("A", CID)
    with pytest.raises(InvalidStateError, match="answered or taken back"):
        staff.release_task(task_id, CID)
    with pytest.raises(InvalidStateError, match="prepares it for"):
        staff.do(TransferUserTask, CID, task="A", to="user:dee", reason="x")
    with pytest.raises(InvalidStateError, match="answered or taken back"):
        staff.do(AssignUserTask, ADMIN, task="A", assignee="user:bo", reason="she is away")
    staff.do(AnswerDelegation, CID, task="A", answer="it is 42")
    assert staff.open == ["A user:anne"]
    assert staff.rows("SELECT owner, delegate, state, answer FROM task_delegation") == [
        ("user:anne", "user:cid", "resolved", "it is 42")
    ]
    staff.complete("A", ANNE)


def test_delegation_taken_back_by_its_owner_and_given_again(staff: Staff) -> None:
    staff.begin(MODEL)
    staff.claim("A", ANNE)
    staff.do(DelegateUserTask, ANNE, task="A", to="user:cid", reason="please")
    with pytest.raises(NotPermittedError, match="user:anne's"):
        staff.do(TakeBackDelegation, BO, task="A", reason="x")
    staff.do(TakeBackDelegation, ANNE, task="A", reason="he is ill")
    assert staff.open == ["A user:anne"]
    with pytest.raises(InvalidStateError, match="with no delegate"):
        staff.do(TakeBackDelegation, ANNE, task="A", reason="x")
    with pytest.raises(InvalidStateError, match="was not delegated"):
        staff.do(AnswerDelegation, ANNE, task="A", answer="x")
    staff.do(DelegateUserTask, ANNE, task="A", to="user:dee", reason="please")
    with pytest.raises(NotPermittedError):
        staff.do(AnswerDelegation, ADMIN, task="A", answer="x")
    staff.do(AnswerDelegation, DEE, task="A", answer="done")
    staff.complete("A", ANNE)


def test_delegate_counts_for_the_two_person_rule(staff: Staff) -> None:
    """Who wrote it does not check it, though the owner completed it."""
    staff.begin(CHECKED)
    staff.claim("A", ANNE)
    staff.do(DelegateUserTask, ANNE, task="A", to="user:cid", reason="draft it")
    staff.do(AnswerDelegation, CID, task="A", answer="drafted")
    staff.complete("A", ANNE)
    for author in (ANNE, CID):
        with pytest.raises(NotPermittedError, match="its author"):
            staff.complete("B", author)
    staff.complete("B", BO)


def test_a_withdrawn_task_is_with_no_delegate_any_more(staff: Staff) -> None:
    staff.begin(
        chain(
            user_task("A", OFFERED),
            more='<bpmn:boundaryEvent id="t" attachedToRef="A"><bpmn:timerEventDefinition><bpmn:timeDuration>PT1H'
            '</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="late"/>'
            '<bpmn:sequenceFlow id="l" sourceRef="t" targetRef="late"/>',
        )
    )
    staff.claim("A", ANNE)
    staff.do(DelegateUserTask, ANNE, task="A", to="user:cid", reason="please")
    staff.house.clock.advance(4000)
    staff.engine.handle(staff.house.timer_command(staff.case_id), ADMIN)
    assert staff.rows("SELECT state FROM task_delegation") == [("withdrawn",)]


# ------------------------------------------------------------------------------------------------ urge
def test_urge_tells_the_holder_once_an_hour(staff: Staff) -> None:
    staff.begin(MODEL, BO)
    task_id = staff.claim("A", ANNE)
    staff.do(UrgeUserTask, BO, task="A", reason="it burns")
    with pytest.raises(InvalidStateError, match="again in 60 minutes"):
        staff.do(UrgeUserTask, BO, task="A", reason="it burns")
    staff.house.clock.advance(3600)
    staff.do(UrgeUserTask, BO, task="A", reason="it still burns")
    assert staff.rows("SELECT kind, subject, user_task_id, content FROM note ORDER BY sent_at") == [
        ("urge", "user:anne", task_id, "it burns"),
        ("urge", "user:anne", task_id, "it still burns"),
    ]


def test_urge_of_an_unclaimed_task_tells_those_it_is_offered_to(staff: Staff) -> None:
    staff.begin(MODEL, CID)
    staff.do(UrgeUserTask, CID, task="A", reason="please")
    assert staff.rows("SELECT subject FROM note") == [("role:duty_room",)]


def test_urge_is_refused_to_oneself_and_to_outsiders(staff: Staff) -> None:
    staff.begin(MODEL)
    staff.claim("A", ANNE)
    with pytest.raises(InvalidStateError, match="it is yours"):
        staff.do(UrgeUserTask, ANNE, task="A", reason="x")
    with pytest.raises(NotFoundError):
        staff.do(UrgeUserTask, STRANGER, task="A", reason="x")
    with pytest.raises(NotPermittedError, match="auditors"):
        staff.do(UrgeUserTask, AUDITOR, task="A", reason="x")
