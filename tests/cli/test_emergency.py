"""``liandong emergency``: what is due and issued, a report printed, and how it went up."""

from __future__ import annotations

import os

from tests.cli.conftest import Program
from tests.commands.test_situation_reports import MODEL, departments, issue
from tests.support.house import House
from workflow_engine import Settings


def test_reports_are_listed_printed_and_noted_as_sent(program: Program) -> None:
    house = House(os.environ["LIANDONG_DATABASE_URL"], settings=Settings.load())
    house.release(MODEL)
    waiting = house.start(title="Gas")
    departments(house, waiting)
    case_id = issue(house, deaths=2)
    house.close()
    listed = program("emergency", "reports").out
    assert "1 first v1" in listed and "on_time" in listed and "situation_report" in listed
    assert "deaths: 2  [the case said: 1]" in program("emergency", "report", case_id, "1").out
    assert "not confirmed by health: 5" in program("emergency", "assemble", waiting).out
    sent = program.ok("emergency", "send", case_id, "1", "--to", "Province", "--by", "phone")["transmission_id"]
    program("emergency", "received", str(sent), "--by", "Ms Ding")
    assert "by Ms Ding" in program("emergency", "report", case_id, "1").out
