"""Pages of supervision: from the board to a case to a notice to its answer; enterprises see their own alone."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support.house import chain, model_xml, user_task
from tests.web.conftest import Visitor, actor
from tests.web.test_authorisation import CHANGING, address, routes
from tests.web.test_every_page import Page, check_page
from workflow_engine import (
    OPERATOR,
    DeployDefinition,
    Engine,
    LoadOrganisation,
    NoticeWish,
    ReleaseDefinition,
    StartCase,
    VirtualClock,
    new_id,
)
from workflow_engine.workers.supervision import Supervisor

GASWORKS: list[dict[str, Any]] = [
    {"unit_id": "gasworks", "parent_id": "duty", "level": "city", "name_zh": "燃气公司", "name_en": "Gasworks",
     "subject_class": "enterprise"},
    {"unit_id": "city_duty", "parent_id": None, "level": "city", "name_zh": "督查室", "name_en": "Supervision",
     "subject_class": "government"},
]  # fmt: skip
ROLES = [
    {"group_id": "role:leader", "name_zh": "领导", "name_en": "Leader"},
    {"group_id": "role:supervision", "name_zh": "督查", "name_en": "Supervision"},
]


@pytest.fixture
def late(engine: Engine, clock: VirtualClock) -> str:
    """A case whose task is late at the gasworks, counted; the gasworks has one person, the city a leader."""
    people = [
        _person("gas", "龚安", "Gong An", "gasworks"), _person("lead", "雷达", "Lei Da", "city_duty", "role:leader"),
        _person("sue", "苏贝", "Su Bei", "city_duty", "role:supervision"),
    ]  # fmt: skip
    engine.handle(LoadOrganisation(command_id=new_id(), units=GASWORKS, roles=ROLES, people=people), OPERATOR)
    body = chain(user_task("mend", 'camunda:candidateGroups="unit:gasworks" camunda:dueDate="=due"'), process="mends")
    deploy = DeployDefinition(command_id=new_id(), files={"model.bpmn": model_xml(body)})
    definition_id = engine.handle(deploy, actor(engine, "jiang")).result["definition_id"]
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), actor(engine, "yu"))
    case_id = new_id()
    due = (clock.now() + timedelta(hours=2)).isoformat()
    start = StartCase(
        command_id=new_id(), case_id=case_id, process_id="mends", title="Leak <at> Dock 3",
        variables={"due": due, "request": {"address": "Dock 3", "description": "Smells of gas"}, "secret": "inside"},
    )  # fmt: skip
    engine.handle(start, OPERATOR)
    clock.advance(3 * 3600)
    engine.extend_log([case_id])
    while Supervisor(engine).run_once():
        pass
    return case_id


def _person(key: str, zh: str, en: str, unit: str, *groups: str) -> dict[str, Any]:
    return {
        "person_id": f"user:{key}", "sign_in_name": key, "display_name_zh": zh, "display_name_en": en,
        "unit_id": unit, "groups": list(groups),
    }  # fmt: skip


def _task(engine: Engine, case_id: str) -> str:
    return engine.queries.get_case(case_id, OPERATOR).user_tasks[0].user_task_id


def test_leader_goes_from_the_board_to_a_case_and_a_notice_is_answered(app: Flask, engine: Engine, late: str) -> None:
    leader, gas = Visitor(app, "lead"), Visitor(app, "gas")
    board = leader.get("/supervision?unit=duty").text
    assert "Gasworks" in board and "100.0 %" in board
    cases = leader.get("/supervision/cases?unit=gasworks&state=overdue").text
    assert "Leak &lt;at&gt; Dock 3" in cases and f"/cases/{late}" in cases
    form = leader.get(f"/supervision/notices/new?unit=gasworks&case={late}").text
    assert "1 h over" in form
    skipped = leader.post("/supervision/notices", {"rung": "listed", "unit": "gasworks", "case": late, "reason": "x"})
    assert skipped.status_code == 422 and "say why one is left out" in skipped.text
    issued = leader.post(
        "/supervision/notices", {"rung": "remind", "unit": "gasworks", "case": late, "reason": "Three hours"}
    )
    assert issued.status_code == 303
    page = re.sub(r"^https?://[^/]+", "", str(issued.location))
    assert "Reminder [2026] No. 1" in gas.get("/enterprise").text
    assert "Three hours" in gas.get(page).text
    evidence = (io.BytesIO(b"\x89PNG\r\n\x1a\nvalve"), "valve.png")
    answered = gas.post(f"{page}/answer", {"text": "Valve shut", "file": evidence}, content_type="multipart/form-data")
    assert answered.status_code == 303
    assert gas.post(f"{page}/accept").status_code == 404
    seen = leader.get(page).text
    assert "Valve shut" in seen and "valve.png" in seen
    assert leader.get(f"{page}/answers/1/files/1").data == b"\x89PNG\r\n\x1a\nvalve"
    leader.get(page)
    assert leader.post(f"{page}/reject", {"reason": ""}).status_code == 422
    leader.get(page)
    assert leader.post(f"{page}/accept").status_code == 303
    assert "Reminder [2026] No. 1" in leader.get(f"{page}/document").text
    (row,) = engine.queries.supervision.notices(actor(engine, "lead"), NoticeWish(state="settled")).items
    assert row.state == "accepted"
    assert Visitor(app, "hu").get(page).status_code == 404


def test_board_is_kept_by_the_page_until_it_changes_and_goes_out_as_csv(app: Flask, late: str) -> None:
    leader = Visitor(app, "lead")
    asked = {"HX-Request": "true"}
    first = leader.get("/supervision?unit=duty", headers=asked)
    assert first.status_code == 200 and "<html" not in first.text
    again = leader.get("/supervision?unit=duty", headers={**asked, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    lines = leader.get("/supervision/units.csv?unit=duty").text.splitlines()
    assert lines[0].endswith("rate_numerator,rate_denominator,overdue_rate,notices_running")
    assert any(line.startswith("gasworks,Gasworks,city,1,0,0,0,1,1,1,100.0 %") for line in lines)
    assert late in leader.get("/supervision/cases.csv?unit=duty").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_of_supervision_are_well_made(app: Flask, engine: Engine, late: str, language: str) -> None:
    leader, gas = Visitor(app, "lead", language), Visitor(app, "gas", language)
    leader.get("/supervision/notices/new")
    made = leader.post("/supervision/notices", {"rung": "remind", "unit": "gasworks", "case": late, "reason": "迟"})
    page = re.sub(r"^https?://[^/]+", "", str(made.location))
    for who, path in (
        (leader, "/supervision"), (leader, "/supervision?unit=gasworks"), (leader, "/supervision/cases?unit=duty"),
        (leader, "/supervision/notices"), (leader, "/supervision/notices/new"),
        (leader, "/supervision/league"), (leader, page),
        (leader, f"{page}/document"), (gas, "/enterprise"), (gas, f"/enterprise/tasks/{_task(engine, late)}"),
        (gas, "/supervision/notices"), (gas, page),
    ):  # fmt: skip
        answer = who.get(path)
        assert answer.status_code == 200, path
        check_page(Page(answer.text), answer.text, language, path)


def test_enterprise_does_its_task_with_evidence_and_is_told_no_more_than_it_needs(
    app: Flask, engine: Engine, late: str
) -> None:
    gas, task_id = Visitor(app, "gas"), _task(engine, late)
    assert gas.get("/").headers["Location"].endswith("/enterprise")
    shown = gas.get(f"/enterprise/tasks/{task_id}").text
    assert "Smells of gas" in shown and "inside" not in shown
    evidence = (io.BytesIO(b"%PDF-1.4 gauge"), "gauge.pdf")
    attached = gas.post(f"/enterprise/tasks/{task_id}/files", {"file": evidence}, content_type="multipart/form-data")
    assert attached.status_code == 303
    own = re.search(r"/enterprise/files/[^\"]+", gas.get(f"/enterprise/tasks/{task_id}").text)
    assert own is not None and gas.get(own[0]).data == b"%PDF-1.4 gauge"
    gas.get(f"/enterprise/tasks/{task_id}")
    assert gas.post(f"/enterprise/tasks/{task_id}/complete").status_code == 303
    engine.extend_log([late])
    while Supervisor(engine).run_once():
        pass
    assert "0 of 1" in gas.get("/enterprise").text
    assert engine.queries.get_case(late, OPERATOR).case.state == "completed"


def test_enterprise_opens_no_other_door(app: Flask, engine: Engine, late: str, case_id: str, task_id: str) -> None:
    gas = Visitor(app, "gas")
    places = {
        "case_id": case_id, "user_task_id": task_id, "unit_id": "fire", "person_id": "user:hu", "kind": "unit",
        "process_id": "incident_report", "definition_id": engine.queries.list_definitions()[0].definition_id,
    }  # fmt: skip
    opened = set()
    for method, rule in routes(app):
        if rule.startswith("/api/") or rule == "/live":
            continue
        gas.get("/account")
        visited = address(rule, places)
        answer = gas.post(visited) if method in CHANGING else gas.get(visited)
        if answer.status_code not in (404, 403, 405):
            opened.add(rule)
        if rule == "/sign-out":
            gas = Visitor(app, "gas")
    own = {
        "/", "/inbox", "/enterprise", "/account", "/account/password", "/supervision/notices", "/resources",
        "/resources/new", "/resources/offers",
    }  # fmt: skip
    to_all = {rule for rule in opened if rule not in own}
    visitor = Visitor(app)
    for rule in sorted(to_all - {"/sign-out"}):
        answer = visitor.get(address(rule, places))
        assert not (answer.location or "").startswith("/sign-in?"), rule
    assert own <= opened
    assert gas.get(f"/enterprise/tasks/{task_id}").status_code == 404
    assert Visitor(app, "wang").get("/enterprise").status_code == 404
