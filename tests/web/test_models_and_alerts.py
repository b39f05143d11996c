"""Models are uploaded by one and released by another; alerts are brought in by the duty room."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.api_kit import Program
from tests.web.conftest import Visitor, actor, read_models
from workflow_engine import OPERATOR, DeployDefinition, Engine, ReleaseDefinition, new_id

PROCESS = Path(__file__).parents[2] / "processes" / "emergency_response"
BROKEN = b"""<?xml version="1.0"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">
  <bpmn:process id="broken" isExecutable="true">
    <bpmn:startEvent id="s"/><bpmn:complexGateway id="g" name="&lt;b&gt;Odd"/><bpmn:userTask id="t"/>
    <bpmn:sequenceFlow id="a" sourceRef="s" targetRef="g"/><bpmn:sequenceFlow id="b" sourceRef="g" targetRef="nowhere"/>
  </bpmn:process>
</bpmn:definitions>"""


def changed_model() -> bytes:
    return read_models()["incident_report.bpmn"].replace("办结 Closed".encode(), "结束 Closed at last".encode())


def upload(visitor: Visitor, *files: tuple[str, bytes]) -> tuple[int, str]:
    visitor.get("/models")
    form = {"files": [(BytesIO(content), name) for name, content in files]}
    answer = visitor.post("/models", form, content_type="multipart/form-data")
    return answer.status_code, answer.location or answer.text


def test_list_shows_versions_with_their_people(app: Flask) -> None:
    page = Visitor(app, "he").get("/models").text
    for text in ("Incident report", "incident_report", "version 1", "Released", "Jiang Fan"):
        assert text in page
    assert "Upload a version" not in page


def test_upload_is_a_draft_until_another_person_releases_it(app: Flask, engine: Engine) -> None:
    jiang, yu = Visitor(app, "jiang"), Visitor(app, "yu")
    status, place = upload(
        jiang, ("incident_report.bpmn", changed_model()), ("record.json", read_models()["record.json"])
    )
    assert status == 303
    assert "You uploaded it, so another person releases it." in jiang.get(place).text
    assert jiang.post(f"{place}/release").status_code in (403, 409)
    yu.get(place)
    assert yu.post(f"{place}/release").status_code == 303
    assert [row.state for row in engine.queries.list_definitions() if row.version == 2] == ["released"]
    assert yu.post(f"{place}/retire", {"command_id": "retire-the-second"}).status_code == 303


def test_refused_model_is_kept_and_shows_every_problem_with_its_place(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    status, place = upload(jiang, ("broken.bpmn", BROKEN))
    assert status == 303
    page = jiang.get(place).text
    assert "The model was refused" in page
    assert "<code>g</code>" in page
    assert "&lt;b&gt;Odd" in page or "complexGateway" in page
    assert len(engine.queries.list_definitions()) == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"not xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', b"\x00" * 100, b"<a>" * 300 + b"</a>" * 300],
)
def test_hostile_upload_is_refused_in_words(app: Flask, content: bytes) -> None:
    jiang = Visitor(app, "jiang")
    _status, place = upload(jiang, ("x.bpmn", content))
    page = jiang.get(place).text
    assert "1 error" in page
    assert "Store as a version" not in page


def test_upload_without_a_model_says_what_is_missing(app: Flask) -> None:
    status, page = upload(Visitor(app, "jiang"), ("notes.json", b"{}"))
    assert status == 422
    assert "Choose a BPMN file." in page


def test_others_may_not_upload_or_release(app: Flask, engine: Engine) -> None:
    definition_id = engine.queries.list_definitions()[0].definition_id
    for person in ("wang", "he"):
        visitor = Visitor(app, person)
        visitor.get("/inbox")
        assert visitor.post("/models").status_code == 403
        assert visitor.post(f"/models/{definition_id}/retire").status_code == 403


def test_model_page_has_its_diagram_in_the_readers_language(app: Flask, engine: Engine) -> None:
    definition_id = engine.queries.list_definitions()[0].definition_id
    jiang = Visitor(app, "jiang", "zh")
    page = jiang.get(f"/models/{definition_id}").text
    assert "在办" in jiang.get("/models").text
    source = re.search(r'data-url="([^"]+)"', page)
    assert source is not None
    answer = jiang.get(source[1].replace("&amp;", "&"))
    assert answer.mimetype == "application/xml"
    assert "immutable" in answer.headers["Cache-Control"]
    assert 'name="灭火"' in answer.text
    assert "Extinguish" not in answer.text
    assert "record.json" in page


# ------------------------------------------------------------------------------------------------ alerts
@pytest.fixture
def _emergency(engine: Engine) -> None:
    files = {path.name: path.read_bytes() for pattern in ("*.bpmn", "*.dmn") for path in PROCESS.glob(pattern)}
    files.update({path.name: path.read_bytes() for path in (PROCESS / "forms").glob("*.json")})
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, actor(engine, "yu"))


@pytest.mark.usefixtures("_emergency")
def test_alert_starts_a_case_once_and_is_listed(app: Flask, engine: Engine) -> None:
    text = (PROCESS / "alerts" / "gas_leak.xml").read_text(encoding="utf-8")
    wang = Visitor(app, "wang")
    wang.get("/alerts")
    first = wang.post("/alerts", {"text": text})
    assert first.status_code == 303
    assert first.location.startswith("/cases/")
    assert wang.get(first.location).status_code == 200
    wang.get("/alerts")
    again = wang.post("/alerts", {"text": text})
    assert again.location == first.location
    assert len(engine.queries.find_cases(actor(engine, "jiang"), process_id="emergency_response").items) == 1
    assert "YUNXI-2026-0702-001" in wang.get("/alerts").text


@pytest.mark.usefixtures("_emergency")
def test_alert_treated_as_exercise_is_marked(app: Flask) -> None:
    wang = Visitor(app, "wang")
    wang.get("/alerts")
    file = (BytesIO((PROCESS / "alerts" / "gas_leak.xml").read_bytes()), "gas.xml")
    answer = wang.post("/alerts", {"file": file, "exercise": "yes"}, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert "Exercise" in wang.get(answer.location).text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<alert",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><alert>&x;</alert>",
        "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'/>",
    ],
)
def test_refused_alert_keeps_what_was_pasted_and_says_why(app: Flask, text: str) -> None:
    wang = Visitor(app, "wang")
    wang.get("/alerts")
    answer = wang.post("/alerts", {"text": text})
    assert answer.status_code == 422
    assert text.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;").replace("&x;", "&amp;x;") in answer.text
    assert "refused" in answer.text or "Choose a file" in answer.text


def test_a_diagram_is_shown_on_the_page_of_a_case_within_reach(app: Flask, engine: Engine, case_id: str) -> None:
    definition_id = engine.queries.get_case(case_id, OPERATOR).case.definition_id
    place = f"/models/{definition_id}/diagram.bpmn"
    of_case = f"{place}?case={case_id}"
    assert of_case.replace("?", "?language=en&amp;") in Visitor(app, "wang").get(f"/cases/{case_id}").text
    assert Visitor(app, "wang").client.get(of_case).status_code == 200
    assert Visitor(app, "hu").client.get(of_case).status_code == 404, "not a case of theirs"
    other = f"/models/{'0' * len(definition_id)}/diagram.bpmn?case={case_id}"
    assert Visitor(app, "wang").client.get(other).status_code == 404
    assert place + "?language=en\"" in Visitor(app, "he").get(f"/cases/{case_id}").text, "one copy serves all cases"
    assert Visitor(app, "he").client.get(place).status_code == 200


@pytest.mark.usefixtures("_emergency")
def test_alerts_come_in_over_the_api_with_their_unit(app: Flask, engine: Engine) -> None:
    duty, outside = Program(app, engine, "wang"), Program(app, engine, "hu")
    alert = (PROCESS / "alerts" / "gas_leak.xml").read_bytes()

    def send(program: Program, content: bytes, query: str = "", kind: str = "application/cap+xml") -> TestResponse:
        return program.client.post(f"/api/v1/alerts{query}", data=content, headers=program.headers, content_type=kind)

    assert send(outside, alert).status_code == 403
    assert send(duty, alert, kind="application/json").status_code == 415
    assert send(duty, b"<alert/>").status_code == 422
    assert send(duty, alert, "?unit_id=nowhere").json["code"] == "rejected"
    assert send(duty, alert, "?exercise=perhaps").status_code == 422
    answer = send(duty, alert, "?exercise=true&unit_id=fire")
    assert answer.status_code == 200, answer.text
    (receipt,) = answer.json["alerts"]
    assert engine.queries.get_case(receipt["case_id"], OPERATOR).case.exercise
    assert engine.queries.get_history(receipt["case_id"], OPERATOR)[0].command["unit_id"] == "fire"


@pytest.mark.usefixtures("_emergency")
def test_who_brings_an_alert_in_names_the_unit_that_answers(app: Flask, engine: Engine) -> None:
    text = (PROCESS / "alerts" / "gas_leak.xml").read_text(encoding="utf-8")
    wang = Visitor(app, "wang")
    for unit, words in (("no such unit", "Nobody is called so"), ("wang", "Name a unit.")):
        wang.get("/alerts")
        refused = wang.post("/alerts", {"text": text, "unit": unit})
        assert refused.status_code == 422
        assert words in refused.text
        assert f'value="{unit}"' in refused.text
    wang.get("/alerts")
    answer = wang.post("/alerts", {"text": text, "unit": "unit:fire"})
    assert answer.status_code == 303
    case_id = answer.location.rpartition("/")[2]
    assert engine.queries.get_history(case_id, OPERATOR)[0].command["unit_id"] == "fire"
