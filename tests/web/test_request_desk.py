"""The dispatcher's desk and the pages of hot spots."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from tests.support.house import model_xml
from tests.support.requesting import CODE, MODEL
from tests.web.conftest import NOW, Visitor, actor
from workflow_engine import (
    OPERATOR,
    ChangeServiceCategories,
    CompleteUserTask,
    DeployDefinition,
    Engine,
    ReleaseDefinition,
    RequestWish,
    SubmitServiceRequest,
    VirtualClock,
    new_id,
)
from workflow_engine.workers.hot_spots import HotSpotFinder

CATEGORIES = [
    {
        "code": code, "group": f"{zh}|{en}", "name_zh": zh, "name_en": en, "kind": "event", "keywords": words,
        "process_id": "hotline_request",
    }
    for code, zh, en, words in (
        ("streetlight.dark", "路灯不亮", "Dark street light", "路灯;lamp"),
        ("noise.night", "夜间噪声", "Noise at night", "噪音;noise"),
    )
]  # fmt: skip
HERE = {"lat": 28.2001, "lon": 112.9003}
NUMBER = re.compile(r"SR-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]")
TOPIC = (
    '<bpmn:process id="proactive_topic" isExecutable="true"><bpmn:startEvent id="s"/><bpmn:userTask id="take"/>'
    '<bpmn:endEvent id="e"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="take"/>'
    '<bpmn:sequenceFlow id="g" sourceRef="take" targetRef="e"/></bpmn:process>'
)


@pytest.fixture
def desk(engine: Engine, app: Flask) -> Visitor:
    """Somebody who may do everything at the desk, in a city with a catalogue and a process that works on requests."""
    change = ChangeServiceCategories(
        command_id=new_id(), categories=CATEGORIES, whole=True, base_version=0, reason="first"
    )  # fmt: skip
    engine.handle(change, OPERATOR)
    release(engine, MODEL)
    return Visitor(app, "jiang")


def release(engine: Engine, body: str) -> None:
    files = {"model.bpmn": model_xml(body)}
    deployed = engine.handle(DeployDefinition(command_id=new_id(), files=files), actor(engine, "jiang"))
    definition_id = deployed.result["definition_id"]
    engine.handle(ReleaseDefinition(command_id=new_id(), definition_id=definition_id), actor(engine, "yu"))


def report(engine: Engine, description: str = "路灯不亮，晚上很黑", **fields: object) -> str:
    given = {
        "category": "streetlight.dark", "code": CODE, "process_id": "hotline_request", "proved": True,
        "reporter_contact": "13812345678", **HERE, **fields,
    }  # fmt: skip
    command = SubmitServiceRequest(command_id=new_id(), request_id=new_id(), description=description, **given)  # type: ignore[arg-type]  # as given
    return str(engine.handle(command, OPERATOR).result["request_id"])


def test_list_filters_and_finds_a_request_by_its_number(engine: Engine, desk: Visitor) -> None:
    light, noise = report(engine), report(engine, "工地噪音很大", category="noise.night")
    text = desk.get("/service-requests").text
    assert light in text and noise in text and "Dark street light" in text
    assert noise not in desk.get("/service-requests?category=streetlight.dark").text
    assert light not in desk.get("/service-requests?status=closed").text
    number = engine.queries.service_requests.get(light, OPERATOR).row.tracking_number
    found = desk.get(f"/service-requests?q={number.replace('-', '').lower()}").text
    assert light in found and noise not in found
    assert "no number of a request" in desk.get("/service-requests?q=SR-2222-2222-3").text
    assert "13812345678" in desk.get(f"/service-requests/{light}").text


def test_one_click_merges_the_newer_into_the_older_and_its_reporter_follows_on(
    engine: Engine, desk: Visitor, clock: VirtualClock
) -> None:
    older = report(engine)
    clock.advance(3600)
    newer = report(engine, "路灯坏了好几天，晚上漆黑")
    text = desk.get(f"/service-requests/{newer}").text
    assert "Probably the same" in text and "same category, at the same spot, words" in text
    assert "Merge this one into it" in text and "Merge it into this one" in desk.get(f"/service-requests/{older}").text
    desk.get(f"/service-requests/{newer}")
    answer = desk.post("/service-requests/merge", {"into": older, "request": newer, "reason": "same spot"})
    assert answer.status_code == 303 and answer.location == f"/service-requests/{older}"
    queries = engine.queries.service_requests
    merged = queries.get(newer, OPERATOR).row
    assert (merged.status, merged.merged_into) == ("duplicate", older)
    assert merged.tracking_number in desk.get(f"/service-requests/{older}").text
    handle = queries.get(older, OPERATOR).row.case_id
    (task,) = [one for one in engine.queries.get_case(handle, OPERATOR).user_tasks if one.element_id == "handle"]
    engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id), OPERATOR)
    tracked = queries.track(merged.tracking_number, CODE)
    assert tracked is not None
    assert [step.note("zh_CN") for step in tracked.steps if step.of_other] == ["已修好"], "told under the own number"
    assert desk.post(f"/service-requests/{newer}/split", {"reason": ""}).status_code == 422
    assert desk.post(f"/service-requests/{newer}/split", {"reason": "another lamp"}).status_code == 303
    assert queries.get(newer, OPERATOR).row.is_open and queries.get(newer, OPERATOR).row.merged_into is None


def test_several_selected_go_into_the_oldest_and_one_alone_goes_nowhere(
    engine: Engine, desk: Visitor, clock: VirtualClock
) -> None:
    ids = []
    for _ in range(3):
        ids.append(report(engine))
        clock.advance(60)
    desk.get("/service-requests")
    assert desk.post("/service-requests/merge", {"request": ids[:1]}).location == "/service-requests"
    assert desk.post("/service-requests/merge", {"request": ids[::-1]}).location == f"/service-requests/{ids[0]}"
    rows = engine.queries.service_requests.list(OPERATOR, RequestWish(status="duplicate")).items
    assert {row.request_id for row in rows} == set(ids[1:])


def test_a_call_is_taken_with_likely_category_and_alike_requests_beside_it(engine: Engine, desk: Visitor) -> None:
    known = report(engine)
    desk.get("/service-requests/new")
    typed = {"description": "门口路灯坏了，晚上漆黑", "lat": "28.2002", "lon": "112.9003"}
    beside = desk.post("/service-requests/suggest", typed).text
    assert 'data-category="streetlight.dark"' in beside and f'data-alike="{known}"' in beside
    page = desk.get("/service-requests/new").text
    code = re.search(r'name="code" value="([^"]+)"', page)
    assert code is not None and re.fullmatch(r"(\w{4}-){3}\w{4}", code[1])
    refused = desk.post("/service-requests/new", {**typed, "lat": "north", "code": code[1]})
    assert refused.status_code == 422 and "门口路灯坏了" in refused.text and "Choose a category." in refused.text
    taken = desk.post(
        "/service-requests/new",
        {**typed, "code": code[1], "category": "streetlight.dark", "reporter_contact": "1", "merge_into": known},
    )
    assert taken.status_code == 200 and code[1] in taken.text
    number = NUMBER.search(taken.text)
    assert number is not None
    tracked = engine.queries.service_requests.track(number[0], code[1])
    assert tracked is not None and tracked.row.source == "phone"
    assert (tracked.row.status, tracked.row.merged_into) == ("duplicate", known)


def test_what_staff_says_and_corrects_stands_with_the_request(engine: Engine, desk: Visitor) -> None:
    request_id = report(engine)
    where = f"/service-requests/{request_id}"
    desk.get(where)
    assert desk.post(f"{where}/comment", {"text": " "}).status_code == 422
    assert desk.post(f"{where}/comment", {"text": "We come on Monday"}).status_code == 303
    desk.get(where)
    assert desk.post(f"{where}/add", {"text": "Two more lamps are dark"}).status_code == 303
    desk.get(where)
    assert desk.post(f"{where}/correct", {"address": "Renmin Road 12", "title": "Lamp"}).status_code == 303
    text = desk.get(where).text
    assert all(words in text for words in ("We come on Monday", "Two more lamps are dark", "Renmin Road 12"))
    assert desk.post(f"{where}/correct", {"title": "Lamp"}).status_code == 422, "nothing differs"
    seen = Visitor(desk.client.application, "chen").get(where).text
    assert "Renmin Road 12" in seen and "Write to the reporter" not in seen, "sees the case, handles nothing"


def test_hot_spots_are_shown_with_their_days_and_a_topic_is_raised(
    engine: Engine, desk: Visitor, clock: VirtualClock
) -> None:
    release(engine, TOPIC)
    assert "Not enough past yet" in desk.get("/hot-spots").text
    report(engine, place_code="439901002002", lat=None, lon=None)
    clock.advance(timedelta(days=30).total_seconds())
    for _ in range(6):
        report(engine, place_code="439901002001", lat=None, lon=None)
    HotSpotFinder(engine).run_once()
    text = desk.get("/hot-spots").text
    assert "6 reports" in text and "Nobody has decided yet" in text
    (spot,) = engine.queries.hot_spots.current(OPERATOR)
    where = f"/hot-spots/{spot.hot_spot_id}"
    text = desk.get(where).text
    day = (NOW + timedelta(days=30)).date().isoformat()
    assert f"<title>{day}: 6</title>" in text and "times the usual" in text
    assert desk.post(f"{where}/dismiss", {"reason": ""}).status_code == 422
    refused = desk.post(f"{where}/topic", {"title": "Lamps", "owner": "", "why": "dark"})
    assert refused.status_code == 422 and "Choose a unit of the city." in refused.text and "dark" in refused.text
    assert desk.post(f"{where}/topic", {"title": "Lamps", "owner": "Water bureau", "why": "dark"}).status_code == 303
    case = engine.queries.get_case(engine.queries.hot_spots.get(spot.hot_spot_id, OPERATOR).row.case_id or "", OPERATOR)
    assert case.case.title == "Lamps" and case.variables["topic"]["owner"] == "water"
    assert "raised a topic" in desk.get(where).text
    assert Visitor(desk.client.application, "wang").get("/hot-spots").status_code == 403
