"""Tokens on the page: shown once, usable at once, revoked for good; what was typed stays after a refusal."""

from __future__ import annotations

import re

from flask import Flask

from tests.web.conftest import Visitor

FORM = {"name": "Statistics <b>", "scopes": ["cases:read"], "days": "30"}


def make(visitor: Visitor) -> str:
    visitor.get("/account/programs")
    answer = visitor.post("/account/programs", FORM)
    found = re.search(r"liandong_[\w-]{43}", answer.text)
    assert found is not None
    assert answer.headers["Cache-Control"] == "no-store"
    return found[0]


def test_token_works_at_once_and_is_shown_once(app: Flask) -> None:
    visitor = Visitor(app, "wang")
    token = make(visitor)
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/cases", headers=headers).status_code == 200
    again = visitor.get("/account/programs").text
    assert "Statistics &lt;b&gt;" in again
    assert token not in again


def test_token_revoked_on_the_page_opens_nothing(app: Flask) -> None:
    visitor = Visitor(app, "wang")
    token = make(visitor)
    path = re.search(r'action="(/account/programs/\w+/revoke)"', visitor.get("/account/programs").text)
    assert path is not None
    assert visitor.post(path[1]).status_code == 303
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/cases", headers=headers).status_code == 401


def test_token_of_another_person_is_not_there(app: Flask) -> None:
    first = Visitor(app, "wang")
    make(first)
    path = re.search(r'action="(/account/programs/\w+/revoke)"', first.get("/account/programs").text)
    assert path is not None
    second = Visitor(app, "hu")
    second.get("/account/programs")
    assert second.post(path[1]).status_code == 404


def test_form_refused_keeps_what_was_typed(app: Flask) -> None:
    visitor = Visitor(app, "wang")
    visitor.get("/account/programs")
    answer = visitor.post("/account/programs", {**FORM, "scopes": []})
    assert answer.status_code == 422
    assert 'value="Statistics &lt;b&gt;"' in answer.text
    assert 'id="scopes-error"' in answer.text


def test_page_for_developers_names_every_operation(app: Flask) -> None:
    page = Visitor(app, "wang").get("/developers").text
    document = app.test_client().get("/api/v1/openapi.json").json
    assert document is not None
    names = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert [name for name in names if f'id="{name}"' not in page] == []
