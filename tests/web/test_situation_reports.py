"""Situation reports on the pages: due, filled in from what the case knows, printed, sent up, corrected; briefings."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from flask import Flask

from tests.commands.test_situation_reports import LETTER, emergency, issue_task, offered
from tests.support.house import model_xml
from tests.web.conftest import Visitor, actor
from workflow_engine import (
    OPERATOR,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    LoadOrganisation,
    ReleaseDefinition,
    StartCase,
    VirtualClock,
    new_id,
)

FORM = {
    "type": "default", "id": "situation_report", "components": [
        {"type": "number", "key": "deaths", "label": "Deaths", "id": "a"},
        {"type": "number", "key": "evacuated", "label": "Evacuated", "id": "b"},
        {"type": "textarea", "key": "actions_taken", "label": "Measures", "id": "c"},
        {"type": "textarea", "key": "planned_actions", "label": "Plan", "id": "d"},
    ],
}  # fmt: skip
MODEL = emergency(
    offered("department_work", "unit:health"), offered("police_work", "unit:police"),
    offered("situation_report", "role:duty_room", "2026-07-01T08:31:00Z").replace(
        "camunda:dueDate", 'camunda:formKey="situation_report" camunda:dueDate'
    ),
    offered("approve", "role:duty_room"), issue_task("issue"), offered("take_command", "role:duty_room"),
)  # fmt: skip


@pytest.fixture
def emergency_id(engine: Engine, clock: VirtualClock) -> str:
    """An emergency whose report is due."""
    units = [
        {"unit_id": key, "parent_id": "duty", "level": "city", "name_zh": zh, "name_en": en,
         "subject_class": "government"}
        for key, zh, en in (("health", "卫健委", "Health commission"), ("police", "公安局", "Police"))
    ]  # fmt: skip
    people = [
        {"person_id": f"user:of_{key}", "sign_in_name": f"of.{key}", "display_name_zh": key, "display_name_en": key,
         "password_hash": "x", "unit_id": key, "disabled": False, "groups": []}
        for key in ("health", "police")
    ]  # fmt: skip
    engine.handle(LoadOrganisation(command_id=new_id(), units=units, roles=[], people=people), OPERATOR)
    files = {"model.bpmn": model_xml(MODEL), "situation_report.json": orjson.dumps(FORM)}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, actor(engine, "yu"))
    case_id = new_id()
    start = StartCase(command_id=new_id(), case_id=case_id, process_id="p", title="Fire <b>at</b> dock 3")
    engine.handle(start, actor(engine, "wang"))
    complete(engine, case_id, deaths=1, evacuated=10, task_result="Treated <three>")
    clock.advance(60)
    complete(engine, case_id, deaths=7, evacuated=40, task_result="Roads closed")
    return case_id


def complete(engine: Engine, case_id: str, **variables: Any) -> None:
    command = CompleteUserTask(command_id=new_id(), user_task_id=open_task(engine, case_id), variables=variables)
    engine.handle(command, OPERATOR)


def open_task(engine: Engine, case_id: str) -> str:
    tasks = engine.queries.get_case(case_id, OPERATOR).user_tasks
    return next(task.user_task_id for task in tasks if task.state in ("ready", "claimed"))


def issue_report(engine: Engine, case_id: str, **changed: Any) -> None:
    """The report is made, approved and issued."""
    complete(engine, case_id, deaths=2)
    letter = {**LETTER, "prepared_by": "user:wang", "approved_by": "user:li", "due_at": "2026-07-01T08:31:00Z"}
    complete(engine, case_id, letter={**letter, "deaths": 2, "evacuated": 50, **changed})
    engine.pump()


def field(page: str, key: str) -> str:
    """A field of a form with everything around it."""
    start = page.index(f'for="field-{key}"')
    return page[start : page.index('<div class="field', start) if '<div class="field' in page[start:] else None]


def test_form_is_filled_in_and_says_where_each_value_comes_from(app: Flask, engine: Engine, emergency_id: str) -> None:
    wang, task_id = Visitor(app, "wang"), open_task(engine, emergency_id)
    page = wang.get(f"/tasks/{task_id}").text
    deaths, evacuated, measures = (field(page, key) for key in ("deaths", "evacuated", "actions-taken"))
    assert 'value="1"' in deaths and "Not confirmed by health: 7" in deaths
    assert 'value="50"' in evacuated and evacuated.count('href="/tasks/') == 2
    assert "Treated &lt;three&gt;" in measures and "Roads closed" in measures
    assert 'aria-describedby="field-deaths-note"' in deaths
    form = {"draft_version": "0", "f.deaths": "3", "f.evacuated": "50", "f.actions_taken": "Mine"}
    wang.post(f"/tasks/{task_id}/draft", form)
    page = wang.get(f"/tasks/{task_id}").text
    deaths, measures = field(page, "deaths"), field(page, "actions-taken")
    assert 'value="3"' in deaths and re.search(r"The case says\s+<span[^>]*>1</span>", deaths)
    assert ">Mine</textarea>" in measures and "Roads closed" in measures
    assert "The case says" not in field(page, "evacuated")


def test_report_that_came_back_from_approval_keeps_what_was_written(engine: Engine, emergency_id: str) -> None:
    complete(engine, emergency_id, deaths=2, actions_taken="Written by a person")
    found = engine.queries.situation_reports.prefill(emergency_id, "situation_report", OPERATOR)
    assert found is not None and found.sent_back["actions_taken"] == "Written by a person"
    assert engine.queries.situation_reports.prefill(emergency_id, "approve", OPERATOR) is None


def test_due_and_issued_reports_are_listed_with_their_clock(
    app: Flask, engine: Engine, clock: VirtualClock, emergency_id: str
) -> None:
    wang = Visitor(app, "wang")
    page = wang.get("/emergency/reports").text
    assert "due in 30 min" in page and "Fire &lt;b&gt;at&lt;/b&gt; dock 3" in page
    clock.advance(45 * 60)
    assert "overdue by 15 min" in wang.get(f"/emergency/{emergency_id}/reports").text
    issue_report(engine, emergency_id)
    page = wang.get(f"/emergency/{emergency_id}/reports").text
    assert "15 min late" in page and "not sent yet" in page and "Due and late" not in page
    assert "Fire" not in Visitor(app, "hu").get("/emergency/reports").text
    assert Visitor(app, "hu").get(f"/emergency/{emergency_id}/reports").status_code == 404
    zh = Visitor(app, "wang", "zh").get("/emergency/reports").text
    assert ("首报" in zh and "迟" in zh) or "晚" in zh


def test_document_marks_what_people_changed_and_goes_up(app: Flask, engine: Engine, emergency_id: str) -> None:
    issue_report(engine, emergency_id)
    wang, address = Visitor(app, "wang"), f"/emergency/{emergency_id}/reports/1"
    page = wang.get(address).text
    assert "changed by hand" in page and "First report no. 1" in page and "on time" in page
    assert "Known to the case, not stated in this report" in page
    assert wang.post(f"{address}/send", {"recipient": "", "channel": "phone"}).status_code == 422
    assert wang.post(f"{address}/send", {"recipient": "Province", "channel": "phone"}).status_code == 303
    page = wang.get(address).text
    sent = re.search(r"/sent/([0-9a-f]+)/received", page)
    assert sent is not None and "Province" in page
    assert wang.post(f"{address}/sent/{sent[1]}/received", {"received_by": "Ms Ding"}).status_code == 303
    assert "Ms Ding" in wang.get(address).text
    assert Visitor(app, "hu").get(address).status_code == 404
    assert wang.get(f"/emergency/{emergency_id}/reports/2").status_code == 404


def test_correction_keeps_what_was_typed_and_waits_for_another_person(
    app: Flask, engine: Engine, emergency_id: str
) -> None:
    issue_report(engine, emergency_id)
    wang, jiang, address = Visitor(app, "wang"), Visitor(app, "jiang"), f"/emergency/{emergency_id}/reports/1"
    wang.get(f"{address}/correct")
    answer = wang.post(f"{address}/correct", {"deaths": "many", "reason": "recount"})
    assert answer.status_code == 422 and 'value="many"' in answer.text and 'value="recount"' in answer.text
    assert wang.post(f"{address}/correct", {"deaths": "1", "reason": "recount"}).status_code == 303
    assert wang.post(f"{address}/decide", {"version": "2", "agreed": "yes"}).status_code == 403
    assert "recount" in jiang.get(address).text
    assert jiang.post(f"{address}/decide", {"version": "2", "agreed": "yes"}).status_code == 303
    page = jiang.get(address).text
    assert "corrected from 2" in page and "version 2" in page
    assert "This is version 1; version 2 holds." in jiang.get(f"{address}?version=1").text


def test_briefing_is_shown_to_who_takes_over_and_kept(app: Flask, engine: Engine, emergency_id: str) -> None:
    issue_report(engine, emergency_id)
    wang, jiang = Visitor(app, "wang"), Visitor(app, "jiang")
    page = wang.get(f"/tasks/{open_task(engine, emergency_id)}").text
    assert 'id="briefing"' in page and "Units and their tasks" in page
    address = f"/emergency/{emergency_id}/briefing"
    assert "Keep it for a hand-over" not in wang.get(address).text
    jiang.get(address)
    assert jiang.post(address, {"incoming": "", "note": "x"}).status_code == 422
    assert jiang.post(address, {"incoming": "Nobody At All", "note": "watch the west"}).status_code == 422
    assert "watch the west" in jiang.page
    answer = jiang.post(address, {"incoming": "Wang Fang", "note": "watch the west"})
    assert answer.status_code == 303, answer.text
    kept = wang.get(f"/emergency/{emergency_id}/briefings/1").text
    assert "watch the west" in kept and "Wang Fang" in kept


def test_room_of_an_emergency_has_its_reports(app: Flask, engine: Engine, emergency_id: str) -> None:
    page = Visitor(app, "wang").get(f"/emergency/{emergency_id}")
    assert page.status_code == 200, page.text
    assert 'id="reports"' in page.text and f"/emergency/{emergency_id}/briefing" in page.text
