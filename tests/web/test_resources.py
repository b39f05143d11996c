"""The pages of resources: keeping the register by form and by file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from flask import Flask

from tests.web.conftest import Visitor, actor
from workflow_engine import DeployDefinition, Engine, PutResources, ReleaseDefinition, new_id
from workflow_engine.demo.load import read_process

SHIPPED = Path(__file__).parents[2] / "processes"

TANKER = {
    "type": "fire_engine", "name_zh": "三号车", "name_en": "Tanker 3", "resource_id": "B-119", "unit_id": "fire",
    "quantity": "1", "ready_minutes": "2", "seen": "", "contact": "119",
}  # fmt: skip


def put(engine: Engine, *rows: dict[str, Any]) -> None:
    engine.handle(PutResources(command_id=new_id(), rows=rows), actor(engine, "jiang"))


def test_owner_adds_changes_and_moves_a_resource_and_each_change_stays(app: Flask, engine: Engine) -> None:
    chen = Visitor(app, "chen")
    page = chen.get("/resources/new").text
    assert '<option value="fire" selected>Fire brigade</option>' in page
    assert "Water bureau" not in page
    refused = chen.post("/resources/new", {**TANKER, "quantity": "7", "lat": "28.2"})
    assert refused.status_code == 422
    assert 'value="Tanker 3"' in refused.text
    assert "A vehicle or team is one" in refused.text
    assert "both or neither" in refused.text
    assert chen.post("/resources/new", TANKER).headers["Location"].endswith("/resources/B-119")
    again = chen.post("/resources/new", {**TANKER, "name_en": "Another", "command_id": new_id()})
    assert again.status_code == 409
    assert 'value="Another"' in again.text
    chen.get("/resources/B-119/edit")
    changed = {**TANKER, "name_en": "Tanker three", "seen": "1", "contact": "120"}
    assert chen.post("/resources/B-119/edit", changed).status_code == 303
    stale = chen.post("/resources/B-119/edit", {**changed, "name_en": "Mine", "command_id": new_id()})
    assert stale.status_code == 409
    assert 'name="seen" value="2"' in stale.text
    chen.get("/resources/B-119/place")
    assert chen.post("/resources/B-119/place", {"part": "place", "seen": "2", "place": "North yard"}).status_code == 303
    shown = chen.get("/resources/B-119").text
    assert "<del>Tanker 3</del>" in shown
    assert "<ins>North yard</ins>" in shown
    assert "Chen Gang" in shown
    kept = engine.queries.resources.get("B-119", actor(engine, "chen"))
    assert [[name for name, *_ in one.fields] for one in kept.changes] == [["place"], ["name_en", "contact"], []]
    assert (kept.row.contact, kept.row.name_en, kept.row.measure) == ("120", "Tanker three", "辆")
    assert engine.verify_audit(sample=0).findings == []


def test_resource_is_reserved_on_its_page_and_given_up_with_a_reason(app: Flask, engine: Engine) -> None:
    row = {"kind": "supplies", "type": "tent", "name_zh": "帐篷", "unit_id": "fire", "quantity": 9}
    put(engine, {"resource_id": "tents", **row})
    duty = Visitor(app, "wang")
    duty.get("/resources/tents")
    typed = {
        "title": "Marathon", "starts_at": "2026-07-01T20:00", "ends_at": "2026-07-01T19:00", "quantity": "7",
        "purpose": "event", "for_unit": "water",
    }  # fmt: skip
    refused = duty.post("/resources/tents/reservations", typed)
    assert refused.status_code == 422
    assert "It ends after it begins." in refused.text
    assert 'value="Marathon"' in refused.text
    assert duty.post("/resources/tents/reservations", {**typed, "ends_at": "2026-07-01T23:00"}).status_code == 303
    taken = {**typed, "ends_at": "2026-07-01T21:00", "quantity": "3", "command_id": new_id()}
    assert duty.post("/resources/tents/reservations", taken).status_code == 409
    page = duty.get("/resources/tents").text
    assert "for Water bureau" in page
    assert "reserved from" in duty.get("/resources").text
    address = page.split('action="/resources/tents/reservations/')[1].partition('"')[0]
    assert duty.post(f"/resources/tents/reservations/{address}", {"reason": "rain"}).status_code == 303
    assert "for Water bureau" not in duty.get("/resources/tents").text


def test_nobody_keeps_what_belongs_to_others(app: Flask, engine: Engine) -> None:
    put(engine, {"resource_id": "boat", "kind": "vehicle", "type": "boat", "name_zh": "艇", "unit_id": "water"})
    chen, auditor, duty = Visitor(app, "chen"), Visitor(app, "he"), Visitor(app, "wang")
    assert chen.get("/resources/boat/edit").status_code == 404
    assert chen.post("/resources/new", {**TANKER, "unit_id": "water"}).status_code == 403
    assert auditor.get("/resources/new").status_code == 403
    assert auditor.get("/resources/boat/edit").status_code == 403
    assert duty.get("/resources/boat/place").status_code == 200


def test_file_is_looked_at_line_by_line_before_anything_is_written(app: Flask, engine: Engine) -> None:
    row = {"kind": "supplies", "type": "tent", "name_zh": "帐篷", "unit_id": "fire", "quantity": 5}
    put(engine, {"resource_id": "a", **row}, {"resource_id": "b", **row})
    duty = Visitor(app, "wang")
    duty.get("/resources/import")
    lines = (
        "resource_id,kind,type,name_zh,unit_id,quantity,measure",
        "a,supplies,tent,帐篷,fire,5,", "b,supplies,tent,帐篷,fire,9,", "c,supplies,tent,新帐篷,water,3,",
        "d,supplies,tent,坏帐篷,nowhere,-1,", "e,supplies",
    )  # fmt: skip
    file = (io.BytesIO("\n".join(lines).encode()), "stock.csv")
    page = duty.post("/resources/import", {"file": file}).text
    assert [word for word in ("New 1", "Changes 1", "As it is 1", "Refused 2") if word in page] == [
        "New 1", "Changes 1", "As it is 1", "Refused 2",
    ]  # fmt: skip
    assert "<del>5</del>" in page
    assert "There is no such unit." in page
    assert len(engine.queries.resources.kept(actor(engine, "jiang"))) == 2
    (carried,) = [part.partition('"')[0] for part in page.split('name="rows" value="')[1:]]
    carried = carried.replace("&#34;", '"')
    assert duty.post("/resources/import/rows", {"rows": carried}).status_code == 303
    stock = {one.resource_id: one.quantity for one in engine.queries.resources.kept(actor(engine, "jiang"))}
    assert stock == {"a": 5, "b": 9, "c": 3}
    duty.get("/resources/import")
    assert duty.post("/resources/import/rows", {"rows": carried}).status_code == 409
    assert duty.post("/resources/import/rows", {"rows": "nonsense", "command_id": new_id()}).status_code == 422
    assert "b,supplies,tent" in duty.get("/resources/register.csv").text


def test_request_has_as_many_lines_as_are_typed_with_script_or_without(app: Flask, engine: Engine) -> None:
    files = read_process(SHIPPED / "resource_allocation")
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    release = ReleaseDefinition(command_id=new_id(), definition_id=deployed.result["definition_id"])
    engine.handle(release, actor(engine, "yu"))
    chen = Visitor(app, "chen")
    chen.get("/resources/requests/new")
    typed = {"request_title": "Flood", "priority": "urgent", "type-0": "vehicle:boat", "quantity-0": "2", "note-0": "x"}
    more = chen.post("/resources/requests/new", {**typed, "more": "1"}).text
    assert 'name="type-3"' in more
    assert 'value="Flood"' in more
    typed |= {"quantity-3": "1", "type-5": "supplies:tent", "quantity-5": "none", "place-5": "School"}
    refused = chen.post("/resources/requests/new", typed)
    assert refused.status_code == 422
    assert refused.text.count("Give a whole number.") == 1
    assert 'value="School"' in refused.text
    done = chen.post("/resources/requests/new", {**typed, "quantity-5": "40", "needed_by-5": "2026-07-02T09:00"})
    assert done.status_code == 303
    while engine.pump():
        pass
    (asked,) = engine.queries.resources.requests(actor(engine, "wang")).items
    assert [(one.kind, one.type, one.quantity, one.place, one.note) for one in asked.lines] == [
        ("vehicle", "boat", 2, "", "x"), ("supplies", "tent", 40, "School", ""),
    ]  # fmt: skip
    assert [one.needed_by is None for one in asked.lines] == [True, False]
    assert (asked.title, asked.priority, asked.unit_id) == ("Flood", "urgent", "fire")
