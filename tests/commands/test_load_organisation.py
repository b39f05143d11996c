"""LoadOrganisation: units, roles and people, added or changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import ADMIN, ANNE, House
from workflow_engine import (
    OPERATOR,
    Actor,
    InvalidStateError,
    InvalidVariablesError,
    LoadOrganisation,
    NotPermittedError,
    Receipt,
    RejectedError,
    hash_password,
    new_id,
)

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


def load(house: House, actor: Actor = OPERATOR, **fields: Any) -> Receipt:
    return house.engine.handle(LoadOrganisation(command_id=new_id(), **fields), actor)


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
    ((values,),) = house.rows("SELECT content FROM entry_payload")
    assert "argon2" not in values
    assert "Anne" in values


def test_loading_the_same_again_changes_and_records_nothing(house: House) -> None:
    rows = [{key: value for key, value in person().items() if key != "password_hash"}]
    assert load(house, units=UNITS, roles=ROLES, people=rows).result["changes"] == 4
    assert load(house, units=UNITS, roles=ROLES, people=rows).result["changes"] == 0
    assert len(house.rows("SELECT 1 FROM audit_entry")) == 1


def test_columns_that_are_not_given_stay(house: House) -> None:
    load(house, units=UNITS, people=[person()])
    load(house, people=[{"person_id": "user:anne", "display_name_en": "Anne B."}])
    found = house.engine.queries.authenticate("anne", "correct horse")
    assert found is not None
    assert (found.display_name_en, found.groups) == ("Anne B.", {"role:duty_room", "unit:fire"})
    (change, *_) = house.engine.queries.organisation.history("person", "user:anne").items
    assert (change.before, change.after) == ({"display_name_en": "Anne"}, {"display_name_en": "Anne B."})
    assert change.changed_by == "system:operator"


def test_every_row_that_cannot_be_is_named_and_nothing_is_stored(house: House) -> None:
    with pytest.raises(InvalidVariablesError) as refused:
        load(
            house,
            units=[*UNITS, {"unit_id": "x", "parent_id": "nowhere", "name_zh": "某", "name_en": "X"}],
            people=[person(), person(person_id="user:b", sign_in_name="ANNE", unit_id="mars")],
            positions=[
                {"position_id": "a", "unit_id": "city", "name_zh": "市长", "name_en": "Mayor", "is_head": True},
                {"position_id": "b", "unit_id": "city", "name_zh": "市长", "name_en": "Mayor", "is_head": "yes"},
            ],
            shifts=[{"shift_id": "s", "group_id": "unit:fire", "person_id": "user:anne", "from_at": "2026-05-12",
                     "until_at": "2026-05-12T08:00:00Z"}],
            deputies=[{"deputy_id": "d", "person_id": "user:anne", "stand_in": "user:anne", "from_on": "2026-05-13",
                       "until_on": "2026-05-12"}],
        )  # fmt: skip
    assert set(refused.value.problems) == {
        "units[2].parent_id", "people[1].sign_in_name", "people[1].unit_id", "positions[0].is_head",
        "positions[1].is_head", "shifts[0].from_at", "deputies[0].until_on", "deputies[0].stand_in",
    }  # fmt: skip
    assert house.rows("SELECT unit_id FROM unit") == []


def test_a_unit_below_itself_is_refused(house: House) -> None:
    load(house, units=UNITS)
    with pytest.raises(InvalidVariablesError, match="below itself"):
        load(house, units=[{"unit_id": "city", "parent_id": "fire"}])


def test_two_units_change_their_head_in_one_command(house: House) -> None:
    head = {"unit_id": "fire", "name_zh": "队长", "name_en": "Chief"}
    load(house, units=UNITS, positions=[{"position_id": "p1", **head, "is_head": True}])
    load(house, positions=[{"position_id": "p2", **head, "is_head": True}, {"position_id": "p1", "is_head": False}])
    (first, second) = house.engine.queries.organisation.get_unit("fire").positions
    assert (first.position_id, first.is_head, second.is_head) == ("p2", True, False)


def test_an_administrator_gives_power_to_nobody_by_loading(house: House) -> None:
    load(house, units=UNITS, people=[person()])
    with pytest.raises(NotPermittedError, match="second administrator"):
        load(house, ADMIN, people=[person(groups=["administrators"], password_hash=None)])
    load(house, ADMIN, people=[{"person_id": "user:anne", "groups": ["role:mayor"]}])


def test_an_administrator_takes_over_no_other_administrators_account(house: House) -> None:
    load(house, units=UNITS, people=[person(groups=["administrators"])])
    for taken in ({"password_hash": hash_password("a password of mine")}, {"email": "me@example.org"}):
        with pytest.raises(NotPermittedError, match="signs in"):
            load(house, ADMIN, people=[{"person_id": "user:anne", **taken}])
    load(house, ADMIN, people=[{"person_id": "user:anne", "display_name_en": "Anna"}])


def test_the_last_administrator_stays(house: House) -> None:
    load(house, people=[person(groups=["administrators"], unit_id=None)])
    with pytest.raises(InvalidStateError, match="last one"):
        load(house, people=[{"person_id": "user:anne", "disabled": True}])
    load(house, people=[person(person_id="user:bo", sign_in_name="bo", groups=["administrators"], unit_id=None)])
    load(house, people=[{"person_id": "user:anne", "disabled": True}])


def test_functions_of_a_unit_are_kept_sorted_and_once(house: House) -> None:
    load(house, units=[{**UNITS[1], "functions": "planning; housing;planning"}])
    assert house.engine.queries.organisation.get_unit("city").unit.functions == "housing;planning"
    load(house, units=[{"unit_id": "city", "name_zh": "市政府", "name_en": "City hall"}])
    assert house.engine.queries.organisation.get_unit("city").unit.functions == "housing;planning"
    with pytest.raises(InvalidVariablesError, match="without blanks"):
        load(house, units=[{**UNITS[1], "functions": "city planning"}])
