"""Grants by unit and process: grown on two administrators' word, felt in what people may see and do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import OFFERED, TWO_STEPS, House, chain, user_task
from workflow_engine import (
    OPERATOR,
    Actor,
    CancelCase,
    ChangeProfile,
    CompleteUserTask,
    DecideProposal,
    GiveGrant,
    InvalidStateError,
    InvalidVariablesError,
    LoadOrganisation,
    NotFoundError,
    NotPermittedError,
    ProposePower,
    Receipt,
    RevokeGrant,
    StartCase,
    may,
    new_id,
)

UNITS = [
    {"unit_id": "city", "name_zh": "市", "name_en": "City", "level": "city"},
    {"unit_id": "east", "parent_id": "city", "name_zh": "东区", "name_en": "East", "level": "district"},
    {"unit_id": "willow", "parent_id": "east", "name_zh": "柳街道", "name_en": "Willow", "level": "subdistrict"},
    {"unit_id": "west", "parent_id": "city", "name_zh": "西区", "name_en": "West", "level": "district"},
]
PEOPLE = {
    "ann": ("city", ["administrators"]), "ben": ("city", ["administrators"]), "dan": ("east", []),
    "wil": ("willow", ["role:duty_room"]), "wes": ("west", ["role:duty_room"]), "aud": ("city", ["auditors"]),
}  # fmt: skip


@pytest.fixture
def city(house: House) -> House:
    people = [
        {"person_id": f"user:{name}", "sign_in_name": name, "display_name_zh": name, "display_name_en": name,
         "unit_id": unit, "groups": groups}
        for name, (unit, groups) in PEOPLE.items()
    ]  # fmt: skip
    house.engine.handle(LoadOrganisation(command_id=new_id(), units=UNITS, people=people), OPERATOR)
    return house


def who(house: House, name: str) -> Actor:
    found = house.engine.queries.organisation.find_actor(f"user:{name}")
    assert found is not None
    return found


def propose(house: House, by: str, kind: str = "grant", **content: Any) -> str:
    proposal_id = new_id()
    command = ProposePower(
        command_id=new_id(), proposal_id=proposal_id, kind=kind, content=content, reason="They run the district."
    )
    house.engine.handle(command, who(house, by))
    return proposal_id


def decide(house: House, by: str, proposal_id: str, decision: str = "agreed") -> Receipt:
    command = DecideProposal(command_id=new_id(), proposal_id=proposal_id, decision=decision)
    return house.engine.handle(command, who(house, by))


def give(house: House, **content: Any) -> str:
    receipt = house.engine.handle(GiveGrant(command_id=new_id(), reason="setup", **content), OPERATOR)
    return str(receipt.result["grant_id"])


def start(house: House, by: str) -> str:
    case_id = new_id()
    house.engine.handle(StartCase(command_id=new_id(), case_id=case_id, process_id="p"), who(house, by))
    return case_id


def test_a_new_installation_holds_what_it_is_delivered_with(city: House) -> None:
    from workflow_engine.domain.permissions import HOLDERS

    stored: dict[str, set[str]] = {}
    for grant in city.engine.queries.organisation.list_grants():
        assert (grant.unit_id, grant.process_id) == (None, None)
        stored.setdefault(grant.verb, set()).add(grant.holder)
    assert stored == {verb: set(holders) for verb, holders in HOLDERS.items()}


def test_power_grows_when_a_second_administrator_agrees(city: House) -> None:
    proposal_id = propose(city, "ann", holder="user:dan", verb="case.operate", unit_id="east")
    assert not may(who(city, "dan"), "case.operate", "willow", "p")
    with pytest.raises(NotPermittedError, match="another administrator"):
        decide(city, "ann", proposal_id)
    decide(city, "ben", proposal_id)
    dan = who(city, "dan")
    assert may(dan, "case.operate", "willow", "p")
    assert not may(dan, "case.operate", "west", "p")
    assert not may(dan, "case.operate")
    with pytest.raises(InvalidStateError):
        decide(city, "ben", proposal_id, "declined")


def test_a_membership_with_power_goes_the_same_way(city: House) -> None:
    proposal_id = propose(city, "ann", "membership", person_id="user:dan", group_id="auditors")
    decide(city, "ben", proposal_id)
    assert "auditors" in who(city, "dan").groups
    (change, *_) = city.engine.queries.organisation.history("person", "user:dan").items
    assert (change.before["groups"], change.after["groups"]) == ([], ["auditors"])


def test_nobody_gives_power_to_themselves(city: House) -> None:
    with pytest.raises(NotPermittedError, match="themselves"):
        propose(city, "ann", holder="user:ann", verb="case.audit")
    proposal_id = propose(city, "ben", holder="user:ann", verb="case.audit")
    with pytest.raises(NotPermittedError, match="themselves"):
        decide(city, "ann", proposal_id)
    decide(city, "ann", proposal_id, "declined")
    with pytest.raises(NotPermittedError):
        propose(city, "dan", holder="user:wil", verb="case.operate")


def test_one_administrator_gives_only_what_is_no_power(city: House) -> None:
    give_command = GiveGrant(command_id=new_id(), holder="user:dan", verb="case.operate")
    with pytest.raises(NotPermittedError, match="second administrator"):
        city.engine.handle(give_command, who(city, "ann"))
    city.engine.handle(GiveGrant(command_id=new_id(), holder="user:dan", verb="definition.see"), who(city, "ann"))
    assert may(who(city, "dan"), "definition.see")
    for wrong in ({"verb": "no.such"}, {"verb": "definition.see", "unit_id": "mars"},
                  {"verb": "organisation.see", "unit_id": "east"}):  # fmt: skip
        with pytest.raises(InvalidVariablesError):
            city.engine.handle(GiveGrant(command_id=new_id(), holder="user:dan", **wrong), who(city, "ann"))


def test_the_last_grant_to_administer_stays(city: House) -> None:
    grants = city.engine.queries.organisation.list_grants()
    (last,) = [grant for grant in grants if grant.verb == "organisation.administer"]
    with pytest.raises(InvalidStateError, match="last one"):
        city.engine.handle(RevokeGrant(command_id=new_id(), grant_id=last.grant_id, reason="x"), who(city, "ann"))
    (other,) = [grant for grant in grants if grant.verb == "message.publish"]
    city.engine.handle(RevokeGrant(command_id=new_id(), grant_id=other.grant_id, reason="x"), who(city, "ann"))
    assert not may(who(city, "ann"), "message.publish")


def test_a_case_belongs_to_the_unit_of_who_starts_it_and_is_seen_by_those_above(city: House) -> None:
    city.release(TWO_STEPS)
    willow, west = start(city, "wil"), start(city, "wes")
    give(city, holder="unit:east", verb="case.see_all", unit_id="east")
    queries, dan = city.engine.queries, who(city, "dan")
    assert [row.case_id for row in queries.find_cases(dan).items] == [willow]
    assert queries.get_case(willow, dan).case.case_id == willow
    with pytest.raises(NotFoundError):
        queries.get_case(west, dan)
    assert [row.case_id for row in queries.inbox(dan, "all_open").items] == [willow]
    assert {row.case_id for row in queries.find_cases(who(city, "ann")).items} == {willow, west}


def test_cases_follow_when_their_unit_moves(city: House) -> None:
    city.release(TWO_STEPS)
    willow = start(city, "wil")
    give(city, holder="unit:east", verb="case.see_all", unit_id="east")
    move = LoadOrganisation(command_id=new_id(), units=[{"unit_id": "willow", "parent_id": "west"}])
    city.engine.handle(move, OPERATOR)
    assert city.engine.queries.find_cases(who(city, "dan")).items == []
    give(city, holder="user:dan", verb="case.see_all", unit_id="west")
    assert [row.case_id for row in city.engine.queries.find_cases(who(city, "dan")).items] == [willow]


def test_the_model_names_the_unit_before_the_starter_does(city: House) -> None:
    owned = chain(user_task("A", OFFERED)).replace(
        "<bpmn:startEvent",
        '<bpmn:extensionElements><camunda:properties><camunda:property name="owningUnit" value="west"/>'
        "</camunda:properties></bpmn:extensionElements><bpmn:startEvent",
        1,
    )
    city.release(owned)
    case_id = start(city, "wil")
    assert city.rows(f"SELECT unit_id FROM process_instance WHERE case_id = '{case_id}'") == [("west",)]
    assert sorted(city.rows("SELECT unit_id FROM case_scope")) == [("city",), ("west",)]


def test_a_grant_for_one_process_reaches_no_other(city: House) -> None:
    city.release(TWO_STEPS)
    city.release(chain(user_task("A", OFFERED), process="q"))
    p = start(city, "wil")
    q = new_id()
    city.engine.handle(StartCase(command_id=new_id(), case_id=q, process_id="q"), who(city, "wil"))
    give(city, holder="user:dan", verb="case.see_all", process_id="q")
    give(city, holder="user:dan", verb="case.operate", unit_id="east", process_id="q")
    dan = who(city, "dan")
    assert [row.case_id for row in city.engine.queries.find_cases(dan).items] == [q]
    with pytest.raises(NotFoundError):
        city.engine.handle(CancelCase(command_id=new_id(), case_id=p, reason="x"), dan)
    city.engine.handle(CancelCase(command_id=new_id(), case_id=q, reason="x"), dan)
    assert city.state(q) == "cancelled"


def test_who_sees_a_case_but_does_not_operate_it_is_told_so(city: House) -> None:
    city.release(TWO_STEPS)
    case_id = start(city, "wil")
    with pytest.raises(NotPermittedError):
        city.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="x"), who(city, "wil"))


def test_starting_can_be_kept_to_a_unit(city: House) -> None:
    city.release(TWO_STEPS)
    (everybody,) = [one for one in city.engine.queries.organisation.list_grants() if one.verb == "case.start"]
    city.engine.handle(RevokeGrant(command_id=new_id(), grant_id=everybody.grant_id, reason="x"), OPERATOR)
    give(city, holder="unit:willow", verb="case.start", process_id="p")
    with pytest.raises(NotPermittedError):
        start(city, "wes")
    start(city, "wil")


def test_an_auditor_sends_no_command_even_with_other_groups(city: House) -> None:
    city.release(TWO_STEPS)
    case_id = start(city, "wil")
    task_id = city.task(case_id, "A")
    reader = Actor("user:aud", frozenset({"auditors", "administrators", "role:duty_room"}))
    for command in (
        CompleteUserTask(command_id=new_id(), user_task_id=task_id),
        CancelCase(command_id=new_id(), case_id=case_id, reason="x"),
        StartCase(command_id=new_id(), case_id=new_id(), process_id="p"),
        LoadOrganisation(command_id=new_id(), units=UNITS),
    ):
        with pytest.raises(NotPermittedError, match="auditors read"):
            city.engine.handle(command, reader)
    assert city.state(case_id) == "active"


def test_cases_of_a_unit_are_found_down_an_index(city: House) -> None:
    if not city.settings.database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL reads so few rows as it likes")
    walk = "SELECT started_at, case_id FROM case_scope WHERE unit_id = 'east' ORDER BY started_at DESC, case_id DESC"
    plan = " ".join(str(row) for row in city.rows(f"EXPLAIN QUERY PLAN {walk} LIMIT 50"))
    assert "USING PRIMARY KEY" in plan
    assert "TEMP B-TREE" not in plan


def test_ended_cases_are_kept_as_long_as_the_profile_says(city: House) -> None:
    city.release(TWO_STEPS)
    change = ChangeProfile(command_id=new_id(), values={"retention_days": 30}, base_version=0, reason="archives law")
    city.engine.handle(change, OPERATOR)
    case_id = start(city, "wil")
    city.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="x"), OPERATOR)
    ((ended, removed),) = city.rows("SELECT ended_at, removal_at FROM process_instance")
    assert str(ended)[:10] == "2026-05-12"
    assert str(removed)[:10] == "2026-06-11"
