"""Proof of a case in words, its re-execution in pieces, exports on record, checkpoints to take away."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from tests.web.conftest import Visitor, actor
from workflow_engine import CompleteUserTask, Engine, Settings, new_id
from workflow_engine.audit.verify_case import verify
from workflow_engine.log_keys import make_log_key


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a key, so that the log is signed."""
    make_log_key(tmp_path / "log.key", "city.example/log")
    return Settings(
        database_url=f"sqlite:///{tmp_path / 'liandong.sqlite3'}", demo=True, session_file=tmp_path / "sessions.db",
        log_key_file=tmp_path / "log.key",
    )  # fmt: skip


@pytest.fixture
def done_case(engine: Engine, case_id: str, task_id: str) -> str:
    values = {"place": "=HYPERLINK(1)", "level": "II"}
    command = CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables=values)
    engine.handle(command, actor(engine, "wang"))
    engine.extend_log([case_id])
    return case_id


def execute(engine: Engine, statement: str) -> None:
    """As somebody with all rights in the database."""
    with engine._database.write() as unit:
        unit._cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_update")
        unit._cursor.execute("DROP TRIGGER IF EXISTS audit_entry_no_delete")
        unit._cursor.execute(statement)
        unit.commit()


def test_untouched_case_is_told_to_fit_together(app: Flask, done_case: str) -> None:
    visitor = Visitor(app, "he")
    page = visitor.get(f"/cases/{done_case}/proof").text
    assert "Nothing was found" in page
    assert "2 entries of this case are under a signed checkpoint" in page
    assert "The same came out of all 2 entries." in visitor.get(f"/cases/{done_case}/proof?run=1").text
    piece = visitor.get(f"/cases/{done_case}/proof/again?after=0&total=2").text
    assert "The same came out of all 2 entries." in piece


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit_entry SET actor = 'user:li' WHERE seq = 2", "A column beside entry 2"),
        ("UPDATE audit_entry SET body = replace(body, 'wang', 'li') WHERE seq = 2", "Entry 2 was changed after"),
        ("DELETE FROM audit_entry WHERE seq = 1 AND stream_id NOT LIKE '%:%'", "Entry 1 is missing."),
        ("UPDATE entry_payload SET content = replace(content, 'II', 'IV') WHERE seq = 2", "A value of entry 2 is not"),
        ("UPDATE process_instance SET version = 3", "The end of the record is missing, from entry 3 on."),
    ],
)
def test_tampering_is_shown_at_its_entry(
    app: Flask, engine: Engine, done_case: str, statement: str, told: str
) -> None:
    execute(engine, statement)
    page = Visitor(app, "he").get(f"/cases/{done_case}/proof").text
    assert told in page
    assert "What to do now" in page
    assert "cannot be relied on" in page
    assert "Nothing was found" not in page


def test_bundle_of_the_page_verifies(app: Flask, engine: Engine, done_case: str) -> None:
    visitor = Visitor(app, "he")
    visitor.get(f"/cases/{done_case}/proof")
    answer = visitor.client.post(
        f"/cases/{done_case}/export", data={"form": "bundle", "command_id": new_id(), "csrf_token": token(visitor)}
    )
    assert answer.headers["Content-Disposition"].startswith("attachment")
    packed = zipfile.ZipFile(io.BytesIO(answer.data))
    key = engine.queries.log.checkpoint().verifier
    assert verify(packed.read("case.json"), key).code == 0
    assert packed.read("verify_case.py") == visitor.get("/audit/verify_case.py").data


def token(visitor: Visitor) -> str:
    from tests.web.conftest import TOKEN

    found = TOKEN.search(visitor.page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("form", "holds"),
    [
        ("xes", 'value="Smoke at &lt;Dock&gt; 3"'), ("ocel", '"objectTypes"'), ("csv", "lifecycle,actor"),
        ("report", "Participants"),
    ],
)  # fmt: skip
def test_every_form_is_made_and_put_on_record(
    app: Flask, engine: Engine, done_case: str, form: str, holds: str
) -> None:
    visitor = Visitor(app, "he")
    visitor.get(f"/cases/{done_case}/proof")
    answer = visitor.post(f"/cases/{done_case}/export", {"form": form})
    assert answer.status_code == 200
    assert holds in answer.text
    with engine.queries.snapshot() as snapshot:
        sql = "SELECT body FROM audit_entry WHERE stream_id = 'export:all'"
        (body,) = snapshot.connection.exec_driver_sql(sql).scalars()
    event = json.loads(body)["events"][0]
    assert (event["form"], event["rows"], event["person_id"]) == (form, 2, "user:he")


def test_only_who_may_export_does(app: Flask, done_case: str) -> None:
    wang = Visitor(app, "wang")
    assert "Take the case out" not in wang.get(f"/cases/{done_case}/proof").text
    assert wang.post(f"/cases/{done_case}/export", {"form": "xes"}).status_code == 403
    assert wang.get("/audit/checkpoints").status_code == 403
    assert Visitor(app, "hu").get(f"/cases/{done_case}/proof").status_code == 404


def test_checkpoints_are_taken_away_and_many_cases_exported(app: Flask, engine: Engine, done_case: str) -> None:
    visitor = Visitor(app, "he")
    size = engine.queries.log.checkpoint().size
    assert f"/audit/checkpoints/{size}.txt" in visitor.get("/audit/checkpoints").text
    assert visitor.get(f"/audit/checkpoints/{size}.txt").text.startswith(f"city.example/log\n{size}\n")
    assert visitor.get(f"/audit/consistency?old={size}&new={size}").json["proof"] == []
    visitor.get("/audit/checkpoints")
    answer = visitor.post("/audit/export", {"form": "csv", "from": "2026-07-01", "to": "2026-07-01"})
    assert answer.status_code == 200
    assert done_case in answer.text
    visitor.get("/audit/checkpoints")
    assert visitor.post("/audit/export", {"form": "csv", "from": "2020-01-01", "to": "2020-01-02"}).status_code == 422
