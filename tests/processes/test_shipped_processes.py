"""Every process folder that is shipped: its files fit together, its scenarios hold and take every way that is drawn."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

from workflow_engine import OPERATOR, Engine, Settings, open_engine
from workflow_engine.bpmn.decisions import read_decisions
from workflow_engine.bpmn.intake import read_model
from workflow_engine.bpmn.lint_calls import called_process_ids
from workflow_engine.bpmn.model import Model, Node, Scope
from workflow_engine.demo.load import load_organisation, read_organisation, release_process
from workflow_engine.domain.clock import Clock, VirtualClock
from workflow_engine.rehearsal import ScenarioResult, read_scenario, run_scenario

PROCESSES = Path(__file__).resolve().parents[2] / "processes"
FOLDERS = sorted(path for path in PROCESSES.iterdir() if any(path.glob("scenarios/*.json")))
TABLES = sorted(PROCESSES.glob("*/*.dmn"))
TIMES_TWO = frozenset({"emergency_response"})
"""Run hot and cold, scenario by scenario, in tests of their own."""
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
"""When the city was set up: settings hold from then on, and scenarios play later in the year."""
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
MATRIX = {
    "liandong:subjects": {"government", "enterprise", "society"},
    "liandong:objects": {"people", "governance", "industry", "environment", "livelihood", "infrastructure", "planning"},
    "liandong:stage": {"creation", "development", "both", "mechanism"},
    "liandong:mechanism": {"decision", "evaluation", "operation", "emergency", "supervision"},
}

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=[path.name for path in FOLDERS])


# ------------------------------------------------------------------------------------------------ scenarios
@pytest.fixture(scope="session")
def settled_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with people and places and no process, made once and copied for each folder."""
    path = tmp_path_factory.mktemp("settled") / "city.sqlite3"
    engine = open_engine(Settings(database_url=f"sqlite:///{path}"), clock=VirtualClock(BEFORE), migrate=True)
    load_organisation(engine)
    engine.close()
    return path


@pytest.mark.parametrize("folder", [path for path in FOLDERS if path.name not in TIMES_TWO], ids=lambda path: path.name)
def test_scenarios_hold_and_take_every_way_that_is_drawn(folder: Path, settled_city: Path, tmp_path: Path) -> None:
    """Half of them with the case kept in memory, half with the case loaded for every command."""
    prepared = Path(shutil.copy(settled_city, tmp_path / "prepared.sqlite3"))
    engine = open_engine(Settings(database_url=f"sqlite:///{prepared}"), clock=VirtualClock(BEFORE))
    for process in _with_callees(folder):
        release_process(engine, process)
    engine.close()
    passed: set[str] = set()
    for number, path in enumerate(sorted(folder.glob("scenarios/*.json"))):
        database = Path(shutil.copy(prepared, tmp_path / f"{path.stem}.sqlite3"))
        settings = Settings(database_url=f"sqlite:///{database}", **({"hot_cases": 0} if number % 2 else {}))

        def engines(clock: Clock, settings: Settings = settings) -> Engine:
            return open_engine(settings, clock=clock)

        result = run_scenario(engines, read_scenario(path))
        assert result.ok, str(result)
        passed |= _flows_taken(settings, result)
        database.unlink()
    process = etree.parse(str(folder / f"{folder.name}.bpmn")).getroot()
    drawn = {flow.get("id") for flow in process.iter(f"{BPMN}sequenceFlow")}
    assert drawn - passed == set(), "no scenario takes these flows"


def _flows_taken(settings: Settings, result: ScenarioResult) -> set[str]:
    """A boundary event is among them by the flow that leaves it."""
    assert result.case_id is not None
    engine = open_engine(settings)
    try:
        history = engine.queries.get_history(result.case_id, OPERATOR)
        return {event["flow_id"] for entry in history for event in entry.events if event.get("flow_id")}
    finally:
        engine.close()


def _with_callees(folder: Path) -> list[Path]:
    """The folder after those of all processes that it calls."""
    called = [PROCESSES / name for name in sorted(called_process_ids(_model(folder)))]
    return list(dict.fromkeys([process for path in called for process in _with_callees(path)] + [folder]))


# ------------------------------------------------------------------------------------------------ files
@each_folder
def test_model_is_accepted_and_says_where_it_stands_in_the_matrix(folder: Path) -> None:
    result = read_model((folder / f"{folder.name}.bpmn").read_bytes(), file_name=folder.name)
    assert result.ok and [one.code for one in result.problems if one.code != "called_process_elsewhere"] == []
    properties = {
        item.get("name"): item.get("value")
        for item in etree.parse(str(folder / f"{folder.name}.bpmn")).getroot().find(f"{BPMN}process").iterfind(
            f"{BPMN}extensionElements/*/*"
        )
    }  # fmt: skip
    for name, known in MATRIX.items():
        words = {word.strip() for word in (properties.get(name) or "").split(",")}
        assert words and words <= known, (name, words)


