"""Cases as event logs: what is in them, that no cell can be executed, and that pm4py reads them.

pm4py is AGPL: it is never imported here and no part of the product; it runs as a program of its own out of an
environment of its own, which ``python3 tools/project.py mining`` makes.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from workflow_engine.interchange.event_log import CaseLog, case_log
from workflow_engine.interchange.log_table import guarded, write_table
from workflow_engine.interchange.ocel import write_ocel
from workflow_engine.interchange.xes import write_xes

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
READ = """
import json, sys, warnings
warnings.filterwarnings("ignore")
import pm4py
log, objects = pm4py.read_xes(sys.argv[1]), pm4py.read_ocel2_json(sys.argv[2])
variants = pm4py.get_variants(log)
print(json.dumps({
    "events": len(log), "cases": int(log["case:concept:name"].nunique()), "variants": len(variants),
    "actors": sorted(log["org:resource"].unique().tolist()), "object events": len(objects.events),
    "object types": sorted(objects.objects["ocel:type"].unique().tolist()), "relations": len(objects.relations),
}))
"""


def made(case_id: str, title: str = "Smoke <at> \x07 =1+1") -> CaseLog:
    """A small case: a person takes and does a task, a script follows."""
    steps: list[list[dict[str, Any]]] = [
        [
            {"event": "case.started", "process_id": "p", "definition_id": "d"},
            {"event": "element.activated", "token_id": 2, "element_id": "check"},
            {"event": "user_task.created", "token_id": 2, "element_id": "check", "candidate_groups": ["unit:fire"]},
        ],
        [{"event": "user_task.claimed", "token_id": 2, "element_id": "check", "assignee": "user:anne"}],
        [
            {"event": "user_task.completed", "token_id": 2, "element_id": "check", "completed_by": "user:anne"},
            {"event": "element.completed", "token_id": 2, "element_id": "check"},
            {"event": "element.activated", "token_id": 3, "element_id": "count"},
            {"event": "element.completed", "token_id": 3, "element_id": "count"},
            {"event": "case.completed"},
        ],
    ]
    record = [
        (number, NOON + timedelta(minutes=number), "user:anne" if number > 1 else "system:clock", events)
        for number, events in enumerate(steps, 1)
    ]
    return case_log(case_id, "p", title, "completed", record)


def test_what_a_person_completed_is_told_once() -> None:
    told = [(event.activity, event.lifecycle, event.actor) for event in made("c1").events]
    assert told == [
        ("check", "start", "system:clock"),
        ("check", "schedule", "system:clock"),
        ("check", "assign", "user:anne"),
        ("check", "complete", "user:anne"),
        ("count", "start", "user:anne"),
        ("count", "complete", "user:anne"),
    ]


def test_xes_is_well_formed_whatever_the_title() -> None:
    root = etree.fromstring(b"".join(write_xes([made("c1"), made("c2")])))
    names = root.xpath("//*[local-name()='trace']/*[@key='liandong:title']/@value")
    assert names == ["Smoke <at>  =1+1"] * 2
    assert len(root.xpath("//*[local-name()='event']")) == 12


def test_ocel_relates_events_to_case_task_person_and_units() -> None:
    log = json.loads(b"".join(write_ocel([made("c1"), made("c2")])))
    ids = {one["id"] for one in log["objects"]}
    assert {"case:c1", "case:c2", "task:c1.2", "person:user:anne", "group:unit:fire"} <= ids
    related = {link["objectId"] for event in log["events"] for link in event["relationships"]}
    assert related <= ids
    assert {event["type"] for event in log["events"]} == {one["name"] for one in log["eventTypes"]}


def test_no_cell_of_a_table_is_a_formula() -> None:
    text = b"".join(write_table([made("c1", title="@SUM(A1)")])).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["title"] == "'@SUM(A1)"
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert [guarded(cell) for cell in ("=1", "\tx", "-2", "x=1", "")] == ["'=1", "'\tx", "'-2", "x=1", ""]


def test_pm4py_reads_both_forms(tmp_path: Path) -> None:
    python = Path(os.environ.get("LIANDONG_PM4PY_PYTHON") or ROOT / ".tools" / "pm4py" / "bin" / "python")
    if not python.exists():
        pytest.skip("pm4py is not installed: python3 tools/project.py mining")
    cases = [made("c1"), made("c2")]
    (tmp_path / "log.xes").write_bytes(b"".join(write_xes(cases)))
    (tmp_path / "log.jsonocel").write_bytes(b"".join(write_ocel(cases)))
    ran = subprocess.run(
        [python, "-c", READ, "log.xes", "log.jsonocel"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found == {
        "events": 12, "cases": 2, "variants": 1, "actors": ["system:clock", "user:anne"], "object events": 12,
        "object types": ["case", "group", "person", "task"], "relations": 12 * 2 + 2 * 4,
    }  # fmt: skip
