"""Every main page in a real browser: drawn without a complaint, accessible, and no wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import PROCESS, City, check_accessibility
from workflow_engine import OPERATOR, ClaimUserTask, ImportAlert, new_id
from workflow_engine.interchange.cap import parse_alert

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
SIZES = [("en-GB", 1440), ("zh-CN", 390)]


@pytest.fixture
def case_id(city: City) -> str:
    """A case that an alert started; the duty room has its first task."""
    alert = parse_alert((PROCESS / "alerts" / "rainstorm_red.xml").read_bytes()).to_dict()
    receipt = city.engine.handle(ImportAlert(command_id=new_id(), alert=alert, source="tests"), OPERATOR)
    assert receipt.case_id is not None
    return receipt.case_id


def visits(city: City, case_id: str) -> Iterator[tuple[str | None, str]]:
    task_id = city.open_tasks(case_id, "verify")[0].user_task_id
    definition_id = city.engine.queries.list_definitions()[0].definition_id
    yield None, "/sign-in"
    for path in (
        "/inbox", "/inbox?queue=offered", "/inbox?queue=done", f"/tasks/{task_id}", "/alerts", "/cases", "/start",
        "/preferences", "/views", "/patterns",
    ):  # fmt: skip
        yield "user:lin_yue", path
    for path in (f"/cases/{case_id}", "/models", "/operations", f"/models/{definition_id}", "/no-such-page"):
        yield "user:jiang_fan", path


@pytest.mark.parametrize(("language", "width"), SIZES)
def test_pages_are_accessible_and_fit_the_screen(city: City, case_id: str, language: str, width: int) -> None:
    for person, path in visits(city, case_id):
        page = city.person(person, language, width)
        page.goto(city.url + path)
        if page.locator("[data-diagram]").count():
            page.wait_for_selector("[data-drawn]")
        assert check_accessibility(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert city.complaints == []


def test_form_works_by_keyboard_and_leads_to_its_errors(city: City, case_id: str) -> None:
    task_id = city.open_tasks(case_id, "verify")[0].user_task_id
    page = city.person("user:lin_yue")
    page.goto(f"{city.url}/tasks/{task_id}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator('textarea[name="f.verify_note"]').fill("Half a sentence")
    page.get_by_role("button", name="Complete", exact=True).press("Enter")
    page.wait_for_selector(".banner.refused")
    assert page.evaluate("document.activeElement.matches('.banner.refused')")
    assert page.locator('textarea[name="f.verify_note"]').input_value() == "Half a sentence"
    page.locator(".banner.refused a").first.press("Enter")
    assert page.url.endswith("#field-verify-result")


def test_list_refreshes_itself_without_a_reload(city: City, case_id: str) -> None:
    page = city.person("user:lin_yue")
    page.goto(f"{city.url}/inbox?queue=offered")
    assert rows(page) == 1
    page.evaluate("window.sameDocument = true")
    task_id = city.open_tasks(case_id, "verify")[0].user_task_id
    other = city.engine.queries.find_person("user:he_peng")
    assert other is not None
    from workflow_engine import Actor

    command = ClaimUserTask(command_id=new_id(), user_task_id=task_id)
    city.engine.handle(command, Actor(other.person_id, other.groups))
    page.evaluate("document.querySelector('#list').dispatchEvent(new CustomEvent('every'))")
    page.wait_for_selector(".empty")
    assert page.evaluate("window.sameDocument")


def test_story_points_at_the_diagram(city: City, case_id: str) -> None:
    page = city.person("user:jiang_fan")
    page.goto(f"{city.url}/cases/{case_id}")
    page.wait_for_selector("[data-drawn]")
    assert page.locator(".mark-told").count() == 0
    page.locator(".moment").first.hover()
    assert page.locator('[data-element-id="verify"].mark-told').count() == 1


def test_record_opens_in_place(city: City, case_id: str) -> None:
    page = city.person("user:jiang_fan")
    page.goto(f"{city.url}/cases/{case_id}")
    page.get_by_text("Record 1", exact=True).click()
    page.wait_for_selector("pre.record")
    assert "case.started" in page.locator("pre.record").inner_text()
    assert city.complaints == []


def test_menu_closes_with_escape(city: City) -> None:
    page = city.person("user:lin_yue")
    page.locator(".person-menu summary").click()
    assert page.get_by_role("button", name="Sign out").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Sign out").is_visible()


def rows(page: Page) -> int:
    return page.locator("#list li.line").count()
