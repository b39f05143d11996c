"""The files of the emergency process: what they hold and how they hang together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from tests.processes.conftest import PROCESS
from workflow_engine.bpmn.decisions import evaluate, parse_decisions, read_decisions
from workflow_engine.bpmn.intake import read_model
from workflow_engine.bpmn.model import Model, Node, Scope
from workflow_engine.interchange.cap import parse_alert
from workflow_engine.interchange.cap_case import start_variables

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
FLOW_NODES = {
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "userTask",
    "scriptTask", "sendTask", "businessRuleTask", "subProcess", "exclusiveGateway", "parallelGateway",
}  # fmt: skip
Box = tuple[float, float, float, float]
FILE = PROCESS / "emergency_response.bpmn"
TABLES = sorted(PROCESS.glob("*.dmn"))


@pytest.fixture(scope="module")
def model() -> Model:
    result = read_model(FILE.read_bytes(), file_name=FILE.name)
    assert result.model is not None
    assert result.ok and result.problems == ()
    return result.model


@pytest.fixture(scope="module")
def drawing() -> etree._Element:
    return etree.parse(str(FILE)).getroot()


def _nodes(scope: Scope) -> Iterator[Node]:
    for node in scope.nodes:
        yield node
        if node.body is not None:
            yield from _nodes(node.body)


def test_model_calls_no_other_process(model: Model) -> None:
    nodes = list(_nodes(model.process("emergency_response").scope))
    assert [node.id for node in nodes if node.called is not None] == []
    assert b"joint_decision" not in FILE.read_bytes()


def test_model_uses_only_the_elements_that_run(drawing: etree._Element) -> None:
    process = drawing.find(f"{BPMN}process")
    used = {etree.QName(element).localname for element in process.iter(f"{BPMN}*") if element.get("id")}
    events = {name for name in used if name.endswith("EventDefinition")}
    assert used - events - FLOW_NODES <= {"process", "sequenceFlow", "dataObject", "outputDataItem"}
    assert events <= {f"{kind}EventDefinition" for kind in ("timer", "message", "signal", "escalation", "terminate")}


def test_every_element_and_flow_is_drawn_at_right_angles(drawing: etree._Element) -> None:
    drawn = {shape.get("bpmnElement") for shape in drawing.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    process = drawing.find(f"{BPMN}process")
    wanted = {
        element.get("id")
        for element in process.iter(f"{BPMN}*")
        if etree.QName(element).localname in FLOW_NODES | {"sequenceFlow"}
    }
    assert drawn - {None} >= wanted
    for edge in drawing.iter(f"{DI}BPMNEdge"):
        points = [(point.get("x"), point.get("y")) for point in edge if etree.QName(point).localname == "waypoint"]
        for one, other in pairwise(points):
            assert one[0] == other[0] or one[1] == other[1], edge.get("bpmnElement")


def test_no_shape_and_no_flow_lies_on_another_shape(drawing: etree._Element) -> None:
    inside = {
        element.get("id"): {outer.get("id") for outer in element.iterancestors() if outer.get("id")}
        for element in drawing.find(f"{BPMN}process").iter(f"{BPMN}*")
    }
    host = {event.get("id"): event.get("attachedToRef") for event in drawing.iter(f"{BPMN}boundaryEvent")}
    boxes = {shape.get("bpmnElement"): _box(shape) for shape in drawing.iter(f"{DI}BPMNShape")}
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        nested = one in inside[other] or other in inside[one]
        assert nested or host.get(one) == other or host.get(other) == one or not _meet(a, b), (one, other)
    for flow in drawing.iter(f"{DI}BPMNEdge"):
        points = [(float(p.get("x")), float(p.get("y"))) for p in flow if etree.QName(p).localname == "waypoint"]
        around = inside[flow.get("bpmnElement")]
        for one, other in pairwise(points):
            line = (*map(min, one, other), *map(max, one, other))
            on = {name for name, box in boxes.items() if name not in around and _meet(line, box)}
            assert not on, (flow.get("bpmnElement"), on)


def _box(shape: etree._Element) -> Box:
    bounds = next(part for part in shape if etree.QName(part).localname == "Bounds")
    x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return (x, y, x + width, y + height)


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_every_user_task_has_a_form_and_somebody_to_do_it(model: Model) -> None:
    city = json.loads((PROCESS.parents[1] / "workflow_engine/demo/organisation.json").read_text(encoding="utf-8"))
    groups = {group for person in city["people"] for group in person["groups"]}
    groups |= {f"unit:{person['unit_id']}" for person in city["people"]}
    forms = {json.loads(path.read_text(encoding="utf-8"))["id"] for path in PROCESS.glob("forms/*.json")}
    tasks = [node for node in _nodes(model.process("emergency_response").scope) if node.kind == "userTask"]
    assert {task.user_task.form_key for task in tasks if task.user_task} == forms
    for task in tasks:
        assert task.user_task and task.user_task.candidate_groups, task.id
    named = {
        group.strip()
        for path in TABLES
        for text in etree.parse(str(path)).getroot().iter(f"{DMN}text")
        for group in (text.text or "").strip('"').split(",")
        if group.strip().startswith(("role:", "unit:"))
    }
    assert named <= groups


def test_forms_and_words_fit_together() -> None:
    words = {
        language: json.loads((PROCESS / f"messages/{language}.json").read_text(encoding="utf-8"))
        for language in ("zh", "en")
    }
    for path in PROCESS.glob("forms/*.json"):
        form = json.loads(path.read_text(encoding="utf-8"))
        assert form["id"] == path.stem and form["type"] == "default"
        keys = [component["key"] for component in form["components"] if "key" in component]
        assert len(keys) == len(set(keys)), path.name
        for component in form["components"]:
            label = component.get("label")
            for language in ("zh", "en"):
                assert label is None or words[language]["texts"][label], (path.name, label)
    assert words["zh"]["elements"].keys() == words["en"]["elements"].keys()


@pytest.mark.parametrize("path", TABLES, ids=[path.stem for path in TABLES])
def test_table_reads_without_a_remark_and_ends_with_a_catch_all(path: Path) -> None:
    _decisions, problems = read_decisions(path.read_bytes())
    assert problems == []
    table = etree.parse(str(path)).getroot().find(f".//{DMN}decisionTable")
    assert table.get("hitPolicy") in ("UNIQUE", "FIRST", "COLLECT")
    last = table.findall(f"{DMN}rule")[-1]
    assert {text.text for text in last.iterfind(f"{DMN}inputEntry/{DMN}text")} == {"-"}


def _rank(**facts: object) -> int:
    known = dict.fromkeys(
        ("deaths", "serious", "loss", "homes_out", "outage_hours", "rain_3h", "rain_6h", "rain_12h"), 0
    )
    (table,) = parse_decisions((PROCESS / "grading.dmn").read_bytes())
    facts = {"hazard": "other", "kind": "accident", "colour": "none", "severity": "Unknown", **known, **facts}
    return min(row["rank"] for row in evaluate(table, {"facts": facts}).outputs)


@pytest.mark.parametrize(
    ("facts", "rank"),
    [
        ({}, 4), ({"deaths": 30}, 1), ({"deaths": 29}, 2), ({"deaths": 10}, 2), ({"deaths": 9}, 3), ({"deaths": 2}, 4),
        ({"serious": 100}, 1), ({"serious": 50}, 2), ({"serious": 10}, 3), ({"loss": 100_000_000}, 1),
        ({"loss": 50_000_000}, 2), ({"loss": 9_999_999}, 4),
        ({"hazard": "gas", "homes_out": 30_000, "outage_hours": 24}, 1),
        ({"hazard": "gas", "homes_out": 30_000, "outage_hours": 23}, 4),
        ({"hazard": "water", "homes_out": 30_000, "outage_hours": 24}, 4),
        ({"rain_3h": 100}, 1), ({"rain_3h": 99}, 2), ({"rain_6h": 50}, 3), ({"rain_12h": 50}, 4),
        ({"colour": "red"}, 1), ({"colour": "orange", "severity": "Extreme"}, 2), ({"severity": "Extreme"}, 1),
        ({"severity": "Moderate"}, 3), ({"deaths": 3, "colour": "orange"}, 2),
    ],
)  # fmt: skip
def test_grading_follows_the_thresholds(facts: dict[str, object], rank: int) -> None:
    assert _rank(**facts) == rank


def test_alerts_of_the_process_are_read_in_chinese_with_their_figures() -> None:
    facts = {}
    for path in sorted(PROCESS.glob("alerts/*.xml")):
        alert = parse_alert(path.read_bytes()).to_dict()
        assert {info["language"] for info in alert["infos"]} == {"zh-CN", "en-US"}
        facts[path.stem] = start_variables(alert, "key", exercise=alert["status"] != "Actual")
    assert facts["rainstorm_red"]["colour"] == "red" and facts["rainstorm_red"]["rain_3h"] == 118
    assert facts["gas_leak"]["hazard"] == "gas" and facts["gas_leak"]["kind"] == "accident"
    assert facts["gas_leak_update"]["homes_out"] == 12_600
    assert facts["earthquake_drill"]["exercise"] is True and facts["earthquake_drill"]["districts"] == 2
