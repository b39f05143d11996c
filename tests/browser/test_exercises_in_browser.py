"""Exercises and the show of a demo with a real browser: planned, conducted, marked; the gas leak live on the board."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import City, check_accessibility
from workflow_engine import OPERATOR, Show
from workflow_engine.workers.exercises import ExerciseRunner

if TYPE_CHECKING:
    from playwright.sync_api import Page

DUTY_OFFICER = "user:lin_yue"
pytestmark = pytest.mark.browser


def looked_at(city: City, page: Page, path: str, folder: Path, name: str) -> list[str]:
    """Wrong things about a page; its picture is kept."""
    page.goto(f"{city.url}{path}")
    page.wait_for_load_state("networkidle") if path == "/exercises" else page.wait_for_timeout(300)
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    wide = [] if page.evaluate("document.documentElement.scrollWidth <= innerWidth") else ["wider than the screen"]
    return [f"{name}: {what}" for what in (*check_accessibility(page), *wide)]


def test_exercise_is_planned_conducted_and_marked_on_every_page(city: City, tmp_path: Path) -> None:
    page = city.person(DUTY_OFFICER)
    page.goto(f"{city.url}/exercises")
    page.get_by_label("Title", exact=True).fill("夏季演练 / Summer drill")
    page.get_by_label("Simulated people everywhere").check()
    page.get_by_role("button", name="Plan").click()
    page.wait_for_url(re.compile(r"/exercises/[0-9a-f]{16,}"))
    exercise_id = page.url.rpartition("/")[2]
    page.get_by_role("button", name="Start").click()
    runner = ExerciseRunner(city.engine)
    for _ in range(40):
        city.advance(60)
        runner.run_once()
    page.reload()
    page.get_by_label("Note", exact=True).fill("签收很快")
    page.get_by_role("button", name="Keep the note").click()
    (case,) = city.engine.queries.exercises.get(exercise_id, OPERATOR).cases
    task = city.engine.queries.get_case(case.case_id, OPERATOR).user_tasks[-1].user_task_id
    wrong: list[str] = []
    for language, width in (("en-GB", 1440), ("zh-CN", 390)):
        person = city.person(DUTY_OFFICER, language, width)
        wrong += looked_at(city, person, f"/exercises/{exercise_id}", tmp_path, f"exercise-{width}")
        wrong += looked_at(city, person, f"/exercises/{exercise_id}/evaluation", tmp_path, f"evaluation-{width}")
        wrong += looked_at(city, person, "/exercises", tmp_path, f"exercises-{width}")
        for number, path in enumerate((f"/cases/{case.case_id}", f"/tasks/{task}", f"/emergency/{case.case_id}")):
            person.goto(f"{city.url}{path}")
            assert person.locator(".banner.drill").is_visible(), path
            person.screenshot(path=tmp_path / f"marked-{number}-{width}.png")
    assert wrong == [] and city.complaints == []


@pytest.mark.slow
def test_gas_leak_is_played_with_one_click_live_on_the_board(city: City, tmp_path: Path) -> None:
    """Its people act at once here; only what waits for a time is waited for by the clock of the test."""
    show = Show(city.engine, step_seconds=0.0, each_seconds=0.0)
    city.app.extensions["show"] = show
    page = city.person(DUTY_OFFICER)
    page.goto(f"{city.url}/emergency")
    page.get_by_role("button", name="Play the gas leak").click()
    deadline = time.monotonic() + 90
    while not show.wait(0.5) and time.monotonic() < deadline:
        if show.state.done >= 20:
            city.advance(25)
    state = show.state
    assert (state.error, state.done) == ("", state.steps)
    case = city.engine.queries.get_case(state.case_id or "", OPERATOR)
    assert case.variables["conclusion"]["outcome"] == "terminated" and not case.incidents
    reports = case.variables["department_reports"]
    assert len(reports) >= 10 and {"gas_utility", "power_utility"} <= {one["unit"] for one in reports}
    assert len(city.engine.queries.warnings.page().items) == 2
    wrong: list[str] = []
    for language, width in (("en-GB", 1440), ("zh-CN", 390)):
        person = city.person(DUTY_OFFICER, language, width)
        wrong += looked_at(city, person, f"/emergency/{state.case_id}", tmp_path, f"gas-leak-{width}")
        wrong += looked_at(city, person, "/exercises/show", tmp_path, f"show-{width}")
    assert wrong == [] and city.complaints == []


def test_gas_leak_is_stopped_in_the_middle_and_played_again_before_two_people(city: City) -> None:
    show = city.app.extensions["show"] = Show(city.engine, step_seconds=0.5, each_seconds=0.0)
    page, other = city.person(DUTY_OFFICER), city.person(DUTY_OFFICER, "zh-CN", 390)
    cases = []
    for _ in range(2):
        page.goto(f"{city.url}/emergency")
        page.get_by_role("button", name="Play the gas leak").click()
        page.wait_for_url(re.compile(r"/emergency/[0-9a-f]{32}$"))
        cases.append(page.url.rpartition("/")[2])
        other.goto(page.url)
        page.locator(".show-words strong").wait_for()
        other.locator(".show-words strong").wait_for()
        other.get_by_role("button", name="停止演示").click()
        other.get_by_role("heading", name="已停止").wait_for()
        assert show.wait(10) and 0 < show.state.done < show.state.steps and show.state.error == ""
    assert len(set(cases)) == 2, "what was played before stays as it is"
    assert {city.engine.queries.get_case(case_id, OPERATOR).case.state for case_id in cases} == {"active"}
