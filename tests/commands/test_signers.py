"""AskOpinions, GiveOpinion, RemoveSigner, AddInstance and RemoveInstance."""

from __future__ import annotations

import pytest

from tests.support.house import OFFERED, STRANGER
from tests.support.staff import ADMIN, ANNE, BO, CID, DEE, Staff, chain, user_task
from workflow_engine import (
    AddInstance,
    AskOpinions,
    CancelCase,
    ClaimUserTask,
    GiveOpinion,
    InvalidStateError,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    RemoveInstance,
    RemoveSigner,
    TransferUserTask,
)

MODEL = chain(user_task("A", OFFERED), user_task("B", OFFERED))


EACH = 'camunda:collection="${voters}" camunda:elementVariable="voter"'


def joint(condition: str = "", attributes: str = EACH) -> str:
    """Everybody in ``voters`` has a task of their own at the same time."""
    until = f"<bpmn:completionCondition>${{{condition}}}</bpmn:completionCondition>" if condition else ""
    return chain(
        f'<bpmn:userTask id="V" name="Vote" camunda:assignee="${{voter}}"><bpmn:multiInstanceLoopCharacteristics '
        f"{attributes}>{until}</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>",
        user_task("B", OFFERED),
    )


def ask(staff: Staff, place: str, *subjects: str) -> None:
    staff.claim("A", ANNE)
    staff.do(AskOpinions, ANNE, task="A", subjects=subjects, place=place, reason="what do you say?")


def opinion(staff: Staff, of: str) -> str:
    return staff.task("A", of=of)


def test_signers_before_block_the_task_until_all_have_answered(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "before", "user:cid", "unit:water")
    with pytest.raises(InvalidStateError, match="waits for user:cid, unit:water"):
        staff.complete("A", ANNE)
    staff.do(GiveOpinion, CID, user_task_id=opinion(staff, "user:cid"), agrees=True, opinion="fine")
    group_task = next(row.user_task_id for row in staff.open_tasks() if row.candidate_groups == ("unit:water",))
    staff.engine.handle(ClaimUserTask(command_id="claim-it", user_task_id=group_task), DEE)
    staff.do(GiveOpinion, DEE, user_task_id=group_task, agrees=False, opinion="too early")
    assert staff.open == ["A user:anne"]
    staff.complete("A", ANNE)
    assert staff.open == ["B -"]
    assert staff.rows("SELECT subject, state, agrees, answer FROM task_opinion ORDER BY subject DESC") == [
        ("user:cid", "answered", True, "fine"),
        ("unit:water", "answered", False, "too early"),
    ]


def test_signers_after_are_asked_once_the_task_is_done_and_hold_the_step(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "after", "user:cid")
    assert staff.open == ["A user:anne"]
    staff.complete("A", ANNE, x=1)
    assert staff.open == ["A user:cid"]
    with pytest.raises(NotPermittedError):
        staff.do(GiveOpinion, ADMIN, user_task_id=opinion(staff, "user:cid"), agrees=True, opinion="fine")
    staff.do(GiveOpinion, CID, user_task_id=opinion(staff, "user:cid"), agrees=True, opinion="fine")
    assert staff.open == ["B -"]
    assert staff.house.variables(staff.case_id)["x"] == 1


def test_signers_beside_answer_in_their_own_time(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "beside", "user:cid", "user:dee")
    staff.do(GiveOpinion, CID, user_task_id=opinion(staff, "user:cid"), agrees=True, opinion="fine")
    staff.complete("A", ANNE)
    assert staff.open == ["A user:dee"], "the step is over when both are done"
    staff.do(GiveOpinion, DEE, user_task_id=opinion(staff, "user:dee"), agrees=True, opinion="fine, too")
    assert staff.open == ["B -"]


def test_a_question_can_be_handed_on_but_not_completed_like_a_task(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "before", "user:cid")
    question = opinion(staff, "user:cid")
    with pytest.raises(NotFoundError):
        staff.house.complete(question, CID)
    with pytest.raises(InvalidStateError, match="only asks for an opinion"):
        staff.do(AskOpinions, CID, user_task_id=question, subjects=("user:bo",), place="before", reason="x")
    staff.do(TransferUserTask, CID, user_task_id=question, to="user:dee", reason="she knows")
    staff.do(GiveOpinion, DEE, user_task_id=question, agrees=True, opinion="fine")
    staff.complete("A", ANNE)


def test_remove_a_signer_as_long_as_they_have_not_answered(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "before", "user:cid", "user:dee")
    task, first, second = staff.task("A", of="user:anne"), opinion(staff, "user:cid"), opinion(staff, "user:dee")
    staff.do(GiveOpinion, CID, user_task_id=first, agrees=True, opinion="fine")
    with pytest.raises(InvalidStateError, match="what is signed stays"):
        staff.do(RemoveSigner, ANNE, user_task_id=task, opinion_id=first, reason="x")
    with pytest.raises(NotPermittedError, match="user:anne asked"):
        staff.do(RemoveSigner, BO, user_task_id=task, opinion_id=second, reason="x")
    with pytest.raises(NotFoundError):
        staff.do(RemoveSigner, ANNE, user_task_id=task, opinion_id=task, reason="x")
    staff.do(RemoveSigner, ANNE, user_task_id=task, opinion_id=second, reason="not needed")
    with pytest.raises(InvalidStateError, match="no more already"):
        staff.do(RemoveSigner, ANNE, user_task_id=task, opinion_id=second, reason="x")
    staff.complete("A", ANNE)
    assert staff.open == ["B -"]


