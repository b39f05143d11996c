"""Stepping into running cases from the command line: tokens, modify, migrate, batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import PERMIT, Program
from workflow_engine import OPERATOR, LoadOrganisation, Settings, new_id, open_engine
from workflow_engine.workers.batches import BatchRunner


@pytest.fixture
def case_id(ready: Program, folder: Path) -> str:
    _release(ready, folder)
    return str(ready.ok("start", "permit", "--set", "price=2")["case_id"])


def _release(program: Program, folder: Path) -> None:
    """Deployed by one, released by another."""
    engine = open_engine(Settings.load())
    people = [
        {
            "person_id": f"user:{name}", "sign_in_name": name, "display_name_zh": name, "display_name_en": name,
            "groups": ["administrators"],
        }
        for name in ("ann", "ben")
    ]  # fmt: skip
    engine.handle(LoadOrganisation(command_id=new_id(), people=people), OPERATOR)
    engine.close()
    program.ok("deploy", str(folder), "--as", "ann")
    program.ok("release", "permit", "--as", "ben")


def _work_off() -> None:
    engine = open_engine(Settings.load())
    runner = BatchRunner(engine, worker_id="tests")
    while runner.run_once():
        pass
    engine.close()


def test_token_is_moved_after_a_dry_run(ready: Program, case_id: str) -> None:
    (token,) = ready.ok("case", "tokens", case_id)["tokens"]
    assert token["element_id"] == "check"
    words = ("case", "modify", case_id, "--move", f"{token['token_id']}=count", "--set", "price=5")
    dry = ready.ok(*words, "--dry-run")["dry_run"]
    assert [place["element_id"] for place in dry["places_after"]] == ["weather"]
    assert ready.ok("case", "tokens", case_id)["tokens"][0]["element_id"] == "check"
    assert "Nothing has been changed" in ready(*words, "--dry-run").out
    assert ready(*words).code == 2
    assert ready.ok(*words, "--reason", "paid in cash")["state"] == "active"
    assert ready.ok("case", "show", case_id)["variables"]["total"] == 10
    assert ready.refused("case", "modify", case_id, "--withdraw", "99", "--dry-run")["code"] == "not_found"
    assert ready("case", "modify", case_id, "--move", "count", "--dry-run").code == 2


def test_cases_are_migrated_one_by_one_and_in_batches(ready: Program, case_id: str, folder: Path) -> None:
    other = str(ready.ok("start", "permit")["case_id"])
    (folder / "permit.bpmn").write_bytes(PERMIT.replace(b'"check"', b'"look"'))
    _release(ready, folder)
    many = ("case", "migrate", "--process", "permit", "--from", "1", "--to", "2")
    told = ready.ok(*many, "--dry-run")
    assert (told["count"], told["able"]) == (2, 0)
    assert told["tries"][0]["problems"][0]["code"] == "missing"
    assert ready.refused("case", "migrate", case_id, "--to", "2", "--reason", "r")["code"] == "cannot_migrate"
    ready.ok("case", "migrate", case_id, "--to", "2", "--map", "check=look", "--reason", "new form")
    batch_id = ready.ok(*many, "--map", "check=look", "--reason", "new form")["batch_id"]
    assert [row["state"] for row in ready.ok("batch", "list")["batches"]] == ["running"]
    ready.ok("batch", "pause", batch_id)
    ready.ok("batch", "continue", batch_id)
    _work_off()
    shown = ready.ok("batch", "show", batch_id)
    assert (shown["batch"]["state"], [item["case_id"] for item in shown["items"]]) == ("finished", [other])
    assert ready.refused("batch", "stop", batch_id, "--reason", "late")["code"] == "invalid_state"
    assert "1 done, 0 refused of 1" in ready("batch", "show", batch_id).out
    assert ready("case", "migrate", "--to", "2", "--dry-run").code == 2
    assert ready.refused("case", "migrate", case_id, "--to", "9", "--dry-run")["code"] == "not_found"
