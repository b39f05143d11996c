"""Residents at the portal: with the keyboard alone, on the map, on a telephone, in Chinese; and every page of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import City, check_accessibility
from tests.support.house import model_xml
from tests.support.requesting import MODEL
from workflow_engine import OPERATOR, CompleteUserTask, DeployDefinition, ReleaseDefinition, new_id

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
MOST_TABS = 90


@pytest.fixture
def portal(city: City) -> City:
    """The city with small processes for requests."""
    for process_id in ("hotline_request", "grid_case"):
        files = {"m.bpmn": model_xml(MODEL.replace("hotline_request", process_id))}
        deployed = city.engine.handle(DeployDefinition(command_id=new_id(), files=files), city.actor("user:jiang_fan"))
        release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
        city.engine.handle(release, city.actor("user:yu_lan"))
    return city


def tab_to(page: Page, selector: str) -> None:
    """Go there as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Expected to reach {selector} with the tabulator key.")


def settle(city: City) -> None:
    """The office works until the request is closed."""
    (case,) = city.engine.queries.find_cases(OPERATOR, process_id="grid_case").items
    for element_id in ("handle", "call_back", "archive"):
        (task,) = city.open_tasks(case.case_id, element_id)
        command = CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables={})
        city.engine.handle(command, OPERATOR)


def test_resident_reports_follows_and_reopens_by_keyboard_on_a_telephone(portal: City) -> None:
    page = portal.person(None, "zh-CN", 390)
    page.goto(f"{portal.url}/portal")
    tab_to(page, ".hero-actions a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/report")
    page.wait_for_selector(".map.is-ready")
    tab_to(page, "#description")
    page.keyboard.type("学校门口的井盖松动，车一压就响")
    tab_to(page, "[data-suggested] button")
    page.keyboard.press("Enter")
    assert page.locator("[data-chosen]").inner_text() == "井盖缺失、破损"
    tab_to(page, "[data-questions]:not([hidden]) input")
    page.keyboard.press("Space")
    tab_to(page, ".map")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)  # the map glides
    page.keyboard.press("Enter")
    page.locator("[data-map-told]:has-text('街道')").wait_for()
    assert page.locator("#lat").input_value().startswith("28.")
    assert check_accessibility(page) == []
    tab_to(page, "[data-send]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#the-code")
    number = page.locator("#the-number").inner_text()
    detail = portal.engine.queries.service_requests.track(number, page.locator("#the-code").inner_text())
    assert detail is not None
    assert (detail.row.moderation, len(detail.row.place_code or "")) == ("shown", 12)
    assert check_accessibility(page) == []
    tab_to(page, ".form-actions a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".stages [aria-current]")
    settle(portal)
    page.reload()
    assert "已解决" in page.locator(".status-words").inner_text()
    tab_to(page, "form[action$='/reopen'] textarea, details:has(form[action$='/reopen']) > summary")
    page.keyboard.press("Enter")
    tab_to(page, "form[action$='/reopen'] textarea")
    page.keyboard.type("还是响")
    tab_to(page, "form[action$='/reopen'] button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".banner.done")
    found = portal.engine.queries.service_requests.get(detail.row.request_id, OPERATOR)
    assert (found.row.reopened, found.row.is_open) == (1, True)
    assert portal.complaints == []


def test_map_shows_reports_and_takes_a_pin_and_every_page_is_accessible(portal: City) -> None:
    page = portal.person(None, "zh-CN", 390)
    page.goto(f"{portal.url}/portal/report")
    page.wait_for_selector(".map.is-ready")
    page.locator("#description").fill("路灯不亮")
    page.locator("[data-chooser] summary").click()
    page.locator("#find-category").fill("路灯")
    assert page.locator("[data-category]:visible").count() == 1
    page.locator("[data-category]:visible").click()
    page.locator("[data-questions] .answer:visible").first.click()
    page.locator(".map").click(position={"x": 170, "y": 180})
    page.wait_for_selector(".map-pin")
    page.locator("[data-send]").click()
    page.wait_for_selector("#the-code")
    (row,) = portal.engine.queries.service_requests.list_public().items
    page.goto(f"{portal.url}/portal/requests")
    mark = page.locator(".map-mark").first
    mark.wait_for()
    mark.press("Enter")
    page.locator(".map-card a").click()
    page.wait_for_url(f"**/portal/requests/{row.request_id}")
    found = {}
    addresses = ("", "/help", "/data", "/report", "/track", "/requests", f"/requests/{row.request_id}",
                 f"/track/{row.request_id}")  # fmt: skip
    for language, width, colours in (("zh-CN", 390, "light"), ("en-GB", 1440, "dark")):
        visitor = portal.person(None, language, width, colours)
        for address in addresses:
            visitor.goto(f"{portal.url}/portal{address}")
            if visitor.locator(".map").count():
                visitor.wait_for_selector(".map.is-ready")
            wrong = check_accessibility(visitor)
            if not visitor.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                wrong.append("wider than the screen")
            if wrong:
                found[address, language, colours] = wrong
    assert found == {}
    assert portal.complaints == []
