"""Voting from opening to decision: who may, how often, by which rules, and what the record holds afterwards."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ballots.kit import ballot_task, cast, decision, person, voting
from tests.storage.test_verifying import tamper
from tests.support.house import ADMIN, OPERATOR, House, chain, user_task
from workflow_engine import (
    AmendText,
    BreakTie,
    CancelCase,
    CastVote,
    CompleteUserTask,
    DuplicateCommandError,
    InvalidStateError,
    InvalidVariablesError,
    MarkAbsent,
    NotFoundError,
    NotPermittedError,
    PrepareVote,
    RecuseVoter,
    RejectedError,
    ResumeCase,
    StaleVersionError,
    SuspendCase,
    new_id,
)

ANN, BOB, CID, DAN = (person(name) for name in ("ann", "bob", "cid", "dan"))


def verified(house: House) -> None:
    """The record holds, the case runs again to the same events, and the rows are those it gives."""
    report = house.engine.verify_audit(sample=None)
    assert report.findings == []
    assert report.not_re_executed == 0


def tell(house: House, kind: Any, ballot_id: str, actor: Any, **said: Any) -> Any:
    return house.engine.handle(kind(command_id=new_id(), ballot_id=ballot_id, **said), actor)


def fire(house: House, case_id: str) -> None:
    house.engine.handle(house.timer_command(case_id), OPERATOR)


def opened(house: House, **rules: str) -> tuple[str, str]:
    house.release(voting(**rules))
    case_id = house.start()
    return case_id, house.task(case_id)


def offered_to(house: House, ballot_id: str) -> set[str]:
    found = house.rows(f"SELECT subject FROM offer WHERE state = 'open' AND user_task_id = '{ballot_id}'")
    return {row[0] for row in found}


def test_vote_of_all_decides_once_and_the_case_goes_on(any_house: House) -> None:
    house = any_house
    house.release(chain(ballot_task(voters="ann, bob, cid", earlyEnd="false"), user_task("next")))
    case_id = house.start()
    ballot_id = house.task(case_id)
    verified(house)
    assert offered_to(house, ballot_id) == {"ann", "bob", "cid"}
    receipt = cast(house, ballot_id, ANN)
    assert offered_to(house, ballot_id) == {"bob", "cid"}
    assert house.engine.queries.ballots.has_receipt(ballot_id, receipt.result["fingerprint"], ANN)
    cast(house, ballot_id, BOB, "no", reason="too dear")
    verified(house)
    cast(house, ballot_id, CID)
    found = decision(house, case_id)
    assert (found["outcome"], found["yes"], found["no"], found["dissent"], found["voters"]) == ("adopted", 2, 1, 1, 3)
    assert {vote["voter"]: vote["choice"] for vote in found["votes"]} == {
        "person:ann": "yes", "person:bob": "no", "person:cid": "yes",
    }  # fmt: skip
    assert [task.element_id for task in house.tasks(case_id)] == ["next"]
    assert house.rows("SELECT state, outcome FROM ballot") == [("decided", "adopted")]
    verified(house)


def test_vote_ends_early_once_nothing_can_change(house: House) -> None:
    case_id, ballot_id = opened(house, voters="ann, bob, cid", thresholdBase="all", quorum=">= 2")
    cast(house, ballot_id, ANN)
    assert house.state(case_id) == "active"
    cast(house, ballot_id, BOB)
    assert house.state(case_id) == "completed"
    assert decision(house, case_id)["late"] == ["person:cid"]
    with pytest.raises(InvalidStateError):
        cast(house, ballot_id, CID)
    verified(house)


def test_vote_is_counted_once_whatever_is_sent_again(house: House) -> None:
    _, ballot_id = opened(house, voters="ann, bob")
    command = CastVote(command_id=new_id(), ballot_id=ballot_id, choice="yes")
    first = house.engine.handle(command, ANN)
    again = house.engine.handle(command, ANN)
    assert again.replayed
    assert again.result == first.result
    with pytest.raises(DuplicateCommandError):
        house.engine.handle(CastVote(command_id=command.command_id, ballot_id=ballot_id, choice="abstain"), ANN)
    with pytest.raises(InvalidStateError, match="voted already"):
        cast(house, ballot_id, ANN, "no", reason="changed my mind")


def test_vote_by_those_who_have_none_is_refused(house: House) -> None:
    case_id, ballot_id = opened(house, voters="ann, bob")
    with pytest.raises(NotFoundError):
        cast(house, ballot_id, DAN)
    with pytest.raises(NotPermittedError):
        cast(house, ballot_id, ADMIN)
    with pytest.raises(NotPermittedError):
        cast(house, ballot_id, ANN, voter="person:bob")
    with pytest.raises(InvalidVariablesError, match="needs a reason"):
        cast(house, ballot_id, ANN, "no")
    with pytest.raises(InvalidVariablesError, match="one of yes, no, abstain"):
        cast(house, ballot_id, ANN, "perhaps")
    with pytest.raises(InvalidStateError, match="ballot"):
        house.engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=ballot_id), ANN)
    with pytest.raises(InvalidStateError, match="ballot"):
        house.claim(ballot_id, ANN)
    house.engine.handle(SuspendCase(command_id=new_id(), case_id=case_id, reason="wait"), OPERATOR)
    with pytest.raises(InvalidStateError, match="suspended"):
        cast(house, ballot_id, ANN)
    house.engine.handle(ResumeCase(command_id=new_id(), case_id=case_id), OPERATOR)
    cast(house, ballot_id, ANN)
    verified(house)


def test_unit_has_one_vote_that_its_head_casts_as_prepared(house: House) -> None:
    case_id, ballot_id = opened(house, voters="unit:fire, unit:water", choices="agree=yes, object=no")
    clerk, head = person("clerk", "unit:fire"), person("chief", "unit:fire", "head:fire")
    tell(house, PrepareVote, ballot_id, clerk, voter="unit:fire", choice="object", reason="no hydrants")
    with pytest.raises(NotPermittedError):
        cast(house, ballot_id, clerk, "agree")
    (prepared,) = house.engine.queries.ballots.get(ballot_id, head).preparations
    assert (prepared.choice, prepared.prepared_by) == ("object", "clerk")
    cast(house, ballot_id, head, "object", reason="no hydrants")
    assert house.rows("SELECT voter, capacity, prepared_by FROM ballot_vote") == [("unit:fire", "head", "clerk")]
    with pytest.raises(InvalidStateError, match="voted already"):
        cast(house, ballot_id, head, "agree")
    cast(house, ballot_id, person("other", "head:water"), "agree")
    assert decision(house, case_id)["outcome"] == "tied"
    verified(house)


def test_recusal_and_absence_leave_the_bases(any_house: House) -> None:
    house = any_house
    case_id, ballot_id = opened(
        house, voters="ann, bob, cid, dan", chair="ann", quorum="> 1/2", quorumBase="present", thresholdBase="present",
        threshold="all",
    )  # fmt: skip
    tell(house, RecuseVoter, ballot_id, BOB, reason="my brother's firm")
    with pytest.raises(NotPermittedError):
        tell(house, MarkAbsent, ballot_id, CID, voter="person:dan")
    tell(house, MarkAbsent, ballot_id, ANN, voter="person:dan")
    with pytest.raises(InvalidStateError, match="recused"):
        cast(house, ballot_id, BOB)
    assert offered_to(house, ballot_id) == {"ann", "cid"}
    cast(house, ballot_id, CID)
    with pytest.raises(InvalidStateError, match="voted already"):
        tell(house, RecuseVoter, ballot_id, CID, reason="too late")
    cast(house, ballot_id, ANN)
    found = decision(house, case_id)
    assert (found["outcome"], found["recused"], found["absent"], found["present"]) == ("adopted", 1, 1, 2)
    verified(house)


def test_chair_votes_last_and_says_why_when_leaving_the_majority(house: House) -> None:
    case_id, ballot_id = opened(
        house, voters="ann, bob, cid", chair="ann", chairLast="true", earlyEnd="false", reasons="abstain"
    )
    with pytest.raises(InvalidStateError, match="2 others have not voted"):
        cast(house, ballot_id, ANN)
    cast(house, ballot_id, BOB)
    cast(house, ballot_id, CID)
    with pytest.raises(InvalidVariablesError, match="leaves the majority"):
        cast(house, ballot_id, ANN, "no")
    cast(house, ballot_id, ANN, "no", reason="the budget does not bear it")
    found = decision(house, case_id)
    assert (found["outcome"], found["chair_departed"]) == ("adopted", True)
    assert found["chair_reason"] == "the budget does not bear it"


def test_conflict_of_interest_takes_the_vote(house: House) -> None:
    node = ballot_task(voters="ann, bob, unit:fire", earlyEnd="false").replace(
        "</camunda:properties>",
        '<camunda:property name="notCompletedBy" value="drafter"/>'
        '<camunda:property name="conflictWith" value="=[drafter]"/></camunda:properties>',
    )
    house.release(chain(node))
    case_id = house.start(drafter="ann")
    ballot_id = house.task(case_id)
    for actor, voter in ((ANN, "person:ann"), (person("ann", "head:fire"), "unit:fire")):
        with pytest.raises(NotPermittedError, match="conflict of interest"):
            cast(house, ballot_id, actor, voter=voter)
    cast(house, ballot_id, BOB)
    cast(house, ballot_id, person("chief", "head:fire"))
    found = decision(house, case_id)
    assert (found["outcome"], found["recused"], found["voters"]) == ("adopted", 1, 3)
    verified(house)


def test_veto_decides_at_once(house: House) -> None:
    case_id, ballot_id = opened(house, voters="ann, bob, cid", veto="bob", reasons="abstain", earlyEnd="false")
    cast(house, ballot_id, ANN)
    with pytest.raises(InvalidVariablesError, match="needs a reason"):
        cast(house, ballot_id, BOB, "no")
    cast(house, ballot_id, BOB, "no", reason="unlawful")
    found = decision(house, case_id)
    assert (found["outcome"], found["vetoed_by"]) == ("vetoed", ["person:bob"])
    verified(house)


def test_even_votes_wait_for_the_chair(any_house: House) -> None:
    house = any_house
    case_id, ballot_id = opened(house, voters="ann, bob", chair="dan", tie="chair", reasons="abstain")
    cast(house, ballot_id, ANN)
    cast(house, ballot_id, BOB, "no")
    assert house.rows("SELECT state FROM ballot") == [("tied",)]
    assert offered_to(house, ballot_id) == {"dan"}
    verified(house)
    with pytest.raises(NotPermittedError):
        tell(house, BreakTie, ballot_id, ANN, choice="yes", reason="mine")
    tell(house, BreakTie, ballot_id, DAN, choice="yes", reason="urgent")
    found = decision(house, case_id)
    assert (found["outcome"], found["reason"], found["chair_reason"]) == ("adopted", "chair_decided", "urgent")
    verified(house)


def test_even_votes_are_voted_again(house: House) -> None:
    case_id, ballot_id = opened(house, voters="ann, bob", tie="again", rounds="2", reasons="abstain")
    cast(house, ballot_id, ANN)
    cast(house, ballot_id, BOB, "no")
    assert offered_to(house, ballot_id) == {"ann", "bob"}
    cast(house, ballot_id, ANN)
    cast(house, ballot_id, BOB)
    assert (decision(house, case_id)["outcome"], decision(house, case_id)["round"]) == ("adopted", 2)
    verified(house)


def test_later_text_makes_earlier_votes_void(house: House) -> None:
    house.release(voting(voters="ann, bob", text="=draft", rounds="2", lead="planning"))
    case_id = house.start(draft={"title": "Plan", "body": "Old", "version": "1"})
    ballot_id = house.task(case_id)
    old = house.engine.queries.ballots.get(ballot_id, ANN).text_version
    cast(house, ballot_id, ANN, text_version=old)
    lead = person("lena", "unit:planning", "administrators")
    tell(house, AmendText, ballot_id, lead, text={"title": "Plan", "body": "New"}, reason="as the fire brigade asked")
    with pytest.raises(StaleVersionError):
        cast(house, ballot_id, BOB, text_version=old)
    detail = house.engine.queries.ballots.get(ballot_id, ANN)
    assert [(one.round_no, one.text) for one in detail.rounds] == [
        (1, {"title": "Plan", "body": "Old", "version": "1"}), (2, {"title": "Plan", "body": "New"}),
    ]  # fmt: skip
    assert ([vote.voter for vote in detail.earlier_votes], detail.votes) == (["person:ann"], [])
    with pytest.raises(InvalidStateError, match="at most 2 rounds"):
        tell(house, AmendText, ballot_id, lead, text={"body": "Newer"}, reason="again")
    cast(house, ballot_id, ANN)
    cast(house, ballot_id, BOB)
    assert decision(house, case_id)["text_version"] == detail.text_version
    verified(house)


def test_clauses_are_voted_one_by_one(any_house: House) -> None:
    house = any_house
    items = '=[{"id": "a", "title": "First"}, "Second"]'
    case_id, ballot_id = opened(house, voters="ann, bob", items=items, reasons="abstain")
    for voter in (ANN, BOB):
        cast(house, ballot_id, voter, item="a")
        with pytest.raises(NotFoundError):
            cast(house, ballot_id, voter, item="9")
        assert voter.actor_id in offered_to(house, ballot_id)
        cast(house, ballot_id, voter, "no", item="2")
    found = decision(house, case_id)
    assert [(one["id"], one["title"], one["outcome"]) for one in found["items"]] == [
        ("a", "First", "adopted"), ("2", "Second", "rejected"),
    ]  # fmt: skip
    assert found["outcome"] == "rejected"
    verified(house)


@pytest.mark.parametrize(
    ("silence", "outcome", "late"),
    [("no_objection", "adopted", ["person:bob", "person:cid"]), ("absent", "no_quorum", ["person:bob", "person:cid"])],
)
def test_silence_at_the_deadline_means_what_the_rule_says(
    house: House, silence: str, outcome: str, late: list[str]
) -> None:
    case_id, ballot_id = opened(house, voters="ann, bob, cid", silence=silence, quorum="> 1/2", due="P1D")
    cast(house, ballot_id, ANN)
    house.clock.advance(86_400)
    with pytest.raises(InvalidStateError, match="deadline has passed"):
        cast(house, ballot_id, BOB)
    fire(house, case_id)
    assert (decision(house, case_id)["outcome"], decision(house, case_id)["late"]) == (outcome, late)
    verified(house)


def test_silence_may_give_more_time_once(house: House) -> None:
    case_id, ballot_id = opened(house, voters="ann, bob", silence="extend", extension="P2D", due="P1D")
    cast(house, ballot_id, ANN)
    house.clock.advance(86_400)
    fire(house, case_id)
    assert house.rows("SELECT state FROM ballot") == [("open",)]
    verified(house)
    cast(house, ballot_id, BOB)
    assert decision(house, case_id)["outcome"] == "adopted"
    assert house.rows("SELECT state FROM timer ORDER BY due_at") == [("fired",), ("cancelled",)]
    verified(house)


def test_withdrawn_case_withdraws_the_ballot_and_keeps_the_votes(house: House) -> None:
    case_id, ballot_id = opened(house, voters="ann, bob", due="P1D")
    cast(house, ballot_id, ANN)
    house.engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="off"), OPERATOR)
    assert house.rows("SELECT state FROM ballot") == [("withdrawn",)]
    assert house.rows("SELECT voter FROM ballot_vote") == [("person:ann",)]
    with pytest.raises(RejectedError):
        cast(house, ballot_id, BOB)
    verified(house)


def test_several_instances_become_one_ballot_of_their_collection(house: House) -> None:
    loop = (
        '<bpmn:multiInstanceLoopCharacteristics camunda:collection="members" camunda:elementVariable="member"/>'
    )
    house.release(chain(ballot_task(loop=loop)))
    case_id = house.start(members=["ann", "position:mayor"])
    (task,) = house.tasks(case_id)
    cast(house, task.user_task_id, ANN)
    cast(house, task.user_task_id, person("max", "position:mayor"))
    assert decision(house, case_id)["outcome"] == "adopted"


def test_weights_count_as_given(house: House) -> None:
    case_id, ballot_id = opened(
        house, voters="ann, bob, cid", weights='={"ann": 2.5}', reasons="abstain", earlyEnd="false"
    )
    cast(house, ballot_id, ANN)
    cast(house, ballot_id, BOB, "no")
    cast(house, ballot_id, CID, "no")
    found = decision(house, case_id)
    assert (found["outcome"], found["yes"], found["no"]) == ("adopted", 2.5, 2)


def test_changed_or_removed_vote_is_found(any_house: House) -> None:
    house = any_house
    _, ballot_id = opened(house, voters="ann, bob, cid", earlyEnd="false")
    for voter in (ANN, BOB, CID):
        cast(house, ballot_id, voter)
    verified(house)
    tamper(
        house,
        "UPDATE ballot_vote SET choice = 'abstain' WHERE voter = 'person:bob'",
        "DELETE FROM ballot_vote WHERE voter = 'person:cid'",
    )
    found = [finding.message for finding in house.engine.verify_audit(sample=None).findings]
    assert len(found) == 2
    assert "the vote of person:bob in round 1 was changed" in found[0]
    assert "are not those that were counted" in found[1]


def test_opening_with_rules_that_cannot_be_stops_the_case_there(house: House) -> None:
    house.release(voting(voters="=members", threshold="=share"))
    case_id = house.start(members=[], share="2/3")
    detail = house.engine.queries.get_case(case_id, OPERATOR)
    assert "ballot.threshold" in detail.incidents[0].message


def test_mine_and_running_and_ended_are_listed(any_house: House) -> None:
    house = any_house
    _, ballot_id = opened(house, voters="ann, bob", due="P1D")
    asked = house.engine.queries.ballots
    assert [row.ballot_id for row in asked.page(ANN, "mine").items] == [ballot_id]
    cast(house, ballot_id, ANN)
    assert asked.page(ANN, "mine").items == []
    (row,) = asked.page(ANN, "running").items
    assert (row.voters, row.voted, row.state) == (2, 1, "open")
    assert asked.page(DAN, "running").items == []
    cast(house, ballot_id, BOB)
    assert [row.outcome for row in asked.page(ADMIN, "ended").items] == ["adopted"]
