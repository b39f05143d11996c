"""Voting from opening to decision, on both databases."""

from __future__ import annotations

from tests.ballots.kit import ballot_task, cast, decision
from tests.support.house import House, chain, user_task


def verified(house: House) -> None:
    report = house.engine.verify_audit(sample=None)
    assert report.findings == []
    assert report.not_re_executed == 0


def test_vote_of_all_decides_once_and_the_case_goes_on(house: House) -> None:
    house.release(chain(ballot_task(voters="ann, bob, cid"), user_task("next")))
    case_id = house.start()
    ballot_id = house.task(case_id)
    verified(house)
    assert cast(house, ballot_id, "ann").result["fingerprint"]
    cast(house, ballot_id, "bob", "no", reason="too dear")
    verified(house)
    cast(house, ballot_id, "cid")
    found = decision(house, case_id)
    assert (found["outcome"], found["yes"], found["no"], found["dissent"], found["voters"]) == ("adopted", 2, 1, 1, 3)
    assert [task.element_id for task in house.tasks(case_id)] == ["next"]
    assert house.rows("SELECT state, outcome FROM ballot") == [("decided", "adopted")]
    verified(house)
