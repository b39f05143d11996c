"""Webhooks on the page: made with a secret shown once, paused, removed; refused for who may not."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.web.conftest import Visitor
from workflow_engine import Engine

FORM = {"name": "Statistics <b>", "url": "https://stats.example/hook", "kinds": "user_task.* case.started",
        "process_id": ""}  # fmt: skip


@pytest.fixture
def administrator(app: Flask) -> Visitor:
    visitor = Visitor(app, "jiang")
    visitor.get("/operations/webhooks")
    return visitor


def test_webhook_is_made_with_a_secret_that_is_shown_once(administrator: Visitor, engine: Engine) -> None:
    answer = administrator.post("/operations/webhooks", FORM)
    secret = re.search(r"whsec_[\w+/=]+", answer.text)
    assert secret is not None
    (row,) = engine.queries.telling.list_webhooks()
    assert (row.name, row.kinds, row.state) == ("Statistics <b>", ("case.started", "user_task.*"), "active")
    again = administrator.get("/operations/webhooks").text
    assert secret[0] not in again
    assert "Statistics &lt;b&gt;" in again


def test_webhook_is_paused_resumed_and_removed(administrator: Visitor, engine: Engine) -> None:
    administrator.post("/operations/webhooks", FORM)
    (row,) = engine.queries.telling.list_webhooks()
    path = f"/operations/webhooks/{row.webhook_id}"
    for move, state in (("pause", "paused"), ("resume", "active")):
        administrator.get(path)
        assert administrator.post(f"{path}/{move}").status_code == 303
        assert engine.queries.telling.list_webhooks()[0].state == state
    administrator.get(path)
    assert administrator.post(f"{path}/remove").status_code == 303
    assert engine.queries.telling.list_webhooks() == []
    assert administrator.get(path).status_code == 404


def test_webhook_refused_keeps_what_was_typed(administrator: Visitor) -> None:
    answer = administrator.post("/operations/webhooks", {**FORM, "url": "ftp://x"})
    assert answer.status_code == 422
    assert 'id="url-error"' in answer.text
    assert 'value="Statistics &lt;b&gt;"' in answer.text


@pytest.mark.parametrize("person", ["wang", "he"])
def test_webhooks_are_for_administrators(app: Flask, person: str) -> None:
    assert Visitor(app, person).get("/operations/webhooks").status_code == 403


def test_choice_of_mail_is_kept(app: Flask, engine: Engine) -> None:
    visitor = Visitor(app, "wang")
    visitor.get("/account/programs")
    assert visitor.post("/account/mail", {"digest": "yes"}).status_code == 303
    choice = engine.queries.telling.get_mail_choice("user:wang")
    assert (choice.assigned, choice.notes, choice.digest) == (False, False, True)
