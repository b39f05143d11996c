"""Pages of indicators: for everybody, as data, and staff's side of them."""

from __future__ import annotations

import csv
import io
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask

from tests.queries.test_indicator_publication import DESK, MESSAGES
from tests.support.house import model_xml
from tests.web.conftest import Visitor, actor
from workflow_engine import (
    OPERATOR,
    DefineIndicators,
    DeployDefinition,
    Engine,
    ReleaseDefinition,
    StartCase,
    new_id,
)

SHIPPED = Path(__file__).parents[2] / "processes" / "indicator_publication" / "indicators"
MONTH = "2026-05"


@pytest.fixture
def published(app: Flask, engine: Engine) -> Flask:
    """The shipped indicators, published for a month in which little happened."""
    definitions = [json.loads(path.read_bytes()) for path in sorted(SHIPPED.glob("*.json"))]
    engine.handle(DefineIndicators(command_id=new_id(), definitions=definitions, reason="trial"), OPERATOR)
    files = {"model.bpmn": model_xml(MESSAGES + DESK)}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
    engine.handle(release, actor(engine, "yu"))
    engine.handle(StartCase(command_id=new_id(), case_id=new_id(), process_id="publication"), OPERATOR)
    engine.pump()
    assert engine.queries.indicators.newest_published() == MONTH
    return app


def test_each_card_leads_to_the_method_behind_its_number(published: Flask) -> None:
    visitor = Visitor(published, None, "en")
    page = visitor.get("/portal/indicators").text
    assert page.count('class="card indicator-card"') == len(list(SHIPPED.glob("*.json")))
    assert "Smart governance" in page and "/portal/indicators/response_rate" in page
    one = visitor.get(f"/portal/indicators/on_time_tasks?period={MONTH}").text
    assert "100 * on_time / due" in one and "version 1" in one and "Nothing of this month was corrected." in one
    assert visitor.get("/portal/indicators/nonsense").status_code == 404
    assert visitor.get("/portal/indicators?period=yesterday").status_code == 404


def test_open_data_has_licence_method_and_fitting_checksums(published: Flask) -> None:
    visitor = Visitor(published, None, "en")
    told = visitor.get(f"/portal/data/indicators/{MONTH}.json")
    assert told.json["licence"] == "CC-BY-4.0"
    assert {row["method_version"] for row in told.json["values"]} == {1}
    table = visitor.get(f"/portal/data/indicators/{MONTH}.csv")
    rows = list(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig"))))
    assert len(rows) == len(told.json["values"])
    sums = dict(line.split()[::-1] for line in visitor.get(f"/portal/data/indicators/{MONTH}.sha256").text.splitlines())
    assert sums[f"indicators-{MONTH}.csv"] == sha256(table.data).hexdigest()
    assert sums[f"indicators-{MONTH}.json"] == sha256(told.data).hexdigest()
    assert visitor.get("/portal/data/indicators/2020-01.csv").status_code == 404
    definitions = visitor.get("/portal/data/indicators/definitions.json").json["definitions"]
    assert len(definitions) == len(list(SHIPPED.glob("*.json")))


def test_visitor_comments_and_staff_decide_what_is_shown(published: Flask) -> None:
    visitor = Visitor(published, None, "en")
    address = f"/portal/indicators/on_time_tasks?period={MONTH}"
    form = visitor.get(address).text
    fields = {"period": MONTH, "scope": "", "kind": "comment", "website": ""}
    refused = visitor.post("/portal/indicators/on_time_tasks/comments", {**fields, "text": " "})
    assert refused.status_code == 422
    sent = visitor.post("/portal/indicators/on_time_tasks/comments", {**fields, "text": "Well done"})
    assert sent.status_code == 303
    assert "Well done" not in visitor.get(address).text and "comments" in form
    staff = Visitor(published, "jiang", "en")
    waiting = staff.get("/indicators").text
    assert "Well done" in waiting
    comment_id = re.search(r"/indicators/comments/([0-9a-f]+)", waiting)
    assert comment_id is not None
    assert staff.post(f"/indicators/comments/{comment_id[1]}", {"state": "shown"}).status_code == 303
    assert "Well done" in visitor.get(address).text
    robot = visitor.post("/portal/indicators/on_time_tasks/comments", {**fields, "text": "Buy", "website": "x"})
    assert robot.status_code == 429


def test_numbers_from_outside_come_by_form_or_by_file_and_only_from_who_may(published: Flask) -> None:
    staff = Visitor(published, "jiang", "en")
    row = {"series": "pm25", "scope": "place:439901", "period": "2026-04", "value": "31.4", "source": "Stations",
           "dated_on": "2026-05-02"}  # fmt: skip
    staff.get("/indicators")
    assert staff.post("/indicators/inputs", row).status_code == 303
    assert "31.4" in staff.get("/indicators").text
    assert "a number" in staff.post("/indicators/inputs", {**row, "value": "much"}).text
    assert Visitor(published, "wang", "en").get("/indicators").status_code == 403
