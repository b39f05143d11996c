"""``liandong rehearse``: what a calibration takes from a filled database are the parameters that filled it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from tests.cli.conftest import Program
from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.domain.timing import parse_instant

START = "2026-07-01T00:00:00+08:00"
MODEL = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  id="d" targetNamespace="t"><bpmn:process id="lamp" isExecutable="true" camunda:historyTimeToLive="P1Y">
  <bpmn:startEvent id="begin"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
  <bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="mend"/>
  <bpmn:userTask id="mend" name="修 Mend" camunda:candidateGroups="unit:fire"><bpmn:incoming>a</bpmn:incoming>
    <bpmn:outgoing>b</bpmn:outgoing></bpmn:userTask>
  <bpmn:sequenceFlow id="b" sourceRef="mend" targetRef="end"/>
  <bpmn:endEvent id="end"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent></bpmn:process></bpmn:definitions>
"""
PLAN: dict[str, Any] = {
    "name": "lamps", "process_id": "lamp", "start_at": START, "season": {"cases": 150}, "take_on": True,
    "arrivals": {"between": {"exponential": "PT2H"}},
    "teams": [{"id": "fire", "groups": ["unit:fire"], "crews": 30, "crew_size": 4}],
    "tasks": {"mend": {
        "notice": {"lognormal": {"median": "PT10M", "sigma": 0.8}},
        "work": {"lognormal": {"median": "PT1H", "sigma": 0.5}},
    }},
}  # fmt: skip


def test_calibration_gives_back_what_filled_the_database_and_refuses_too_little(
    program: Program, tmp_path: Path
) -> None:
    folder = tmp_path / "lamp"
    folder.mkdir()
    (folder / "lamp.bpmn").write_text(MODEL)
    plan, bare = tmp_path / "plan.json", tmp_path / "bare.json"
    plan.write_text(json.dumps(PLAN))
    bare.write_text(json.dumps({**PLAN, "tasks": {"mend": {"work": "PT5M"}}, "season": {"cases": 2}}))
    words = ("rehearse", str(folder), "--processes", "1", "--scenario")
    assert program(*words, str(plan), "--cases", "150", "--keep", str(tmp_path / "past")).code == 0
    past, fitted = tmp_path / "past" / "season-0.sqlite3", tmp_path / "fitted.json"
    ran = program(
        *words, str(bare), "--cases", "2", "--calibrate-from", str(past), "--write-plan", str(fitted)
    )  # fmt: skip
    assert "150 past cases" in ran.out and ran.out.count("nothing speaks against it") == 3
    told = json.loads(fitted.read_text())
    for name, wanted, sigma in (("notice", 600, 0.8), ("work", 3600, 0.5)):
        found = told["tasks"]["mend"][name]["lognormal"]
        # Four standard errors of a median of 150 logarithms, and of their deviation: chance does not do that.
        assert abs(math.log(_seconds(found["median"]) / wanted)) < 4 * sigma / math.sqrt(150)
        assert abs(found["sigma"] - sigma) < 4 * sigma / math.sqrt(300)
    assert program(*words, str(bare), "--cases", "2", "--keep", str(tmp_path / "little")).code == 0
    refused = program(*words, str(bare), "--calibrate-from", str(tmp_path / "little" / "season-0.sqlite3"))
    assert refused.code != 0 and "at least 20 completed tasks" in refused.err and "2 cases" in refused.err
    guessed = program("rehearse", str(folder), "--processes", "1", "--cases", "2")
    assert guessed.code == 0 and "guessed from the deadlines" in guessed.out and "completed 2" in guessed.out


def test_rounds_end_early_and_give_the_same_bytes_however_many_processes_work(program: Program, tmp_path: Path) -> None:
    folder, plan = tmp_path / "lamp", tmp_path / "plan.json"
    folder.mkdir()
    (folder / "lamp.bpmn").write_text(MODEL)
    limit = {"id": "end", "until": "end", "within": "PT2H"}
    plan.write_text(json.dumps({**PLAN, "season": {"cases": 2}, "milestones": [limit], "what_if": ["fire"]}))
    told = []
    for processes in ("1", "2"):
        out = tmp_path / f"{processes}.json"
        ran = program(
            "rehearse", str(folder), "--scenario", str(plan), "--cases", "40", "--what-if", "all", "--precision", "50",
            "--processes", processes, "--json", str(out),
        )  # fmt: skip
        assert ran.code == 0 and "of 40 cases: everything asked for was known to ±50 points" in ran.out
        told.append(out.read_bytes())
    assert told[0] == told[1]
    assert json.loads(told[0])["plan"]["cases"] < 40


def _seconds(text: str) -> float:
    at = parse_instant(START)
    return (add(at, parse_duration(text)) - at).total_seconds()
