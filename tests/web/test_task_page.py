"""The task page: its form, the checks behind it, and what happens when somebody else was quicker."""

from __future__ import annotations

from flask import Flask

from tests.web.conftest import KEY, Visitor, open_task
from workflow_engine import OPERATOR, Engine, VirtualClock

GOOD = {"f.kind": "0", "f.injured": "2", "f.note": "A shed burns."}


def test_page_shows_form_facts_place_and_story(app: Flask, task_id: str) -> None:
    page = Visitor(app, "wang").get(f"/tasks/{task_id}").text
    for text in ("Record &lt;now&gt;", "Say what happened and where.", "Kind", "What happened", "due in 20 min"):
        assert text in page
    assert "&lt;i&gt;Harbour&lt;/i&gt; master" in page
    assert "<i>Harbour</i>" not in page
    assert "<b>Reporter</b>" not in page
    assert "<b>Wang Fang</b> started the case" in page
    assert "&#34;here&#34;:[&#34;record&#34;]" in page


def test_page_in_chinese(app: Flask, task_id: str) -> None:
    page = Visitor(app, "wang", "zh").get(f"/tasks/{task_id}").text
    assert '<html lang="zh-CN">' in page
    for text in ("登记", "类别", "火灾", "经过", "20 分钟后到期", "王芳", "办理内容"):
        assert text in page
    assert "What happened" not in page


def test_wrong_values_come_back_at_their_fields_with_what_was_typed(app: Flask, engine: Engine, task_id: str) -> None:
    visitor = Visitor(app, "wang")
    visitor.get(f"/tasks/{task_id}")
    answer = visitor.post(f"/tasks/{task_id}/complete", {"f.injured": "two", "f.note": "Kept <text>"})
    assert answer.status_code == 422
    assert "Choose one." in answer.text
    assert "Write a number" in answer.text
    assert 'value="two"' in answer.text
    assert "Kept &lt;text&gt;" in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert engine.queries.get_user_task(task_id, OPERATOR).state == "ready"


def test_completing_stores_typed_values_and_opens_what_follows(
    app: Flask, engine: Engine, case_id: str, task_id: str
) -> None:
    visitor = Visitor(app, "wang")
    visitor.get(f"/tasks/{task_id}")
    answer = visitor.post(
        f"/tasks/{task_id}/complete", {**GOOD, "f.reporter": "forged", "f.admin": "yes", "admin": "yes"}
    )
    assert (answer.status_code, answer.location) == (303, "/inbox")
    case = engine.queries.get_case(case_id, OPERATOR)
    assert case.variables == {
        "reporter": "<i>Harbour</i> master", "kind": "fire", "injured": 2, "note": "A shed burns.",
    }  # fmt: skip
    assert "Done: Record &lt;now&gt;" in visitor.get("/inbox").text
    assert open_task(engine, case_id, "extinguish")


def test_fields_of_the_model_are_asked_and_checked(app: Flask, engine: Engine, case_id: str, task_id: str) -> None:
    wang = Visitor(app, "wang")
    wang.get(f"/tasks/{task_id}")
    wang.post(f"/tasks/{task_id}/complete", GOOD)
    following = open_task(engine, case_id, "extinguish")
    chen = Visitor(app, "chen")
    page = chen.get(f"/tasks/{following}").text
    assert "Outcome" in page
    assert "Engines" in page
    assert chen.post(f"/tasks/{following}/complete", {"f.engines": "1.5"}).status_code == 422
    assert chen.post(f"/tasks/{following}/complete", {"f.outcome": "out", "f.engines": "3"}).status_code == 303
    assert engine.queries.get_case(case_id, OPERATOR).case.state == "completed"


def test_the_same_form_sent_twice_acts_once(app: Flask, engine: Engine, case_id: str, task_id: str) -> None:
    visitor = Visitor(app, "wang")
    visitor.get(f"/tasks/{task_id}")
    form = {**GOOD, "command_id": KEY.findall(visitor.page)[-1]}
    answers = [visitor.post(f"/tasks/{task_id}/complete", form) for _twice in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    commands = [row.command["command"] for row in engine.queries.get_history(case_id, OPERATOR)]
    assert commands.count("user_task.complete") == 1


def test_task_done_by_somebody_else_says_who_and_keeps_what_was_typed(app: Flask, task_id: str) -> None:
    slow, quick = Visitor(app, "li"), Visitor(app, "wang")
    slow.get(f"/tasks/{task_id}")
    quick.get(f"/tasks/{task_id}")
    quick.post(f"/tasks/{task_id}/complete", GOOD)
    answer = slow.post(f"/tasks/{task_id}/complete", {"f.kind": "1", "f.note": "Two metres of water"})
    assert answer.status_code == 409
    assert "This task is done" in answer.text
    assert "<b>Wang Fang</b> completed" in answer.text
    assert "Two metres of water" in answer.text
    assert "Flood" in answer.text


def test_claimed_task_can_be_given_back_and_is_closed_to_others(app: Flask, engine: Engine, task_id: str) -> None:
    wang, li = Visitor(app, "wang"), Visitor(app, "li")
    li.get(f"/tasks/{task_id}")
    wang.get(f"/tasks/{task_id}")
    assert wang.post(f"/tasks/{task_id}/claim").status_code == 303
    refused = li.post(f"/tasks/{task_id}/claim")
    assert refused.status_code in (403, 409)
    assert "Wang Fang" in refused.text
    assert li.post(f"/tasks/{task_id}/complete", GOOD).status_code in (403, 409)
    wang.get(f"/tasks/{task_id}")
    assert wang.post(f"/tasks/{task_id}/release", {"reason": "on leave"}).status_code == 303
    assert engine.queries.get_user_task(task_id, OPERATOR).assignee is None


def test_task_outside_ones_reach_does_not_exist(app: Flask, task_id: str) -> None:
    stranger = Visitor(app, "hu")
    foreign = stranger.get(f"/tasks/{task_id}")
    missing = stranger.get("/tasks/0192f0c2a1b37cc1a1b2c3d4e5f60718.1")
    assert foreign.status_code == missing.status_code == 404
    assert "Smoke" not in foreign.text
    stranger.get("/inbox")
    assert stranger.post(f"/tasks/{task_id}/complete", GOOD).status_code == 404


def test_overdue_task_is_marked_in_words(app: Flask, clock: VirtualClock, task_id: str) -> None:
    clock.advance(25 * 60)
    page = Visitor(app, "wang").get("/inbox?queue=offered").text
    assert "5 min late" in page
    assert "icons.svg#overdue" in page


def test_an_administrator_takes_a_task_in_hand_with_a_reason_that_the_story_tells(
    app: Flask, case_id: str, task_id: str
) -> None:
    staff, admin = Visitor(app, "wang"), Visitor(app, "jiang")
    staff.get(f"/tasks/{task_id}")
    staff.post(f"/tasks/{task_id}/claim")
    assert "Take it in hand as an administrator" in admin.get(f"/tasks/{task_id}").text
    assert admin.post(f"/tasks/{task_id}/claim", {"on_behalf_of": "user:wang"}).status_code == 422
    admin.get(f"/tasks/{task_id}")
    answer = admin.post(f"/tasks/{task_id}/claim", {"on_behalf_of": "user:wang", "reason": "Wang is ill"})
    assert answer.status_code == 303, answer.text
    story = admin.get(f"/cases/{case_id}").text
    assert "acted as an administrator for" in story
    assert "Wang is ill" in story
