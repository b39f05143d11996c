"""Signing in: one answer to every wrong attempt, a new session id, an end that is an end (ASVS 5.0, 6.3, 7.2, 7.4)."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask

from tests.web.conftest import PASSWORD, PEOPLE, TOKEN, Visitor
from web.app import create_app
from web.throttle import PER_NAME_AND_ADDRESS
from workflow_engine import OPERATOR, Engine, LoadOrganisation, Settings, new_id


def attempt(visitor: Visitor, name: str, password: str, **more: str) -> tuple[int, str]:
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", {"name": name, "password": password, **more})
    return answer.status_code, TOKEN.sub("", answer.text.replace(f'value="{name}"', "NAME"))


def test_right_password_opens_the_inbox(app: Flask) -> None:
    visitor = Visitor(app)
    assert attempt(visitor, "wang", PASSWORD)[0] == 303
    assert visitor.get("/inbox").status_code == 200


def test_every_wrong_attempt_gets_the_same_answer(app: Flask) -> None:
    answers = {attempt(Visitor(app), name, "wrong") for name in ("wang", "nobody", "jiang")}
    assert len(answers) == 1
    assert answers.pop()[0] == 401


def test_too_many_attempts_get_that_answer_too_even_with_the_right_password(app: Flask) -> None:
    visitor = Visitor(app)
    wrong = [attempt(visitor, "wang", "wrong") for _again in range(PER_NAME_AND_ADDRESS.failures)]
    assert attempt(visitor, "wang", PASSWORD) == wrong[0]
    assert attempt(visitor, "li", PASSWORD)[0] == 303


def test_session_id_changes_at_sign_in(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.get("/sign-in")
    before = visitor.client.get_cookie("liandong")
    attempt(visitor, "wang", PASSWORD)
    after = visitor.client.get_cookie("liandong")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    thief = Visitor(app)
    thief.client.set_cookie("liandong", before.value)
    assert thief.get("/inbox").status_code == 303


def test_sign_out_ends_the_session_on_the_server(app: Flask) -> None:
    visitor = Visitor(app, "wang")
    cookie = visitor.client.get_cookie("liandong")
    visitor.get("/inbox")
    assert visitor.post("/sign-out").status_code == 303
    assert cookie is not None
    thief = Visitor(app)
    thief.client.set_cookie("liandong", cookie.value)
    assert thief.get("/inbox").status_code == 303


def test_disabled_person_is_out_at_once(app: Flask, engine: Engine) -> None:
    visitor = Visitor(app, "wang")
    zh, en, unit, groups = PEOPLE["wang"]
    person = {
        "person_id": "user:wang", "sign_in_name": "wang", "display_name_zh": zh, "display_name_en": en,
        "password_hash": None, "unit_id": unit, "disabled": True, "groups": groups,
    }  # fmt: skip
    engine.handle(LoadOrganisation(command_id=new_id(), people=[person]), OPERATOR)
    assert visitor.get("/inbox").status_code == 303


def test_visitors_are_sent_to_sign_in_and_back(app: Flask) -> None:
    visitor = Visitor(app)
    answer = visitor.get("/cases?state=active")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=%2Fcases%3Fstate%3Dactive")
    visitor.get(answer.location)
    assert 'name="next" value="/cases?state=active"' in visitor.page
    assert visitor.post("/sign-in", {"name": "wang", "password": PASSWORD, "next": "/cases?state=active"}).location == (
        "/cases?state=active"
    )
    assert Visitor(app, "wang").get("/sign-in?next=//evil.example").location == "/inbox"


def test_demo_people_are_listed_on_demos_only(app: Flask, engine: Engine, settings: Settings) -> None:
    page = Visitor(app).get("/sign-in").text
    for text in ("Wang Fang", "Fire brigade", "Duty room", "Administrators"):
        assert text in page
    earnest = create_app(engine, replace(settings, demo=False, session_file=None))
    visitor = Visitor(earnest)
    assert "Wang Fang" not in visitor.get("/sign-in").text
    assert visitor.post("/sign-in/demo", {"person_id": "user:wang"}).status_code == 404
