"""A joint decision in a real browser: several vote by keyboard, the chair last; result, papers and the public page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import City, check_accessibility
from tests.support.voting import release_voting, start_vote

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
VOTERS = ("user:wang_haichuan", "user:xu_lan", "user:zhou_shenzhi")


def cast(page: Page, url: str, ballot_id: str, choice: str, reason: str = "") -> str:
    """Vote on the task's page by keyboard alone; returns the receipt."""
    page.goto(f"{url}/tasks/{ballot_id}")
    page.locator(f'input[value="{choice}"]').focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    if reason:
        page.keyboard.type(reason)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    return page.locator("[data-fingerprint]").inner_text()


def test_people_decide_together_and_the_public_reads_it(city: City) -> None:
    release_voting(
        city.engine, city.actor("user:jiang_fan"), city.actor("user:yu_lan"), voters=", ".join(VOTERS), chair=VOTERS[2],
        chairLast="true", quorum="> 1/2", tie="chair", earlyEnd="false",
        choices="agree=yes, oppose=no, abstain=abstain",
    )  # fmt: skip
    ballot_id = start_vote(city.engine)
    chair = city.person(VOTERS[2])
    chair.goto(f"{city.url}/decisions/{ballot_id}")
    assert "The chair votes last: 2 other voters" in chair.locator("#vote").inner_text()
    first = city.person(VOTERS[0])
    first.goto(f"{city.url}/decisions?show=mine")
    first.get_by_role("link", name="Money of the parks").click()
    receipt = cast(first, city.url, ballot_id, "agree")
    chair.evaluate("for (const part of document.querySelectorAll('[data-live]')) part.dispatchEvent(new Event('live'))")
    chair.get_by_text("1 of 3 voted").first.wait_for()
    first.goto(f"{city.url}/decisions/{ballot_id}?receipt={receipt}")
    first.get_by_text("A vote with this fingerprint is in the box.").wait_for()
    second = city.person(VOTERS[1])
    second.goto(f"{city.url}/tasks/{ballot_id}")
    second.locator('input[value="oppose"]').check()
    second.get_by_role("button", name="Cast the vote").press("Enter")
    second.get_by_text("Say why: this choice needs a reason.").wait_for()
    assert second.locator('input[value="oppose"]').is_checked()
    cast(second, city.url, ballot_id, "oppose", "Too little for playgrounds")
    cast(chair, city.url, ballot_id, "agree", "The season begins")
    chair.goto(f"{city.url}/decisions/{ballot_id}")
    assert "Carried" in chair.locator("#live-result").inner_text()
    assert "Too little for playgrounds" in chair.locator("#live-result").inner_text()
    chair.get_by_role("link", name="Minutes").click()
    assert "Zhou Shenzhi" in chair.locator(".paper-facts").inner_text()
    record = city.engine.queries.get_history(ballot_id.partition(".")[0], city.actor("user:qin_song"))
    sealed = next(row for row in record if any(event["event"] == "ballot.decided" for event in row.events))
    assert sealed.hash in chair.locator(".paper-seal").inner_text()
    (published,) = city.engine.queries.publications.page().items
    visitor = city.person(None)
    visitor.goto(f"{city.url}/decisions/public")
    visitor.get_by_role("link", name="Rules for the money of the parks").click()
    text = visitor.locator(".public-decision").inner_text()
    assert "Carried" in text
    assert "The season begins in June." in text
    assert "Zhou" not in text
    assert "13800138000" not in text
    narrow(city, ballot_id, published.public_id)
    assert city.complaints == []


def narrow(city: City, ballot_id: str, public_id: str) -> None:
    """The same pages in Chinese on a telephone: accessible, and no wider than the screen."""
    found = {}
    places = [
        (VOTERS[0], f"/decisions/{ballot_id}"), (VOTERS[0], f"/tasks/{ballot_id}"),
        (VOTERS[0], f"/decisions/{ballot_id}/minutes"), (VOTERS[0], f"/decisions/{ballot_id}/sheet"),
        (VOTERS[0], "/decisions?show=mine"), (VOTERS[0], "/decisions?show=ended"),
        (None, f"/decisions/public/{public_id}"),
    ]  # fmt: skip
    for person, path in places:
        page = city.person(person, "zh-CN", 390)
        page.goto(city.url + path)
        wrong = check_accessibility(page)
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            wrong.append("wider than the screen")
        if wrong:
            found[path] = wrong
    assert found == {}
