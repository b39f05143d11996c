"""Signing in by a real OpenID Connect provider, a process of its own on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask

from tests.web.conftest import Visitor
from web.app import create_app
from workflow_engine import OPERATOR, BindAccount, Engine, LoadOrganisation, Settings, SettingsError, new_id

PROGRAM = Path(__file__).parents[1] / "support" / "oidc_provider.py"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(PROGRAM), str(port)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
def people(engine: Engine) -> None:
    emails = [{"person_id": f"user:{name}", "email": f"{name}@city.example"} for name in ("wang", "chen", "jiang")]
    engine.handle(LoadOrganisation(command_id=new_id(), people=emails), OPERATOR)


def made(engine: Engine, settings: Settings, issuer: str, **more: str) -> Flask:
    secret = Path(settings.database_url.removeprefix("sqlite:///")).with_name("secret")
    secret.write_text("known to both\n")
    values = {"oidc_issuer": issuer, "oidc_name": "City ID", "oidc_client_secret_file": secret, **more}
    return create_app(engine, replace(settings, session_file=None, **values))


def there(visitor: Visitor, user: str, path: str = "/sign-in/provider") -> str:
    """Go to the provider, say who one is, and come back; returns the address one comes back to."""
    going = visitor.get(path)
    assert going.status_code == 302, going.text
    answer = requests.post(going.location, data={"sub": user}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


@pytest.mark.usefixtures("people")
def test_who_the_provider_vouches_for_is_signed_in_and_bound(engine: Engine, settings: Settings, issuer: str) -> None:
    app = made(engine, settings, issuer)
    visitor = Visitor(app)
    assert "Sign in with City ID" in visitor.get("/sign-in?next=/cases").text
    before = visitor.client.get_cookie("liandong")
    back = there(visitor, "anna", "/sign-in/provider?next=/cases")
    answer = visitor.get(back)
    assert (answer.status_code, answer.location) == (303, "/cases")
    after = visitor.client.get_cookie("liandong")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert visitor.get("/cases").status_code == 200
    found = engine.queries.organisation.find_by_account(f"oidc:{issuer}|anna")
    assert found is not None
    assert found.person_id == "user:wang"
    assert Visitor(app).get(back).status_code == 401, "the answer belongs to the session that asked"
    assert visitor.get(back).status_code == 401, "and is good once"


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("user", ["mallory", "stranger", "boss"])
def test_nobody_gets_in_by_an_address_that_is_not_proven_or_gives_power(
    engine: Engine, settings: Settings, issuer: str, user: str
) -> None:
    visitor = Visitor(made(engine, settings, issuer))
    answer = visitor.get(there(visitor, user))
    assert answer.status_code == 401
    assert "That did not work" in answer.text
    assert visitor.get("/inbox").status_code == 303


@pytest.mark.usefixtures("people")
def test_an_administrator_signs_in_once_the_operator_has_bound_them(
    engine: Engine, settings: Settings, issuer: str
) -> None:
    bind = BindAccount(command_id=new_id(), person_id="user:jiang", external_id=f"oidc:{issuer}|boss")
    engine.handle(bind, OPERATOR)
    visitor = Visitor(made(engine, settings, issuer))
    assert visitor.get(there(visitor, "boss")).status_code == 303
    assert visitor.get("/operations").status_code == 200


@pytest.mark.usefixtures("people")
def test_the_request_carries_state_nonce_and_challenge_and_forged_answers_are_refused(
    engine: Engine, settings: Settings, issuer: str
) -> None:
    visitor = Visitor(made(engine, settings, issuer))
    asked = parse_qs(urlsplit(visitor.get("/sign-in/provider").location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert min(len(asked[name][0]) for name in ("state", "nonce", "code_challenge")) >= 20
    forged = there(visitor, "anna").replace("state=", "state=x")
    assert visitor.get(forged).status_code == 401
    other = Visitor(made(engine, settings, issuer))
    code = parse_qs(urlsplit(there(other, "anna")).query)["code"][0]
    going = parse_qs(urlsplit(visitor.get("/sign-in/provider").location).query)
    stolen = f"/sign-in/provider/answer?code={code}&state={going['state'][0]}"
    assert visitor.get(stolen).status_code == 401, "a code is good for the verifier of its own session only"


def test_a_provider_that_is_away_or_calls_itself_otherwise_signs_nobody_in(
    engine: Engine, settings: Settings, issuer: str
) -> None:
    assert Visitor(made(engine, settings, "http://127.0.0.1:9")).get("/sign-in/provider").status_code == 401
    other = made(engine, settings, issuer + "/by-another-name")
    assert Visitor(other).get("/sign-in/provider").status_code == 401


def test_settings_that_cannot_be_are_refused(engine: Engine, settings: Settings, issuer: str) -> None:
    with pytest.raises(SettingsError, match="oidc_match"):
        made(engine, settings, issuer, oidc_match="everything")
