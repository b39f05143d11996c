"""A closed emergency case played back in a real browser: diagram, track, list and panels at one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import City, check_accessibility
from workflow_engine import OPERATOR

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def closed_case(city: City) -> str:
    """The case that was carried from the alert to its end."""
    return city.engine.queries.find_cases(OPERATOR, process_id="emergency_response").items[0].case_id


def shown_seq(page: Page) -> int:
    return int(page.evaluate("Number(new URLSearchParams(location.hash.slice(1)).get('seq'))"))


def test_replay_walks_a_real_emergency_case(closed_city: City) -> None:
    city = closed_city
    case_id = closed_case(city)
    page = city.person(city.person_of(["auditors"]))
    page.goto(f"{city.url}/cases/{case_id}/replay#seq=2")
    page.wait_for_selector("#replay-diagram[data-drawn]")
    page.wait_for_selector("#replay[data-loaded]")

    # A deep link opens one moment: who acted, what changed, what is open and with whom.
    assert "Lin Yue completed Verify" in page.locator("#replay-now").inner_text()
    assert page.locator("#replay-now .facts ins").count() > 3
    assert "Duty room" in page.locator("#replay-open").inner_text()
    assert page.locator('[data-element-id="activate"].mark-active').count() == 1
    assert page.locator('[data-element-id="verify"].mark-done').count() == 1

    # Keys step, by moment and by event; the diagram goes along.
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector('[data-element-id="verify"].mark-active')
    assert shown_seq(page) == 1
    page.keyboard.press("End")
    page.locator("#replay-open").get_by_text("Nothing is open").wait_for()
    assert page.locator(".mark-active").count() == 0
    last = shown_seq(page)
    page.keyboard.press("Shift+ArrowLeft")
    page.wait_for_url(f"**#seq={last - 10}")

    # An element's visits lead back to its moments; a sentence leads to its moment.
    page.keyboard.press("Home")
    page.locator("#replay-open").get_by_role("button", name="Verify", exact=True).click()
    visits = page.locator("#replay-visits")
    assert "Verify: 2 moments" in visits.inner_text()
    visits.get_by_role("button").last.click()
    page.wait_for_url("**#seq=2")
    page.locator("#replay-list li").nth(4).click()
    page.wait_for_url(lambda url: not url.endswith("#seq=2"))

    # It plays to the end by itself, here without motion and fast.
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("End")
    page.locator("#replay-speed").select_option("16")
    page.keyboard.press("Escape")
    page.locator("#replay-now-title").click()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    page.wait_for_selector('.replay-play[aria-pressed="true"]')
    page.wait_for_url(f"**#seq={last}", timeout=60_000)
    page.wait_for_selector('.replay-play[aria-pressed="false"]')
    assert city.complaints == []
    assert check_accessibility(page) == []


@pytest.mark.slow
def test_replay_is_usable_on_a_phone_in_chinese(closed_city: City) -> None:
    city = closed_city
    case_id = closed_case(city)
    page = city.person(city.person_of(["auditors"]), "zh-CN", 390)
    page.goto(f"{city.url}/cases/{case_id}/replay?seq=26")
    page.wait_for_selector("#replay-diagram[data-drawn]")
    page.wait_for_selector("#replay[data-loaded]")
    assert shown_seq(page) == 26
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert check_accessibility(page) == []
    assert city.complaints == []
