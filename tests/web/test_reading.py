"""Auditors read and change nothing; that they read is on the record, once in ten minutes, and shown."""

from __future__ import annotations

from flask import Flask

from tests.web.conftest import Visitor, actor
from workflow_engine import Engine


def readings(engine: Engine) -> list[tuple[str, str]]:
    found = engine.queries.organisation.list_readings(actor(engine, "jiang"))
    return [(row.person_id, row.case_id) for row in found]


def test_a_case_read_by_an_auditor_is_noted_once_in_ten_minutes(
    app: Flask, engine: Engine, case_id: str, task_id: str
) -> None:
    auditor = Visitor(app, "he")
    auditor.get("/cases")
    assert readings(engine) == []
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/live", f"/tasks/{task_id}", f"/cases/{case_id}/replay"):
        assert auditor.get(path).status_code == 200, path
    assert readings(engine) == [("user:he", case_id)]
    engine.clock.advance(601)  # type: ignore[attr-defined]
    auditor.get(f"/cases/{case_id}")
    assert readings(engine) == [("user:he", case_id)] * 2
    page = Visitor(app, "jiang").get("/organisation/readings").text
    assert page.count("He Jing") == 2
    assert "Smoke at &lt;Dock&gt; 3" in page
    history = engine.queries.get_history(case_id, actor(engine, "jiang"))
    assert [row.command["command"] for row in history] == ["case.start"]
    assert engine.verify_audit(sample=None).ok


def test_others_leave_no_note(app: Flask, engine: Engine, case_id: str) -> None:
    for person in ("wang", "jiang"):
        assert Visitor(app, person).get(f"/cases/{case_id}").status_code == 200
    Visitor(app, "he").get("/cases/no-such-case")
    assert readings(engine) == []
