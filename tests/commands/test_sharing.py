"""CopyCase, MarkCopiesRead, AddComment, AddAttachment, RemoveAttachment, drafts and notes."""

from __future__ import annotations

import pytest

from tests.support.house import OFFERED, STRANGER, House
from tests.support.staff import ADMIN, ANNE, AUDITOR, BO, CID, DEE, Staff, chain, user_task
from workflow_engine import (
    AddAttachment,
    AddComment,
    AnswerDelegation,
    AskOpinions,
    CopyCase,
    DelegateUserTask,
    DiscardDraft,
    GiveOpinion,
    InvalidStateError,
    MarkCopiesRead,
    MarkNotesRead,
    NotFoundError,
    NotPermittedError,
    RejectedError,
    RemoveAttachment,
    RemoveSigner,
    ReturnUserTask,
    SaveDraft,
    StaleVersionError,
    TakeBackUserTask,
    TransferUserTask,
    UrgeUserTask,
)

MODEL = chain(user_task("A", OFFERED), user_task("B", OFFERED))
DIGEST = "ab" * 32


def attach(staff: Staff, actor: object = ANNE, **fields: object) -> None:
    given = {"digest": DIGEST, "size": 3, "media_type": "text/plain", "name": "plan.txt", **fields}
    staff.do(AddAttachment, actor, case_id=staff.case_id, **given)  # type: ignore[arg-type]


def test_a_copy_lets_people_read_the_case_and_says_when_they_did(staff: Staff) -> None:
    staff.begin(MODEL, ANNE)
    queries = staff.engine.queries
    with pytest.raises(NotFoundError):
        queries.get_case(staff.case_id, CID)
    staff.do(CopyCase, ANNE, case_id=staff.case_id, subjects=("unit:water", "user:bo"), reason="for you to know")
    assert queries.get_case(staff.case_id, CID).case.case_id == staff.case_id
    assert [row.case_id for row in queries.find_cases(CID).items] == [staff.case_id]
    assert [row.reason for row in queries.work.copies(CID).items] == ["for you to know"]
    assert queries.work.count_unread(CID)[0] == 1
    staff.do(MarkCopiesRead, CID, case_id=staff.case_id)
    assert queries.work.count_unread(CID)[0] == 0
    with pytest.raises(InvalidStateError, match="did already"):
        staff.do(MarkCopiesRead, CID, case_id=staff.case_id)
    with pytest.raises(NotFoundError):
        staff.do(MarkCopiesRead, STRANGER, case_id=staff.case_id)
    assert {row[0] for row in staff.rows("SELECT person_id FROM task_copy")} == {"user:cid", "user:dee", "user:bo"}


@pytest.mark.parametrize(
    ("actor", "subjects", "reason", "error"),
    [
        (STRANGER, ("user:cid",), "x", NotFoundError),
        (AUDITOR, ("user:cid",), "x", NotPermittedError),
        (ANNE, ("user:nobody",), "x", RejectedError),
        (ANNE, ("user:anne",), "x", RejectedError),
        (ANNE, ("user:cid",), "", RejectedError),
    ],
)
def test_copy_is_refused(
    staff: Staff, actor: object, subjects: tuple[str, ...], reason: str, error: type[Exception]
) -> None:
    staff.begin(MODEL, ANNE)
    with pytest.raises(error):
        staff.do(CopyCase, actor, case_id=staff.case_id, subjects=subjects, reason=reason)  # type: ignore[arg-type]
    assert staff.rows("SELECT * FROM task_copy") == []


def test_a_comment_tells_whom_it_mentions_and_lets_them_see(staff: Staff) -> None:
    staff.begin(MODEL, ANNE)
    staff.do(AddComment, ANNE, case_id=staff.case_id, text="Look, @cid", mentions=("user:cid", "user:bo"))
    assert staff.engine.queries.get_case(staff.case_id, CID)
    assert [note.kind for note in staff.engine.queries.work.notes(CID)] == ["mention"]
    assert staff.rows("SELECT person_id FROM task_copy") == [("user:cid",)], "Bo could see it before"
    for actor, text, error in ((STRANGER, "x", NotFoundError), (AUDITOR, "x", NotPermittedError),
                               (ANNE, " ", RejectedError)):  # fmt: skip
        with pytest.raises(error):
            staff.do(AddComment, actor, case_id=staff.case_id, text=text)
    with pytest.raises(RejectedError, match="no person"):
        staff.do(AddComment, ANNE, case_id=staff.case_id, text="x", mentions=("user:nobody",))


def test_a_comment_on_an_ended_case_changes_nothing_of_it(staff: Staff) -> None:
    staff.begin(chain(user_task("A", OFFERED)), ANNE)
    staff.complete("A", ANNE)
    ended = staff.rows("SELECT state, ended_at FROM process_instance")
    staff.house.clock.advance(60)
    staff.do(AddComment, ANNE, case_id=staff.case_id, text="well done")
    assert staff.rows("SELECT state, ended_at FROM process_instance") == ended
    with pytest.raises(InvalidStateError):
        attach(staff)


