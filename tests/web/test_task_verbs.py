"""The verbs on the task page: their forms, what they keep on refusal, comments, files and drafts."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from tests.web.conftest import Visitor, open_task
from tests.web.test_task_page import GOOD
from web.presenters.task_work import VERBS, VERBS_OUTSIDE
from web.ui.task_verbs import VERB_FORMS
from workflow_engine import OPERATOR, Engine, ReturnUserTask, new_id


@pytest.fixture
def wang(app: Flask, task_id: str) -> Visitor:
    """Wang has the task and looks at it."""
    visitor = Visitor(app, "wang")
    visitor.get(f"/tasks/{task_id}")
    visitor.post(f"/tasks/{task_id}/claim")
    visitor.get(f"/tasks/{task_id}")
    return visitor


def test_the_holder_sees_the_verbs_and_others_see_theirs(app: Flask, task_id: str, wang: Visitor) -> None:
    page = wang.get(f"/tasks/{task_id}").text
    for verb in ("Hand over", "Delegate", "Add signers", "Return", "Copy to"):
        assert f">{verb}</summary>" in page
    assert ">Urge</summary>" not in page
    other = Visitor(app, "li").get(f"/tasks/{task_id}").text
    assert ">Urge</summary>" in other
    assert ">Hand over</summary>" not in other
    assert ">Copy to</summary>" not in Visitor(app, "he").get(f"/tasks/{task_id}").text, "auditors write nothing"


def test_hand_over_by_name_and_the_story_says_so(app: Flask, engine: Engine, task_id: str, wang: Visitor) -> None:
    answer = wang.post(f"/tasks/{task_id}/transfer", {"to": "li", "reason": "on leave"})
    assert answer.status_code == 303, answer.text
    assert engine.queries.get_user_task(task_id, OPERATOR).assignee == "user:li"
    page = Visitor(app, "li").get(f"/tasks/{task_id}").text
    assert "<b>Wang Fang</b> handed" in page
    assert "<b>Li Qiang</b>: on leave" in page
    chinese = Visitor(app, "li", "zh").get(f"/tasks/{task_id}").text
    assert "转办给" in chinese


def test_take_on_and_give_back_are_told_with_their_reasons(app: Flask, engine: Engine, task_id: str) -> None:
    wang = Visitor(app, "wang")
    wang.get(f"/tasks/{task_id}")
    assert wang.post(f"/tasks/{task_id}/claim", {"reason": "on my way"}).status_code == 303
    refused = wang.post(f"/tasks/{task_id}/release")
    assert refused.status_code == 422
    assert '<details class="verb" name="verb" open>' in refused.text
    assert wang.post(f"/tasks/{task_id}/release", {"reason": "<i>called away</i>"}).status_code == 303
    page = Visitor(app, "li").get(f"/tasks/{task_id}").text
    assert "on my way" in page
    assert ": &lt;i&gt;called away&lt;/i&gt;" in page
    assert engine.queries.get_user_task(task_id, OPERATOR).assignee is None


def test_a_verb_whose_task_has_gone_meanwhile_says_so(app: Flask, task_id: str, wang: Visitor) -> None:
    wang.post(f"/tasks/{task_id}/transfer", {"to": "li", "reason": "on leave"})
    wang.get("/inbox")
    late = wang.post(f"/tasks/{task_id}/transfer", {"to": "Hu Yang (hu)", "reason": "again"})
    assert late.status_code in (403, 409)
    assert "Li Qiang" in late.text
    assert 'class="banner refused"' in late.text


def test_every_verb_of_the_bar_has_its_form() -> None:
    keys = {form.key for form in VERB_FORMS}
    assert set(VERBS) <= keys
    assert keys - set(VERBS) == VERBS_OUTSIDE - {"attach"}


@pytest.mark.parametrize(
    ("to", "reason", "words"),
    [("", "x", "This is needed."), ("nobody at all", "x", "Nobody is called so"), ("li", "", "This is needed.")],
)
def test_a_refused_verb_comes_back_open_with_what_was_typed(
    engine: Engine, task_id: str, wang: Visitor, to: str, reason: str, words: str
) -> None:
    answer = wang.post(f"/tasks/{task_id}/transfer", {"to": to, "reason": reason})
    assert answer.status_code == 422
    assert words in answer.text
    assert '<details class="verb" name="verb" open>' in answer.text
    if to:
        assert f'value="{to}"' in answer.text
    assert engine.queries.get_user_task(task_id, OPERATOR).assignee == "user:wang"


def test_a_signer_signs_on_a_page_of_their_own(app: Flask, engine: Engine, case_id: str, wang: Visitor) -> None:
    task = open_task(engine, case_id, "record")
    fields = {"to": ["Hu Yang (hu)", "", ""], "place": "before", "reason": "Is the water safe?"}
    assert wang.post(f"/tasks/{task}/sign", fields).status_code == 303
    page = wang.get(f"/tasks/{task}").text
    assert "Waits for the opinion of" in page
    hu = Visitor(app, "hu")
    question = engine.queries.work.around(task, OPERATOR).opinions[0].opinion_id
    page = hu.get(f"/tasks/{question}").text
    assert "Is the water safe?" in page, page
    refused = hu.post(f"/tasks/{question}/opinion", {"reason": "It is <b>not</b>"})
    assert refused.status_code == 422
    assert "Say whether you agree." in refused.text
    assert "It is &lt;b&gt;not&lt;/b&gt;" in refused.text
    hu.get(f"/tasks/{question}")
    assert hu.post(f"/tasks/{question}/opinion", {"agrees": "no", "reason": "It is not"}).status_code == 303
    page = wang.get(f"/tasks/{task}").text
    assert "objects" in page
    assert "It is not" in page
    assert "Waits for the opinion of" not in page


def test_comments_escape_and_tell_whom_they_mention(app: Flask, engine: Engine, task_id: str, wang: Visitor) -> None:
    answer = wang.post(f"/tasks/{task_id}/comment", {"text": "@hu see <script>alert(1)</script>"})
    assert answer.status_code == 303, answer.text
    page = wang.get(f"/tasks/{task_id}").text
    assert "<b>@hu</b> see &lt;script&gt;" in page
    assert "<script>alert" not in page
    assert Visitor(app, "hu").get(f"/tasks/{task_id}").status_code == 200, "who is mentioned can see it now"
    unknown = wang.post(f"/tasks/{task_id}/comment", {"text": "@nobody-here hello"})
    assert unknown.status_code == 422
    assert "@nobody-here hello" in unknown.text


def test_files_are_downloads_only_and_erased_when_removed(
    app: Flask, engine: Engine, task_id: str, wang: Visitor
) -> None:
    pdf = {"file": (io.BytesIO(b"%PDF-1.7 plan"), "../../Plan <1>.pdf")}
    assert wang.post(f"/tasks/{task_id}/files", pdf, content_type="multipart/form-data").status_code == 303
    (row,) = engine.queries.work.attachments(task_id.rpartition(".")[0], OPERATOR)
    assert row.name == "Plan 1 .pdf"
    answer = wang.get(f"/files/{row.attachment_id}")
    assert answer.data == b"%PDF-1.7 plan"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert Visitor(app, "hu").client.get(f"/files/{row.attachment_id}").status_code == 404
    wang.get(f"/tasks/{task_id}")
    gone = wang.post(f"/tasks/{task_id}/files/{row.attachment_id}/remove", {"reason": "the wrong one"})
    assert gone.status_code == 303
    assert wang.client.get(f"/files/{row.attachment_id}").status_code == 404
    assert not list(engine.files._folder.glob("*/*"))


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!DOCTYPE html><p>", b"MZ\x90\x00", b"PK\x03\x04 no zip"],
)
def test_files_of_other_kinds_are_refused_whatever_they_are_called(
    engine: Engine, task_id: str, wang: Visitor, content: bytes
) -> None:
    upload = {"file": (io.BytesIO(content), "plan.pdf")}
    answer = wang.post(f"/tasks/{task_id}/files", upload, content_type="multipart/form-data")
    assert answer.status_code in (409, 422)
    assert engine.queries.work.attachments(task_id.rpartition(".")[0], OPERATOR) == ()
    assert not list(engine.files._folder.glob("**/*"))


def test_a_draft_is_kept_shown_again_and_gone_with_completion(engine: Engine, task_id: str, wang: Visitor) -> None:
    typed = {"f.note": "A shed", "f.injured": "2", "draft_version": "0"}
    saved = wang.post(f"/tasks/{task_id}/draft", typed, headers={"X-Draft": "auto"})
    assert (saved.status_code, saved.text) == (200, "1")
    stale = wang.post(f"/tasks/{task_id}/draft", typed, headers={"X-Draft": "auto"})
    assert stale.status_code == 409, "another window has saved since"
    page = wang.get(f"/tasks/{task_id}").text
    assert "A shed" in page
    assert "Your draft from" in page
    done = wang.post(f"/tasks/{task_id}/complete", {"f.kind": "0", "f.injured": "2", "f.note": "A shed burns."})
    assert done.status_code == 303
    assert engine.queries.work.around(task_id, OPERATOR).draft is None
    with engine.queries.snapshot() as snapshot:
        assert snapshot.connection.exec_driver_sql("SELECT count(*) FROM task_draft").scalar_one() == 0


def test_take_back_what_was_just_completed(engine: Engine, task_id: str, wang: Visitor) -> None:
    wang.post(f"/tasks/{task_id}/complete", {"f.kind": "0", "f.injured": "2", "f.note": "A shed burns."})
    assert ">Take it back</summary>" in wang.get(f"/tasks/{task_id}").text
    assert wang.post(f"/tasks/{task_id}/take-back", {"reason": "a slip"}).status_code == 303
    again = open_task(engine, task_id.rpartition(".")[0], "record")
    assert engine.queries.get_user_task(again, OPERATOR).assignee == "user:wang"


def test_people_are_found_by_part_of_their_name(wang: Visitor) -> None:
    assert 'value="Hu Yang (hu)"' in wang.client.get("/people/options?q=hu+y&groups=no").text
    assert 'value="Water bureau (water)"' in wang.client.get("/people/options?q=water&groups=yes").text
    assert "Water" not in wang.client.get("/people/options?q=water&groups=no").text


def test_what_a_return_went_back_past_is_marked_until_it_is_answered_anew(
    app: Flask, engine: Engine, case_id: str, task_id: str, wang: Visitor
) -> None:
    wang.post(f"/tasks/{task_id}/complete", GOOD)
    following = open_task(engine, case_id, "extinguish")
    assert "returned since" not in wang.get(f"/cases/{case_id}").text
    returning = ReturnUserTask(command_id=new_id(), user_task_id=following, to_task=task_id, reason="wrong street")
    engine.handle(returning, OPERATOR)
    page = wang.get(f"/cases/{case_id}").text
    assert "returned since" in page
    assert "returned the case to before it" in page
    assert "已退回待重填" in Visitor(app, "wang", "zh").get(f"/cases/{case_id}").text
    again = open_task(engine, case_id, "record")
    wang.get(f"/tasks/{again}")
    wang.post(f"/tasks/{again}/complete", GOOD)
    page = wang.get(f"/cases/{case_id}").text
    assert "returned since" not in page
    assert "No longer stands" in page
