"""ASVS 5.0, chapter 1: encoding, sanitising, safe reading of what comes in."""

from __future__ import annotations

import csv
import io
import json

import pytest
from flask import Flask

from tests.intake.hostile import entity_bomb
from tests.web.api_kit import Program
from tests.web.conftest import Visitor
from web.forms.patterns import matches
from workflow_engine import (
    OPERATOR,
    DefinitionError,
    DeployDefinition,
    Engine,
    InvalidVariablesError,
    LoadOrganisation,
    StartCase,
    new_id,
)
from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import EvaluationContext, compile_expression
from workflow_engine.workers.connectors_network import AddressRefusedError, NetworkRules


def test_asvs_1_2_10_cells_that_a_spreadsheet_would_run_are_text(app: Flask, engine: Engine) -> None:
    """Exported tables begin no cell with what a spreadsheet takes for a formula."""
    people = [
        {"person_id": f"user:x{number}", "sign_in_name": f"x{number}", "display_name_zh": name, "display_name_en": name}
        for number, name in enumerate(("=HYPERLINK(1)", "+1", "-1", "@x", "\tx"))
    ]
    engine.handle(LoadOrganisation(command_id=new_id(), people=people), OPERATOR)
    answer = Visitor(app, "jiang").get("/organisation/files/person.csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))) for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []


@pytest.mark.parametrize(
    "source", ['__import__("os").getcwd()', "person.__class__", 'eval("1+1")', 'open("/etc/passwd")']
)
def test_asvs_1_3_2_expressions_reach_no_python(source: str) -> None:
    """Expressions of models are compiled to closures over plain values; scripts run in a sandbox."""
    try:
        value = compile_expression(source).evaluate({"person": {"name": "Li"}}, EvaluationContext())
    except EngineError:
        return
    assert value is None


def test_asvs_1_3_4_drawings_from_outside_are_never_shown_as_such(app: Flask, engine: Engine) -> None:
    """Nothing uploaded is served as SVG or HTML; our own drawings hold text nodes only."""
    visitor = Visitor(app, "jiang")
    definition_id = engine.queries.list_definitions()[0].definition_id
    for rule in app.url_map.iter_rules():
        if "definition_id" in rule.arguments and rule.arguments <= {"definition_id", "name"} and "GET" in rule.methods:
            path = rule.rule.replace("<definition_id>", definition_id)
            path = path.replace("<name>", "incident_report.bpmn").replace("<path:name>", "incident_report.bpmn")
            answer = visitor.get(path)
            if answer.status_code == 200 and answer.mimetype != "text/html":
                assert answer.mimetype != "image/svg+xml"
                assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("host", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1", "0.0.0.0", "::ffff:127.0.0.1"])
def test_asvs_1_3_6_requests_of_the_server_stay_outside_the_house(host: str) -> None:
    """Connectors and webhooks reach public addresses, and inside only networks that the operator listed."""
    with pytest.raises(AddressRefusedError):
        NetworkRules().resolve(host, 80)


def test_asvs_1_3_12_patterns_are_linear_in_the_text() -> None:
    """Patterns of forms that could run for ever are not run, those of FEEL run on RE2: this test would never end."""
    assert matches("(a+)+b", "a" * 10_000) is True
    found = compile_expression('matches(text, "^(a+)+$")').evaluate({"text": "a" * 10_000 + "!"}, EvaluationContext())
    assert found is False


def test_asvs_1_5_1_documents_with_entities_are_refused(engine: Engine) -> None:
    """XML is read without DTD, entities, network or inclusions, in a child process with limits."""
    for content in (entity_bomb(), b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'):
        with pytest.raises(DefinitionError):
            engine.handle(DeployDefinition(command_id=new_id(), files={"a.bpmn": content}), OPERATOR)


@pytest.mark.parametrize(
    "value", [{"typename": "x"}, {"py/object": "os.system"}, {"__reduce__": [1]}, {"__class__": 1}]
)
def test_asvs_1_5_2_values_are_data_whatever_they_name(engine: Engine, value: dict[str, object]) -> None:
    """State is plain JSON, read as plain JSON: a name of a type in it stays a name, or is refused on entry."""
    case_id = new_id()
    command = StartCase(
        command_id=new_id(), case_id=case_id, process_id="incident_report", variables={"reporter": "x", "said": value}
    )
    try:
        engine.handle(command, OPERATOR)
    except InvalidVariablesError:
        return
    engine.forget_hot_copies()
    assert engine.queries.get_case(case_id, OPERATOR).variables["said"] == value


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": 1e400}', '{"a": "\\ud800"}', "[1,]"])
def test_asvs_1_5_3_what_parsers_read_differently_is_refused(app: Flask, engine: Engine, text: str) -> None:
    """One reading of JSON everywhere: doubled names, NaN, overflow and half characters are refused, not guessed."""
    program = Program(app, engine, "wang")
    answer = program.client.post(
        "/api/v1/cases", data=text, headers=program.headers, content_type="application/json"
    )
    assert answer.status_code == 422
    assert json.loads(answer.text)["code"] == "invalid_request"
