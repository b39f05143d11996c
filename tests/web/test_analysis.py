"""The analysis pages: figures, ways, samples and questions, for those who may see them and at a fixed address."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from flask import Flask

from tests.web.conftest import Visitor, actor, open_task
from tests.web.test_every_page import Page, check_page
from web.csv_files import cell
from workflow_engine import (
    OPERATOR,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    ReleaseDefinition,
    StartCase,
    VirtualClock,
    new_id,
)
from workflow_engine.workers.paths import PathReader

QUESTION = Path(__file__).resolve().parents[2] / "processes" / "inspection_question"


@pytest.fixture
def ended(engine: Engine, clock: VirtualClock) -> list[str]:
    """Three cases with formulas for titles: two ended, one of which was done late and goes on with a reminder."""
    cases = []
    for kind, element, minutes in (("fire", "extinguish", 1), ("fire", "extinguish", 60), ("flood", "pump", 2)):
        case_id = new_id()
        engine.handle(
            StartCase(
                command_id=new_id(), case_id=case_id, process_id="incident_report", title="=1+1", business_key="+K"
            ),
            actor(engine, "wang"),
        )
        for step in ("record", element):
            clock.advance(60 * minutes)
            task = open_task(engine, case_id, step)
            done = CompleteUserTask(command_id=new_id(), user_task_id=task, variables={"kind": kind})
            engine.handle(done, OPERATOR)
        cases.append(case_id)
    PathReader(engine).run_once()
    return cases


@pytest.fixture
def question_process(engine: Engine) -> None:
    files = {str(p.relative_to(QUESTION)): p.read_bytes() for p in QUESTION.rglob("*.*") if p.suffix != ".md"}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, actor(engine, "yu"))


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_pages_are_well_made(app: Flask, ended: list[str], language: str) -> None:
    visitor = Visitor(app, "he", language)
    for path in (
        "/analysis", "/analysis?measure=duration&window=365d&compare=group:unit:fire", "/analysis?window=5m",
        "/analysis/visits?element=record&which=overdue", "/analysis/paths", "/analysis/samples", "/analysis/questions",
        f"/analysis/questions?case={ended[0]}", "/analysis?process=no&version=no&until=never&measure=x",
    ):  # fmt: skip
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        check_page(Page(answer.text), answer.text, language, path)


def test_figures_stand_on_the_map_and_in_the_table(app: Flask, ended: list[str]) -> None:
    visitor = Visitor(app, "he")
    page = visitor.get("/analysis?measure=overdue").text
    assert "&#34;record&#34;: {&#34;level&#34;: 5, &#34;text&#34;: &#34;1 (33 %)&#34;" in page
    (fire,) = [row for row in read_csv(visitor.get("/analysis/steps.csv").text) if row["element"] == "extinguish"]
    assert (fire["department"], fire["count"], fire["mean_seconds"]) == ("Fire brigade", "2", "1830")
    late = visitor.get("/analysis/visits?element=record&which=overdue").text
    assert f"/cases/{ended[1]}" in late
    assert f"/cases/{ended[0]}" not in late


def test_address_with_an_end_shows_the_same_later(app: Flask, ended: list[str], clock: VirtualClock) -> None:
    clock.advance(86_400)
    visitor = Visitor(app, "he")
    address = "/analysis/steps.csv?window=1d&until=2026-07-02T00:00"
    before = visitor.get(address).text
    clock.advance(90 * 86_400)
    assert visitor.get(address).text == before
    assert len(read_csv(before)) > 3
    assert {row["count"] for row in read_csv(visitor.get("/analysis/steps.csv?window=1d").text)} == {"0"}


def test_ways_lead_to_their_cases(app: Flask, ended: list[str]) -> None:
    visitor = Visitor(app, "he")
    rows = read_csv(visitor.get("/analysis/paths.csv").text)
    assert [(row["cases"], row["share"]) for row in rows] == [("1", "0.5000")] * 2
    page = visitor.get("/analysis/paths").text
    assert "the usual way" in page
    assert "skipped" in page
    variant = page.split("/analysis/paths/", 1)[1].split("?", 1)[0]
    cases = visitor.get(f"/analysis/paths/{variant}").text
    assert any(f"/cases/{case_id}" in cases for case_id in ended)


def test_sample_is_drawn_shown_and_exported_without_formulas(app: Flask, engine: Engine, ended: list[str]) -> None:
    visitor = Visitor(app, "he")
    visitor.get("/analysis/samples?window=1d")
    refused = visitor.post("/analysis/samples", {"size": "no", "kind": "any", "window": "7d"})
    assert refused.status_code == 422
    assert 'value="no"' in refused.text
    assert 'value="7d" selected' in refused.text
    answer = visitor.post("/analysis/samples", {"size": "2", "kind": "any", "window": "1d"})
    assert answer.status_code == 303
    page = visitor.get(answer.headers["Location"]).text
    (sample,) = engine.queries.paths.list_samples(actor(engine, "he")).items
    assert sample.seed in page
    assert all(f"/cases/{case_id}" in page for case_id in sample.cases)
    rows = read_csv(visitor.get(f"/analysis/samples/{sample.sample_id}.csv").text)
    assert [row["case"] for row in rows] == list(sample.cases)
    assert {(row["title"], row["number"]) for row in rows} == {("'=1+1", "'+K")}


@pytest.mark.usefixtures("question_process")
def test_question_is_answered_by_the_department(app: Flask, engine: Engine, ended: list[str]) -> None:
    auditor = Visitor(app, "he")
    assert f"/analysis/questions/about/{ended[1]}" in auditor.get(f"/cases/{ended[1]}").text
    assert auditor.get(f"/analysis/questions/about/{ended[1]}", follow_redirects=True).status_code == 200
    empty = auditor.post("/analysis/questions", {"case": ended[1], "group": "unit:fire", "question": " ", "days": "3"})
    assert empty.status_code == 422
    form = {"case": ended[1], "group": "unit:fire", "question": "Why <late>?", "days": "3"}
    assert auditor.post("/analysis/questions", form).status_code == 303
    (task,) = engine.queries.inbox(actor(engine, "chen"), "offered").items
    fire = Visitor(app, "chen")
    assert "Why &lt;late&gt;?" in fire.get(f"/tasks/{task.user_task_id}").text
    answered = CompleteUserTask(
        command_id=new_id(), user_task_id=task.user_task_id, variables={"answer": "No water, yes & no."}
    )
    engine.handle(answered, actor(engine, "chen"))
    page = auditor.get("/analysis/questions").text
    assert "Why &lt;late&gt;?" in page
    assert "No water, yes &amp; no." in page
    assert "Fire brigade" in page


def test_others_find_no_analysis(app: Flask, ended: list[str]) -> None:
    for person in ("wang", "chen"):
        visitor = Visitor(app, person)
        assert "/analysis" not in visitor.get("/inbox").text
        for path in ("/analysis", "/analysis/steps.csv", "/analysis/paths", "/analysis/samples", "/analysis/questions"):
            assert visitor.get(path).status_code == 403, path
    administrator = Visitor(app, "jiang")
    assert administrator.get("/analysis").status_code == 200
    assert "Draw a sample" not in administrator.get("/analysis/samples").text
    assert administrator.post("/analysis/samples", {"size": "1"}).status_code == 403
    assert administrator.get(f"/analysis/samples/{new_id()}").status_code == 404


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1", "'=1"), ("+1", "'+1"), ("-cmd", "'-cmd"), (" @x", "' @x"), ("\tx", "'\tx"), (-5, "-5"), (None, ""),
        ("a=b", "a=b"),
    ],
)  # fmt: skip
def test_cell_is_never_a_formula(value: object, written: str) -> None:
    assert cell(value) == written
