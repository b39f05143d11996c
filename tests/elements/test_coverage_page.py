"""The page for model authors says what is true: its tables are held against the tables of the program."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.elements.drawing import (
    TERMINATE,
    boundary,
    catch,
    condition,
    end,
    error,
    escalation,
    link,
    message,
    model,
    signal,
    start,
    sub,
    throw,
    timer,
)
from tests.elements.kit import refusals
from workflow_engine.bpmn import lint_constructs
from workflow_engine.bpmn.definition import ELEMENTS
from workflow_engine.bpmn.intake_limits import IntakeLimits
from workflow_engine.bpmn.reading_nodes import ACTIVITIES, GATEWAYS, MAX_SCOPE_DEPTH

PAGE = (ROOT / "docs" / "bpmn.md").read_text(encoding="utf-8")
BPMN = ROOT / "workflow_engine" / "bpmn"
DEFINITIONS = {
    "none": "",
    "message": message("m"),
    "timer": timer("PT1H"),
    "conditional": condition("x > 1"),
    "signal": signal("s"),
    "error": error("E"),
    "escalation": escalation("U"),
    "link": link("l"),
    "terminate": TERMINATE,
    "cancel": "<cancelEventDefinition/>",
    "compensate": "<compensateEventDefinition/>",
}
PLACES = ("start", "handler", "handler beside", "catch", "boundary", "boundary beside", "throw", "end")


def rows(heading: str) -> list[list[str]]:
    """Cells of the first table below a heading, without its head."""
    section = PAGE.split(f"# {heading}\n", 1)[1]
    lines = [line for line in re.split(r"\n#", section)[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def names(cells: list[list[str]]) -> list[str]:
    return [match[1] for row in cells if (match := re.match(r"`([^`]+)`", row[0]))]


def test_every_activity_and_gateway_has_its_line() -> None:
    listed = [name for name in names(rows("Activities")) if name != "subProcess"]
    assert sorted([*listed, "subProcess"]) == sorted(ACTIVITIES)
    assert sorted(names(rows("Gateways"))) == sorted(GATEWAYS)
    drawn = {*ACTIVITIES, *GATEWAYS} - {"transaction"}
    assert {kind for kind in ELEMENTS if not kind.endswith("Event")} == drawn


@pytest.mark.parametrize("kind", DEFINITIONS)
def test_events_run_exactly_where_the_table_says(kind: str) -> None:
    table = {row[0].strip("`"): row[1:] for row in rows("Events")}
    assert list(table) == list(DEFINITIONS)
    accepted = ["no" if refusals(_standing(kind, place)) else "yes" for place in PLACES]
    assert accepted == table[kind]


def _standing(kind: str, place: str) -> bytes:
    definition = DEFINITIONS[kind]
    if kind == "link" and place in ("catch", "throw"):
        return model("start -> t; c -> A", catch("c", definition), throw("t", definition))
    if place == "start":
        return model("s -> A", start("s", definition))
    if place.startswith("handler"):
        begin = start("s", definition, isInterrupting="false" if place.endswith("beside") else "true")
        return model("start -> A", sub("E", "s -> B", begin, handler=True))
    if place.startswith("boundary"):
        return model("start -> A; b -> B", boundary("b", "A", definition, interrupting=not place.endswith("beside")))
    if place == "end":
        return model("start -> e", end("e", definition))
    return model("start -> c -> A", (catch if place == "catch" else throw)("c", definition))


def test_refusals_listed_are_those_there_are() -> None:
    headings = ("Left out of this version", "Against the standard", "Slips that would decide by guessing")
    listed = [name for heading in headings for name in names(rows(heading))]
    assert len(listed) == len(set(listed))
    assert set(listed) == _error_codes()


def _error_codes() -> set[str]:
    """Every code with which reading and lint refuse a model, from the source itself."""
    found = {code for code, _, _ in (*lint_constructs._NODES.values(), lint_constructs._CHOREOGRAPHY)}
    files = [*BPMN.glob("lint*.py"), *BPMN.glob("reading*.py"), *BPMN.glob("dialects/*.py"), BPMN / "intake_here.py"]
    for file in files:
        for call in (node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.Call)):
            found |= _codes_of(call)
    return found


def _codes_of(call: ast.Call) -> set[str]:
    called = ast.unparse(call.func)
    if re.search(r"findings\.error$|^report$", called) and call.args and isinstance(call.args[0], ast.Constant):
        return {str(call.args[0].value)}
    if called == "Problem":
        given = {word.arg: word.value for word in call.keywords}
        code, severity = given.get("code"), given.get("severity")
        if isinstance(code, ast.Constant) and isinstance(severity, ast.Constant) and severity.value == "error":
            return {str(code.value)}
    return set()


def test_figures_on_the_page_are_those_of_the_program() -> None:
    assert f"more than {MAX_SCOPE_DEPTH} deep" in PAGE
    assert f"More than {IntakeLimits().max_nodes:,} elements" in PAGE


def test_every_element_has_a_test_file() -> None:
    text = "".join(file.read_text("utf-8") for file in Path(__file__).parent.glob("test_*.py"))
    helpers = {"scriptTask": "script(", "serviceTask": "service(", "sendTask": "send(", "callActivity": "call("}
    helpers |= {"subProcess": "sub(", "userTask": "user(", "boundaryEvent": "boundary(", "endEvent": "end("}
    helpers |= {"intermediateThrowEvent": "throw(", "intermediateCatchEvent": "catch("}
    helpers |= {
        "exclusiveGateway": "xor",
        "parallelGateway": "and1",
        "inclusiveGateway": "or1",
        "eventBasedGateway": "event",
    }
    for kind in ELEMENTS:
        assert helpers.get(kind, f'"{kind}"') in text, f"no test draws a {kind}"
