"""Who releases sees exactly what is new, by another than who uploaded it, and nothing that changed meanwhile."""

from __future__ import annotations

import re

from flask import Flask

from tests.web.conftest import Visitor, actor, read_models
from workflow_engine import DeployDefinition, Engine, ReleaseDefinition, new_id

MODEL = "incident_report.bpmn"


def deploy(engine: Engine, old: bytes, new: bytes) -> str:
    files = read_models()
    files[MODEL] = files[MODEL].replace(old, new)
    command = DeployDefinition(command_id=new_id(), files=files)
    return str(engine.handle(command, actor(engine, "jiang")).result["definition_id"])


def test_releaser_sees_difference_findings_and_running_cases(app: Flask, engine: Engine, case_id: str) -> None:
    definition_id = deploy(engine, b"PT20M", b"PT30M")
    yu = Visitor(app, "yu")
    page = yu.get(f"/models/{definition_id}/release").text
    assert "<del>PT20M</del>" in page
    assert "<ins>PT30M</ins>" in page
    assert definition_id in page
    assert "1 case goes on with the version it started on." in page
    assert f"/cases/{case_id}" in page
    assert "Behaves differently" in page
    assert "no_default_flow" in page
    compared = re.search(r'name="compared_with" value="([0-9a-f]+)"', page)
    assert compared is not None
    answer = yu.post(f"/models/{definition_id}/release", {"compared_with": compared[1]})
    assert answer.status_code == 303
    assert engine.queries.get_definition(definition_id).released_by == "user:yu"
    page = yu.get(f"/models/compare?before={compared[1]}&after={definition_id}").text
    assert f"/migrations/plan?from={compared[1]}&amp;to={definition_id}" in page


def test_uploader_sees_the_same_but_cannot_release(app: Flask, engine: Engine) -> None:
    definition_id = deploy(engine, b"PT20M", b"PT30M")
    jiang = Visitor(app, "jiang")
    page = jiang.get(f"/models/{definition_id}/release").text
    assert "You uploaded it, so another person releases it." in page
    assert 'name="compared_with"' not in page
    assert jiang.post(f"/models/{definition_id}/release", {"command_id": new_id()}).status_code == 403


def test_release_is_refused_when_another_was_released_meanwhile(app: Flask, engine: Engine) -> None:
    mine, other = deploy(engine, b"PT20M", b"PT30M"), deploy(engine, b"PT20M", b"PT40M")
    yu = Visitor(app, "yu")
    page = yu.get(f"/models/{mine}/release").text
    compared = re.search(r'name="compared_with" value="([0-9a-f]+)"', page)
    assert compared is not None
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=other), actor(engine, "yu"))
    answer = yu.post(f"/models/{mine}/release", {"compared_with": compared[1]})
    assert answer.status_code == 409
    assert "<del>PT40M</del>" in answer.text
    assert engine.queries.get_definition(mine).state == "draft"


def test_first_version_is_released_with_its_whole_diagram_in_view(app: Flask, engine: Engine) -> None:
    definition_id = deploy(engine, b'"incident_report"', b'"other_report"')
    page = Visitor(app, "yu", "zh").get(f"/models/{definition_id}/release").text
    assert "这是第一个可以开始案件的版本。" in page
    assert "data-diagram" in page


def test_retiring_tells_how_many_cases_run(app: Flask, engine: Engine, case_id: str) -> None:
    definition_id = engine.queries.list_definitions()[0].definition_id
    page = Visitor(app, "yu").get(f"/models/{definition_id}").text
    assert "1 case runs on it and goes on to its end." in page
    assert "Retire version 1" in page


def test_auditor_compares_but_neither_edits_nor_releases(app: Flask, engine: Engine) -> None:
    after = deploy(engine, b"PT20M", b"PT30M")
    before = next(row.definition_id for row in engine.queries.list_definitions() if row.version == 1)
    he = Visitor(app, "he")
    page = he.get(f"/models/compare?before={before}&after={after}").text
    assert "<ins>PT30M</ins>" in page
    assert "Edit a copy" not in he.get(f"/models/{after}").text
    assert he.get(f"/models/{after}/release").status_code == 403
    assert he.get(f"/models/{after}/files.zip").status_code == 200
    assert he.get(f"/models/compare?before={before}&after=unknown").status_code == 404
