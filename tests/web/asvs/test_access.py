"""ASVS 5.0, chapters 6 to 8: signing in, sessions, who may do what."""

from __future__ import annotations

from flask import Flask

from tests.web.api_kit import Program
from tests.web.conftest import PASSWORD, PEOPLE, TOKEN, Visitor
from web.throttle import PER_NAME_AND_ADDRESS
from workflow_engine import OPERATOR, Engine, LoadOrganisation, new_id


def change(engine: Engine, person: str, *, disabled: bool = False, groups: list[str] | None = None) -> None:
    """Disable a person, or give them other groups."""
    zh, en, unit, held = PEOPLE[person]
    row = {
        "person_id": f"user:{person}", "sign_in_name": person, "display_name_zh": zh, "display_name_en": en,
        "password_hash": None, "unit_id": unit, "disabled": disabled, "groups": held if groups is None else groups,
    }  # fmt: skip
    engine.handle(LoadOrganisation(command_id=new_id(), people=[row]), OPERATOR)


def test_asvs_6_3_1_lists_of_stolen_passwords_do_not_get_far(app: Flask) -> None:
    """Failures count per name and per address; the answer to a blocked attempt is that to a wrong one."""
    visitor = Visitor(app)
    answers = []
    for password in [*["wrong"] * PER_NAME_AND_ADDRESS.failures, PASSWORD]:
        visitor.get("/sign-in")
        answer = visitor.post("/sign-in", {"name": "wang", "password": password})
        answers.append((answer.status_code, TOKEN.sub("", answer.text)))
    assert len(set(answers)) == 1


def test_asvs_6_3_8_nobody_learns_who_has_an_account(app: Flask) -> None:
    """A wrong name and a wrong password get the same answer."""
    texts = set()
    for name in ("wang", "nobody"):
        visitor = Visitor(app)
        visitor.get("/sign-in")
        answer = visitor.post("/sign-in", {"name": name, "password": "wrong"})
        texts.add((answer.status_code, TOKEN.sub("", answer.text.replace(f'value="{name}"', ""))))
    assert len(texts) == 1


def test_asvs_7_2_4_sign_in_begins_a_new_session(app: Flask) -> None:
    """The id from before the sign-in opens nothing afterwards."""
    visitor = Visitor(app)
    visitor.get("/sign-in")
    before = visitor.client.get_cookie("liandong")
    visitor.post("/sign-in", {"name": "wang", "password": PASSWORD})
    thief = Visitor(app)
    assert before is not None
    thief.client.set_cookie("liandong", before.value)
    assert thief.get("/inbox").status_code == 303


def test_asvs_7_4_1_sign_out_ends_the_session_on_the_server(app: Flask) -> None:
    """A copied cookie opens nothing after the sign-out."""
    visitor = Visitor(app, "wang")
    cookie = visitor.client.get_cookie("liandong")
    visitor.get("/inbox")
    visitor.post("/sign-out")
    thief = Visitor(app)
    assert cookie is not None
    thief.client.set_cookie("liandong", cookie.value)
    assert thief.get("/inbox").status_code == 303


def test_asvs_7_4_2_a_disabled_person_is_out_at_once(app: Flask, engine: Engine) -> None:
    """All sessions and programs of a disabled person end with the next request."""
    visitor, program = Visitor(app, "wang"), Program(app, engine, "wang")
    change(engine, "wang", disabled=True)
    assert visitor.get("/inbox").status_code == 303
    program.get("/cases", 401)


def test_asvs_8_2_1_pages_and_commands_open_by_right(app: Flask, engine: Engine, case_id: str) -> None:
    """Whoever lacks the verb is refused by the page and by the engine behind it."""
    visitor = Visitor(app, "wang")
    visitor.get(f"/cases/{case_id}")
    assert visitor.post(f"/cases/{case_id}/cancel", {"reason": "no"}).status_code == 403
    assert visitor.get("/operations").status_code == 403
    Program(app, engine, "wang").post(f"/cases/{case_id}/cancel", {"reason": "no"}, 403)


def test_asvs_8_2_2_things_of_others_are_not_there(app: Flask, engine: Engine, case_id: str, task_id: str) -> None:
    """A foreign id is answered like one that does not exist."""
    visitor, program = Visitor(app, "hu"), Program(app, engine, "hu")
    for path in (f"/cases/{case_id}", f"/tasks/{task_id}", f"/cases/{case_id}/replay"):
        assert visitor.get(path).status_code == 404, path
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/history", f"/tasks/{task_id}"):
        program.get(path, 404)


def test_asvs_8_2_3_fields_that_one_may_not_write_stay_as_they_are(
    app: Flask, engine: Engine, task_id: str
) -> None:
    """A read-only field of a form is not taken over, whoever sends it."""
    program = Program(app, engine, "wang")
    answers = {"kind": "fire", "injured": 1, "note": "Smoke", "reporter": "forged"}
    program.post(f"/tasks/{task_id}/complete", {"variables": answers}, 422)


def test_asvs_8_3_2_a_right_taken_away_is_gone_with_the_next_request(app: Flask, engine: Engine) -> None:
    """Rights are looked up anew for every request, sessions and tokens alike."""
    visitor, program = Visitor(app, "jiang"), Program(app, engine, "jiang")
    assert visitor.get("/operations").status_code == 200
    program.get("/incidents")
    change(engine, "jiang", groups=[])
    assert visitor.get("/operations").status_code == 403
    program.get("/incidents", 403)


def test_asvs_8_4_1_units_see_nothing_of_each_other(app: Flask, engine: Engine, case_id: str) -> None:
    """Lists, searches and counts of one unit hold nothing of another's cases."""
    visitor, program = Visitor(app, "hu"), Program(app, engine, "hu")
    for path in ("/cases", "/cases?q=Smoke", "/inbox?queue=offered", "/inbox?q=Smoke"):
        assert "Smoke at" not in visitor.get(path).text, path
    assert program.get("/cases", search="Smoke")["items"] == []
    assert program.get("/tasks", queue="all_open")["items"] == []
