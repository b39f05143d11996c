"""The inbox page: counts, unread marks, filters, saved views, several tasks at once, one's own settings."""

from __future__ import annotations

import html
import re

from flask import Flask

from tests.web.conftest import Visitor, actor, open_task
from workflow_engine import OPERATOR, ClaimUserTask, CopyCase, Engine, StartCase, VirtualClock, new_id


def start(engine: Engine, title: str, **fields: str) -> str:
    """A case that waits for the duty room; the id of its task."""
    case_id = new_id()
    command = StartCase(command_id=new_id(), case_id=case_id, process_id="incident_report", title=title, **fields)
    engine.handle(command, OPERATOR)
    return open_task(engine, case_id, "record")


def count(page: str, queue: str) -> str:
    link = re.search(rf'id="queue-{queue}".*?</a>', page, re.DOTALL)
    assert link is not None
    number = re.search(r'class="count">([^<]*)<', link[0])
    return number[1] if number else ""


def test_queues_tell_how_much_is_in_them_up_to_99(app: Flask, engine: Engine) -> None:
    for number in range(101):
        start(engine, f"Report {number}")
    wang = Visitor(app, "wang")
    page = wang.get("/inbox?queue=offered").text
    assert count(page, "offered") == "99+"
    assert count(page, "mine") == ""
    for queue in ("mine", "due_today", "overdue", "waiting", "started", "done"):
        assert wang.get(f"/inbox?queue={queue}").status_code == 200


def test_late_and_due_today_follow_the_clock(app: Flask, engine: Engine, clock: VirtualClock, task_id: str) -> None:
    jiang = Visitor(app, "wang")
    due = engine.queries.get_user_task(task_id, OPERATOR).due_at
    assert due is not None
    clock.set(due)
    assert "Record &lt;now&gt;" in jiang.get("/inbox?queue=due_today").text
    clock.advance(1)
    assert "Record &lt;now&gt;" not in jiang.get("/inbox?queue=due_today").text
    assert "Record &lt;now&gt;" in jiang.get("/inbox?queue=overdue").text
    assert count(jiang.page, "overdue") == "1"


def test_waiting_lists_what_others_must_do_in_cases_i_started(app: Flask, engine: Engine, task_id: str) -> None:
    wang = Visitor(app, "wang")
    assert "Record &lt;now&gt;" in wang.get("/inbox?queue=waiting").text
    engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id), actor(engine, "li"))
    assert "with Li Qiang" in wang.get("/inbox?queue=waiting").text
    assert "Smoke at" in wang.get("/inbox?queue=started").text
    assert "Record &lt;now&gt;" not in Visitor(app, "li").get("/inbox?queue=waiting").text


def test_task_is_unread_until_it_is_opened(app: Flask, task_id: str) -> None:
    wang = Visitor(app, "wang")
    assert "New to you" in wang.get("/inbox?queue=offered").text
    wang.get(f"/tasks/{task_id}")
    assert "New to you" not in wang.get("/inbox?queue=offered").text
    assert "New to you" in Visitor(app, "li").get("/inbox?queue=offered").text


def test_filters_leave_only_what_fits(app: Flask, engine: Engine) -> None:
    start(engine, "Plain")
    wang = Visitor(app, "wang")
    assert "Plain" in wang.get("/inbox?queue=offered&kind=real&process=incident_report&priority=normal").text
    assert "Nothing found" in wang.get("/inbox?queue=offered&kind=exercise").text
    assert "Nothing found" in wang.get("/inbox?queue=offered&process=another").text
    assert "Plain" in wang.get("/inbox?queue=offered&sort=age&priority=nonsense").text


def test_unchanged_list_is_not_sent_again(app: Flask, engine: Engine, task_id: str) -> None:
    wang = Visitor(app, "wang")
    first = wang.get("/inbox?queue=offered", headers={"HX-Request": "true"})
    tag = first.headers["ETag"]
    again = wang.get("/inbox?queue=offered", headers={"HX-Request": "true", "If-None-Match": tag})
    assert (again.status_code, again.text) == (304, "")
    start(engine, "Another")
    changed = wang.get("/inbox?queue=offered", headers={"HX-Request": "true", "If-None-Match": tag})
    assert changed.status_code == 200
    assert "Another" in changed.text


def test_view_is_saved_renamed_opened_with_and_deleted(app: Flask, engine: Engine, task_id: str) -> None:
    wang = Visitor(app, "wang")
    wang.get("/inbox?queue=offered&q=smoke")
    answer = wang.post("/views/inbox/save", {"name": "Smoke <1>", "queue": "offered", "q": "smoke", "is_default": "on"})
    assert answer.status_code == 303
    view_id = answer.location.rpartition("=")[2]
    page = wang.get("/inbox").text
    assert "Record &lt;now&gt;" in page
    assert "Smoke &lt;1&gt;" in page
    again = wang.post("/views/inbox/save", {"name": "Smoke <1>", "queue": "mine", "command_id": new_id()})
    assert again.status_code == 422
    assert "view of this name already" in again.text
    assert 'value="Smoke &lt;1&gt;"' in again.text
    li = Visitor(app, "li")
    li.get("/views")
    assert li.post(f"/views/{view_id}/delete").status_code == 404
    assert "Smoke" not in li.get("/inbox").text
    wang.get("/views")
    assert wang.post(f"/views/{view_id}/change", {"name": "Fires", "command_id": new_id()}).status_code == 303
    assert "Fires" in wang.get("/inbox?queue=mine").text
    assert "Record &lt;now&gt;" not in wang.get("/inbox").text
    assert wang.post(f"/views/{view_id}/delete", {"command_id": new_id()}).status_code == 303
    assert "Fires" not in wang.get("/inbox?queue=mine").text


