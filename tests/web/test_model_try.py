"""Trying a draft: the real engine with made-up answers and a clock of its own; the product's database never changes."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from hashlib import sha256
from pathlib import Path

from flask import Flask

from tests.ballots.kit import voting
from tests.support.house import SECOND, model_xml
from tests.web.conftest import Visitor, actor, read_models
from workflow_engine import (
    OPERATOR,
    Clock,
    DeployDefinition,
    Engine,
    LoadOrganisation,
    ReleaseDefinition,
    Settings,
    TryOuts,
    new_id,
    open_engine,
)
from workflow_engine.demo.load import load_organisation, release_process
from workflow_engine.rehearsal import read_scenario, run_scenario

MODEL = "incident_report.bpmn"
PROCESS = Path(__file__).parents[2] / "processes" / "emergency_response"


def tables_of(settings: Settings) -> dict[str, str]:
    """A digest of every row of every table of the product."""
    path = settings.database_url.removeprefix("sqlite:///")
    found: dict[str, str] = {}
    connection = sqlite3.connect(path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        rows = sorted(repr(row) for row in connection.execute(f'SELECT * FROM "{name}"'))
        found[name] = sha256("\n".join(rows).encode()).hexdigest()
    connection.close()
    return found


def begin(visitor: Visitor, engine: Engine, **form: str) -> str:
    """A try of the released version; its address."""
    definition_id = engine.queries.list_definitions()[0].definition_id
    visitor.get(f"/models/try?definition={definition_id}")
    answer = visitor.post("/models/try", {"definition": definition_id, **form})
    assert answer.status_code == 303, answer.text
    place = str(answer.location)
    assert visitor.get(place).status_code == 200
    return place


def task_in(page: str) -> str:
    found = re.search(r'name="user_task_id" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_case_is_played_to_its_end_and_leaves_no_trace(app: Flask, engine: Engine, settings: Settings) -> None:
    before = tables_of(settings)
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine, title="Smoke", variables='{"reporter": "somebody"}')
    assert "Then falls due: Remind" in jiang.page
    assert jiang.post(f"{place}/time").status_code == 303
    page = jiang.get(place).text
    assert "2 open tasks" in page
    answers = {"f.kind": "0", "f.note": "Smoke over the quay", "as": "user:wang"}
    form = {"user_task_id": task_in(page), **answers}
    assert jiang.post(f"{place}/task", form).status_code == 303
    page = jiang.get(place).text
    assert "Extinguish" in page
    assert "Wang Fang" in page
    assert jiang.post(f"{place}/time", {"duration": "P1D"}).status_code == 303
    scenario = json.loads(jiang.get(f"{place}/scenario.json").text)
    assert [next(iter(step)) for step in scenario["steps"]] == ["advance", "do", "advance", "expect"]
    assert jiang.post(f"{place}/discard").status_code == 303
    assert jiang.get(place).status_code == 404
    left = [path.name for path in ((settings.session_file or Path()).parent / "tries").iterdir() if path.is_dir()]
    assert left == []
    assert tables_of(settings) == before


def test_saved_scenario_plays_again(app: Flask, engine: Engine, tmp_path: Path) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    form = {"user_task_id": task_in(jiang.page), "f.kind": "1", "f.note": "Water in the street", "as": "user:li"}
    assert jiang.post(f"{place}/task", form).status_code == 303
    path = tmp_path / "scenario.json"
    path.write_text(jiang.get(f"{place}/scenario.json").text, encoding="utf-8")

    def fresh(clock: Clock) -> Engine:
        made = open_engine(Settings(database_url=f"sqlite:///{tmp_path / 'again.sqlite3'}"), clock=clock, migrate=True)
        li = {"person_id": "user:li", "sign_in_name": "li", "display_name_zh": "李", "display_name_en": "Li"}
        li = {**li, "password_hash": None, "unit_id": None, "disabled": False, "groups": ["role:duty_room"]}
        made.handle(LoadOrganisation(command_id=new_id(), people=[li]), OPERATOR)
        deployed = made.handle(DeployDefinition(command_id=new_id(), files=read_models()), OPERATOR).result
        made.handle(ReleaseDefinition(command_id=new_id(), definition_id=deployed["definition_id"]), SECOND)
        return made

    result = run_scenario(fresh, read_scenario(path))
    assert result.ok, str(result)
    assert result.passed_elements[-1] == "which"


def test_answers_are_checked_as_on_the_real_page(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    form = {"user_task_id": task_in(jiang.page), "f.note": "", "as": "user:wang"}
    answer = jiang.post(f"{place}/task", form)
    assert answer.status_code == 422
    assert "Some answers do not fit yet" in answer.text
    for bad in ({"duration": "soon"}, {"duration": "-P1D"}):
        assert jiang.post(f"{place}/time", bad).status_code == 422
    assert "0 steps" in jiang.get(place).text


def test_try_of_another_is_not_there_and_auditors_have_none(app: Flask, engine: Engine) -> None:
    place = begin(Visitor(app, "jiang"), engine)
    yu = Visitor(app, "yu")
    yu.get("/models")
    assert yu.get(place).status_code == 404
    assert yu.post(f"{place}/discard").status_code == 404
    assert yu.get("/models/try/..%2f..%2fetc").status_code == 404
    he = Visitor(app, "he")
    he.get("/models")
    assert he.get(place).status_code == 403
    assert he.post("/models/try").status_code == 403


def test_working_copy_is_tried_before_it_is_stored(app: Flask, engine: Engine, settings: Settings) -> None:
    jiang = Visitor(app, "jiang")
    jiang.get("/models")
    base = engine.queries.list_definitions()[0].definition_id
    work = str(jiang.post("/models/work", {"definition_id": base}).location)
    changed = read_models()[MODEL].decode().replace("PT10M", "PT7H")
    jiang.get(work)
    jiang.post(f"{work}/files/{MODEL}", {"content": changed})
    before = tables_of(settings)
    jiang.get(f"/models/try?work={work.rpartition('/')[2]}")
    answer = jiang.post("/models/try", {"work": work.rpartition("/")[2]})
    page = jiang.get(str(answer.location)).text
    assert "Jump to 2026-07-01 23:00" in page
    assert tables_of(settings) == before


def test_model_with_errors_cannot_be_tried(app: Flask, engine: Engine) -> None:
    jiang = Visitor(app, "jiang")
    jiang.get("/models")
    work = str(jiang.post("/models/work", {}).location)
    jiang.get(work)
    name = next(iter(engine.queries.models.get_work(work.rpartition("/")[2], actor(engine, "jiang")).files))
    jiang.post(f"{work}/files/{name}", {"content": "<broken"})
    page = jiang.get(f"/models/try?work={work.rpartition('/')[2]}").text
    assert "What cannot be stored cannot be tried either" in page
    assert jiang.post("/models/try", {"work": work.rpartition("/")[2]}).status_code == 422


def test_number_of_tries_is_bounded_and_the_oldest_goes(app: Flask, engine: Engine, settings: Settings) -> None:
    jiang = Visitor(app, "jiang")
    places = [begin(jiang, engine) for _ in range(4)]
    assert [jiang.get(place).status_code for place in places] == [404, 200, 200, 200]


def test_forgotten_tries_are_swept_away(app: Flask, engine: Engine, settings: Settings) -> None:
    jiang = Visitor(app, "jiang")
    place = begin(jiang, engine)
    folder = (settings.session_file or Path()).parent / "tries"
    kept = folder / place.rpartition("/")[2] / "trial.json"
    os.utime(kept, (1, 1))
    TryOuts(folder).sweep()
    assert jiang.get(place).status_code == 404


def test_alert_starts_a_try_of_the_emergency_model(app: Flask, engine: Engine, settings: Settings) -> None:
    load_organisation(engine)
    release_process(engine, PROCESS)
    definition_id = next(
        row.definition_id for row in engine.queries.list_definitions() if row.process_id == "emergency_response"
    )
    before = tables_of(settings)
    jiang = Visitor(app, "jiang", "zh")
    jiang.get(f"/models/try?definition={definition_id}")
    answer = jiang.post("/models/try", {"definition": definition_id, "sample": "rainstorm_red.xml"})
    assert answer.status_code == 303, answer.text
    page = jiang.get(str(answer.location)).text
    assert "核实" in page
    sent = jiang.post(f"{answer.location}/send", {"kind": "alert", "sample": "rainstorm_cancel.xml"})
    assert sent.status_code == 303
    steps = json.loads(jiang.get(f"{answer.location}/scenario.json").text)
    assert steps["start"] == {"alert": "../alerts/rainstorm_red.xml"}
    assert steps["steps"][0] == {"alert": "../alerts/rainstorm_cancel.xml"}
    assert tables_of(settings) == before


def test_ballot_is_voted_through_by_its_voters(app: Flask, engine: Engine) -> None:
    files = {"vote.bpmn": model_xml(voting(voters="user:wang, unit:fire, role:duty_room", threshold="all"))}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), OPERATOR).result["definition_id"]
    jiang = Visitor(app, "jiang")
    jiang.get(f"/models/try?definition={deployed}")
    place = str(jiang.post("/models/try", {"definition": deployed}).location)
    page = jiang.get(place).text
    members = {person.person_id for person in engine.queries.list_people("role:duty_room")} - {"user:wang"}
    voters = 2 + len(members)
    assert members
    assert f"0 of {voters} have voted" in page
    vote = {"user_task_id": task_in(page), "choice": "yes"}
    assert jiang.post(f"{place}/vote", {**vote, "voter": "unit:fire"}).status_code == 303
    for member in sorted(members):
        assert jiang.post(f"{place}/vote", {**vote, "voter": f"person:{member}"}).status_code == 303
    assert f"{voters - 1} of {voters} have voted" in jiang.get(place).text
    assert jiang.post(f"{place}/vote", {**vote, "voter": "unit:fire"}).status_code == 409
    refused = jiang.post(f"{place}/vote", {**vote, "voter": "person:user:wang", "choice": "no"})
    assert refused.status_code == 422
    assert jiang.post(f"{place}/vote", {**vote, "voter": "person:user:wang"}).status_code == 303
    assert "The case is over." in jiang.get(place).text
    steps = json.loads(jiang.get(f"{place}/scenario.json").text)["steps"]
    assert [step.get("for") for step in steps][::voters] == ["unit:fire", None]
