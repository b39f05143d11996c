"""The calendar of deadlines: a real iCalendar file behind an address that opens nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import icalendar
import pytest
from flask import Flask

from tests.web.conftest import NOW, Visitor
from workflow_engine import Actor, Engine, RevokeApiToken, new_id


@pytest.fixture
def address(app: Flask) -> str:
    """Of Wang's calendar."""
    visitor = Visitor(app, "wang")
    visitor.get("/account/programs")
    found = re.search(r"/calendar/[\w-]+\.ics", visitor.post("/account/calendar").text)
    assert found is not None
    return found[0]


def test_calendar_holds_each_deadline_once(app: Flask, engine: Engine, task_id: str, address: str) -> None:
    answer = app.test_client().get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    events = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    task = engine.queries.get_user_task(task_id, wang_of(engine))
    assert [(str(event["uid"]), event.decoded("dtend")) for event in events] == [(f"{task_id}@liandong", task.due_at)]


def wang_of(engine: Engine) -> Actor:
    found = engine.queries.organisation.find_acting("user:wang")
    assert found is not None
    return found[1]


def test_calendar_unchanged_is_not_sent_again(app: Flask, address: str) -> None:
    client = app.test_client()
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_address_opens_no_api(app: Flask, address: str) -> None:
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    answer = app.test_client().get("/api/v1/tasks", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_address_unknown_or_revoked_is_not_found(app: Flask, engine: Engine, address: str) -> None:
    client = app.test_client()
    assert client.get("/calendar/liandong_none.ics").status_code == 404
    (token,) = engine.queries.access.list_tokens("user:wang")
    engine.handle(RevokeApiToken(command_id=new_id(), token_id=token.token_id), wang_of(engine))
    assert client.get(address).status_code == 404
    assert NOW + timedelta(days=365) == token.expires_at
