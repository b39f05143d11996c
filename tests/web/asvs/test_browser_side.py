"""ASVS 5.0, chapters 3 and 4: what a browser is told, and what proxies may say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from tests.web.conftest import Visitor
from web.app import create_app
from workflow_engine import OPERATOR, Engine, Settings, StartCase, new_id

MARK = "<img src=x onerror=alert(1)>"


@pytest.fixture
def secure_cookie(engine: Engine, settings: Settings) -> str:
    """The session's cookie where pages are reached over HTTPS."""
    secure = create_app(engine, replace(settings, https=True, session_file=None))
    return secure.test_client().get("/sign-in").headers["Set-Cookie"]


def test_asvs_3_2_1_answers_are_what_they_say_they_are(app: Flask) -> None:
    """Every answer names its type, is not guessed at, and is not shown inside another site."""
    visitor = Visitor(app, "wang")
    for path in ("/inbox", "/api/v1/openapi.json", "/healthz", "/no-such-page"):
        headers = visitor.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Content-Type"].partition(";")[0] in ("text/html", "application/json")


def test_asvs_3_2_2_text_is_shown_as_text(app: Flask, engine: Engine) -> None:
    """What people typed stands escaped in lists, cases and titles."""
    case_id = new_id()
    command = StartCase(
        command_id=new_id(), case_id=case_id, process_id="incident_report", title=MARK, business_key=MARK,
        variables={"reporter": MARK},
    )  # fmt: skip
    engine.handle(command, OPERATOR)
    for person in ("wang", "jiang", "he"):
        visitor = Visitor(app, person)
        for path in ("/cases", f"/cases/{case_id}", "/inbox?queue=offered"):
            text = visitor.get(path).text
            assert MARK not in text, path
            assert "<img src=x" not in text, path


def test_asvs_3_3_1_cookie_goes_over_https_only(secure_cookie: str) -> None:
    """Over HTTPS the session's cookie is Secure and has the prefix that browsers hold to it."""
    assert "Secure" in secure_cookie
    assert secure_cookie.startswith("__Host-")


def test_asvs_3_3_2_cookie_does_not_come_along_from_other_sites(secure_cookie: str) -> None:
    """SameSite=Lax: forms of other sites do not carry it."""
    assert "SameSite=Lax" in secure_cookie


def test_asvs_3_3_3_cookie_belongs_to_this_host(secure_cookie: str) -> None:
    """The prefix __Host- with no domain and the path /."""
    assert secure_cookie.startswith("__Host-")
    assert "Domain=" not in secure_cookie
    assert "Path=/" in secure_cookie


def test_asvs_3_3_4_cookie_is_closed_to_scripts(secure_cookie: str) -> None:
    """HttpOnly; and it holds a random id, nothing else."""
    assert "HttpOnly" in secure_cookie


def test_asvs_3_4_3_policy_allows_our_own_files_only(app: Flask) -> None:
    """No inline script or style, no plug-ins, no other base, no frames around us."""
    policy = Visitor(app, "wang").get("/inbox").headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "unsafe-" not in policy


def test_asvs_3_5_1_form_without_our_token_is_refused(app: Flask, task_id: str) -> None:
    """A changing request needs the token of its session; the API takes no cookie at all."""
    visitor = Visitor(app, "wang")
    assert visitor.client.post(f"/tasks/{task_id}/claim", data={}).status_code == 400
    assert visitor.client.post("/api/v1/cases", json={"process_id": "incident_report"}).status_code == 401


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example"])
def test_asvs_3_7_2_redirects_stay_here(app: Flask, target: str) -> None:
    """Where a sign-in leads on is an address of ours, or the inbox."""
    location = Visitor(app, "wang").get("/sign-in", query_string={"next": target}).location
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_asvs_4_1_3_headers_of_proxies_count_only_from_ours(app: Flask) -> None:
    """Without a proxy set, what a caller says of its own address and host is not believed."""
    visitor = Visitor(app)
    answer = visitor.get("/inbox", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert "evil.example" not in (answer.location or "")
    seen = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: seen.append(_address()))
    visitor.get("/sign-in", headers={"X-Forwarded-For": "203.0.113.9"})
    assert seen == ["127.0.0.1"]


def _address() -> str | None:
    from flask import request

    return request.remote_addr
