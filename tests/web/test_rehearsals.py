"""Rehearsals on pages: asked for, played by a process of its own, read, kept within bounds, taken away."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from tests.web.conftest import Visitor
from workflow_engine import MOST_REHEARSED, Engine, RehearsalPlayer, Settings
from workflow_engine.storage.schema import audit_entry

PLAN = {
    "name": "two reports", "process_id": "incident_report", "start_at": "2026-07-01T08:00:00+08:00",
    "season": {"cases": 2}, "arrivals": {"between": "PT1H"},
    "tasks": {"*": {"notice": "PT5M", "work": "PT10M"}},
    "milestones": [{"id": "end", "name": {"zh_CN": "结束", "en": "Ended"}, "until": "end", "within": "PT1H"}],
}  # fmt: skip


@pytest.fixture
def player(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RehearsalPlayer:
    """A player of this test alone; what is asked for is played when ``play_all`` is called."""
    monkeypatch.setattr(RehearsalPlayer, "see_to_it", lambda _player, _engine: None)
    settings: Settings = app.extensions["settings"]
    player = app.extensions["rehearsals"] = RehearsalPlayer(tmp_path / "rehearsals", settings)
    return player


def _ask(visitor: Visitor, engine: Engine, plan: object, **more: str) -> str:
    visitor.get("/rehearsals")
    definition_id = engine.queries.list_definitions()[0].definition_id
    file = (io.BytesIO(json.dumps(plan).encode()), "mine.json")
    answer = visitor.post("/rehearsals", {"definition": definition_id, "file": file, "cases": "4", "seed": "3", **more})
    return answer.headers.get("Location", "") or answer.text


def test_rehearsal_is_asked_for_played_read_compared_and_taken_away(
    app: Flask, engine: Engine, player: RehearsalPlayer
) -> None:
    visitor, colleague = Visitor(app, "jiang"), Visitor(app, "wang")
    place, slower = _ask(visitor, engine, PLAN), _ask(visitor, engine, {**PLAN, "name": "slower", **_tasks("PT2H")})
    idle = _ask(visitor, engine, PLAN)
    assert place.startswith("/rehearsals/") and "Waits its turn" in visitor.get(idle).text
    visitor.get(idle)
    assert visitor.post(f"{idle}/cancel").status_code == 303
    player.play_all(engine)
    page = visitor.get(place).text
    assert "As planned: 100\u00a0% of cases are in time for “Ended” (1 h)" in page and "rehearsal-chart" in page
    result = json.loads(visitor.get(f"{place}/result.json").text)
    assert (result["plan"]["cases"], result["plan"]["seasons"], result["seed"]) == (4, 2, 3)
    listed = colleague.get("/rehearsals").text
    assert listed.count("As planned: 100\u00a0%") == 1 and "Cancelled" in listed
    beside = colleague.get(f"{place}?against={slower.rpartition('/')[2]}").text
    assert "With “slower” instead of “two reports”, 0\u00a0% instead of 100\u00a0%" in beside
    assert "<style>" in visitor.get(f"{place}/report.html").text
    assert json.loads(visitor.get(f"{place}/plan.json").text)["name"] == "two reports"
    assert Visitor(app, "hu").get(place).status_code == 403
    visitor.get(place)
    assert visitor.post(f"{place}/remove").status_code == 303
    assert visitor.get(place).status_code == 404
    with engine.queries.snapshot() as snapshot:
        told = [
            json.loads(row.body)["events"][0] for row in snapshot.connection.execute(
                select(audit_entry.c.body).where(audit_entry.c.stream_id == "rehearsal:all")
                .order_by(audit_entry.c.seq)
            )
        ]  # fmt: skip
    kinds = [one["event"].partition(".")[2] for one in told]
    assert kinds == ["asked"] * 3 + ["ended"] + ["begun", "ended"] * 2 + ["removed"]
    assert told[-1]["result_digest"] == told[5]["result_digest"] != told[7]["result_digest"]
    assert not list(engine.verify_audit(sample=None).findings)


def _tasks(work: str) -> dict[str, object]:
    return {"tasks": {"*": {"notice": "PT5M", "work": work}}}


def test_plan_that_cannot_be_read_is_refused_with_its_field_and_nothing_is_kept(
    app: Flask, engine: Engine, player: RehearsalPlayer
) -> None:
    visitor = Visitor(app, "jiang")
    assert "mine.json, tasks.*.work" in _ask(visitor, engine, {**PLAN, "tasks": {"*": {"work": "soon"}}})
    assert "mine.json, process_id" in _ask(visitor, engine, {**PLAN, "process_id": "another"})
    assert "lies elsewhere" in _ask(visitor, engine, {**PLAN, "start": {"alert": "../../../etc/passwd"}})
    assert f"1 to {MOST_REHEARSED}" in _ask(visitor, engine, PLAN, cases=str(MOST_REHEARSED + 1))
    assert engine.queries.rehearsals.to_play() == []
