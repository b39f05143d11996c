"""Rehearsals on pages: asked for, played by a process of its own, read, kept within bounds, taken away."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask import Flask

from tests.web.conftest import Visitor
from workflow_engine import MOST_REHEARSED, Engine, RehearsalShelf

PLAN = {
    "name": "two reports", "process_id": "incident_report", "start_at": "2026-07-01T08:00:00+08:00",
    "season": {"cases": 2}, "arrivals": {"between": "PT1H"},
    "tasks": {"*": {"notice": "PT5M", "work": "PT10M"}},
    "milestones": [{"id": "end", "name": {"zh_CN": "结束", "en": "Ended"}, "until": "end", "within": "PT1H"}],
}  # fmt: skip


@pytest.fixture
def shelf(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RehearsalShelf:
    """A shelf of this test alone; what is asked for is played before the answer comes."""
    monkeypatch.setattr(RehearsalShelf, "see_to_it", RehearsalShelf.play_all)
    shelf = app.extensions["rehearsals"] = RehearsalShelf(tmp_path / "rehearsals")
    return shelf


def _ask(visitor: Visitor, engine: Engine, plan: object, **more: str) -> str:
    visitor.get("/rehearsals")
    definition_id = engine.queries.list_definitions()[0].definition_id
    file = (io.BytesIO(json.dumps(plan).encode()), "mine.json")
    answer = visitor.post("/rehearsals", {"definition": definition_id, "file": file, "cases": "4", "seed": "3", **more})
    return answer.headers.get("Location", "") or answer.text


def test_rehearsal_is_asked_for_played_read_and_taken_away(app: Flask, engine: Engine, shelf: RehearsalShelf) -> None:
    visitor = Visitor(app, "jiang")
    place = _ask(visitor, engine, PLAN)
    assert place.startswith("/rehearsals/"), place
    (row,) = shelf.list()
    assert (row.state, row.cases, row.error) == ("done", 4, "")
    page = visitor.get(place).text
    assert "Ended" in page and "rehearsal-chart" in page and "two reports" in page
    result = visitor.get(f"{place}/result.json").json
    assert (result["plan"]["cases"], result["plan"]["seasons"], result["seed"]) == (4, 2, 3)
    assert "<style>" in visitor.get(f"{place}/report.html").text
    assert Visitor(app, "wang").get(place).status_code == 200
    assert Visitor(app, "hu").get(place).status_code == 403
    visitor.get(place)
    assert visitor.post(f"{place}/remove").status_code == 303
    assert shelf.list() == [] and visitor.get(place).status_code == 404


def test_plan_that_cannot_be_read_is_refused_with_its_field_and_nothing_is_kept(
    app: Flask, engine: Engine, shelf: RehearsalShelf
) -> None:
    visitor = Visitor(app, "jiang")
    assert "mine.json, tasks.*.work" in _ask(visitor, engine, {**PLAN, "tasks": {"*": {"work": "soon"}}})
    assert "mine.json, process_id" in _ask(visitor, engine, {**PLAN, "process_id": "another"})
    assert "lies elsewhere" in _ask(visitor, engine, {**PLAN, "start": {"alert": "../../../etc/passwd"}})
    assert f"1 to {MOST_REHEARSED}" in _ask(visitor, engine, PLAN, cases=str(MOST_REHEARSED + 1))
    assert shelf.list() == []
