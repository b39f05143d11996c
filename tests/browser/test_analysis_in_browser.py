"""An inspection in a real browser: from the map to a figure, to its case, by lot to a sample, to a question."""

from __future__ import annotations

import pytest

from tests.browser.conftest import PROCESS, City, check_accessibility
from tests.browser.test_replay_in_browser import closed_case
from workflow_engine import CompleteUserTask, new_id
from workflow_engine.demo.load import release_process
from workflow_engine.workers.paths import PathReader

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_auditor_goes_from_the_map_to_an_answer(city: City) -> None:
    release_process(city.engine, PROCESS.parent / "inspection_question")
    case_id = closed_case(city)
    PathReader(city.engine).run_once()
    page = city.person(city.person_of(["auditors"]))
    page.get_by_role("link", name="Analysis").click()
    page.get_by_label("The last").select_option("365d")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**window=365d**")
    page.wait_for_selector("[data-heat-map][data-drawn]")
    assert page.locator('[data-element-id="verify"].heat-1, [data-element-id="verify"].heat-2').count() == 1
    pin = page.locator('.djs-overlays[data-container-id="verify"] .heat-pin')
    assert pin.inner_text() == "1"
    assert check_accessibility(page) == []

    # The numbers are links: by keyboard, too.
    page.get_by_label("Shown on the map").select_option("duration")
    page.get_by_label("Beside it").select_option("group:role:duty_room")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**measure=duration**")
    assert page.locator("[data-heat-map]").count() == 2
    page.locator("#steps-title").wait_for()
    page.get_by_role("link", name="Verify", exact=True).click()
    page.wait_for_url("**/visits?**")
    assert page.get_by_role("row").nth(1).get_by_role("link").get_attribute("href") == f"/cases/{case_id}"
    page.get_by_role("link", name="Ways").click()
    assert "1 case (100 %)" in page.locator(".ways").inner_text()
    assert check_accessibility(page) == []

    page.get_by_role("link", name="Samples").click()
    page.get_by_label("How many").fill("1")
    page.get_by_role("button", name="Draw", exact=True).click()
    page.get_by_role("link", name="Ask about it").click()
    page.get_by_label("Department or role").select_option("role:duty_room")
    page.get_by_role("textbox", name="Question").fill("Who phoned the reporter?")
    page.get_by_role("button", name="Ask").click()
    page.get_by_text("The question is with the department.").wait_for()
    assert check_accessibility(page) == []

    duty = city.engine.queries.organisation.find_actor(city.person_of(["role:duty_room"]))
    assert duty is not None
    task = next(row for row in city.engine.queries.inbox(duty, "offered").items if row.element_id == "answer")
    answer = CompleteUserTask(
        command_id=new_id(), user_task_id=task.user_task_id, variables={"answer": "The deputy, at 08:04."}
    )
    city.engine.handle(answer, duty)
    page.reload()
    assert "The deputy, at 08:04." in page.locator("blockquote").inner_text()
    assert city.complaints == []
