"""A clerk takes a call by keyboard, a dispatcher merges with one click beside the list; and both kinds of pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.browser.conftest import City, check_accessibility
from tests.support.house import model_xml
from tests.support.requesting import CODE, MODEL
from workflow_engine import (
    OPERATOR,
    DeployDefinition,
    ReleaseDefinition,
    RequestWish,
    SubmitServiceRequest,
    new_id,
)
from workflow_engine.workers.hot_spots import HotSpotFinder

pytestmark = pytest.mark.browser
HERE = {"lat": 28.1994, "lon": 112.946}


def report(city: City, description: str) -> str:
    command = SubmitServiceRequest(
        command_id=new_id(), request_id=new_id(), code=CODE, category="streetlight.dark", description=description,
        process_id="hotline_request", proved=True, **HERE,
    )  # fmt: skip
    return str(city.engine.handle(command, OPERATOR).result["request_id"])


@pytest.fixture
def desk(city: City) -> City:
    """The city with a process for requests, some time ago a first report, and now several of one place."""
    for process_id in ("hotline_request", "grid_case"):
        files = {"m.bpmn": model_xml(MODEL.replace("hotline_request", process_id))}
        deployed = city.engine.handle(DeployDefinition(command_id=new_id(), files=files), city.actor("user:jiang_fan"))
        release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
        city.engine.handle(release, city.actor("user:yu_lan"))
    report(city, "路面有坑")
    city.clock.advance(timedelta(days=30).total_seconds())
    for _ in range(6):
        report(city, "路灯不亮，晚上很黑")
        city.clock.advance(60)
    HotSpotFinder(city.engine).run_once()
    return city


def test_call_is_taken_by_keyboard_and_duplicates_are_merged_beside_the_list(desk: City) -> None:
    page = desk.person("user:jiang_fan", "zh-CN")
    page.goto(f"{desk.url}/service-requests/new")
    page.keyboard.type("门口的路灯坏了，晚上很黑", delay=15)
    page.wait_for_selector('[data-category="streetlight.dark"]')
    page.wait_for_function("document.getElementById('category').value === 'streetlight.dark'")
    page.locator(".map.is-ready").click()
    page.wait_for_function("document.querySelector('[name=lat]').value !== ''")
    page.locator("details:has([name=lat]) summary").click()
    page.locator("[name=lat]").fill(str(HERE["lat"]))
    page.locator("[name=lon]").fill(str(HERE["lon"]))
    page.locator("[name=lon]").blur()
    page.wait_for_selector("#beside [data-alike]")
    page.locator("[name=reporter_contact]").fill("13812345678")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".told")
    number = page.locator(".told dd").first.inner_text()

    page.goto(f"{desk.url}/service-requests")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pane #alike")
    assert number in page.locator("#pane").inner_text()
    page.locator("#alike .button").first.click()
    page.wait_for_selector("text=已合并 1 件诉求")
    (merged,) = desk.engine.queries.service_requests.list(OPERATOR, RequestWish(status="duplicate")).items
    assert merged.tracking_number == number
    assert desk.complaints == []


@pytest.mark.parametrize(("language", "width", "colours"), [("zh-CN", 390, "light"), ("en-GB", 1440, "dark")])
def test_pages_of_requests_and_hot_spots_fit_and_are_accessible(
    desk: City, language: str, width: int, colours: str
) -> None:
    page = desk.person("user:jiang_fan", language, width, colours)  # type: ignore[arg-type]  # one of the two
    (spot,) = desk.engine.queries.hot_spots.current(OPERATOR)
    row = desk.engine.queries.service_requests.list(OPERATOR).items[0]
    for path in (
        "/service-requests?map=1", f"/service-requests/{row.request_id}", "/service-requests/new", "/hot-spots",
        f"/hot-spots/{spot.hot_spot_id}",
    ):  # fmt: skip
        answer = page.goto(desk.url + path)
        assert answer is not None and answer.ok, path
        page.wait_for_selector(".map.is-ready")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert check_accessibility(page) == [], path
    assert desk.complaints == []
