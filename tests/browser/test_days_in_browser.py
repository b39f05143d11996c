"""Three people's day in real browsers, each as one walk, in both languages: staff, an administrator, an auditor."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import pytest
from babel.messages.catalog import Catalog

from tests.browser.conftest import PROCESS, City, check_accessibility
from tests.support.house import chain, model_xml
from web.i18n import read_catalogue
from workflow_engine import (
    OPERATOR,
    CompleteUserTask,
    DeployDefinition,
    ImportAlert,
    ReleaseDefinition,
    StartCase,
    new_id,
)
from workflow_engine.audit.verify_case import verify
from workflow_engine.interchange.cap import parse_alert
from workflow_engine.workers.paths import PathReader

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
def each_language(first: str, second: str) -> pytest.MarkDecorator:
    """Walked in the first language in every run, in the second in the slow one."""
    return pytest.mark.parametrize("language", [first, pytest.param(second, marks=pytest.mark.slow)])
LIN, JIANG = "user:lin_yue", "user:jiang_fan"
FAULTY = '<bpmn:scriptTask id="count" name="Count"><bpmn:script>total = price * 2</bpmn:script></bpmn:scriptTask>'


@cache
def _chinese() -> Catalog:
    return read_catalogue("zh_CN")


def words_of(language: str) -> Callable[[str], str]:
    """The words of the pages in this language; every one is in the catalogue."""

    def words(text: str) -> str:
        if language == "en-GB":
            return text
        message = _chinese().get(text)
        assert message is not None, text
        return str(message.string)

    return words


def looks_right(page: Page) -> None:
    """No fault for those who read with other means, and no wider than the screen."""
    assert check_accessibility(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def begin_case(city: City) -> str:
    alert = parse_alert((PROCESS / "alerts" / "rainstorm_red.xml").read_bytes()).to_dict()
    receipt = city.engine.handle(ImportAlert(command_id=new_id(), alert=alert, source="tests"), OPERATOR)
    return str(receipt.case_id)


@each_language("zh-CN", "en-GB")
def test_staff_take_a_task_on_draft_it_have_it_signed_and_give_it_back(city: City, language: str) -> None:
    _ = words_of(language)
    case_id = begin_case(city)
    task_id = city.open_tasks(case_id, "verify")[0].user_task_id
    signer = next(one for one in city.engine.queries.list_people() if one.person_id not in (LIN, JIANG))

    page = city.person(LIN, language)
    page.goto(f"{city.url}/inbox?queue=offered")
    assert page.locator(f'a[href="/tasks/{task_id}"]').count() == 1
    page.goto(f"{city.url}/tasks/{task_id}")
    page.locator("summary", has_text=_("Take on with a reason")).click()
    page.locator(".verb[open] textarea").fill("I am on duty")
    page.locator(".verb[open] button").click()
    page.get_by_text(_("Give back"), exact=True).first.wait_for()

    text = page.locator("form[data-draft] textarea, form[data-draft] input[type=text]").locator("visible=true").first
    text.fill("half a sentence")
    page.locator("[data-draft-state]:not(:empty)").wait_for()
    page.reload()
    assert text.input_value() == "half a sentence"
    assert page.locator("#draft-note").is_visible()

    page.get_by_text(_("Add signers"), exact=True).first.focus()
    page.keyboard.press("Enter")
    card = page.locator(".verb[open]")
    looks_right(page)
    card.locator("input[name=to]").first.fill(signer.sign_in_name)
    card.locator("textarea[name=reason]").fill("What do you think?")
    card.get_by_role("button").click()
    page.locator(".banner.wait").first.wait_for()

    question = city.engine.queries.work.around(task_id, OPERATOR).opinions[0].opinion_id
    phone = city.person(signer.person_id, language, 390)
    phone.goto(f"{city.url}/tasks/{question}")
    looks_right(phone)
    phone.locator("input[name=agrees][value=yes]").check()
    phone.locator("#opinion-reason").fill("可以 fine")
    phone.locator("form:has(input[name=agrees]) button").click()
    phone.wait_for_url("**/inbox*")
    page.reload()
    assert page.get_by_text("可以 fine").first.is_visible()

    page.get_by_text(_("Give back"), exact=True).first.click()
    page.locator(".verb[open] button").click()
    page.locator(".verb[open] .field-error").wait_for()
    page.locator(".verb[open] textarea").fill("off duty")
    page.locator(".verb[open] button").click()
    page.wait_for_url("**/inbox?queue=offered")
    page.goto(f"{city.url}/cases/{case_id}")
    story = page.locator(".story").all_inner_texts()
    assert all(reason in "\n".join(story) for reason in ("I am on duty", "off duty", "可以 fine"))
    assert city.complaints == []


@each_language("en-GB", "zh-CN")
def test_administrator_looks_into_a_stop_moves_a_token_and_suspends(city: City, language: str) -> None:
    _ = words_of(language)
    case_id = begin_case(city)
    stop_a_case(city)
    page = city.person(JIANG, language)

    page.goto(f"{city.url}/operations")
    page.locator("a.line-title").click()
    looks_right(page)
    page.locator("#variables").fill('{"price": 4}')
    page.get_by_role("button", name=_("Preview: try again")).click()
    page.locator("#reason, [name=reason]").first.wait_for()
    looks_right(page)

    page.goto(f"{city.url}/cases/{case_id}/modify")
    page.wait_for_selector("[data-drawn]")
    basis = city.engine.queries.operation.get_plan_basis(case_id, OPERATOR)
    (place,) = [one for one in basis.places if one.element_id == "verify"]
    page.locator('[data-element-id="verify"].djs-element').click()
    assert page.locator("#token_id").input_value() == str(place.token_id)
    target = next(
        one.element_id
        for one in basis.targets
        if one.kind == "userTask" and one.refused is None and one.element_id != "verify"
    )
    page.locator("#element_id").select_option(target)
    page.get_by_role("button", name=_("Move"), exact=True).click()
    page.wait_for_selector(".plan-steps")
    page.get_by_role("button", name=_("Show the difference")).click()
    page.wait_for_selector(".difference, .banner.refused")
    looks_right(page)
    if page.locator(".difference").count():
        page.get_by_label(_("Reason")).fill("verified by telephone")
        page.get_by_role("button", name=_("Apply")).click()
        page.wait_for_url(f"{city.url}/cases/{case_id}")
        assert "verified by telephone" in page.content()

    page.goto(f"{city.url}/cases/{case_id}")
    page.locator("summary", has_text=_("Suspend")).first.click()
    page.locator(".popover textarea:visible").fill("waits for the river")
    page.locator(".popover button:visible").click()
    page.get_by_text(_("Let it go on")).first.wait_for()
    assert city.engine.queries.get_case(case_id, OPERATOR).case.state == "suspended"
    for path in ("/operations/health", "/migrations", "/operations/batches"):
        page.goto(city.url + path)
        looks_right(page)
    assert city.complaints == []


def stop_a_case(city: City) -> None:
    """A case that a fault of its model stopped."""
    files = {"count.bpmn": model_xml(chain(FAULTY, process="counting"))}
    deployed = city.engine.handle(DeployDefinition(command_id=new_id(), files=files), OPERATOR)
    release = ReleaseDefinition(command_id=new_id(), definition_id=str(deployed.result["definition_id"]))
    actor = city.engine.queries.organisation.find_actor(JIANG)
    assert actor is not None
    city.engine.handle(release, actor)
    start = StartCase(command_id=new_id(), case_id=new_id(), process_id="counting", title="Counting")
    city.engine.handle(start, OPERATOR)


@each_language("zh-CN", "en-GB")
def test_auditor_goes_from_the_map_to_an_answer_and_takes_the_proof_along(closed_city: City, language: str) -> None:
    city, _ = closed_city, words_of(language)
    case_id = city.engine.queries.find_cases(OPERATOR, process_id="emergency_response").items[0].case_id
    PathReader(city.engine).run_once()
    page = city.person(city.person_of(["auditors"]), language)
    page.goto(f"{city.url}/analysis?process=emergency_response")
    page.get_by_label(_("The last")).select_option("365d")
    page.get_by_role("button", name=_("Show")).first.click()
    page.wait_for_url("**window=365d**")
    page.wait_for_selector("[data-heat-map][data-drawn]")
    pin = page.locator('.djs-overlays[data-container-id="verify"] .heat-pin')
    assert pin.inner_text() == "1"
    looks_right(page)

    page.get_by_label(_("Shown on the map")).select_option("duration")
    page.get_by_label(_("Beside it")).select_option("group:role:duty_room")
    page.get_by_role("button", name=_("Show")).first.click()
    page.wait_for_url("**measure=duration**")
    assert page.locator("[data-heat-map]").count() == 2
    page.locator('table a[href*="element=verify"]').first.click()
    page.wait_for_url("**/visits?**")
    assert page.get_by_role("row").nth(1).get_by_role("link").get_attribute("href") == f"/cases/{case_id}"
    page.get_by_role("link", name=_("Ways"), exact=True).click()
    page.locator(".ways a.line-title").first.click()
    page.wait_for_url("**/analysis/paths/**")
    looks_right(page)

    page.get_by_role("link", name=_("Samples"), exact=True).click()
    page.get_by_label(_("How many")).fill("1")
    page.get_by_role("button", name=_("Draw"), exact=True).click()
    page.wait_for_url("**/analysis/samples/**")
    looks_right(page)
    page.get_by_role("link", name=_("Ask about it")).click()
    page.get_by_label(_("Department or role")).select_option("role:duty_room")
    page.get_by_role("textbox", name=_("Question")).fill("Who phoned the reporter?")
    page.get_by_role("button", name=_("Ask"), exact=True).click()
    page.get_by_text(_("The question is with the department.")).wait_for()
    looks_right(page)
    duty = city.engine.queries.organisation.find_actor(city.person_of(["role:duty_room"]))
    assert duty is not None
    task = next(row for row in city.engine.queries.inbox(duty, "offered").items if row.element_id == "answer")
    told = {"answer": "The deputy, at 08:04."}
    city.engine.handle(CompleteUserTask(command_id=new_id(), user_task_id=task.user_task_id, variables=told), duty)
    page.reload()
    assert "The deputy, at 08:04." in page.locator("blockquote").inner_text()

    page.goto(f"{city.url}/cases/{case_id}/proof")
    looks_right(page)
    with page.expect_download() as download:
        page.locator('form[action$="/export"] button').first.click()
    packed = zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes()))
    assert verify(packed.read("case.json")).findings == []
    assert city.complaints == []
