"""The stream of changes: ids only, to those who may see the case; it ends with the session and makes room."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from flask import Flask

from tests.web.conftest import Visitor, actor
from web import live_hub
from web.ui import live
from workflow_engine import OPERATOR, ClaimUserTask, Engine, StartCase, new_id


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(live_hub, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(live_hub, "HEARTBEAT_SECONDS", 0.5)
    monkeypatch.setattr(live_hub, "CHECK_SECONDS", 0.2)


def told(visitor: Visitor) -> Iterator[str]:
    """The stream's parts, the retry line already read."""
    answer = visitor.client.get("/live")
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"
    parts = (part.decode() if isinstance(part, bytes) else part for part in answer.response)
    assert next(parts).startswith("retry: ")
    return parts


def next_event(parts: Iterator[str]) -> str:
    return next(part for part in parts if not part.startswith(":"))


def test_change_is_told_by_its_id_to_those_concerned(app: Flask, engine: Engine, case_id: str, task_id: str) -> None:
    li = told(Visitor(app, "li"))
    hu = told(Visitor(app, "hu"))
    engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task_id), actor(engine, "wang"))
    assert next_event(li) == f"event: tasks\ndata: {case_id}\n\n"
    assert [next(hu), next(hu)] == [": still here\n\n"] * 2


def test_overseers_are_told_of_every_case(app: Flask, engine: Engine) -> None:
    he = told(Visitor(app, "he"))
    case_id = new_id()
    command = StartCase(command_id=new_id(), case_id=case_id, process_id="incident_report", title="Fire")
    engine.handle(command, OPERATOR)
    assert next_event(he) == f"event: tasks\ndata: {case_id}\n\n"


def test_stream_ends_with_the_session(app: Flask) -> None:
    wang = Visitor(app, "wang")
    parts = told(wang)
    wang.get("/inbox")
    assert wang.post("/sign-out").status_code == 303
    assert [part for part in parts if not part.startswith(":")] == []


def test_visitors_get_no_stream(app: Flask) -> None:
    assert Visitor(app).get("/live").status_code == 303


def test_oldest_stream_of_a_person_makes_room_and_others_wait(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 2)
    app.extensions["settings"] = dataclasses.replace(app.extensions["settings"], threads=8)
    wang, hu = Visitor(app, "wang"), Visitor(app, "hu")
    first = told(wang)
    kept = [told(wang) for _more in range(2)]
    assert [part for part in first if not part.startswith(":")] == []
    kept += [told(hu) for _more in range(2)]
    refused = Visitor(app, "li").client.get("/live")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert len(kept) == 4
