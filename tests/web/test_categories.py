"""The pages of the catalogue: a form that keeps what was typed, files that say what is wrong where, versions."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask

import workflow_engine
from tests.web.conftest import Visitor
from workflow_engine import OPERATOR, CategoryFile, ChangeServiceCategories, Engine, new_id

DEMO = Path(workflow_engine.__file__).parent / "demo" / "categories.csv"


@pytest.fixture
def administrator(app: Flask, engine: Engine) -> Visitor:
    rows = [{**row, "owner_unit": ""} for row in CategoryFile("c.csv", DEMO.read_bytes()).rows]
    command = ChangeServiceCategories(command_id=new_id(), categories=rows, base_version=0, reason="first")
    engine.handle(command, OPERATOR)
    return Visitor(app, "jiang")


def test_one_category_is_changed_on_its_page_which_keeps_what_was_typed(
    administrator: Visitor, engine: Engine
) -> None:
    page = administrator.get("/categories/pothole").text
    assert 'value="2"' in page
    typed = {
        "base_version": "1", "reason": "", "name_zh": "道路坑洼", "name_en": "Hole", "group": "公用设施|Facilities",
        "kind": "component", "tier": "general", "process_id": "grid_case", "function": "transport", "limit": "1",
        "limit_unit": "working_days", "small": "yes",
    }  # fmt: skip
    refused = administrator.post("/categories/pothole", {**typed, "limit": "1.5"})
    assert (refused.status_code, 'value="Hole"' in refused.text) == (422, True)
    refused = administrator.post("/categories/pothole", {**typed, "limit": "1.5", "reason": "faster"})
    assert "A whole number of days." in refused.text
    assert 'value="faster"' in refused.text
    assert administrator.post("/categories/pothole", {**typed, "reason": "faster"}).status_code == 303
    found = engine.queries.service_categories.get("pothole")
    assert (found.name_en, found.limit, found.small, found.public) == ("Hole", 1, True, False)
    versions = administrator.get("/categories/versions").text
    assert "faster" in versions
    assert "1 category differs" in versions
    assert administrator.post("/categories/pothole", {**typed, "reason": "late"}).status_code == 409


def test_file_goes_out_and_comes_in_and_tells_line_and_column_of_what_is_wrong(
    administrator: Visitor, engine: Engine
) -> None:
    content = administrator.get("/categories.csv").data
    assert content.startswith(b"\xef\xbb\xbfcode,group,")

    def send(data: bytes, **fields: str) -> tuple[int, str]:
        administrator.get("/categories")
        form = {"base_version": "1", "reason": "review", "file": (io.BytesIO(data), "new.csv"), **fields}
        answer = administrator.post("/categories/import", form)
        return answer.status_code, answer.text

    status, text = send(content.replace(b"working_hours", b"fortnights", 1))
    line = next(number for number, row in enumerate(content.split(b"\r\n"), 1) if b"working_hours" in row)
    assert status == 422
    assert f"<td>{line}</td><td><code>dispatch_limit_unit</code></td><td>one of urgent_hours, " in text
    assert send(b"code,colour\nx,red\n")[0] == 422
    lines = content.split(b"\r\n")
    assert send(b"\r\n".join([*lines[:5], b""]), whole="yes")[0] == 303
    assert len(engine.queries.service_categories.list()) == 4


def test_staff_reads_the_catalogue_in_their_language(administrator: Visitor, app: Flask) -> None:
    page = Visitor(app, "wang", "zh").get("/categories?q=井盖").text
    assert "井盖缺失、破损" in page
    assert "2 紧急工作时（全天计）" in page
    assert "新增事项" not in page
