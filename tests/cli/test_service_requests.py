"""Reports from files and to files: taken over once, also when killed in the middle; given out as they may be read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Program
from tests.support.house import ADMIN, House
from tests.support.requesting import IMPORT_MODEL
from workflow_engine import ChangeServiceCategories, Settings, new_id
from workflow_engine.interchange.boston311 import profile
from workflow_engine.interchange.report_files import read_reports
from workflow_engine.interchange.report_rows import ReportRow

CSV = (
    "external_id,category,status,received_at,title,closed_at,lat,lon\n"
    "1,road.hole,dispatched,2026-05-01T08:00:00+08:00,Hole,,28.2,112.9\n"
    "2,theirs,closed_resolved,2026-05-02T08:00:00+08:00,=Sum,2026-05-03T08:00:00+08:00,,\n"
    "3,unknown,dispatched,2026-05-02T08:00:00+08:00,Odd,,,\n"
    "4,road.hole,dispatched,yesterday,Bad,,,\n"
)


@pytest.fixture
def city(program: Program, tmp_path: Path) -> Program:
    """The program over a city with categories and a hotline."""
    house = House(os.environ["LIANDONG_DATABASE_URL"], settings=Settings.load())
    codes = {"road.hole", *profile()["categories"]["types"].values(), *profile()["categories"]["reasons"].values()}
    rows = [
        {"code": code, "group": "城|City", "name_zh": code, "name_en": code, "kind": "event", "process_id": "p"}
        for code in sorted(codes)
    ]  # fmt: skip
    command = ChangeServiceCategories(command_id=new_id(), categories=rows, base_version=0, reason="first")
    house.engine.handle(command, ADMIN)
    house.release(IMPORT_MODEL)
    house.close()
    return program


@pytest.fixture
def boston(shared: Path) -> str:
    return str(shared / "data" / "open311" / "boston311_sample500.csv")


def test_ontime_lists_where_the_file_says_otherwise(program: Program, boston: str) -> None:
    told = program.ok("service-requests", "ontime", boston, "--profile", "boston311")
    assert (told["on_time"], told["overdue"], told["unreadable"]) == (314, 146, [])
    assert [(one["external_id"], one["reckoned"], one["said"]) for one in told["differences"]] == [
        ("101000346119", False, None), ("101000346331", False, None), ("101000346382", False, None),
    ]  # fmt: skip
    ran = program("service-requests", "ontime", boston, "--profile", "boston311")
    assert "460 reports: 314 on time, 146 overdue." in ran.out
    assert program.refused("service-requests", "ontime", boston)["code"] == "reports_refused"


def test_import_takes_over_what_fits_and_tells_the_rest(city: Program, tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text('{"theirs": "road.hole"}')
    words = ("service-requests", "import", "-", "--map", str(tmp_path / "map.json"))
    ran = city(*words, "--json", given=CSV)
    assert ran.code == 2
    assert (ran.json["imported"], ran.json["known"]) == (2, 0)
    assert [(row["external_id"], row["problems"][0].split()[0]) for row in ran.json["refused"]] == [
        ("3", "category"), ("4", "received_at"),
    ]  # fmt: skip
    again = city(*words, "--otherwise", "road.hole", "--json", given=CSV).json
    assert (again["imported"], again["known"]) == (1, 2)
    elsewhere = city(*words, "--origin", "elsewhere", "--json", given=CSV).json
    assert elsewhere["imported"] == 2


def test_import_that_is_killed_goes_on_and_does_nothing_twice(city: Program, boston: str, tmp_path: Path) -> None:
    words = ("service-requests", "import", boston, "--profile", "boston311")
    environment = {**os.environ, "LIANDONG_FAILPOINT": "before_commit:5:kill"}
    killed = subprocess.run([Path(sys.executable).with_name("liandong"), *words], env=environment, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    told = city.ok(*words)
    assert (told["imported"], told["known"], told["refused"]) == (60, 400, [])
    assert city.ok(*words)["known"] == 460
    house = House(os.environ["LIANDONG_DATABASE_URL"], settings=Settings.load())
    try:
        assert house.rows("SELECT count(*), count(DISTINCT external_id) FROM service_request") == [(460, 460)]
        assert house.rows("SELECT state, count(*) FROM process_instance GROUP BY state ORDER BY 1") == [
            ("active", 47), ("completed", 413),
        ]  # fmt: skip
        report = house.engine.verify_audit(sample=20)
        assert (report.ok, report.not_re_executed) == (True, 0)
        shown = house.engine.queries.service_requests.list_public(limit=500).items
        assert not any("Cardarelli" in row.status_note or "Somers" in row.status_note for row in shown)
    finally:
        house.close()


@pytest.mark.parametrize("form", ["georeport-xml", "georeport-json", "csv"])
def test_what_is_exported_can_be_imported(city: Program, tmp_path: Path, form: str) -> None:
    city("service-requests", "import", "-", "--otherwise", "road.hole", given=CSV)
    file = tmp_path / "reports"
    assert city.ok("service-requests", "export", str(file), "--format", form) == {"exported": 3}
    rows = [row for row in read_reports(file.read_bytes()) if isinstance(row, ReportRow)]
    assert {row.title for row in rows} == ({"Hole", "Odd", "=Sum"} if form == "csv" else {"road.hole"})
    assert sorted((row.is_closed, row.lat or 0) for row in rows) == [
        (False, 0), (False, 28.2), (True, 0),
    ]  # fmt: skip
    told = city.ok("service-requests", "import", str(file), "--origin", "back")
    assert told == {"imported": 3, "known": 0, "refused": []}
    assert city.ok("service-requests", "import", str(file), "--origin", "back")["known"] == 3


def test_reports_are_listed_and_one_is_shown_with_its_steps(city: Program, tmp_path: Path) -> None:
    """By state, and by number however it is written; nobody else's is shown."""
    city("service-requests", "import", "-", "--otherwise", "road.hole", given=CSV)
    (closed,) = city.ok("service-requests", "list", "--status", "closed")["service_requests"]
    assert (closed["external_id"], closed["status"]) == ("file:2", "closed_resolved")
    shown = city.ok("service-requests", "show", closed["tracking_number"].lower())
    assert [step["status"] for step in shown["steps"]] == ["received", "closed_resolved"]
    assert closed["tracking_number"] in city("service-requests", "show", closed["request_id"]).out
    assert city.refused("service-requests", "show", "SR-2222-2222-2")["code"] == "not_found"
