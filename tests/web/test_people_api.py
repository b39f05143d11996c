"""Programs that act in a person's name: within the token's scopes, the person's reach, and once per key."""

from __future__ import annotations

import base64
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.api_kit import Program
from tests.web.conftest import MODELS, actor, open_task
from workflow_engine import OPERATOR, Engine, RevokeApiToken, VirtualClock, new_id


@pytest.fixture
def wang(app: Flask, engine: Engine) -> Program:
    return Program(app, engine, "wang")


@pytest.fixture
def jiang(app: Flask, engine: Engine) -> Program:
    return Program(app, engine, "jiang")


def fields(body: Any) -> dict[str, str]:
    return {error["field"]: error["problem"] for error in body["errors"]}


def test_case_runs_from_start_to_task_over_the_api(wang: Program, engine: Engine) -> None:
    started = wang.post("/cases", {"process_id": "incident_report", "title": "Smoke"})
    case_id = started["case_id"]
    assert wang.get(f"/cases/{case_id}")["case"]["title"] == "Smoke"
    (task,) = wang.get("/tasks", queue="offered")["items"]
    assert task["case_id"] == case_id
    wang.post(f"/tasks/{task['user_task_id']}/claim")
    assert wang.get(f"/tasks/{task['user_task_id']}")["assignee"] == "user:wang"
    assert [row["command"]["command"] for row in wang.get(f"/cases/{case_id}/history")["items"]] == [
        "case.start", "user_task.claim",
    ]  # fmt: skip


def test_key_sent_again_starts_one_case(wang: Program) -> None:
    body = {"process_id": "incident_report"}
    first, second = (wang.send("/cases", body, key="start-0001") for _ in range(2))
    assert first.json is not None and second.json is not None
    assert first.json["case_id"] == second.json["case_id"]
    assert (first.headers.get("Idempotency-Replayed"), second.headers.get("Idempotency-Replayed")) == (None, "true")
    assert len(wang.get("/cases")["items"]) == 1
    refused = wang.post("/cases", {"process_id": "incident_report", "title": "Other"}, 422, key="start-0001")
    assert refused["code"] == "duplicate_command"


def test_same_key_of_another_person_is_another_request(wang: Program, app: Flask, engine: Engine) -> None:
    first = wang.post("/cases", {"process_id": "incident_report"}, key="start-0001")
    second = Program(app, engine, "li").post("/cases", {"process_id": "incident_report"}, key="start-0001")
    assert first["case_id"] != second["case_id"]


def test_answers_that_the_form_does_not_ask_for_are_refused(wang: Program, task_id: str) -> None:
    refused = wang.post(f"/tasks/{task_id}/complete", {"variables": {"grade": "I", "admin": True}}, 422)
    assert "variables.admin" in fields(refused)


def test_task_of_others_is_not_there(app: Flask, engine: Engine, task_id: str) -> None:
    stranger = Program(app, engine, "hu")
    assert stranger.get(f"/tasks/{task_id}", 404)["code"] == "not_found"
    assert stranger.post(f"/tasks/{task_id}/claim", {}, 404)["code"] == "not_found"


def test_scope_that_the_token_lacks_is_refused(app: Flask, engine: Engine, task_id: str) -> None:
    reader = Program(app, engine, "wang", ("tasks:read",))
    reader.get(f"/tasks/{task_id}")
    assert "tasks:write" in reader.post(f"/tasks/{task_id}/claim", {}, 403)["detail"]


def test_right_that_the_person_lacks_is_refused_whatever_the_scopes(wang: Program, case_id: str) -> None:
    for path in ("/definitions", "/incidents", "/jobs", "/messages", "/deliveries"):
        assert wang.get(path, 403)["code"] == "not_permitted"
    assert wang.post(f"/cases/{case_id}/cancel", {"reason": "no"}, 403)["code"] == "not_permitted"


def test_token_opens_nothing_once_revoked_expired_or_of_somebody_gone(
    wang: Program, jiang: Program, engine: Engine, clock: VirtualClock
) -> None:
    engine.handle(RevokeApiToken(command_id=new_id(), token_id=wang.token_id), actor(engine, "wang"))
    assert wang.get("/cases", 401)["code"] == "not_authenticated"
    clock.set(clock.now() + timedelta(days=31))
    assert jiang.get("/cases", 401)["code"] == "not_authenticated"


def test_session_of_a_browser_opens_nothing_here(app: Flask) -> None:
    assert app.test_client().get("/api/v1/cases").status_code == 401


@pytest.mark.parametrize(
    ("query", "named"),
    [({"limit": "0"}, "limit"), ({"limit": "x"}, "limit"), ({"order": "case_id; DROP"}, "order"), ({"q": "1"}, "q"),
     ({"limit": ["1", "2"]}, "limit"), ({"search": "a\0b"}, "search")],
)  # fmt: skip
def test_parameters_that_do_not_fit_are_named(wang: Program, query: dict[str, Any], named: str) -> None:
    assert list(fields(wang.get("/tasks", 422, **query))) == [named]


