"""The inbox by keyboard: a task opens beside the list, what others do appears, several are taken on at once."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PROCESS, City, check_accessibility
from workflow_engine import OPERATOR, ClaimUserTask, ImportAlert, new_id
from workflow_engine.interchange.cap import parse_alert

pytestmark = pytest.mark.browser


@pytest.fixture
def case_id(city: City) -> str:
    """A case that an alert started; the duty room has its first task."""
    alert = parse_alert((PROCESS / "alerts" / "rainstorm_red.xml").read_bytes()).to_dict()
    receipt = city.engine.handle(ImportAlert(command_id=new_id(), alert=alert, source="tests"), OPERATOR)
    assert receipt.case_id is not None
    return receipt.case_id


def test_task_opens_beside_the_list_by_keyboard(city: City, case_id: str) -> None:
    page = city.person("user:lin_yue")
    page.goto(f"{city.url}/inbox?queue=offered")
    page.wait_for_selector("body[data-streams]")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pane h1")
    assert "task=" in page.url
    page.wait_for_selector("#pane [data-drawn]")
    assert check_accessibility(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#pane form[data-draft] textarea").first.fill("half a sentence")
    page.locator("#pane [data-draft-state]:not(:empty)").wait_for()
    page.locator("#pane .verb:has(input[data-people]) summary").first.press("Enter")
    page.locator("#pane .verb[open] input[data-people]").first.press_sequentially("林")
    page.locator("#pane .verb[open] datalist option").first.wait_for(state="attached")
    page.locator("#pane h1").press("Escape")
    page.wait_for_selector("#pane", state="hidden")
    page.keyboard.press("Enter")  # the focus is back on the task's line
    page.wait_for_selector("#pane #draft-note")
    assert page.locator("#pane form[data-draft] textarea").first.input_value() == "half a sentence"
    page.locator("#pane form[data-draft] textarea").first.fill("a whole sentence")
    page.locator("#pane [data-draft-state]:not(:empty)").wait_for()
    page.locator("#pane h1").press("Escape")
    page.wait_for_selector("#pane", state="hidden")
    page.keyboard.press("?")
    page.wait_for_selector("#keys-sheet[open]")
    assert check_accessibility(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("jxc?")
    assert page.input_value("#q") == "jxc?"
    assert city.complaints == []


def test_what_others_do_appears_by_itself(city: City, case_id: str) -> None:
    task = city.open_tasks(case_id, "verify")[0]
    page = city.person("user:lin_yue")
    page.goto(f"{city.url}/inbox?queue=offered")
    page.wait_for_selector("body[data-streams]")
    row = f"#task-{task.user_task_id.replace('.', '-')}"
    page.wait_for_selector(row)
    other = city.engine.queries.organisation.find_actor("user:he_peng")
    assert other is not None
    city.engine.handle(ClaimUserTask(command_id=new_id(), user_task_id=task.user_task_id), other)
    page.wait_for_selector(row, state="detached", timeout=60_000)
    assert city.complaints == []


def test_selected_tasks_are_taken_on_together(city: City, case_id: str) -> None:
    page = city.person("user:lin_yue", "zh-CN", 390)
    page.goto(f"{city.url}/inbox?queue=offered")
    page.locator("[data-pick-all]").check()
    page.locator('#bulk button[formaction$="/inbox/claim"]').click()
    page.wait_for_url("**/inbox/claim")
    assert page.locator(".chip.good").count() >= 1
    task = city.open_tasks(case_id, "verify")[0]
    assert task.assignee == "user:lin_yue"
    assert check_accessibility(page) == []