def test_removing_the_last_awaited_signer_lets_a_done_task_go_on(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "after", "user:cid")
    task = staff.task("A")
    staff.complete("A", ANNE)
    question = opinion(staff, "user:cid")
    staff.do(RemoveSigner, ANNE, user_task_id=task, opinion_id=question, reason="he is away")
    assert staff.open == ["B -"]


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"place": "under"}, RejectedError, "before, beside, after"),
        ({"subjects": ()}, RejectedError, "1 to 50"),
        ({"subjects": ("user:nobody",)}, RejectedError, "no person"),
        ({"subjects": ("user:anne",)}, InvalidStateError, "who has it"),
        ({"reason": ""}, RejectedError, "for a reason"),
    ],
)
def test_ask_opinions_is_refused(staff: Staff, fields: dict[str, object], error: type[Exception], words: str) -> None:
    staff.begin(MODEL)
    staff.claim("A", ANNE)
    given = {"subjects": ("user:cid",), "place": "before", "reason": "x", **fields}
    with pytest.raises(error, match=words):
        staff.do(AskOpinions, ANNE, task="A", **given)
    assert staff.open == ["A user:anne"]


def test_ask_the_same_person_twice_is_refused(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "before", "user:cid")
    with pytest.raises(InvalidStateError, match="asked already"):
        staff.do(
            AskOpinions, ANNE, user_task_id=staff.task("A", of="user:anne"), subjects=("user:cid",), place="after",
            reason="x",
        )  # fmt: skip
    with pytest.raises(InvalidStateError, match="no question"):
        staff.do(GiveOpinion, ANNE, user_task_id=staff.task("A", of="user:anne"), agrees=True, opinion="x")


def test_opinions_go_with_a_task_that_is_withdrawn(staff: Staff) -> None:
    staff.begin(MODEL)
    ask(staff, "beside", "user:cid")
    staff.do(CancelCase, ADMIN, case_id=staff.case_id, reason="over")
    assert staff.rows("SELECT state FROM task_opinion") == [("withdrawn",)]
    assert set(staff.rows("SELECT state FROM user_task")) == {("cancelled",)}


# ------------------------------------------------------------------------------------------------ joint tasks
def test_one_more_instance_counts_in_the_completion_condition(staff: Staff) -> None:
    staff.begin(joint("nrOfCompletedInstances >= 2"), voters=["user:anne", "user:bo"])
    staff.do(AddInstance, ANNE, user_task_id=staff.task("V", of="user:anne"), person="user:cid", reason="he knows")
    assert staff.open == ["V user:anne", "V user:bo", "V user:cid"]
    staff.complete("V", CID)
    staff.complete("V", ANNE)
    assert staff.open == ["B -"]


def test_without_a_condition_everybody_has_to_be_heard_the_added_as_well(staff: Staff) -> None:
    staff.begin(joint(), voters=["user:anne", "user:bo"])
    staff.do(AddInstance, ANNE, user_task_id=staff.task("V", of="user:anne"), person="user:cid", reason="he knows")
    staff.complete("V", ANNE)
    staff.complete("V", BO)
    assert staff.open == ["V user:cid"]
    staff.complete("V", CID)
    assert staff.open == ["B -"]


def test_remove_an_added_instance_and_what_is_left_may_be_enough(staff: Staff) -> None:
    staff.begin(joint(), voters=["user:anne", "user:bo"])
    staff.do(AddInstance, ANNE, user_task_id=staff.task("V", of="user:anne"), person="user:cid", reason="he knows")
    staff.complete("V", ANNE)
    staff.complete("V", BO)
    added = staff.task("V", of="user:cid")
    with pytest.raises(NotPermittedError, match="by themselves"):
        staff.do(RemoveInstance, CID, user_task_id=added, reason="x")
    staff.do(RemoveInstance, ANNE, user_task_id=added, reason="he is away")
    assert staff.open == ["B -"]


def test_what_the_model_asked_for_is_taken_away_by_administrators_and_never_the_last(staff: Staff) -> None:
    staff.begin(joint(), voters=["user:anne", "user:bo"])
    with pytest.raises(NotPermittedError, match="only who was added"):
        staff.do(RemoveInstance, ANNE, user_task_id=staff.task("V", of="user:bo"), reason="x")
    staff.do(RemoveInstance, ADMIN, user_task_id=staff.task("V", of="user:bo"), reason="left the house")
    with pytest.raises(InvalidStateError, match="the last one"):
        staff.do(RemoveInstance, ADMIN, user_task_id=staff.task("V"), reason="x")
    staff.complete("V", ANNE)
    assert staff.open == ["B -"]


def test_a_task_that_stands_alone_has_no_instances(staff: Staff) -> None:
    staff.begin(MODEL)
    staff.claim("A", ANNE)
    with pytest.raises(InvalidStateError, match="stands alone"):
        staff.do(AddInstance, ANNE, task="A", person="user:cid", reason="x")
    with pytest.raises(InvalidStateError, match="stands alone"):
        staff.do(RemoveInstance, ADMIN, task="A", reason="x")
    with pytest.raises(NotFoundError):
        staff.do(AddInstance, STRANGER, task="A", person="user:cid", reason="x")
