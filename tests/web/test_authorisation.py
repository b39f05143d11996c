"""Every route for every role, held to the table in ``authorisation.txt``: a route that is missing there fails.

Each line is: method, rule, and what a visitor, staff without a part in the case, staff with one, an auditor and an
administrator get. Forms are sent empty but with their token, so that 422 and 303 mean: let in. Programs send an empty
object with a token of every scope; a body that is no body is refused (422) before anybody's rights are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.support.voting import release_voting, start_vote
from tests.web.api_kit import Program
from tests.web.conftest import Visitor, actor
from workflow_engine import Engine, new_id

TABLE = Path(__file__).with_name("authorisation.txt")
ROLES = {"visitor": None, "stranger": "hu", "staff": "wang", "auditor": "he", "administrator": "jiang"}
CHANGING = ("POST", "PUT", "PATCH", "DELETE")
LET_IN = re.compile(r"2..|30.|422|409")
SAME_FOR_ANY_ID = {"/tasks/<user_task_id>/draft/discard", "/api/v1/tasks/<user_task_id>/draft/discard"}
"""Answers that tell nothing of whether the task is there: one's own draft is gone afterwards, whatever it was of."""
REFUSED = re.compile(r"4..")
READERS_OWN = {
    "/sign-out", "/language", "/account/password", "/sign-in", "/sign-in/demo", "/preferences", "/theme",
    "/analysis/questions", "/analysis/samples", "/audit/export",
}  # fmt: skip


def routes(app: Flask) -> list[tuple[str, str]]:
    """(method, rule) of every page and of every address for programs."""
    found = set()
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/static/"):
            continue
        found |= {(method, rule.rule) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return sorted(found, key=lambda route: (route[1], route[0]))


def table() -> dict[tuple[str, str], list[str]]:
    lines = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return {(words[0], words[1]): words[2:] for words in lines}


@pytest.fixture
def places(engine: Engine, case_id: str, task_id: str) -> dict[str, str]:
    definition_id = engine.queries.list_definitions()[0].definition_id
    grant_id = engine.queries.organisation.list_grants()[0].grant_id
    jiang, yu = actor(engine, "jiang"), actor(engine, "yu")
    release_voting(engine, jiang, yu, voters="user:wang, user:li", chair="user:wang")
    ballot_id = start_vote(engine)
    return {
        "case_id": case_id, "user_task_id": task_id, "task_id": task_id, "definition_id": definition_id,
        "unit_id": "fire", "person_id": "user:hu", "grant_id": grant_id, "kind": "unit",
        "process_id": "incident_report", "ballot_id": ballot_id,
    }  # fmt: skip


def address(rule: str, places: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        kind, _, name = match[1].rpartition(":")
        if kind.startswith("any("):
            return kind[4:].split(",")[0].strip(" ()")
        return places.get(name, "1" if kind == "int" else "no-such-thing")

    return re.sub(r"<([^>]+)>", value, rule)


class People:
    """Somebody of each role, signed in until something was done that may have signed them out."""

    def __init__(self, app: Flask, places: dict[str, str]) -> None:
        self._app, self._places = app, places
        self._signed_in: dict[str, Visitor] = {}

    def ask(self, role: str, method: str, rule: str) -> str:
        """What somebody of this role gets: the status, or ``sign-in`` when they are sent there."""
        visitor = self._visitor(role)
        if rule == "/exercises/show" and "show" in self._app.extensions:
            assert self._app.extensions["show"].wait(60)  # that of whoever was asked before; there is one at a time
        if method == "POST":
            answer = visitor.post(address(rule, self._places), {"command_id": new_id()})
        elif method in CHANGING:
            answer = visitor.client.open(address(rule, self._places), method=method)
        else:
            answer = visitor.client.get(address(rule, self._places))
            answer.close()  # of a stream only the beginning is looked at
        if method in CHANGING and not REFUSED.fullmatch(str(answer.status_code)):
            del self._signed_in[role]
        if answer.status_code == 303 and (answer.location or "").startswith("/sign-in"):
            return "sign-in"
        return str(answer.status_code)

    def _visitor(self, role: str) -> Visitor:
        if role not in self._signed_in:
            visitor = self._signed_in[role] = Visitor(self._app, ROLES[role])
            visitor.get("/account" if ROLES[role] else "/sign-in")
        return self._signed_in[role]


def told(app: Flask, places: dict[str, str], headers: dict[str, str], method: str, rule: str) -> str:
    """What a program gets that sends an empty object."""
    content = {"data": "{}", "content_type": "application/json"} if method == "POST" else {}
    answer = app.test_client().open(address(rule, places), method=method, headers=headers, **content)
    return str(answer.status_code)


def differences(app: Flask, is_wanted: Callable[[str], bool], ask: Callable[[str, str, str], str]) -> list[str]:
    """Lines of the table as they were found, where they are others."""
    known, wrong = table(), ["lines as found:"]
    for method, rule in routes(app):
        if is_wanted(rule):
            found = [ask(role, method, rule) for role in ROLES]
            if known.get((method, rule.replace(" ", ""))) != found or "500" in found:
                wrong.append(f"{method} {rule.replace(' ', '')} {' '.join(found)}")
    return wrong[1:] and wrong


def test_every_page_answers_each_role_as_the_table_says(app: Flask, places: dict[str, str]) -> None:
    wrong = differences(app, lambda rule: not rule.startswith("/api/"), People(app, places).ask)
    assert wrong == [], "\n".join(wrong)


def test_every_address_for_programs_answers_each_role_as_the_table_says(
    app: Flask, engine: Engine, places: dict[str, str]
) -> None:
    programs = {role: Program(app, engine, name).headers if name else {} for role, name in ROLES.items()}
    wrong = differences(
        app,
        lambda rule: rule.startswith("/api/"),
        lambda role, method, rule: told(app, places, programs[role], method, rule),
    )
    assert wrong == [], "\n".join(wrong)


def test_the_table_names_no_route_that_is_gone(app: Flask) -> None:
    assert set(table()) - {(method, rule.replace(" ", "")) for method, rule in routes(app)} == set()


def test_by_the_table_auditors_change_nothing_and_visitors_see_nothing() -> None:
    for (method, rule), (visitor, stranger, _staff, auditor, _administrator) in table().items():
        is_api = rule.startswith("/api/")
        if method in CHANGING and rule not in READERS_OWN and not is_api:
            assert not LET_IN.fullmatch(auditor), rule
        if ("<case_id>" in rule or "<user_task_id>" in rule) and rule not in SAME_FOR_ANY_ID:
            assert stranger in ("404", "403") or (is_api and stranger == "422"), rule
            assert visitor in ("sign-in", "404", "401"), rule
