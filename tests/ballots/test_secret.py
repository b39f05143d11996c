"""Secret ballots: what was said and who voted lie apart, and nothing else that is kept joins them."""

from __future__ import annotations

import pytest

from tests.ballots.kit import cast, decision, person, voting
from tests.storage.test_verifying import tamper
from tests.support.house import ADMIN, House
from workflow_engine import CastVote, DuplicateCommandError, new_id

WORD = "sparrow"
"""A choice that stands nowhere else."""


@pytest.fixture
def secret(any_house: House) -> tuple[House, str, str]:
    any_house.release(
        voting(voters="ann, bob, cid", secrecy="secret", choices=f"{WORD}=yes, other=no", earlyEnd="false")
    )
    case_id = any_house.start()
    return any_house, case_id, any_house.task(case_id)


def tables_with(house: House, wanted: str, *, but: set[str]) -> list[str]:
    """Every column of every table that holds this text anywhere."""
    if house.settings.database_url.startswith("sqlite"):
        names = [row[0] for row in house.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    else:
        names = [row[0] for row in house.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return [
        name for name in names
        if name not in but and any(wanted in str(row) for row in house.rows(f'SELECT * FROM "{name}"'))
    ]  # fmt: skip


def test_choice_stands_on_the_paper_alone_while_people_vote(secret: tuple[House, str, str]) -> None:
    house, _, ballot_id = secret
    command = CastVote(command_id=new_id(), ballot_id=ballot_id, choice=WORD)
    receipt = house.engine.handle(command, person("ann"))
    rules = {"ballot", "definition", "definition_file", "token", "audit_entry", "entry_payload"}
    assert tables_with(house, WORD, but=rules) == ["ballot_paper"]
    assert tables_with(house, command.nonce, but=set()) == ["ballot_paper"]
    assert tables_with(house, receipt.result["fingerprint"], but=set()) == ["ballot_paper"]
    (turnout,) = house.rows("SELECT * FROM ballot_vote")
    (paper,) = house.rows("SELECT * FROM ballot_paper")
    assert set(turnout) & set(paper) - {None} == {ballot_id, 1, ""}


def test_nothing_is_shown_before_the_decision_and_never_who(secret: tuple[House, str, str]) -> None:
    house, case_id, ballot_id = secret
    asked = house.engine.queries.ballots
    first = cast(house, ballot_id, "ann", WORD)
    detail = asked.get(ballot_id, ADMIN)
    assert (detail.papers, detail.standing[0].choices, detail.standing[0].voted) == ([], None, 1)
    assert [(vote.voter, vote.choice, vote.fingerprint) for vote in detail.votes] == [("person:ann", None, None)]
    cast(house, ballot_id, "bob", "other")
    cast(house, ballot_id, "cid", WORD)
    found = decision(house, case_id)
    assert (found["outcome"], found["choices"], "votes" in found) == ("adopted", {WORD: 2, "other": 1}, False)
    detail = asked.get(ballot_id, person("ann"))
    assert first.result["fingerprint"] in {paper.fingerprint for paper in detail.papers}
    assert [vote.choice for vote in detail.own[0].own_votes] == [None]
    report = house.engine.verify_audit(sample=None)
    assert (report.findings, report.not_re_executed) == ([], 0)
    tamper(house, f"UPDATE ballot_paper SET choice = 'other' WHERE choice = '{WORD}'")
    assert {finding.kind for finding in house.engine.verify_audit(sample=None).findings} == {"changed_vote"}


def test_vote_sent_again_gives_its_receipt_only_to_who_kept_the_nonce(secret: tuple[House, str, str]) -> None:
    house, _, ballot_id = secret
    command = CastVote(command_id=new_id(), ballot_id=ballot_id, choice=WORD)
    receipt = house.engine.handle(command, person("ann"))
    again = house.engine.handle(command, person("ann"))
    assert (again.result, again.replayed) == (receipt.result, True)
    other = CastVote(command_id=command.command_id, ballot_id=ballot_id, choice="other", nonce=command.nonce)
    with pytest.raises(DuplicateCommandError):
        house.engine.handle(other, person("ann"))


def test_votes_shown_after_close_are_hidden_before(house: House) -> None:
    house.release(voting(voters="ann, bob", secrecy="after_close"))
    ballot_id = house.task(house.start())
    cast(house, ballot_id, "ann")
    (vote,) = house.engine.queries.ballots.get(ballot_id, person("bob")).votes
    assert (vote.voter, vote.choice) == ("person:ann", None)
    cast(house, ballot_id, "bob")
    votes = house.engine.queries.ballots.get(ballot_id, person("bob")).votes
    assert {vote.choice for vote in votes} == {"yes"}
