"""Running work re-planned for an emergency, as pages show it: the calls, what they touch, the task, the story."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from tests.commands.test_replanning import bring, call, emergency_model, work_model
from tests.support.house import House
from tests.web.conftest import Visitor
from workflow_engine import Engine


@pytest.fixture
def house(engine: Engine) -> House:
    """Short words over the engine of the pages."""
    made = House.__new__(House)
    made.engine, made.clock = engine, engine.clock  # type: ignore[assignment]
    made.release(emergency_model())
    made.release(work_model("plain"))
    return made


def _due(house: House, case_id: str) -> datetime | None:
    return house.tasks(case_id)[0].due_at


def test_pages_show_what_an_emergency_touches_and_give_it_back(app: Flask, house: House) -> None:
    case_id, other, emergency = house.start("plain"), house.start("plain"), house.start("emergency")
    given = _due(house, case_id)
    administrator = Visitor(app, "jiang")
    address = f"/emergency/{emergency}/replan"
    preview = administrator.get(f"{address}?preview=1&direction=activate&level=II&unit=fire").text
    assert "2 tasks · 2 cases" in preview
    assert _due(house, case_id) == given
    call(house, emergency, "activate", 2)
    assert "2 cases changed" in administrator.get(f"{address}/panel").text
    task = Visitor(app, "chen").get(f"/tasks/{house.task(case_id)}").text
    assert "May wait because of" in task
    assert "gas leak at the school" in task
    story = administrator.get(f"/cases/{case_id}").text
    assert "An emergency of level II re-planned the work of this case" in story
    administrator.get(address)
    assert administrator.post(f"{address}/take-out", {"other": case_id, "reason": " "}).status_code == 422
    assert administrator.post(f"{address}/take-out", {"other": case_id, "reason": "urgent"}).status_code == 303
    assert _due(house, case_id) == given != _due(house, other)
    administrator.get(address)
    assert administrator.post(f"{address}/end", {"reason": "enough hands"}).status_code == 303
    bring(house)
    assert _due(house, other) == given


def test_table_is_read_by_all_and_changed_by_administrators(app: Flask, house: House) -> None:
    administrator = Visitor(app, "jiang")
    assert "As the product is delivered" in administrator.get("/emergency/replan-table").text
    content = administrator.get("/emergency/replan-table.dmn").data.replace(b"P1D", b"P2D")

    def form(table: bytes) -> dict[str, Any]:
        return {"base_version": "0", "reason": "two days", "file": (io.BytesIO(table), "replan.dmn")}

    administrator.get("/emergency/replan-table")
    assert administrator.post("/emergency/replan-table", form(b"<definitions/>")).status_code == 422
    assert administrator.post("/emergency/replan-table", form(content)).status_code == 303
    assert "P2D" in administrator.get("/emergency/replan-table").text
    staff = Visitor(app, "chen")
    staff.get("/emergency/replan-table")
    assert staff.post("/emergency/replan-table", form(content)).status_code == 403
