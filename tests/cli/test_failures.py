"""Whatever goes wrong is told on stderr with exit code 2, never as a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Program

GROUPS = {
    "alert": ["import"],
    "audit": ["verify"],
    "case": ["cancel", "history", "list", "resume", "retry", "show", "suspend"],
    "db": ["upgrade"],
    "organisation": ["load"],
    "person": ["list", "password"],
    "job": ["complete", "fail", "fetch", "list", "throw"],
    "worker": ["token"],
}
SINGLE = [
    "claim", "complete", "decide", "definitions", "deploy", "feel", "lint", "message", "release", "retire",
    "serve", "settings", "signal", "start", "tasks", "worker",
]  # fmt: skip
ALL = [[name] for name in SINGLE] + [[group, name] for group, names in GROUPS.items() for name in names]


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_command_explains_itself_and_has_json(program: Program, words: list[str]) -> None:
    ran = program(*words, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "--json" in ran.out
    assert len(ran.out.split("Usage:")[1].splitlines()) > 4


@pytest.mark.parametrize(
    "words",
    [
        ["no-such-command"],
        ["case"],
        ["case", "show"],
        ["start", "permit", "--set", "novalue"],
        ["start", "permit", "--data", "/nonexistent.json"],
        ["start", "permit", "--set", 'x={"a": 1, "a": 2}'],
        ["serve", "--port", "99999999"],
        ["deploy", "/nonexistent"],
        ["lint", "/nonexistent"],
        ["tasks", "--queue", "everything"],
        ["tasks"],
        ["audit", "verify"],
        ["worker"],
        ["worker", "token", "fax"],
        ["worker", "token", "Fax", "--topic", "fax"],
    ],
    ids=" ".join,
)
def test_failure_is_told_on_stderr_with_code_2(program: Program, words: list[str]) -> None:
    ran = program(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err
    assert "Traceback" not in ran.err
    if len(words) > 1:
        assert set(program.refused(*words)) >= {"code", "message"}


def test_missing_database_says_what_to_do(program: Program) -> None:
    assert "liandong db upgrade" in program("tasks").err


def test_data_that_is_no_json_object_is_refused(ready: Program) -> None:
    assert "JSON object" in ready.refused("start", "permit", "--data", "-", given="[1]")["message"]
    assert "Expected JSON" in ready.refused("start", "permit", "--data", "-", given="{nope")["message"]


def test_unknown_setting_is_told(program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "liandong.toml"
    file.write_text("prot = 1\n")
    monkeypatch.setenv("LIANDONG_CONFIG", str(file))
    error = program.refused("tasks")
    assert error["code"] == "settings"
    assert "prot" in error["message"]


def test_unexpected_error_is_one_line_with_a_hint_where_the_details_are(
    ready: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from workflow_engine.queries import Queries

    def broken(*_words: object, **_more: object) -> None:
        raise ZeroDivisionError("a bug\nwith two lines")

    monkeypatch.setattr(Queries, "list_definitions", broken)
    ran = ready("definitions")
    assert (ran.code, ran.out) == (2, "")
    assert len(ran.err.splitlines()) == 1
    log = tmp_path / "state" / "liandong" / "errors.log"
    assert str(log) in ran.err
    assert "Traceback" in log.read_text()
    assert ready.refused("definitions")["code"] == "unexpected"


def test_empty_lists_are_told_as_such(ready: Program) -> None:
    assert ready.ok("tasks") == {"tasks": []}
    assert ready.ok("case", "list") == {"cases": []}
    assert ready.ok("definitions") == {"definitions": []}