def test_files_are_listed_and_removed_by_who_added_them(staff: Staff) -> None:
    staff.begin(MODEL, ANNE)
    attach(staff)
    (row,) = staff.engine.queries.work.attachments(staff.case_id, BO)
    assert (row.name, row.digest, row.added_by) == ("plan.txt", DIGEST, "user:anne")
    remove = {"case_id": staff.case_id, "attachment_id": row.attachment_id, "reason": "wrong"}
    with pytest.raises(NotPermittedError, match="user:anne put it there"):
        staff.do(RemoveAttachment, BO, **remove)
    staff.do(RemoveAttachment, ANNE, **remove)
    with pytest.raises(InvalidStateError, match="removed already"):
        staff.do(RemoveAttachment, ADMIN, **remove)
    with pytest.raises(RejectedError, match="digest"):
        attach(staff, digest="../../etc/passwd")
    with pytest.raises(NotFoundError):
        attach(staff, STRANGER)


def test_drafts_are_private_and_safe_against_another_window(staff: Staff) -> None:
    staff.begin(MODEL)
    task = staff.claim("A", ANNE)
    assert staff.do(SaveDraft, ANNE, task="A", content={"x": ["1"]}).result == {"version": 1}
    assert staff.do(SaveDraft, ANNE, task="A", content={"x": ["2"]}, continues=1).result == {"version": 2}
    with pytest.raises(StaleVersionError, match="another window"):
        staff.do(SaveDraft, ANNE, task="A", content={"x": ["3"]}, continues=1)
    with pytest.raises(NotPermittedError, match="user:anne has it"):
        staff.do(SaveDraft, BO, task="A", content={})
    around = staff.engine.queries.work.around
    draft = around(task, ANNE).draft
    assert draft is not None
    assert draft.content == {"x": ["2"]}
    assert around(task, BO).draft is None
    staff.do(DiscardDraft, ANNE, task="A")
    assert around(task, ANNE).draft is None
    assert not staff.rows("SELECT * FROM audit_entry WHERE body LIKE '%save_draft%'")


def test_notes_are_read_by_those_they_are_for(staff: Staff) -> None:
    staff.begin(MODEL)
    staff.claim("A", ANNE)
    staff.do(TransferUserTask, ANNE, task="A", to="unit:water", reason="yours")
    (note,) = staff.engine.queries.work.notes(DEE)
    with pytest.raises(NotFoundError):
        staff.do(MarkNotesRead, BO, note_ids=(note.note_id,))
    staff.do(MarkNotesRead, DEE, note_ids=(note.note_id,))
    assert staff.engine.queries.work.notes(CID, unread=True) == []


def test_every_verb_on_both_databases(house: House) -> None:
    """One case through most verbs: the record holds, re-executes and rebuilds on PostgreSQL as on SQLite."""
    staff = Staff(house).begin(MODEL, BO)
    staff.claim("A", ANNE)
    staff.do(TransferUserTask, ANNE, task="A", to="role:duty_room", reason="for others")
    staff.claim("A", BO)
    staff.do(CopyCase, BO, case_id=staff.case_id, subjects=("user:dee",), reason="to know")
    staff.do(AddComment, BO, case_id=staff.case_id, text="hello", mentions=("user:cid",))
    staff.do(SaveDraft, BO, task="A", content={"x": "y"})
    attach(staff, BO)
    staff.complete("A", BO)
    staff.claim("B", ANNE)
    staff.do(ReturnUserTask, ANNE, task="B", to_task=staff.done("A"), reason="incomplete")
    assert staff.open == ["A user:bo"]
    staff.do(UrgeUserTask, ANNE, task="A", reason="please")
    with pytest.raises(InvalidStateError, match="60 minutes"):
        staff.do(UrgeUserTask, ANNE, task="A", reason="please")
    staff.do(DelegateUserTask, BO, task="A", to="user:cid", reason="prepare it")
    staff.do(AnswerDelegation, CID, task="A", answer="prepared")
    asked = {"subjects": ("user:dee", "unit:fire"), "place": "after", "reason": "well?"}
    staff.do(AskOpinions, BO, task="A", **asked)
    group = next(row.opinion_id for row in staff.engine.queries.work.around(staff.task("A"), BO).opinions
                 if row.subject == "unit:fire")  # fmt: skip
    staff.do(RemoveSigner, BO, user_task_id=staff.task("A"), opinion_id=group, reason="not needed")
    staff.complete("A", BO)
    staff.do(GiveOpinion, DEE, user_task_id=staff.task("A", of="user:dee"), agrees=True, opinion="well")
    staff.do(TakeBackUserTask, BO, user_task_id=staff.done("A", BO), reason="a slip")
    assert staff.open == ["A user:bo"]
    staff.check()