def test_several_tasks_are_taken_on_and_each_is_told(app: Flask, engine: Engine) -> None:
    tasks = [start(engine, f"Report {number}") for number in range(3)]
    wang = Visitor(app, "wang")
    wang.get("/inbox?queue=offered")
    engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=tasks[2]), actor(engine, "li"))
    answer = wang.post("/inbox/claim", {"task": tasks, "back": "/inbox?queue=offered"})
    assert "Taken on: 2 of 3" in answer.text
    assert "1 selected task was no longer open to you" in answer.text
    assert [engine.queries.get_user_task(task, OPERATOR).assignee for task in tasks] == ["user:wang"] * 2 + ["user:li"]
    assert 'href="/inbox?queue=offered"' in answer.text
    assert wang.post("/inbox/claim", {"back": "https://evil.example"}).location == "/inbox"


def test_alike_tasks_get_one_answer(app: Flask, engine: Engine) -> None:
    tasks = [start(engine, f"Report {number}") for number in range(2)]
    wang = Visitor(app, "wang")
    wang.get("/inbox?queue=offered")
    form = wang.post("/inbox/decide", {"task": tasks})
    assert "2 tasks" in form.text
    assert "Report 0" in form.text
    empty = wang.post("/inbox/decide/send", {"task": tasks, "f.note": "Kept"})
    assert empty.status_code == 422
    assert "Kept" in empty.text
    key = new_id()
    sent = {"task": tasks, "f.kind": "0", "f.note": "A fire", "command_id": key}
    assert "Completed: 2 of 2" in wang.post("/inbox/decide/send", sent).text
    assert [engine.queries.get_user_task(task, OPERATOR).state for task in tasks] == ["completed"] * 2


def test_different_tasks_get_no_common_answer(app: Flask, engine: Engine, task_id: str) -> None:
    wang = Visitor(app, "wang")
    wang.get(f"/tasks/{task_id}")
    wang.post(f"/tasks/{task_id}/complete", {"f.kind": "0", "f.note": "A shed burns."})
    extinguish = open_task(engine, task_id.rpartition(".")[0], "extinguish")
    chen = Visitor(app, "chen")
    chen.get("/inbox?queue=offered")
    other = start(engine, "Other")
    told = html.unescape(chen.post("/inbox/decide", {"task": [extinguish, other]}).text)
    assert "1 selected task is no longer open to you" in told


def test_settings_are_kept_and_followed(app: Flask, engine: Engine) -> None:
    tasks = [start(engine, f"Report {number}") for number in range(2)]
    wang = Visitor(app, "wang")
    for task in tasks:
        wang.get(f"/tasks/{task}")
        wang.post(f"/tasks/{task}/claim")
    assert 'data-keys="on"' in wang.get("/preferences").text
    assert wang.post("/preferences", {"reading_pane": "on"}).status_code == 303
    assert 'data-keys="off"' in wang.get("/preferences").text
    wang.get(f"/tasks/{tasks[0]}")
    answer = wang.post(f"/tasks/{tasks[0]}/complete", {"f.kind": "0", "f.note": "Fire"})
    assert answer.location == "/inbox"


def test_colours_are_remembered(app: Flask) -> None:
    wang = Visitor(app, "wang")
    assert 'dark.css" media="(prefers-color-scheme: dark)"' in wang.get("/inbox").text
    wang.post("/theme", {"theme": "dark", "next": "/cases"})
    assert 'dark.css" media="all"' in wang.get("/cases").text
    wang.post("/theme", {"theme": "light"})
    assert "dark.css" not in wang.get("/inbox").text


def test_copies_are_listed_and_marked_as_read(app: Flask, engine: Engine, case_id: str) -> None:
    command = CopyCase(command_id=new_id(), case_id=case_id, subjects=("user:chen",), reason="For your <station>")
    engine.handle(command, actor(engine, "wang"))
    chen = Visitor(app, "chen")
    page = chen.get("/inbox?queue=copied").text
    assert "Wang Fang copied this to you" in page
    assert "For your &lt;station&gt;" in page
    assert count(page, "copied") == "1"
    assert chen.post("/inbox/read", {"case": case_id}).status_code == 303
    assert count(chen.get("/inbox?queue=copied").text, "copied") == ""
    assert "Nothing was copied to you" in Visitor(app, "hu").get("/inbox?queue=copied").text
