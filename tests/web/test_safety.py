"""What holds for every answer and every changing request (ASVS 5.0, 3.2 to 3.5, 8.3)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask

from tests.web.conftest import Visitor
from web.app import create_app
from web.permissions import VERBS
from web.security import API_PREFIX, MOST_BYTES
from workflow_engine import Engine, Settings

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}


def test_every_changing_address_refuses_a_form_without_our_token(app: Flask) -> None:
    visitor = Visitor(app, "jiang")
    paths = [
        re.sub(r"<[^>]+>", "1", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.methods and rule.methods & CHANGING and not rule.rule.startswith((API_PREFIX, "/open311/"))
    ]
    assert len(paths) > 10
    for path in paths:
        assert visitor.client.post(path, data={"csrf_token": "wrong"}).status_code == 400, path


def test_sign_in_alone_posts_nothing_to_open311(app: Flask) -> None:
    """Its programs name their key in each request, so that a form of another site brings nothing along."""
    answer = Visitor(app, "jiang").client.post("/open311/v2/requests.json", data={"service_code": "other"})
    assert answer.status_code == 403


def test_form_sent_by_another_site_is_refused_even_with_the_token(app: Flask) -> None:
    visitor = Visitor(app, "wang")
    visitor.get("/inbox")
    assert visitor.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert visitor.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_an_ended_session_keeps_what_was_typed(app: Flask, task_id: str) -> None:
    visitor = Visitor(app, "wang")
    visitor.get(f"/tasks/{task_id}")
    visitor.client.delete_cookie("liandong")
    answer = visitor.post(f"/tasks/{task_id}/complete", {"f.note": "An hour of typing <b>"})
    assert answer.status_code == 400
    assert "An hour of typing &lt;b&gt;" in answer.text


@pytest.mark.parametrize(
    "path", ["/sign-in", "/inbox", "/healthz", "/no-such-page", "/static/x/css/base.css", "/cases"]
)
def test_security_headers_are_on_every_answer(app: Flask, path: str) -> None:
    headers = Visitor(app, "wang").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    if not path.startswith("/static"):
        assert headers["Cache-Control"] == "no-store"


def test_cookies_are_closed_to_scripts_and_other_sites(app: Flask, engine: Engine, settings: Settings) -> None:
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    secure = create_app(engine, replace(settings, https=True, session_file=None))
    answer = secure.test_client().get("/sign-in")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_unknown_host_names_are_refused(engine: Engine, settings: Settings) -> None:
    strict = create_app(engine, replace(settings, trusted_hosts=("liandong.example",), session_file=None))
    assert strict.test_client().get("/sign-in", headers={"Host": "evil.example"}).status_code == 400
    assert strict.test_client().get("/sign-in", headers={"Host": "liandong.example"}).status_code == 200


def test_too_large_a_request_is_refused(app: Flask) -> None:
    visitor = Visitor(app, "jiang")
    visitor.get("/models")
    assert visitor.post("/models", {"x": "x" * (MOST_BYTES + 1)}).status_code == 413


def test_versioned_files_may_be_kept_and_others_not(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.get("/sign-in")
    found = re.search(r'href="(/static/[0-9a-f]+/css/base\.css)"', visitor.page)
    assert found is not None
    assert "immutable" in visitor.get(found[1]).headers["Cache-Control"]
    assert visitor.get("/static/old/css/base.css").headers["Cache-Control"] == "no-cache"
    for path in (
        "/static/x/../app.py",
        "/static/x/%2e%2e/app.py",
        "/static/x/vendor/.built-from",
        "/static/x/nothing.css",
    ):
        assert visitor.get(path).status_code == 404


def test_permissions_of_pages_are_those_of_the_engine() -> None:
    from workflow_engine.domain.permissions import HOLDERS

    assert set(VERBS.values()) <= set(HOLDERS)


@pytest.mark.parametrize(
    ("person", "path", "status"),
    [
        ("chen", "/alerts", 403), ("wang", "/alerts", 200), ("jiang", "/alerts", 200), ("he", "/alerts", 403),
        ("wang", "/models", 403), ("he", "/models", 200), ("jiang", "/models", 200),
    ],
)  # fmt: skip
def test_pages_open_by_role(app: Flask, person: str, path: str, status: int) -> None:
    assert Visitor(app, person).get(path).status_code == status


def test_health_is_open_and_says_nothing_of_cases(app: Flask, case_id: str) -> None:
    answer = Visitor(app).get("/healthz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["ok"] is True
    assert "Smoke" not in answer.text
