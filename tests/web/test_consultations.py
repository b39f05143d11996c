"""Pages of consultations: anybody reads and answers, nobody sees who said what; the office works on the opinions."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.support.consulting import MODEL
from tests.support.house import model_xml
from tests.web.conftest import NOW, Visitor, actor
from tests.web.test_every_page import Page, check_page
from web.pace import Pace
from workflow_engine import (
    OPERATOR,
    DeployDefinition,
    Engine,
    ReleaseDefinition,
    StartCase,
    fingerprint,
    new_id,
    said_in,
)

SAID = {"stance": "oppose", "subject_class": "society", "text": "太贵了 <b>", "district": "溪东区"}
CODE = re.compile(r'<code class="token-text">([^<]+)</code>')


@pytest.fixture
def place(engine: Engine) -> str:
    """The address of an open consultation."""
    files = {"model.bpmn": model_xml(MODEL)}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, actor(engine, "yu"))
    case_id = new_id()
    variables = {"title": "停车办法", "draft": "第一条", "closes_at": (NOW + timedelta(days=30)).isoformat()}
    engine.handle(StartCase(command_id=new_id(), case_id=case_id, process_id="p", variables=variables), OPERATOR)
    (row,) = engine.queries.consultations.list_of_case(case_id)
    return row.consultation_id


def test_visitor_answers_and_finds_it_again_and_the_office_publishes_it(app: Flask, place: str) -> None:
    visitor, page = Visitor(app), f"/consultations/{place}"
    assert "停车办法" in visitor.get("/consultations").text
    visitor.get(page)
    given = {**SAID, "name": "李四", "contact": "13812345678", "wants_hearing": "yes"}
    receipt = visitor.post(f"{page}/opinions", given)
    assert receipt.status_code == 200
    code = CODE.search(receipt.text)
    assert code is not None
    assert "太贵了" not in visitor.get(page).text
    assert "太贵了 &lt;b&gt;" in visitor.post(f"{page}/receipt", {"code": code[1]}).text
    assert "No opinion on this draft has this code" in visitor.post(f"{page}/receipt", {"code": "wrong"}).text
    office, work = Visitor(app, "jiang"), f"/participation/{place}"
    seen = office.get(work).text
    assert "李四" in seen and "The record counts the same" in seen
    assert office.post(f"{work}/moderate", {"number": "1", "topic": "价格"}).status_code == 303
    assert office.post(f"{work}/answer", {"number": "1", "disposition": "partly"}).status_code == 422
    office.get(work)
    answered = {"number": "1", "disposition": "partly", "reason": "夜间减半"}
    assert office.post(f"{work}/answer", answered).status_code == 303
    public = visitor.get(page).text
    assert "太贵了 &lt;b&gt;" in public and "李四" not in public and "138" not in public and "夜间减半" not in public
    data = visitor.get(f"{page}/data.json").json
    assert data is not None
    (one,) = data["opinions"]
    assert "李四" not in str(data) and "disposition" not in one
    assert one["fingerprint"] == fingerprint(said_in(place, data["draft_digest"], 1, one["submitted_at"], one))


def test_opinion_that_is_refused_comes_back_with_what_was_typed(app: Flask, place: str, engine: Engine) -> None:
    visitor, page = Visitor(app), f"/consultations/{place}"
    visitor.get(page)
    answer = visitor.post(f"{page}/opinions", {**SAID, "wants_hearing": "yes"})
    assert answer.status_code == 422
    assert "太贵了 &lt;b&gt;" in answer.text and "gives a name and a way to be reached" in answer.text
    assert visitor.client.post(f"{page}/opinions", data=SAID).status_code == 400
    app.extensions["opinion_pace"] = Pace(most=1, seconds=600)
    visitor.get(page)
    assert visitor.post(f"{page}/opinions", SAID).status_code == 200
    visitor.get(page)
    late = visitor.post(f"{page}/opinions", SAID)
    assert late.status_code == 429 and "太贵了 &lt;b&gt;" in late.text
    assert engine.queries.consultations.get_public(place).figures["received"] == 1


def test_office_extends_writes_down_and_withdraws(app: Flask, place: str, engine: Engine) -> None:
    office, work = Visitor(app, "jiang"), f"/participation/{place}"
    office.get(work)
    assert office.post(f"{work}/write", {**SAID, "channel": "paper"}).status_code == 303
    office.get(work)
    assert office.post(f"{work}/extend", {"closes_at": "", "reason": "假期"}).status_code == 422
    office.get(work)
    assert office.post(f"{work}/extend", {"closes_at": "2026-08-20T18:00", "reason": "假期"}).status_code == 303
    assert engine.queries.consultations.get_public(place).row.closes_at.isoformat() == "2026-08-20T10:00:00+00:00"
    office.get(work)
    assert office.post(f"{work}/withdraw", {"reason": "另行起草"}).status_code == 303
    public = Visitor(app).get(f"/consultations/{place}").text
    assert "另行起草" in public and "假期" in public and 'id="say"' not in public


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_of_consultations_are_well_made(app: Flask, place: str, language: str) -> None:
    visitor, office = Visitor(app, None, language), Visitor(app, "jiang", language)
    visitor.get(f"/consultations/{place}")
    receipt = visitor.post(f"/consultations/{place}/opinions", SAID)
    check_page(Page(receipt.text), receipt.text, language, "receipt")
    for who, path in (
        (visitor, "/consultations"), (visitor, "/consultations?show=over"), (visitor, f"/consultations/{place}"),
        (office, "/participation"), (office, f"/participation/{place}"),
    ):  # fmt: skip
        answer = who.get(path)
        assert answer.status_code == 200, path
        check_page(Page(answer.text), answer.text, language, path)
    assert Visitor(app, "wang", language).get(f"/participation/{place}").status_code == 403


def test_pace_counts_by_address_and_forgets() -> None:
    now = [0.0]
    pace = Pace(most=2, seconds=10, now=lambda: now[0])
    assert [pace.step("a"), pace.step("a"), pace.step("a"), pace.step("b")] == [True, True, False, True]
    now[0] = 11.0
    assert pace.step("a")
