"""Every command of the program, from a model's file to a closed case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import PERMIT, Program
from tests.workers.models import END, START, chain, model, service_task
from web.api.tokens import OutsideWorkers
from workflow_engine import OPERATOR, LoadOrganisation, Settings, new_id, open_engine

PEOPLE = [
    {
        "person_id": f"user:{name}", "sign_in_name": name, "display_name_zh": name, "display_name_en": name,
        "groups": groups,
    }
    for name, groups in (("ann", ["modellers"]), ("ben", ["administrators"]), ("eve", []))
]  # fmt: skip


@pytest.fixture
def staffed(ready: Program) -> Program:
    engine = open_engine(Settings.load())
    engine.handle(LoadOrganisation(command_id=new_id(), people=PEOPLE), OPERATOR)
    engine.close()
    return ready


@pytest.fixture
def released(staffed: Program, folder: Path) -> Program:
    staffed.ok("deploy", str(folder), "--as", "ann")
    staffed.ok("release", "permit", "--as", "ben")
    return staffed


def _task(program: Program) -> str:
    (task,) = program.ok("tasks")["tasks"]
    return str(task["user_task_id"])


def test_folder_becomes_a_draft_and_another_person_releases_it(staffed: Program, folder: Path) -> None:
    (deployed,) = staffed.ok("deploy", str(folder), "--as", "ann")["definitions"]
    assert (deployed["process_id"], deployed["version"], deployed["state"]) == ("permit", 1, "draft")
    assert staffed.refused("start", "permit")["code"] == "not_found"
    assert staffed.refused("release", "permit", "--as", "ann")["code"] == "not_permitted"
    assert staffed.refused("release", "permit", "--as", "user:eve")["code"] == "not_permitted"
    assert staffed.refused("release", "permit", "--as", "nobody")["code"] == "not_found"
    assert staffed.ok("release", deployed["definition_id"][:12], "--as", "ben")["state"] == "released"
    (again,) = staffed.ok("deploy", str(folder), "--as", "ann")["definitions"]
    assert (again["created"], again["version"]) == (False, 1)
    (row,) = staffed.ok("definitions")["definitions"]
    assert (row["state"], row["deployed_by"], row["released_by"]) == ("released", "user:ann", "user:ben")
    assert staffed.ok("retire", "permit", "--as", "ben")["state"] == "retired"
    assert staffed.refused("start", "permit")["code"] == "not_found"


def test_case_runs_from_start_to_end(released: Program, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text('{"price": 5, "name": "Wang"}')
    started = released.ok(
        "start", "permit", "--data", str(data), "--set", "price=7", "--set", "note=n/a", "--key", "K1"
    )
    case_id = started["case_id"]
    shown = released.ok("case", "show", case_id)
    assert shown["variables"] == {"price": 7, "name": "Wang", "note": "n/a"}
    assert (shown["case"]["business_key"], shown["case"]["state"]) == ("K1", "active")
    task = _task(released)
    assert released.ok("claim", task, "--as", "ann")["by"] == "user:ann"
    assert [row["user_task_id"] for row in released.ok("tasks", "--for", "ann")["tasks"]] == [task]
    assert released.refused("complete", task, "--as", "eve")["code"] in ("not_permitted", "not_found")
    assert released.ok("complete", task, "--as", "ann", "--set", "ok=true")["case_id"] == case_id
    assert released.refused("complete", task, "--as", "ann")["code"] == "invalid_state"
    sent = released.ok("message", "paid", "--id", "payment-1", "--set", "amount=14")
    assert (sent["state"], sent["case_id"], sent["duplicate"]) == ("correlated", case_id, False)
    assert released.ok("message", "paid", "--id", "payment-1")["duplicate"]
    assert released.ok("signal", "storm")["cases"] == 1
    assert released.ok("case", "show", case_id)["case"]["state"] == "completed"
    story = released.ok("case", "history", case_id)["entries"]
    assert [entry["command"]["command"] for entry in story][:3] == [
        "case.start",
        "user_task.claim",
        "user_task.complete",
    ]
    assert released.ok("case", "list", "--state", "completed")["cases"][0]["case_id"] == case_id


def test_operator_steps_in(released: Program) -> None:
    case_id = released.ok("start", "permit", "--set", "price=1")["case_id"]
    assert released.ok("case", "suspend", case_id, "--reason", "inquiry")["state"] == "suspended"
    assert released.refused("complete", _task(released))["code"] == "invalid_state"
    assert released.ok("case", "resume", case_id)["state"] == "active"
    assert released.refused("case", "cancel", case_id)["code"] == "usage"
    assert released.ok("case", "cancel", case_id, "--reason", "withdrawn")["state"] == "cancelled"
    assert released.refused("case", "cancel", case_id, "--reason", "again")["code"] == "invalid_state"


def test_incident_is_retried_with_mended_values(released: Program) -> None:
    case_id = released.ok("start", "permit")["case_id"]
    released.ok("complete", _task(released))
    released.ok("message", "paid")
    shown = released.ok("case", "show", case_id)
    assert [row["element_id"] for row in shown["incidents"]] == ["count"]
    released.ok("case", "retry", case_id, "--set", "price=3")
    shown = released.ok("case", "show", case_id)
    assert shown["variables"]["total"] == 6
    assert {row["state"] for row in shown["incidents"]} <= {"resolved"}
    assert released.refused("case", "retry", case_id)["code"] == "not_found"


def test_script_does_jobs_under_a_lock(staffed: Program, tmp_path: Path) -> None:
    file = tmp_path / "calling.bpmn"
    file.write_bytes(model("calling", chain(START, service_task("call", "fax"), END)))
    staffed.ok("deploy", str(file), "--as", "ann")
    staffed.ok("release", "calling", "--as", "ben")
    cases = [staffed.ok("start", "calling", "--set", "number=7")["case_id"] for _ in range(2)]
    (first,) = staffed.ok("job", "fetch", "fax", "--worker", "script")["jobs"]
    assert (first["case_id"], first["variables"]) == (cases[0], {"number": 7})
    held = (first["job_id"], "--token", first["lock_token"])
    assert staffed.refused("job", "complete", first["job_id"], "--token", "forged")["code"] == "stale_version"
    assert staffed.ok("job", "complete", *held, "--set", "sent=true")["outcome"] == "completed"
    assert staffed.refused("job", "complete", *held)["code"] == "invalid_state"
    (second,) = staffed.ok("job", "fetch", "fax", "--worker", "script")["jobs"]
    staffed.ok("job", "fail", second["job_id"], "--token", second["lock_token"], "--error", "busy", "--retries", "0")
    assert [row["state"] for row in staffed.ok("job", "list")["jobs"]] == ["completed", "failed"]
    assert staffed.ok("case", "show", cases[1])["incidents"][0]["message"] == "busy"
    assert staffed.ok("job", "fetch", "fax", "--worker", "script") == {"jobs": []}
    assert staffed.refused("job", "complete", "nonsense", "--token", "x")["code"] == "usage"


def test_message_that_nobody_waits_for_waits(released: Program) -> None:
    sent = released.ok("message", "paid", "--keep-for", "60")
    assert (sent["state"], sent["case_id"]) == ("waiting", None)
    assert "is waiting" in released("message", "paid").out


def test_lint_tells_all_problems_of_all_files(program: Program, folder: Path) -> None:
    bad = folder / "bad.bpmn"
    bad.write_bytes(PERMIT.replace(b'targetRef="finish"', b'targetRef="nowhere"').replace(b"total =", b"import os #"))
    ran = program("lint", str(folder), "--json")
    assert ran.code == 2
    told = {Path(one["file"]).name: one for one in ran.json["files"]}
    assert (told["permit.bpmn"]["ok"], told["bad.bpmn"]["ok"]) == (True, False)
    assert len([one for one in told["bad.bpmn"]["problems"] if one["severity"] == "error"]) >= 1
    text = program("lint", str(bad))
    assert (text.code, text.err) == (2, "")
    assert "refused" in text.out
    assert program("lint", "-", given=PERMIT).code == 0


def test_deploying_a_broken_model_tells_its_problems(ready: Program, tmp_path: Path) -> None:
    file = tmp_path / "bad.bpmn"
    file.write_bytes(PERMIT.replace(b'targetRef="finish"', b'targetRef="nowhere"'))
    error = ready.refused("deploy", str(file))
    assert error["code"] == "definition_refused"
    assert error["problems"]
    assert "nowhere" in ready("deploy", str(file)).err


def test_alerts_are_told_one_by_one_and_refused_ones_do_not_keep_others_out(staffed: Program, tmp_path: Path) -> None:
    shipped = Path(__file__).resolve().parents[2] / "processes" / "emergency_response"
    staffed.ok("deploy", str(shipped), "--as", "ann")
    staffed.ok("release", "emergency_response", "--as", "ben")
    hostile = tmp_path / "hostile.xml"
    hostile.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    alerts = shipped / "alerts"
    ran = staffed("alert", "import", str(hostile), str(alerts / "gas_leak.xml"), "/nonexistent.xml", "--json")
    assert (ran.code, ran.err) == (2, "")
    assert [one["outcome"] for one in ran.json["alerts"]] == ["refused", "started", "refused"]
    assert ran.json["counts"] == {"refused": 2, "started": 1}
    assert ran.json["alerts"][0]["reason"]
    content = (alerts / "gas_leak.xml").read_bytes()
    (again,) = staffed.ok("alert", "import", "-", given=content)["alerts"]
    assert (again["outcome"], again["case_id"]) == ("duplicate", ran.json["alerts"][1]["case_id"])
    (update,) = staffed.ok("alert", "import", str(alerts / "gas_leak_update.xml"))["alerts"]
    assert update["case_id"] == again["case_id"]
    assert "refused" in staffed("alert", "import", str(hostile)).out


def test_settings_are_documented_and_passwords_are_not_shown(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "LIANDONG_DATABASE_URL" in program("settings").out
    monkeypatch.setenv("LIANDONG_DATABASE_URL", "postgresql+psycopg://liandong:hidden@db.example/cases")
    monkeypatch.setenv("LIANDONG_PORT", "9000")
    told = program.ok("settings")
    assert (told["port"], told["database_url"]) == (9000, "postgresql+psycopg://liandong:***@db.example/cases")


def test_text_is_told_in_aligned_columns(released: Program) -> None:
    released.ok("start", "permit", "--title", "许可证 一号")
    released.ok("start", "permit", "--title", "Second")
    header, *rows = released("tasks").out.splitlines()
    assert header.split()[:2] == ["user_task_id", "name"]
    assert len(rows) == 2
    assert "许可证 一号" in "".join(rows)
    assert json.loads(released("case", "list", "--json").out)["cases"]


def test_first_administrator_is_made_and_signs_in(ready: Program, tmp_path: Path) -> None:
    file = tmp_path / "organisation.json"
    unit = {"unit_id": "fire", "name_zh": "消防", "name_en": "Fire"}
    file.write_text(json.dumps({"units": [unit], "people": [{**PEOPLE[1], "unit_id": "fire"}]}))
    assert ready.ok("organisation", "load", str(file)) == {"units": 1, "people": 1, "changes": 2}
    (told,) = ready.ok("person", "list")["people"]
    assert (told["sign_in_name"], told["groups"]) == ("ben", ["administrators", "unit:fire"])
    assert ready.refused("person", "password", "ben", given="short\n")["code"] == "usage"
    assert ready.refused("person", "password", "nobody", given="slow river, tall clock\n")["code"] == "not_found"
    assert "easy to guess" in ready.refused("person", "password", "ben", given="password1234\n")["message"]
    assert ready.ok("person", "password", "ben", given="slow river, tall clock\n")["changed"]
    engine = open_engine(Settings.load())
    found = engine.queries.authenticate("ben", "slow river, tall clock")
    engine.close()
    assert found is not None
    assert found.groups == {"administrators", "unit:fire"}
    file.write_text('{"peple": []}')
    assert "peple" in ready.refused("organisation", "load", str(file))["message"]


def test_token_of_a_worker_is_told_once_with_its_lines(program: Program, tmp_path: Path) -> None:
    made = program.ok("worker", "token", "fax", "--topic", "fax", "--topic", "letter", "--topic", "fax")
    assert (made["name"], made["topics"]) == ("fax", ["fax", "letter"])
    file = tmp_path / "workers.toml"
    file.write_text(made["toml"])
    workers = OutsideWorkers(file)
    found = workers.find(made["token"])
    assert found is not None
    assert (found.name, found.topics) == ("fax", {"fax", "letter"})
    assert made["token"] not in made["toml"]
    told = program("worker", "token", "fax", "--topic", "fax").out
    assert made["token"] not in told
    assert "[worker.fax]" in told
    assert program.refused("worker", "token", "fax machine", "--topic", "fax")["code"] == "settings"
