"""Ballots from the command line."""

from __future__ import annotations

from pathlib import Path

from tests.ballots.kit import voting
from tests.cli.conftest import Program
from tests.support.house import model_xml
from workflow_engine import OPERATOR, LoadOrganisation, Settings, new_id, open_engine


def test_ballot_is_listed_voted_and_told(ready: Program, tmp_path: Path) -> None:
    people = [
        {"person_id": name, "sign_in_name": name, "display_name_zh": name, "display_name_en": name, "groups": groups}
        for name, groups in (("ann", ["administrators"]), ("bob", ["administrators"]))
    ]
    engine = open_engine(Settings.load())
    engine.handle(LoadOrganisation(command_id=new_id(), people=people), OPERATOR)
    engine.close()
    (tmp_path / "p.bpmn").write_bytes(model_xml(voting(voters="ann, bob", quorum="> 1/2")))
    ready.ok("deploy", str(tmp_path / "p.bpmn"), "--as", "ann")
    ready.ok("release", "p", "--as", "bob")
    ready.ok("start", "p")
    (row,) = ready.ok("ballot", "list", "--which", "mine", "--as", "ann")["ballots"]
    assert (row["state"], row["voters"]) == ("open", 2)
    receipt = ready.ok("ballot", "vote", row["ballot_id"], "--choice", "yes", "--as", "ann")
    assert len(receipt["fingerprint"]) == 64
    assert ready.refused("ballot", "vote", row["ballot_id"], "--choice", "no", "--as", "bob")["code"]
    ready.ok("ballot", "vote", row["ballot_id"], "--choice", "no", "--reason", "too dear", "--as", "bob")
    told = ready("ballot", "show", row["ballot_id"]).out
    assert "Even votes." in told
    assert "Quorum: more than 1/2 of all on the roll had to take part; 2 of 2 did." in told
    assert "Votes are even, which rejects." in told
