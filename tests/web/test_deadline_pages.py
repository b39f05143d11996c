"""Pages about working time: a clock stopped and started, a provisional deadline, parameters and their public page."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from tests.support.house import chain, model_xml, user_task
from tests.web.conftest import Visitor
from workflow_engine import OPERATOR, Actor, DeployDefinition, Engine, ReleaseDefinition, StartCase, new_id

PARAMETERS = {
    "asked.days": {
        "default": 30, "unit": "working days", "floor": 20, "name": {"en": "Days to answer", "zh_CN": "答复天数"},
        "floor_basis": {"en": "Art. 15", "zh_CN": "第十五条"},
    }
}  # fmt: skip
MODEL = chain(
    user_task("A", 'camunda:dueDate="=working days after(now(), city parameter(&quot;asked.days&quot;, 30))"'),
    process="asked",
)


@pytest.fixture
def asked(engine: Engine) -> str:
    """A case whose one task is due in working days of a year without notice."""
    files = {"m.bpmn": model_xml(MODEL), "parameters.json": json.dumps(PARAMETERS).encode()}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), OPERATOR).result["definition_id"]
    releaser = Actor("user:second", frozenset({"administrators"}))
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=deployed), releaser)
    case_id = new_id()
    engine.handle(StartCase(command_id=new_id(), case_id=case_id, process_id="asked"), OPERATOR)
    return case_id


def test_clock_is_stopped_and_started_on_the_pages(app: Flask, engine: Engine, asked: str) -> None:
    admin, zh = Visitor(app, "jiang"), Visitor(app, "jiang", "zh")
    (task,) = engine.queries.get_case(asked, OPERATOR).user_tasks
    path = f"/tasks/{task.user_task_id}"
    assert "This deadline is provisional" in admin.get(path).text
    refused = admin.post(f"{path}/stop-clock", {"reason": "papers <b>"})
    assert refused.status_code == 422
    assert "Choose what it waits for." in refused.text
    assert "papers &lt;b&gt;</textarea>" in refused.text
    assert admin.post(f"{path}/stop-clock", {"reason": "papers", "cause": "applicant"}).status_code == 303
    page = admin.get(path).text
    assert "waiting for the applicant" in page
    assert "working time left" not in page
    assert "停止了" in zh.get(f"/cases/{asked}").text
    assert admin.post(f"{path}/start-clock").status_code == 303
    admin.get(f"/cases/{asked}")
    assert admin.post(f"/cases/{asked}/stop-clock", {"reason": "flood", "cause": "other"}).status_code == 303
    assert "clock stands since" in admin.get(f"/cases/{asked}").text
    assert admin.post(f"/cases/{asked}/start-clock").status_code == 303
    assert [row.held_at for row in engine.queries.deadlines.of_case(asked)] == [None]


def test_value_beyond_the_law_needs_a_reason_that_anybody_reads(app: Flask, engine: Engine, asked: str) -> None:
    admin = Visitor(app, "jiang")
    assert "Days to answer" in admin.get("/organisation/parameters").text
    form = {"v.asked.days": "10", "p.asked.days": "", "reason": "plan", "base_version": "0"}
    refused = admin.post("/organisation/parameters", form)
    assert refused.status_code == 422
    assert "the reason is public" in refused.text
    assert 'value="10"' in refused.text
    assert admin.post("/organisation/parameters", {**form, "p.asked.days": "flood <i>"}).status_code == 303
    anybody = app.test_client()
    page = anybody.get("/city/parameters").text
    assert "flood &lt;i&gt;" in page
    assert "10 working days" in page
    data = anybody.get("/city/parameters.json").json
    assert data is not None
    assert data["parameters"][0] | {"value": 10, "published_reason": "flood <i>"} == data["parameters"][0]
    assert [(one["value"], one["floor"], one["version"]) for one in data["passed_bounds"]] == [(10, 20, 1)]