def test_pages_follow_each_other_without_gap_or_repetition(wang: Program) -> None:
    made = {wang.post("/cases", {"process_id": "incident_report"})["case_id"] for _ in range(5)}
    seen: list[str] = []
    page = wang.get("/cases", limit=2)
    seen += [row["case_id"] for row in page["items"]]
    while page["next_cursor"]:
        page = wang.get("/cases", limit=2, after=page["next_cursor"])
        seen += [row["case_id"] for row in page["items"]]
    assert sorted(seen) == sorted(made)


def test_model_is_deployed_and_released_by_two_people(jiang: Program, app: Flask, engine: Engine) -> None:
    files = {path.name: base64.b64encode(path.read_bytes()).decode() for path in MODELS.iterdir()}
    bpmn = next(name for name in files if name.endswith(".bpmn"))
    text = (MODELS / bpmn).read_text(encoding="utf-8").replace("incident_report", "second_report")
    files[bpmn] = base64.b64encode(text.encode()).decode()
    made = jiang.post("/definitions", {"files": files})["result"]
    path = f"/definitions/{made['definition_id']}"
    assert jiang.post(f"{path}/release", {}, 403)["code"] == "not_permitted"
    Program(app, engine, "yu").post(f"{path}/release")
    assert jiang.get(path)["state"] == "released"
    assert base64.b64decode(jiang.get(path)["files"][bpmn]) == text.encode()


def test_model_refused_names_its_problems(jiang: Program) -> None:
    refused = jiang.post("/definitions", {"files": {"a.bpmn": base64.b64encode(b"<x/>").decode()}}, 422)
    assert refused["code"] == "definition_refused"


def test_incident_number_that_is_none_leads_nowhere(jiang: Program, case_id: str) -> None:
    assert jiang.post(f"/cases/{case_id}/incidents/first/retry", {}, 404)["code"] == "not_found"


def test_completed_task_keeps_the_answers_of_the_form(wang: Program, engine: Engine, case_id: str) -> None:
    task_id = open_task(engine, case_id, "record")
    wang.post(f"/tasks/{task_id}/claim")
    answers = {"kind": "fire", "injured": 2, "note": "Smoke over the dock"}
    wang.post(f"/tasks/{task_id}/complete", {"variables": answers})
    done = engine.queries.get_user_task(task_id, OPERATOR)
    assert done.state == "completed"
    assert done.submission == answers


@pytest.mark.parametrize(
    ("changed", "named"),
    [({"kind": "riot"}, "kind"), ({"injured": "two"}, "injured"), ({"injured": -1}, "injured"), ({"note": 5}, "note"),
     ({"note": "x" * 201}, "note"), ({"note": None}, "note"), ({"reporter": "me"}, "reporter")],
)  # fmt: skip
def test_answer_that_does_not_fit_is_named_and_the_task_stays_open(
    wang: Program, engine: Engine, task_id: str, changed: dict[str, Any], named: str
) -> None:
    answers = {"kind": "fire", "injured": 2, "note": "Smoke", **changed}
    refused = wang.post(f"/tasks/{task_id}/complete", {"variables": answers}, 422)
    assert list(fields(refused)) == [f"variables.{named}"]
    assert engine.queries.get_user_task(task_id, OPERATOR).state == "ready"


def test_files_go_in_and_out_as_on_the_pages(app: Flask, engine: Engine, case_id: str) -> None:
    wang, hu = Program(app, engine, "wang"), Program(app, engine, "hu")
    place = f"/api/v1/cases/{case_id}/attachments"

    def send(program: Program, content: bytes, name: str = "../plan.pdf", **more: str) -> TestResponse:
        form = {"file": (BytesIO(content), name), **more}
        headers = {**program.headers, "Idempotency-Key": "attach-one-file"}
        return program.client.post(place, data=form, headers=headers, content_type="multipart/form-data")

    assert send(hu, b"%PDF-1.7 plan").status_code == 404
    first, again = send(wang, b"%PDF-1.7 plan"), send(wang, b"%PDF-1.7 plan")
    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert again.headers["Idempotency-Replayed"] == "true"
    (row,) = wang.get(f"/cases/{case_id}/attachments")["items"]
    assert row["name"] == "plan.pdf"
    content = wang.client.get(f"{place}/{row['attachment_id']}/content", headers=wang.headers)
    assert content.data == b"%PDF-1.7 plan"
    assert content.headers["Content-Disposition"].startswith("attachment")
    content.close()
    assert hu.client.get(f"{place}/{row['attachment_id']}/content", headers=hu.headers).status_code == 404
    assert send(wang, b"<script>alert(1)</script>", "a.html").status_code == 409
    assert send(wang, b"%PDF-1.7", other="x").status_code == 422
    wrong = wang.client.post(place, data="{}", headers=wang.headers, content_type="application/json")
    assert wrong.status_code == 415
