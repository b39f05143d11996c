"""Capture: a report of an inspector with photo and place; settled at once where that is allowed, else sent up."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.web.conftest import Visitor
from workflow_engine import (
    OPERATOR,
    Actor,
    CategoryFile,
    ChangeServiceCategories,
    DeployDefinition,
    Engine,
    LoadOrganisation,
    ReleaseDefinition,
    new_id,
)
from workflow_engine.demo.load import read_process

ROOT = Path(__file__).resolve().parents[2]
PLACE = {"place_code": "439901001001"}


@pytest.fixture
def inspector(app: Flask, engine: Engine) -> Visitor:
    """Somebody of a community who is a grid inspector, in a city that has the process and its categories."""
    units = [{"unit_id": "community_x", "parent_id": None, "level": "community", "name_zh": "桥北", "name_en": "North",
              "subject_class": "society", **PLACE}]  # fmt: skip
    people = [{"person_id": "user:hu", "groups": ["role:grid_inspector"], "unit_id": "community_x"}]
    roles = [{"group_id": "role:grid_inspector", "name_zh": "网格员", "name_en": "Inspectors"}]
    engine.handle(LoadOrganisation(command_id=new_id(), units=units, roles=roles, people=people), OPERATOR)
    content = (ROOT / "workflow_engine" / "demo" / "categories.csv").read_bytes()
    rows = [{**row, "owner_unit": ""} for row in CategoryFile("c.csv", content).rows]
    command = ChangeServiceCategories(command_id=new_id(), categories=rows, base_version=0, reason="first")
    engine.handle(command, OPERATOR)
    deploy = DeployDefinition(command_id=new_id(), files=read_process(ROOT / "processes" / "grid_case"))
    deployed = engine.handle(deploy, OPERATOR).result["definition_id"]
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed))
    engine.handle(release, Actor("user:other", frozenset({"administrators"})))
    return Visitor(app, "hu")


def photo() -> tuple[io.BytesIO, str]:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 60)).save(content, "JPEG")
    content.seek(0)
    return content, "before.jpg"


def cases(engine: Engine) -> list[Any]:
    found = engine.queries.find_cases(OPERATOR, process_id="grid_case").items
    return [engine.queries.get_case(row.case_id, OPERATOR) for row in found]


def test_what_an_inspector_finds_is_sent_up_with_photo_and_place(inspector: Visitor, engine: Engine) -> None:
    inspector.get("/capture")
    form = {"category": "pothole", "note": "a deep one", "photos": photo(), **PLACE}
    assert inspector.post("/capture", form).status_code == 303
    (case,) = cases(engine)
    assert [task.element_id for task in case.user_tasks if task.state == "ready"] == ["file_case"]
    assert case.variables["checked_by"] == "user:hu"
    assert (case.variables["facts"]["community"], case.variables["facts"]["photos"]) == ("community_x", 1)
    assert "SR-" in inspector.get("/capture").text
    assert engine.verify_audit(sample=None).ok


def test_small_matter_is_settled_at_once_and_nothing_else_is(inspector: Visitor, engine: Engine) -> None:
    inspector.get("/capture")
    form = {"category": "pothole", "note": "x", "settle": "yes", "photos": photo(), **PLACE}
    refused = inspector.post("/capture", form)
    assert (refused.status_code, "Only small matters are settled on the spot" in refused.text) == (422, True)
    form |= {"category": "waste.exposed", "photos": photo()}
    assert inspector.post("/capture", form).status_code == 303
    (case,) = cases(engine)
    assert (case.case.state, case.variables["outcome"]) == ("completed", "closed_resolved")


def test_what_is_missing_is_said_and_what_was_typed_is_kept(inspector: Visitor, engine: Engine) -> None:
    inspector.get("/capture")
    refused = inspector.post("/capture", {"category": "pothole", "note": "a deep one"})
    assert refused.status_code == 422
    for words in ("This needs a photo of how it is.", "Give your position, or choose the community.", "a deep one"):
        assert words in refused.text
    assert inspector.post("/capture", {"category": "gas.smell", "photos": photo(), **PLACE}).status_code == 422
    assert cases(engine) == []


def test_place_of_others_is_left_to_their_community_to_check(inspector: Visitor, engine: Engine, app: Flask) -> None:
    units = [{"unit_id": "community_y", "parent_id": None, "level": "community", "name_zh": "桥南", "name_en": "South",
              "subject_class": "society", "place_code": "439901001002"}]  # fmt: skip
    people = [{"person_id": "user:wang", "unit_id": "community_y"}]
    engine.handle(LoadOrganisation(command_id=new_id(), units=units, people=people), OPERATOR)
    inspector.get("/capture")
    form = {"category": "pothole", "photos": photo(), "place_code": "439901001002"}
    assert inspector.post("/capture", form).status_code == 303
    (case,) = cases(engine)
    assert [task.element_id for task in case.user_tasks if task.state == "ready"] == ["check"]
    assert "the community of the place checks it" in inspector.get("/capture").text
    assert Visitor(app, "wang").get("/capture").status_code == 403
