"""The portal for residents: reporting, following up, what everybody sees, and what nobody may see there."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from lxml import etree
from PIL import Image
from werkzeug.test import TestResponse

import workflow_engine.demo
from tests.support.house import model_xml
from tests.support.requesting import MODEL
from tests.web.conftest import Visitor, actor, open_task
from web.public.puzzle import BITS, is_solved
from web.security import content_security_policy
from workflow_engine import (
    OPERATOR,
    ChangeServiceCategories,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    ImportPlaces,
    ReleaseDefinition,
    SettingsError,
    new_id,
)

NAME, CONTACT, PHONE = "欧阳小静", "ouyang@example.net", "13987654321"
LAMP = {
    "code": "lamp", "group": "设施|Facilities", "name_zh": "路灯不亮", "name_en": "Dark lamp", "kind": "component",
    "process_id": "hotline_request", "keywords": ["路灯", "lamp"],
}  # fmt: skip
QUESTION = {**LAMP, "code": "question", "name_zh": "咨询", "name_en": "Question", "kind": "request"}
COVER = {
    **LAMP, "code": "cover", "name_zh": "井盖", "name_en": "Cover",
    "attributes": [
        {
            "code": "state", "datatype": "singlevaluelist", "required": True, "description_zh": "怎么了",
            "description_en": "What of it",
            "values": [{"key": key, "name_zh": key, "name_en": key} for key in ("gone", "loose")],
        },
        {"code": "since", "datatype": "number", "description_zh": "几天了", "description_en": "Days"},
    ],
}  # fmt: skip
INSIDE = {**LAMP, "code": "inside", "name_zh": "内部", "name_en": "Inside", "public": False}
HERE = {"lat": "28.2", "lon": "112.93"}


@pytest.fixture
def city(engine: Engine, app: Flask) -> Flask:
    """A map, three categories, and a small process for requests."""
    content = (Path(workflow_engine.demo.__file__).with_name("places.geojson")).read_bytes()
    engine.handle(ImportPlaces(command_id=new_id(), files={"places.geojson": content}), OPERATOR)
    change = ChangeServiceCategories(
        command_id=new_id(), categories=[LAMP, QUESTION, COVER, INSIDE], base_version=0, reason="test"
    )
    engine.handle(change, OPERATOR)
    deploy = DeployDefinition(command_id=new_id(), files={"m.bpmn": model_xml(MODEL)})
    made = engine.handle(deploy, actor(engine, "jiang")).result["definition_id"]
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=made), actor(engine, "yu"))
    return app


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def solve(request_id: str) -> str:
    return next(str(n) for n in range(1 << 24) if is_solved(request_id, str(n)))


def report(visitor: Visitor, **fields: Any) -> TestResponse:
    """Fill in the form and send it, as a browser does."""
    visitor.get("/portal/report")
    given = {name: hidden(visitor.page, name) for name in ("request_id", "code")}
    typed = {
        "category": "lamp", "kind": "report", "description": f"学校门口路灯不亮，请打 {PHONE} 找{NAME}",
        "title": "", "address": "解放大道 3 号", "reporter_name": NAME, "reporter_contact": CONTACT, **HERE,
    }  # fmt: skip
    return visitor.post("/portal/receipt", {**given, **typed, **fields})


def receipt(visitor: Visitor) -> tuple[str, str]:
    """Number and code."""
    found = re.findall(r'<code id="the-(?:number|code)">([^<]+)</code>', visitor.page)
    assert len(found) == 2, visitor.page
    return found[0], found[1]


def picture() -> tuple[BytesIO, str]:
    """A photo that says where it was taken."""
    image, out = Image.new("RGB", (40, 30), "teal"), BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "CameraOfOuyang"
    image.save(out, "JPEG", exif=exif)
    out.seek(0)
    return out, "欧阳.jpg"


def advance(engine: Engine, case_id: str, element_id: str) -> None:
    task_id = open_task(engine, case_id, element_id)
    engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task_id, variables={}), OPERATOR)


def test_resident_reports_follows_adds_rates_and_reopens(city: Flask, engine: Engine) -> None:
    visitor = Visitor(city)
    assert report(visitor).status_code == 200
    number, code = receipt(visitor)
    row = engine.queries.service_requests.track(number, code)
    assert row is not None
    assert row.row.place_code == "439901002004"  # where the pin is
    assert row.row.moderation == "waiting"  # no small sum was done
    other = Visitor(city)
    other.get("/portal/track")
    assert other.post("/portal/track", {"number": number, "code": "wrong-code-wrong-code"}).status_code == 404
    assert "No report has this number and code" in other.page
    assert other.get(f"/portal/track/{row.row.request_id}").status_code == 303
    assert (
        other.post("/portal/track", {"number": number.lower().replace("-", " "), "code": code.upper()}).status_code
        == 303
    )
    here = f"/portal/track/{row.row.request_id}"

    def act(name: str, **fields: Any) -> int:
        other.get(here)
        return other.post(f"{here}/{name}", fields).status_code

    assert "we call you" in other.get(here).text  # what comes next, as the case says
    assert act("add", text="第二盏也不亮", photos=picture()) == 303
    assert "第二盏也不亮" in other.get(here).text
    assert act("correct", description="路灯两盏不亮", address="解放大道 5 号") == 303
    assert act("contact", reporter_name="王", reporter_contact="wang@example.org") == 303
    assert act("comment", text="谢谢") == 303
    assert act("rate", rating="5") == 409  # not closed yet
    for element_id in ("read", "handle", "call_back", "archive"):
        advance(engine, row.row.case_id, element_id)
    assert "The city regards this as settled." in other.get(here).text
    assert act("rate", rating="9", comment="还行") == 422
    assert "Choose one to five." in other.page and "还行" in other.page
    assert act("rate", rating="2", resolved="no") == 303
    assert act("reopen", reason="") == 422
    assert act("reopen", reason="又灭了") == 303
    found = engine.queries.service_requests.track(number, code)
    assert found is not None and (found.row.is_open, found.row.rating, found.row.reopened) == (True, 2, 1)
    assert (found.row.address, found.row.reporter_name) == ("解放大道 5 号", "王")
    assert act("withdraw") == 303
    other.get(here)
    other.post("/portal/track/leave")
    assert other.get(here).status_code == 303
    other.get("/portal/track")
    assert other.post(f"{here}/withdraw").status_code == 404


def test_who_reported_is_found_on_no_page_for_everybody(city: Flask, engine: Engine) -> None:
    visitor = Visitor(city)
    visitor.get("/portal/report")
    request_id, code = hidden(visitor.page, "request_id"), hidden(visitor.page, "code")
    photo = picture()
    assert report(visitor, request_id=request_id, code=code, answer=solve(request_id), photos=photo).status_code == 200
    number, _code = receipt(visitor)
    assert engine.queries.service_requests.find_public(request_id) is not None
    staff = Visitor(city, "jiang")
    staff.get("/service-requests/moderation?show=shown")
    moderated = staff.post(f"/service-requests/moderation/{request_id}", {"shown": "yes", "photos_shown": "yes"})
    assert moderated.status_code == 303
    everybody = Visitor(city)
    (shown,) = engine.queries.service_requests.photos(request_id)
    answers = {
        path: everybody.get(path)
        for path in (
            "/portal", "/portal/requests", "/portal/points.json", "/portal/requests.json", "/portal/feed.atom",
            f"/portal/requests/{request_id}", f"/portal/requests/{request_id}/photos/{shown.photo_id}",
            "/portal/requests?category=lamp&place=439901&state=open&period=week", "/portal/data", "/portal/help",
            "/portal/track", "/portal/report",
        )
    }  # fmt: skip
    for path, answer in answers.items():
        assert answer.status_code == 200, path
        for secret in (NAME, CONTACT, PHONE, number, code, "CameraOfOuyang"):
            for written in (secret, json.dumps(secret)[1:-1]):
                assert written.encode() not in answer.data, (path, secret)
    assert [one["id"] for one in answers["/portal/requests.json"].get_json()["requests"]] == [request_id]
    assert answers["/portal/points.json"].get_json()["points"][0]["state"] in ("open", "late")
    feed = etree.fromstring(answers["/portal/feed.atom"].data)
    assert [each.tag for each in feed][:2] == [f"{{{feed.nsmap[None]}}}id", f"{{{feed.nsmap[None]}}}title"]
    assert feed.findtext("{*}entry/{*}summary", "").startswith("学校门口路灯不亮")
    assert Image.open(BytesIO(answers[f"/portal/requests/{request_id}/photos/{shown.photo_id}"].data)).size == (40, 30)


def test_form_keeps_what_was_typed_and_chosen_and_says_what_is_missing(city: Flask) -> None:
    visitor = Visitor(city)
    answer = report(visitor, category="", lat="north", lon="", photos=picture(), title="")
    assert answer.status_code == 422
    assert "学校门口路灯不亮" in answer.text and 'value="north"' in answer.text and NAME in answer.text
    assert "Choose what it is about." in answer.text and "A point has a latitude" in answer.text
    (kept,) = re.findall(r'<img src="(/portal/report/photos/[^"]+)"', answer.text)
    assert visitor.get(kept).mimetype == "image/jpeg"
    assert Visitor(city).get(kept).status_code == 404
    given = {name: hidden(answer.text, name) for name in ("request_id", "code")}
    again = visitor.post("/portal/receipt", {**given, "category": "lamp", "description": "路灯", **HERE})
    assert again.status_code == 200
    assert visitor.get("/portal/track").text.count("Dark lamp") == 1
    assert visitor.get(f"/portal/track/{given['request_id']}").text.count("<img") == 1
    assert report(visitor, category="inside").status_code == 422
    assert report(visitor, lat="", lon="", address="").status_code == 422
    assert "Say where it is" in visitor.page
    assert report(visitor, category="question", lat="", lon="", address="").status_code == 200


def test_reports_alike_are_shown_before_another_is_sent(city: Flask) -> None:
    first, second = Visitor(city), Visitor(city)
    first.get("/portal/report")
    request_id = hidden(first.page, "request_id")
    report(first, request_id=request_id, code=hidden(first.page, "code"), answer=solve(request_id))
    answer = report(second, lat="28.2003", lon="112.9302")
    assert (answer.status_code, "Is it one of these?" in answer.text) == (200, True)
    assert hidden(answer.text, "seen") == request_id
    piece = second.post("/portal/report/alike", {"category": "lamp", "description": "路灯", **HERE})
    assert "Is it one of these?" in piece.text and "<html" not in piece.text
    second.page = answer.text
    given = {name: hidden(answer.text, name) for name in ("request_id", "code", "anyway")}
    sent = second.post("/portal/receipt", {**given, "category": "lamp", "description": "另一盏路灯", **HERE})
    assert (sent.status_code, "Your receipt" in sent.text) == (200, True)


def test_category_asks_its_own_questions(city: Flask, engine: Engine) -> None:
    visitor = Visitor(city)
    assert report(visitor, category="cover", **{"a.cover.since": "long"}).status_code == 422
    assert "Answer this: What of it" in visitor.page and "Answer this as it is asked: Days" in visitor.page
    answers = {"a.cover.state": "loose", "a.cover.since": "3", "a.lamp.state": "gone"}
    assert report(visitor, category="cover", **answers).status_code == 200
    (row,) = engine.queries.service_requests.list(OPERATOR).items
    assert row.attributes == {"state": "loose", "since": "3"}


def test_misuse_is_slowed_down_and_looked_at(city: Flask, engine: Engine) -> None:
    visitor = Visitor(city)
    assert report(visitor, website="https://cheap.example").status_code == 422
    assert "Leave this field empty" in visitor.page
    answers = [report(visitor, category="question").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert "学校门口路灯不亮" in visitor.page
    assert Visitor(city).get("/portal/requests.json").get_json()["requests"] == []
    staff = Visitor(city, "jiang")
    waiting = staff.get("/service-requests/moderation")
    assert waiting.text.count("As it was said") == 5
    assert Visitor(city, "chen").get("/service-requests/moderation").status_code == 403
    first = engine.queries.service_requests.list(OPERATOR).items[0].request_id
    words = {"shown": "yes", "public_description": "路灯不亮"}
    assert staff.post(f"/service-requests/moderation/{first}", words).status_code == 303
    (shown,) = Visitor(city).get("/portal/requests.json").get_json()["requests"]
    assert (shown["id"], shown["description"]) == (first, "路灯不亮")
    codes = [Visitor(city).get("/portal/track").status_code]
    visitor.get("/portal/track")
    codes += [
        visitor.post("/portal/track", {"number": "SR-2222-2222-2", "code": "x" * 16}).status_code for _ in range(11)
    ]
    assert codes == [200] + [404] * 10 + [429]


def test_small_sum_counts_only_for_its_own_report() -> None:
    one, other = "01a216b2598c74c48b9e1bc82cfdd49f", "01a216b2598c74c48b9e1bc82cfdd49e"
    answer = solve(one)
    assert int.from_bytes(sha256(f"{one}:{answer}".encode()).digest(), "big") < 1 << (256 - BITS)
    assert is_solved(one, answer) and not is_solved(other, answer)
    assert not any(is_solved(one, wrong) for wrong in ("", "-1", "１２", "1" * 30, "1.0"))


def test_map_is_kept_by_browsers_until_it_changes(city: Flask, engine: Engine) -> None:
    visitor = Visitor(city)
    version = engine.queries.places.version()
    answer = visitor.get(f"/places/shapes.json?level=city,water,nonsense&v={version[:12]}")
    levels = [one["properties"]["level"] for one in answer.get_json(force=True)["features"]]
    assert levels == ["city", "water"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    again = visitor.get("/places/shapes.json?level=city", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    at = visitor.get("/places/at.json?lat=28.2&lon=112.93").get_json()["places"]
    assert [one["level"] for one in at] == ["city", "district", "subdistrict", "community"]
    assert visitor.get("/places/at.json?lat=x&lon=1").get_json() == {"places": []}
    within = visitor.get("/places/shapes.json?level=community&within=439902001").get_json(force=True)["features"]
    assert {one["properties"]["code"][:9] for one in within} == {"439902001"} and len(within) == 4


def test_tile_server_is_the_only_foreign_place_that_pictures_come_from() -> None:
    policy = content_security_policy("https://{s}.tiles.example:8443/{z}/{x}/{y}.png?key=1")
    assert "img-src 'self' https://*.tiles.example:8443 data:" in policy
    assert policy.count("tiles.example") == 1
    assert "http" not in content_security_policy("")
    for wrong in ("javascript:alert(1)", "https://tiles.example; script-src *", "tiles.example/{z}"):
        with pytest.raises(SettingsError):
            content_security_policy(wrong)