@each_folder
def test_drawing_shows_everything_at_right_angles_and_without_overlaps(folder: Path) -> None:
    root = etree.parse(str(folder / f"{folder.name}.bpmn")).getroot()
    process = root.find(f"{BPMN}process")
    drawn = {shape.get("bpmnElement"): shape for shape in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge")}
    nodes = {node.id for node in _nodes(_model(folder).process(folder.name).scope)}
    flows = {flow.get("id") for flow in process.iter(f"{BPMN}sequenceFlow")}
    assert drawn.keys() >= nodes | flows
    for flow in flows:
        points = [(point.get("x"), point.get("y")) for point in drawn[flow] if point.tag.endswith("waypoint")]
        assert all(one[0] == other[0] or one[1] == other[1] for one, other in pairwise(points)), flow
    boxes = {node: _box(drawn[node]) for node in nodes}
    parents = {node.get("id"): node.getparent().get("id") for node in process.iter() if node.get("id") in nodes}
    hosts = {node.get("id"): node.get("attachedToRef") for node in process.iter(f"{BPMN}boundaryEvent")}
    for one in nodes:
        for other in nodes:
            beside = one < other and parents[one] == parents[other] and hosts.get(one) != other != one
            if beside and hosts.get(other) != one:
                assert not _overlap(boxes[one], boxes[other]), (one, other)


def _box(shape: etree._Element) -> tuple[float, float, float, float]:
    bounds = next(part for part in shape if part.tag.endswith("Bounds"))
    x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@each_folder
def test_tasks_have_forms_and_people_and_words_in_both_languages(folder: Path) -> None:
    city = read_organisation()
    groups = {group for person in city["people"] for group in person["groups"]}
    groups |= {f"{kind}:{unit['unit_id']}" for unit in city["units"] for kind in ("unit", "head")}
    groups |= {f"position:{position['position_id']}" for position in city["positions"]}
    words = {name: json.loads((folder / f"messages/{name}.json").read_text(encoding="utf-8")) for name in ("zh", "en")}
    forms = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("forms/*.json")}
    nodes = list(_nodes(_model(folder).process(folder.name).scope))
    used = {node.user_task.form_key for node in nodes if node.user_task and node.user_task.form_key}
    used |= {node.start_form.form_key for node in nodes if node.start_form and node.start_form.form_key}
    assert used == set(forms)
    for node in nodes:
        if node.name:
            assert all(words[language]["elements"].get(node.id) for language in words), node.id
        if node.user_task is None:
            continue
        assert node.user_task.candidate_groups, node.id
    named = {
        group.strip(' "')
        for text in etree.parse(str(folder / f"{folder.name}.bpmn"))
        .getroot()
        .xpath("//@*[local-name()='candidateGroups']")
        if not text.startswith(("=", "$"))
        for group in text.split(",")
    }
    assert named <= groups
    for name, form in forms.items():
        assert form["id"] == name and form["type"] == "default"
        keys = [component["key"] for component in form["components"] if "key" in component]
        assert len(keys) == len(set(keys)), name
        labels = [component.get("label") for component in form["components"]]
        labels += [value["label"] for component in form["components"] for value in component.get("values", [])]
        for label in filter(None, labels):
            assert all(words[language]["texts"][label] for language in words), (name, label)
    assert words["zh"]["elements"].keys() == words["en"]["elements"].keys()


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_table_reads_without_a_remark_and_ends_with_a_catch_all_and_grounds(path: Path) -> None:
    _decisions, problems = read_decisions(path.read_bytes())
    assert [one.code for one in problems] == []
    for table in etree.parse(str(path)).getroot().iter(f"{DMN}decisionTable"):
        assert table.get("hitPolicy") in ("UNIQUE", "FIRST", "COLLECT")
        rules = table.findall(f"{DMN}rule")
        assert {text.text for text in rules[-1].iterfind(f"{DMN}inputEntry/{DMN}text")} == {"-"}
        assert table.getparent().findtext(f"{DMN}description") and rules[-1].findtext(f"{DMN}description")


def _model(folder: Path) -> Model:
    model = read_model((folder / f"{folder.name}.bpmn").read_bytes(), file_name=folder.name).model
    assert model is not None
    return model


def _nodes(scope: Scope) -> Iterator[Node]:
    for node in scope.nodes:
        yield node
        if node.body is not None:
            yield from _nodes(node.body)
