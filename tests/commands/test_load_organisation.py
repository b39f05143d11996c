"""LoadOrganisation: units, roles and people, added or changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, House
from workflow_engine import LoadOrganisation, NotPermittedError, RejectedError, hash_password, new_id

UNITS = [
    {"unit_id": "fire", "parent_id": "city", "name_zh": "消防救援支队", "name_en": "Fire brigade"},
    {"unit_id": "city", "name_zh": "市政府", "name_en": "City"},
]
ROLES = [{"group_id": "role:duty_room", "name_zh": "值班室", "name_en": "Duty room"}]


def person(**fields: Any) -> dict[str, Any]:
    return {
        "person_id": "user:anne", "sign_in_name": "anne", "display_name_zh": "安妮", "display_name_en": "Anne",
        "password_hash": hash_password("correct horse"), "unit_id": "fire", "groups": ["role:duty_room"], **fields,
    }  # fmt: skip


def load(house: House, **fields: Any) -> None:
    house.engine.handle(LoadOrganisation(command_id=new_id(), **fields), ADMIN)


def test_people_have_their_groups_and_their_unit(house: House) -> None:
    load(house, units=UNITS, roles=ROLES, people=[person()])
    found = house.engine.queries.find_person("user:anne")
    assert found is not None
    assert found.groups == {"role:duty_room", "unit:fire"}
    assert (found.unit_name_zh, found.unit_name_en) == ("消防救援支队", "Fire brigade")
    assert {group.group_id: group.name_en for group in house.engine.queries.list_groups()} == {
        "unit:city": "City", "unit:fire": "Fire brigade", "role:duty_room": "Duty room",
    }  # fmt: skip
    assert [row.person_id for row in house.engine.queries.list_people("unit:fire")] == ["user:anne"]
    assert [row.person_id for row in house.engine.queries.list_people("role:duty_room")] == ["user:anne"]
    assert house.engine.queries.list_people("role:none") == []


def test_loading_again_changes_and_keeps_the_rest(house: House) -> None:
    load(house, units=UNITS, people=[person(), person(person_id="user:bo", sign_in_name="bo")])
    load(house, people=[person(display_name_en="Anne B.", groups=["administrators"])])
    anne, bo = house.engine.queries.list_people()
    assert (anne.display_name_en, anne.groups) == ("Anne B.", {"administrators", "unit:fire"})
    assert bo.groups == {"role:duty_room", "unit:fire"}


def test_sign_in_with_the_right_password_only(house: House) -> None:
    load(house, units=UNITS, people=[person(), person(person_id="user:bo", sign_in_name="bo", password_hash=None)])
    queries = house.engine.queries
    found = queries.authenticate("Anne ", "correct horse")
    assert found is not None
    assert found.person_id == "user:anne"
    assert queries.authenticate("anne", "wrong") is None
    assert queries.authenticate("nobody", "correct horse") is None
    assert queries.authenticate("bo", "a password that nobody has") is None


def test_the_disabled_are_gone(house: House) -> None:
    load(house, units=UNITS, people=[person(disabled=True)])
    assert house.engine.queries.find_person("user:anne") is None
    assert house.engine.queries.authenticate("anne", "correct horse") is None
    assert house.engine.queries.list_people() == []


def test_loading_takes_a_right(house: House) -> None:
    with pytest.raises(NotPermittedError):
        house.engine.handle(LoadOrganisation(command_id=new_id(), units=UNITS), ANNE)


@pytest.mark.parametrize("fields", [{"people": [person(phone="1")]}, {"units": [{"unit_id": "x"}]}, {"roles": [{}]}])
def test_rows_that_are_not_what_is_expected_are_refused(house: House, fields: dict[str, Any]) -> None:
    with pytest.raises(RejectedError, match="Expected"):
        load(house, **fields)


def test_passwords_stand_in_no_entry(house: House) -> None:
    load(house, units=UNITS, people=[person()])
    ((body,),) = house.rows("SELECT body FROM audit_entry")
    assert "argon2" not in body
    assert "Anne" not in body
