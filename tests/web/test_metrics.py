"""Liveness, readiness and figures for Prometheus: who may read them, what they say, what they cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from tests.web.conftest import Visitor, open_task
from web.app import create_app
from web.metrics import _Load
from workflow_engine import OPERATOR, CompleteUserTask, Engine, Settings, UnavailableError, new_id


def figures(app: Flask, **options: object) -> dict[str, float]:
    answer = app.test_client().get("/metrics", **options)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_metrics_tell_what_waits_and_what_was_done(app: Flask, engine: Engine, case_id: str) -> None:
    Visitor(app, "wang").get("/inbox")
    task_id = open_task(engine, case_id, "record")
    engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables={}), OPERATOR)
    engine.beat("clock")
    found = figures(app)
    assert found["liandong_up"] == 1
    assert found["liandong_commands_total/user_task.complete"] == 1
    assert found["liandong_open_incidents/no"] == engine.health()["open_incidents"]
    assert found["liandong_heartbeat_age_seconds/clock"] == 0
    assert found["liandong_http_seconds_count/inbox.page/2xx"] == 1


def test_metrics_ask_the_database_once_for_many_scrapes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    health = engine.health
    monkeypatch.setattr(engine, "health", lambda: asked.append(1) or health())
    load = _Load(engine)
    assert [len(list(load.collect())) for _ in range(3)] == [13, 13, 13]
    assert asked == [1]


def test_metrics_are_for_this_machine_unless_a_token_is_set(
    app: Flask, engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    client = app.test_client()
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 404
    file = tmp_path / "metrics.token"
    file.write_text("a long secret\n")
    guarded = create_app(engine, replace(settings, metrics_token_file=file, session_file=None))
    asked = guarded.test_client()
    elsewhere = {"environ_base": {"REMOTE_ADDR": "10.0.0.9"}}
    assert asked.get("/metrics").status_code == 404
    assert asked.get("/metrics", headers={"Authorization": "Bearer guess"}, **elsewhere).status_code == 404
    assert asked.get("/metrics", headers={"Authorization": "Bearer a long secret"}, **elsewhere).status_code == 200


def test_process_lives_while_its_database_is_gone(app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)

    def gone(_now: object) -> None:
        raise UnavailableError("The database is gone.")

    monkeypatch.setattr(engine.queries, "load", gone)
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)
    found = figures(app)
    assert found["liandong_up"] == 0
    assert "liandong_open_incidents" not in found
