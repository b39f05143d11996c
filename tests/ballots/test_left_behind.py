"""What a process that died, a clock, a migration or a scenario meets at a ballot."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.ballots.kit import cast, decision, person, voting
from tests.support.house import ADMIN, OPERATOR, House, model_xml
from workflow_engine import (
    Actor,
    DeployDefinition,
    GiveMandate,
    InvalidStateError,
    InvalidVariablesError,
    LoadOrganisation,
    MigrateCase,
    NotFoundError,
    RejectedError,
    ReleaseDefinition,
    Settings,
    new_id,
    open_engine,
)
from workflow_engine.domain.actors import StandIn
from workflow_engine.domain.clock import VirtualClock
from workflow_engine.failpoints import failpoint
from workflow_engine.rehearsal import read_scenario, run_scenario
from workflow_engine.workers.clock import AlarmClock


def test_crash_between_the_last_vote_and_the_count_is_healed_by_the_clock(any_house: House) -> None:
    any_house.release(voting(voters="ann, bob"))
    case_id = any_house.start()
    ballot_id = any_house.task(case_id)
    cast(any_house, ballot_id, "ann")
    failpoint.arm("ballot.before_settle:*:raise")
    try:
        cast(any_house, ballot_id, "bob")
    finally:
        failpoint.arm("")
    assert any_house.state(case_id) == "active"
    any_house.reopen()
    AlarmClock(any_house.engine, worker_id="test").tick()
    any_house.engine.sweep_ballots()
    assert decision(any_house, case_id)["outcome"] == "adopted"
    assert any_house.engine.verify_audit(sample=None).findings == []


def test_deadline_that_passed_while_nothing_ran_is_settled_by_the_clock(house: House) -> None:
    house.release(voting(voters="ann, bob", due="P1D", silence="no_objection"))
    case_id = house.start()
    house.clock.advance(timedelta(days=3).total_seconds())
    AlarmClock(house.engine, worker_id="test").tick()
    assert decision(house, case_id)["late"] == ["person:ann", "person:bob"]
    assert house.state(case_id) == "completed"


def test_migrating_keeps_the_ballot_where_its_rules_stay(house: House) -> None:
    house.release(voting(voters="ann, bob", due="P1D"))
    case_id = house.start()
    ballot_id = house.task(case_id)
    cast(house, ballot_id, "ann")
    other = house.release(voting(voters="ann, bob", due="P1D", threshold="all"))
    with pytest.raises(RejectedError, match="other rules"):
        _migrate(house, case_id, other)
    same = house.release(voting(voters="ann, bob", due="P1D").replace('name="Vote"', 'name="Vote on it"'))
    _migrate(house, case_id, same)
    cast(house, ballot_id, "bob")
    assert decision(house, case_id)["yes"] == 2


def _migrate(house: House, case_id: str, definition_id: str) -> None:
    house.engine.handle(
        MigrateCase(command_id=new_id(), case_id=case_id, definition_id=definition_id, mapping={}, reason="mended"),
        ADMIN,
    )


def test_scenario_votes_recuses_and_marks_absent(tmp_path: Path) -> None:
    people = [
        {"person_id": name, "sign_in_name": name, "display_name_zh": name, "display_name_en": name,
         "groups": ["role:board"] if name != "dan" else []}
        for name in ("ann", "bob", "cid", "dan")
    ]  # fmt: skip
    model = model_xml(voting(voters="role:board, unit:fire", chair="ann", quorum="> 1/2", earlyEnd="false"))
    content = {
        "units": [{"unit_id": "fire", "name_zh": "消防", "name_en": "Fire", "subject_class": "government"}],
        "roles": [{"group_id": "role:board", "name_zh": "会", "name_en": "Board"}],
        "people": people,
        "positions": [{"position_id": "chief", "unit_id": "fire", "name_zh": "长", "name_en": "Chief",
                       "is_head": True, "person_id": "dan"}],
    }  # fmt: skip
    steps = [
        {"vote": "vote", "for": "bob", "as": "cid", "refused": "not_permitted"},
        {"recuse": "vote", "as": "bob", "reason": "mine"},
        {"absent": "vote", "as": "ann", "who": "cid"},
        {"vote": "vote", "for": "unit:fire", "choice": "no", "reason": "too dear"},
        {"vote": "vote", "as": "ann"},
        {"expect": {"state": "completed", "variables": {
            "decision.outcome": "tied", "decision.recused": 1, "decision.absent": 1}}},
    ]  # fmt: skip
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps({"process_id": "p", "start_at": "2026-05-12T12:00:00Z", "start": {}, "steps": steps}))

    def engine_for(clock: VirtualClock):  # type: ignore[no-untyped-def]
        engine = open_engine(Settings(database_url=f"sqlite:///{tmp_path}/s.sqlite3"), clock=clock, migrate=True)
        engine.handle(LoadOrganisation(command_id=new_id(), **content), OPERATOR)
        receipt = engine.handle(DeployDefinition(command_id=new_id(), files={"m.bpmn": model}), OPERATOR)
        release = ReleaseDefinition(command_id=new_id(), definition_id=receipt.result["definition_id"])
        engine.handle(release, ADMIN)
        return engine

    result = run_scenario(engine_for, read_scenario(path))
    assert result.findings == ()


def test_mandate_and_deputy_vote_in_somebodys_place(house: House) -> None:
    people = [
        {"person_id": name, "sign_in_name": name, "display_name_zh": name, "display_name_en": name}
        for name in ("ann", "eve")
    ]
    house.engine.handle(LoadOrganisation(command_id=new_id(), people=people), OPERATOR)
    house.release(voting(voters="ann, position:mayor", earlyEnd="false"))
    case_id = house.start()
    ballot_id = house.task(case_id)
    ann, eve = person("ann"), person("eve")
    given = {"ballot_id": ballot_id, "to": "eve", "reason": "on leave"}
    with pytest.raises(InvalidVariablesError):
        house.engine.handle(GiveMandate(command_id=new_id(), document=" ", **given), ann)
    with pytest.raises(NotFoundError):
        cast(house, ballot_id, eve)
    house.engine.handle(GiveMandate(command_id=new_id(), document="No. 7/2026", **given), ann)
    assert house.engine.verify_audit(sample=None).findings == []
    assert [row.ballot_id for row in house.engine.queries.ballots.page(eve, "mine").items] == [ballot_id]
    cast(house, ballot_id, eve)
    assert house.engine.queries.ballots.page(eve, "mine").items == []
    with pytest.raises(InvalidStateError, match="voted already"):
        cast(house, ballot_id, ann)
    deputy = Actor("dora", stands_in_for=(StandIn("max", frozenset({"position:mayor"})),))
    cast(house, ballot_id, deputy)
    assert sorted(house.rows("SELECT voter, cast_by, capacity FROM ballot_vote")) == [
        ("person:ann", "eve", "mandate"), ("position:mayor", "dora", "deputy"),
    ]  # fmt: skip
    assert decision(house, case_id)["outcome"] == "adopted"
    assert house.engine.verify_audit(sample=None).findings == []


def test_who_would_vote_is_foreseen(house: House) -> None:
    house.release(voting(voters="ann, position:mayor"))
    foresight = house.engine.foresee_start(OPERATOR, "p", {})
    (task,) = foresight.tasks
    assert (task.candidate_users, task.candidate_groups) == (("ann",), ("position:mayor",))
    assert house.rows("SELECT count(*) FROM ballot") == [(0,)]
