"""ASVS 5.0, chapters 13, 14 and 16: secrets, retention, logs and errors."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from tests.web.conftest import PASSWORD, Visitor
from workflow_engine import OPERATOR, CancelCase, Engine, Settings, UnavailableError, new_id
from workflow_engine.cli.logs import set_up_logging

ROOT = Path(__file__).resolve().parents[3]
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|ghp_[0-9A-Za-z]{36}|xox[bp]-\d")


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the product's own logging writes."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    set_up_logging(Settings(log_json=True))
    yield stream
    root.handlers, root.level = before, level


def test_asvs_13_3_1_no_secret_stands_in_the_repository() -> None:
    """Keys and passwords come from files and the environment; none is among the tracked files."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    names = [name for name in tracked.split("\0") if name] or ["pyproject.toml"]
    found = []
    for name in names:
        path = ROOT / name
        if path.is_file() and path.stat().st_size < 1_000_000 and "asvs" not in path.parts:
            found += [name for _ in SECRETS.finditer(path.read_text(encoding="utf-8", errors="ignore"))]
    assert found == []


def test_asvs_14_2_7_a_case_that_ended_knows_when_it_may_be_removed(engine: Engine, case_id: str) -> None:
    """A model that declares how long its cases are kept gives each ended case that day."""
    engine.handle(CancelCase(command_id=new_id(), case_id=case_id, reason="no"), OPERATOR)
    with engine.queries.snapshot() as snapshot:
        sql = "SELECT removal_at FROM process_instance"
        ((removal_at,),) = snapshot.connection.exec_driver_sql(sql).all()
        sql = "SELECT retention_days FROM definition_process"
        ((retention_days,),) = snapshot.connection.exec_driver_sql(sql).all()
    assert (removal_at is None) == (retention_days is None)


def test_asvs_16_2_5_no_password_and_no_token_is_logged(app: Flask, log: io.StringIO) -> None:
    """What opens something never reaches the log."""
    visitor = Visitor(app)
    visitor.get("/sign-in")
    visitor.post("/sign-in", {"name": "wang", "password": "a wrong secret"})
    visitor.get("/sign-in")
    visitor.post("/sign-in", {"name": "wang", "password": PASSWORD})
    app.test_client().get("/api/v1/cases", headers={"Authorization": "Bearer liandong_secret"})
    written = log.getvalue()
    for secret in ("a wrong secret", PASSWORD, "liandong_secret"):
        assert secret not in written


def test_asvs_16_3_2_a_refusal_of_rights_is_logged(app: Flask, log: io.StringIO) -> None:
    """Who was refused where, by pseudonym."""
    Visitor(app, "wang").get("/operations")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert any("user:wang" in line["event"] and "/operations" in line["event"] for line in lines)


def test_asvs_16_4_1_a_line_of_the_log_cannot_be_forged(log: io.StringIO) -> None:
    """Line breaks and control characters from outside are written as escapes."""
    logging.getLogger("test").warning("said: %s", 'x\n{"level": "error", "event": "forged"}\x1b[31m')
    (line,) = log.getvalue().splitlines()
    assert json.loads(line)["level"] == "warning"
    assert "\x1b" not in line


def test_asvs_16_4_2_the_record_is_never_changed(engine: Engine, case_id: str) -> None:
    """The database itself refuses to change or delete what is written in the record."""
    database = engine.queries
    with database.snapshot() as snapshot:
        path = snapshot.connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
    with sqlite3.connect(path) as connection:
        for statement in ("UPDATE audit_entry SET actor = 'user:x'", "DELETE FROM audit_entry"):
            with pytest.raises(sqlite3.Error, match="never changed or deleted"):
                connection.execute(statement)
    connection.close()


def test_asvs_16_4_3_logs_go_where_the_operator_sends_them(log: io.StringIO) -> None:
    """One JSON object a line on stderr, for the collector of the house; nothing is kept beside the product."""
    logging.getLogger("test").error("broken")
    (line,) = log.getvalue().splitlines()
    assert {"event", "level", "logger", "timestamp"} <= set(json.loads(line))


def test_asvs_16_5_1_errors_tell_no_internals(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is a calm page without traces, names of files or SQL."""
    visitor = Visitor(app, "wang")

    def break_(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM table at workflow_engine/engine.py")

    monkeypatch.setattr(type(app.extensions["engine"].queries.case_lists), "page", break_)
    answer = visitor.get("/cases")
    assert answer.status_code == 500
    for internal in ("SELECT", "workflow_engine", "RuntimeError", "Traceback"):
        assert internal not in answer.text


def test_asvs_16_5_2_a_busy_database_is_told_and_survived(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the database cannot be had the answer is 503 with what to do; the next request works again."""
    visitor = Visitor(app, "wang")

    def busy(*_: object, **__: object) -> None:
        raise UnavailableError("The database was too busy.")

    with monkeypatch.context() as patch:
        patch.setattr(type(app.extensions["engine"].queries.case_lists), "page", busy)
        assert visitor.get("/cases").status_code == 503
    assert visitor.get("/cases").status_code == 200


def test_asvs_16_5_3_a_fault_while_asking_who_it_is_lets_nobody_in(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure in looking up a person is an error, never a way past the sign-in."""
    visitor = Visitor(app, "jiang")

    def break_(*_: object, **__: object) -> None:
        raise RuntimeError("no organisation")

    monkeypatch.setattr(type(app.extensions["engine"].queries.organisation), "find_acting", break_)
    answer = visitor.get("/operations")
    assert answer.status_code == 500
    assert "Operations" not in answer.text.partition("<main")[2]
