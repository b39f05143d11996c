"""What tests of the program share: a new database, and the program run inside this process."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from workflow_engine.cli import liandong


@dataclass
class Ran:
    """How one run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


class Program:
    """Runs ``liandong`` with these words."""

    def __call__(self, *words: str, given: str | bytes | None = None) -> Ran:
        result = CliRunner().invoke(liandong, list(words), input=given, prog_name="liandong")
        assert isinstance(result.exception, SystemExit | None), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def ok(self, *words: str, given: str | bytes | None = None) -> Any:
        """The document of a run with ``--json`` that succeeds."""
        ran = self(*words, "--json", given=given)
        assert (ran.code, ran.err) == (0, "")
        return ran.json

    def refused(self, *words: str, given: str | bytes | None = None) -> Any:
        """The error of a run with ``--json`` that is refused; nothing else is said."""
        ran = self(*words, "--json", given=given)
        assert ran.code == 2
        assert "Traceback" not in ran.err
        return json.loads(ran.err)["error"]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """The program over a database that does not exist yet."""
    for name in [name for name in os.environ if name.startswith("LIANDONG_") and name != "LIANDONG_TEST_RUN_FOLDER"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LIANDONG_DATABASE_URL", f"sqlite:///{tmp_path / 'liandong.db'}")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return Program()


@pytest.fixture
def ready(program: Program, tmp_path: Path, sqlite_template: Path) -> Program:
    """The program over a new database."""
    shutil.copy(sqlite_template, tmp_path / "liandong.db")
    return program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A process folder: a model with a form and a decision table."""
    home = tmp_path / "permit"
    (home / "forms").mkdir(parents=True)
    (home / "scenarios").mkdir()
    (home / "permit.bpmn").write_bytes(PERMIT)
    (home / "forms" / "check.json").write_text('{"type": "object", "properties": {"ok": {"type": "boolean"}}}')
    (home / "scenarios" / "one.json").write_text("not deployed")
    return home


PERMIT = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="tests">
  <message id="paid" name="paid"/><signal id="storm" name="storm"/>
  <process id="permit" name="Permit" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="check" name="Check the form" camunda:formKey="check"/>
    <intermediateCatchEvent id="wait"><messageEventDefinition messageRef="paid"/></intermediateCatchEvent>
    <scriptTask id="count" scriptFormat="python"><script>total = price * 2</script></scriptTask>
    <intermediateCatchEvent id="weather"><signalEventDefinition signalRef="storm"/></intermediateCatchEvent>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="check"/>
    <sequenceFlow id="f2" sourceRef="check" targetRef="wait"/>
    <sequenceFlow id="f3" sourceRef="wait" targetRef="count"/>
    <sequenceFlow id="f4" sourceRef="count" targetRef="weather"/>
    <sequenceFlow id="f5" sourceRef="weather" targetRef="finish"/>
  </process>
</definitions>"""
